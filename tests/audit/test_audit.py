"""A whole audit of the tiny course, as its user runs it; what is not graded twice; how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder.audit import findings
from autograder.audit.results import FILE_NAME, Audit
from autograder.cli import app

BLIND = {
    "double.double:hard-code-argument:e63ea973",
    "greet.greet:hard-code-argument:9d4cd29e",
    "greet.greet:use-the-other-one:d91a0296",
    "greet.greet:use-the-other-one:9120743e",
}


@dataclass
class Ran:
    """How a run ended, what it said, and what it found."""

    code: int
    stdout: str
    stderr: str
    out: Path

    @property
    def audit(self) -> Audit:
        return Audit.model_validate_json((self.out / FILE_NAME).read_text(encoding="utf-8"))


@pytest.fixture
def run(course_file, tmp_path):
    def audited(*options: object) -> Ran:
        out = tmp_path / "out"
        given = [
            "audit",
            "--course",
            course_file,
            "--sandbox",
            "none",
            "--keys",
            2,
            "--jobs",
            1,
            "--out",
            out,
        ]
        for name in ("probes", "test_both", "test_double", "test_greet"):
            sys.modules.pop(name, None)  # of an earlier run in this process
        done = CliRunner().invoke(app, [str(one) for one in (*given, *options)])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return Ran(done.exit_code, done.stdout, done.stderr, out)

    return audited


def test_an_audit_finds_what_the_checks_miss_and_grades_nothing_twice(run, write):
    first = run()
    assert first.code == 0, first.stderr
    audit = first.audit
    assert {one.id for one in findings.survivors(audit)} == BLIND
    assert findings.score_of(audit.mutants).text == "0.77"
    by_hand = next(one for one in audit.mutants if one.operator == "by-hand")
    assert (by_hand.caught_by, by_hand.lost, by_hand.costs) == (("greet::name",), 2.0, 2.0)
    assert by_hand.thought == "Thinks that a greeting is loud."
    assert {part.name: part.seen for part in audit.parts} == {
        "double": ("double",),
        "greet": ("greet",),
        "both": ("double", "greet"),
    }
    assert findings.leaks(audit) == []
    assert [one.missed for one in audit.wheats] == [()]
    assert [one.check.id for one in findings.check_findings(audit) if one.vacuous] == [
        "double::nothing"
    ]
    assert (first.out / "audit.html").is_file()
    assert (audit.graded, audit.kept) == (29, 0)

    again = run("--min-score", "0.5")
    assert again.code == 0
    assert (again.audit.graded, again.audit.kept) == (0, 29)
    assert again.audit.mutants == audit.mutants

    # An edit of one check grades the mutants and wheats of its part, and of no other.
    text = (write("notes.txt", "").parent / "checks" / "test_greet.py").read_text()
    write("checks/test_greet.py", text.replace('"Ada"', '"Ida"').replace("Hello Ada", "Hello Ida"))
    edited = run("--part", "greet").audit
    assert {task for task in edited.mutants if task.module != "greet"} == set()
    assert edited.graded == sum(one.module == "greet" for one in audit.mutants) + 2
    assert run("--min-score", "0.9").code == 1


def test_equivalents_are_left_out_of_the_score_and_stale_ones_are_errors(run, write):
    known = [f"- {{mutant: '{name}', reason: No name is no name.}}\n" for name in sorted(BLIND)]
    write("mutants/equivalent.yaml", "".join(known))
    ran = run("--min-score", "1")
    assert ran.code == 0, ran.stdout
    assert findings.score_of(ran.audit.mutants) == findings.Score(14, 14, 4)
    killed = next(one.id for one in ran.audit.mutants if one.caught)
    write("mutants/equivalent.yaml", f"- {{mutant: '{killed}', reason: It seems so.}}\n")
    ran = run()
    assert ran.code == 2
    assert f"fails for '{killed}'; remove the entry" in ran.stderr
    write("mutants/equivalent.yaml", "- {mutant: 'a.b:c:00000000', reason: It seems so.}\n")
    ran = run("--part", "double")
    assert ran.code == 2
    assert "expected a mutant that the audit makes, found 'a.b:c:00000000'" in ran.stderr


def test_a_check_that_correct_code_fails_is_brittle(run, write):
    write("wheats/greet/waves.py", "def greet(name, title=''):\n    return f'Hello  {name}'\n")
    ran = run("--part", "greet", "--min-score", "0")
    assert ran.code == 1
    [(check, misses)] = findings.brittle(ran.audit).items()
    assert check == "greet::name"
    assert [(wheat.id, miss.round) for wheat, miss in misses] == [
        ("greet/waves", 0),
        ("greet/waves", 1),
    ]
    assert "  brittle: greet::name\n    greet/waves, key 0: expected" in ran.stdout


def test_a_part_that_needs_another_module_is_found_out_and_told_of(run, write, course_file):
    """`greet` doubles the name by the student's own `double`, though its part doesn't say so."""
    write(
        "greet.py",
        '''
        """Greeting."""

        import double


        def greet(name: str) -> str:
            """Hello to somebody."""
            ### BEGIN SOLUTION
            return double.double("Hello ") [:6] + name
            ### END SOLUTION
        ''',
    )
    (course_file.parent / "source/tiny/mutants/shouts.patch").unlink()
    ran = run()
    assert ran.code == 0, ran.stderr
    parts = {part.name: part.seen for part in ran.audit.parts}
    assert parts["greet"] == ("double", "greet")
    assert parts["double"] == ("double",)
    leaking = findings.leaks(ran.audit)
    assert {one.module for one in leaking} == {"double"}
    assert all(one.elsewhere == {"greet": 2.0} for one in leaking)
    assert run("--min-score", "0").code == 1


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        (
            ("--part", "duoble"),
            "--part: expected one of double, greet, both, found 'duoble'; name one of them\n",
        ),
        (("tyni",), "expected an assignment of the course, found 'tyni'; there is tiny\n"),
    ],
)
def test_a_wrong_option_is_named(run, options, wanted):
    ran = run(*options)
    assert ran.code == 2
    assert ran.stderr.endswith(wanted)


def test_a_reference_that_loses_points_stops_the_audit(run, write):
    write(
        "checks/test_greet.py",
        """
        import pytest
        from probes import greeting


        @pytest.mark.points(2)
        @pytest.mark.hint("Hello.")
        def test_name(probe, expect):
            \"\"\"The greeting holds the name.\"\"\"
            expect.equal(probe(greeting, name="Ada"), "Hallo Ada")
        """,
    )
    ran = run("--part", "greet")
    assert ran.code == 2
    assert ran.stderr == (
        "part greet: expected full marks for the reference, found that greet::name fails: "
        "expected 'Hallo Ada', found 'Hello Ada'; mend the check or the reference\n"
    )


def test_a_check_that_can_t_run_is_a_fault_of_the_kit(run, write):
    write(
        "checks/test_greet.py",
        """
        import pytest
        from probes import greeting


        @pytest.mark.points(2)
        @pytest.mark.hint("Hello.")
        def test_name(probe, expect):
            \"\"\"The greeting holds the name.\"\"\"
            raise ValueError("a slip of the instructor")
        """,
    )
    ran = run("--part", "greet")
    assert ran.code == 3
    assert ran.stderr.startswith("double blown up, part greet: could not run greet::name.\n")
    assert "a slip of the instructor" in ran.stderr


def test_what_took_too_long_is_not_kept(run, write):
    write(
        "wheats/double/slow.py", "def double(number, factor=2):\n    while number:\n        pass\n"
    )
    limits = write("notes.txt", "").parents[2] / "course.yaml"
    limits.write_text(limits.read_text().replace("call_seconds: 3", "call_seconds: 1"))
    first = run("--part", "double", "--keys", 1)
    assert first.code == 0, first.stderr
    assert [miss.check for one in first.audit.wheats for miss in one.missed] == ["double::small"]
    assert run("--part", "double", "--keys", 1).audit.graded == 1


def test_a_wheat_lies_in_a_folder_of_its_module(run, write):
    write("wheats/duoble/added.py", "")
    ran = run()
    assert ran.code == 2
    assert "wheats/duoble: expected a folder for one of double, greet, found 'duoble'" in ran.stderr


def test_a_release_is_needed(run, course_file):
    manifest = course_file.parent / "release" / "tiny" / "selfcheck" / "manifest.json"
    manifest.write_text(json.dumps({}), encoding="utf-8")
    ran = run()
    assert ran.code == 2
    assert "run `autograder release`" in ran.stderr


@pytest.fixture
def committed(course_file):
    """The course in a repository with one commit."""

    def git(*arguments: str) -> None:
        who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        folder = str(course_file.parent)
        subprocess.run(["git", *who, "-C", folder, *arguments], check=True, capture_output=True)

    git("init")
    git("add", ".")
    git("commit", "-m", "one")
    return git


def ids(ran: Ran) -> set[str]:
    assert ran.code == 0, ran.stderr
    return {one.module for one in ran.audit.mutants}


def test_since_audits_what_can_have_changed(run, write, committed):
    nothing = run("--since", "HEAD")
    assert ids(nothing) == set()
    assert nothing.audit.wheats == ()
    assert (nothing.audit.graded, nothing.audit.kept) == (0, 0)
    assert findings.score_of(nothing.audit.mutants).text == "1.00"
    text = write("greet.py", "").parent.joinpath("double.py").read_text()
    committed("checkout", ".")
    write("double.py", text.replace("Twice", "Two times").replace("Doubling.", "Doubles."))
    assert ids(run("--since", "HEAD")) == {"double"}
    committed("checkout", ".")
    write(
        "mutants/shouts.patch",
        (write("notes.txt", "").parent / "mutants/shouts.patch")
        .read_text()
        .replace("loud", "louder"),
    )
    changed = run("--since", "HEAD").audit
    assert [one.operator for one in changed.mutants] == ["by-hand"]
    assert [one.check.id for one in findings.check_findings(changed) if one.vacuous] == []


def test_since_wants_a_revision(run, committed):
    ran = run("--since", "yesterday")
    assert ran.code == 2
    assert "found 'yesterday'; name a branch, a tag or a commit" in ran.stderr
