"""Lets tests import the checks as they are, with the marks that checks carry."""

from __future__ import annotations

import pytest

from autograder.selfcheck.checkinfo import MARKERS


def pytest_configure(config: pytest.Config) -> None:
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
