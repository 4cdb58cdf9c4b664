"""The error for what an instructor wrote for an audit and can mend."""

from __future__ import annotations


class AuditError(Exception):
    """A patch, a list or an option can't be used; the message says where, why and what to do."""
