"""Lets a student check their own work: `pytest` in a terminal, `check("part")` in a notebook.

This package is copied into every release, so it needs nothing but the standard library,
PyTorch and pytest.
"""

from __future__ import annotations

from .live import check, student, until_written

__all__ = ["check", "student", "until_written"]
