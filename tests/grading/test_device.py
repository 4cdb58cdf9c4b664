"""`--device` is honoured where it can be, and told where it can't."""

from __future__ import annotations

import pytest
import torch

from autograder.commands import doctor, grade
from autograder.sandbox import gpu


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
    monkeypatch.setattr(gpu, "problem", lambda backend: None)
    assert grade.device(wanted, "none") == used
    said = "--device cuda: expected a CUDA device, found none; grading on the CPU.\n"
    assert capsys.readouterr().err == (said if wanted == "cuda" and not there else "")


@pytest.mark.parametrize("wanted", ["auto", "cuda"])
def test_a_gpu_that_the_sandbox_hides_is_not_used(monkeypatch, capsys, wanted):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(grade, "GPU_DRIVERS", ("/",))
    monkeypatch.setattr(gpu, "problem", lambda backend: "RuntimeError: Error 304")
    assert grade.device(wanted, "uid") == "cpu"
    assert capsys.readouterr().err == (
        f"--device {wanted}: expected a GPU that can be used inside the sandbox uid, found that "
        "RuntimeError: Error 304; grading on the CPU.\n"
    )


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_a_worker_is_asked_whether_it_can_use_the_gpu():
    found = gpu.problem("none")
    assert found is not None
    assert "Error: " in found


@pytest.mark.parametrize("problem", [None, "RuntimeError: Error 304"])
def test_doctor_tells_of_a_gpu_that_the_sandbox_hides(monkeypatch, tmp_path, problem):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda number: "A card")
    monkeypatch.setattr(gpu, "problem", lambda backend: problem)
    monkeypatch.setattr(doctor, "choose", lambda wanted: "none")
    findings = {name: (ok, facts) for name, ok, facts in doctor._findings(tmp_path / "no", None)}
    assert findings["gpu"] == (True, "A card")
    assert findings["cuda"] == (problem is None, problem or "works inside none")
