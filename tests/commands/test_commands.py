"""What the commands say where there is nothing to do, or nothing that could be done."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.commands import doctor
from autograder.commands.outcome import UsageError, complain, exit_code, say
from autograder.interruption import Stopped
from autograder.sandbox.backends import BACKENDS

NO_SANDBOX = (
    "--sandbox auto: expected a sandbox that works, found that bubblewrap: bwrap was not found; "
    "install it. uid: only root can lend users to workers. `--sandbox none` grades without any "
    "protection: only for code that you trust"
)


def run(*arguments: object):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_help_names_every_command_and_imports_nothing_heavy():
    code = (
        "import sys\n"
        "from typer.testing import CliRunner\n"
        "from autograder.cli import app\n"
        "print(CliRunner().invoke(app, ['--help']).output)\n"
        "print(CliRunner().invoke(app, ['export', '--help']).output)\n"
        "print(CliRunner().invoke(app, ['package', '--help']).output)\n"
        "heavy = ('torch', 'nbgrader', 'jupytext', 'sqlalchemy')\n"
        "print([name for name in heavy if name in sys.modules])\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    exports = ("nbgrader", "canvas", "moodle", "gradescope", "github", "csv")
    ours = ("demo", "release", "grade", "report", "show", "audit", "calibrate", "doctor")
    for command in (*ours, "export", "package", *exports):
        assert command in ran.stdout
    assert ran.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "command", [("release",), ("grade", "x"), ("report", "x"), ("demo",), ("calibrate",)]
)
def test_without_a_course_file_every_command_says_so(tmp_path, command):
    ran = run(*command, "--course", tmp_path / "course.yaml")
    assert ran.exit_code == 2
    assert "course.yaml" in ran.stderr
    assert "Traceback" not in ran.output


def test_a_report_needs_results(repository, tmp_path):
    ran = run("report", tmp_path, "--course", repository / "course.yaml")
    assert ran.exit_code == 2
    assert ran.stderr == (
        f"{tmp_path}: expected results as `autograder grade` writes them, found none; "
        "name the folder given to --out\n"
    )


def test_an_unknown_assignment_is_not_released(repository):
    ran = run("release", "minst", "--course", repository / "course.yaml")
    assert ran.exit_code == 2
    assert "mnist" in ran.stderr


def test_a_demo_outside_a_clone_names_what_is_missing(course_copy):
    course = course_copy()
    ran = run("demo", "--course", course)
    assert ran.exit_code == 2
    assert ran.stderr == (
        f"{course.parent}/docs/sample-class/submitted: expected the sample class, found nothing; "
        "run the demo in a clone of the repository\n"
    )


@pytest.fixture
def no_sandbox(monkeypatch):
    """A machine on which no backend contains anything."""
    for name, problem in (
        ("bubblewrap", "bwrap was not found; install it"),
        ("uid", "only root can lend users to workers"),
    ):
        broken = replace(BACKENDS[name], problem=lambda private, problem=problem: problem)
        monkeypatch.setitem(BACKENDS, name, broken)


def test_doctor_says_what_works(repository, monkeypatch):
    monkeypatch.setattr(doctor, "_data", lambda name, root: (True, "mnist: 60000 + 10000 images"))
    ran = run("doctor", "--course", repository / "course.yaml")
    assert ran.exit_code == 0, ran.output
    assert [line.split()[1] for line in ran.stdout.splitlines()] == [
        "kit", "torch", "gpu", "cores", "bubblewrap", "uid", "sandbox", "warm", "course",
        "data", "calibrated",
    ]  # fmt: skip


def test_doctor_fails_where_grading_would(repository, no_sandbox, monkeypatch):
    monkeypatch.setattr(doctor, "_data", lambda name, root: (False, "no images; --data-root DIR"))
    ran = run("doctor", "--course", repository / "course.yaml")
    assert ran.exit_code == 2
    assert "--  bubblewrap  bwrap was not found; install it" in ran.stdout
    assert f"--  sandbox     {NO_SANDBOX}" in ran.stdout
    assert "--  data        no images; --data-root DIR" in ran.stdout


def test_no_sandbox_means_no_grading(repository, no_sandbox, tmp_path):
    (tmp_path / "s001" / "mnist").mkdir(parents=True)
    ran = run("grade", tmp_path, "--course", repository / "course.yaml", "--out", tmp_path / "out")
    assert ran.exit_code == 2
    assert ran.stderr == f"{NO_SANDBOX}\n"
    assert not (tmp_path / "out").exists()


def _raises(error: BaseException) -> int:
    @exit_code
    def command() -> int:
        raise error

    return command()


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (UsageError("a: expected b, found c; do d"), 2, "a: expected b, found c; do d\n"),
        (Stopped(signal.SIGINT), 130, "Stopped.\n"),
        (
            OSError(28, "No space left on device", "graded/x"),
            2,
            "graded/x: No space left on device; free some space and give the same command again.\n",
        ),
        (
            OSError(13, "Permission denied", "graded/x"),
            2,
            "graded/x: Permission denied; check the permissions and give the same command again.\n",
        ),
    ],
)
def test_what_goes_wrong_ends_in_a_message_and_a_code(capsys, error, code, said):
    assert _raises(error) == code
    assert capsys.readouterr().err == said


def test_what_would_act_on_the_terminal_is_shown_instead(capsys):
    say("student \x1b[2J\r\nnext")
    complain("student \u202e\x07")
    found = capsys.readouterr()
    assert found.out == "student \\x1b[2J\\r\nnext\n"
    assert found.err == "student \\u202e\\x07\n"
