"""`--device` is honoured where it can be, and told where it can't."""

from __future__ import annotations

import pytest
import torch

from autograder.commands import grade


@pytest.mark.parametrize(
    ("wanted", "there", "used"),
    [
        ("auto", False, "cpu"),
        ("auto", True, "cuda"),
        ("cpu", True, "cpu"),
        ("cpu", False, "cpu"),
        ("cuda", True, "cuda"),
        ("cuda", False, "cpu"),
    ],
)
def test_the_device_that_is_used(monkeypatch, capsys, wanted, there, used):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: there)
    monkeypatch.setattr(grade, "GPU_DRIVERS", ("/",))
    assert grade.device(wanted) == used
    said = "--device cuda: expected a CUDA device, found none; grading on the CPU.\n"
    assert capsys.readouterr().err == (said if wanted == "cuda" and not there else "")
