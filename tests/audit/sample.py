"""An audit as it might be, with one of everything that a report can say."""

from __future__ import annotations

from autograder.audit.results import (
    Audit,
    CheckLine,
    Miss,
    MutantOutcome,
    PartLine,
    WheatOutcome,
)

DIFF = (
    "--- loop.py\n+++ loop.py\n@@ -1,3 +1,3 @@\n def f(x):\n-    return x < 1\n+    return x <= 1"
)


def mutant(name: str, *caught_by: str, lost: float = 0.0, line: int = 2, **more) -> MutantOutcome:
    """A mutant of the module `loop`."""
    given = {
        "operator": "turn-comparison",
        "thought": "Compares the wrong way round.",
        "module": "loop",
        "function": "f",
        "line": line,
        "diff": DIFF,
        "parts": ("loop",),
        "caught_by": caught_by,
        "crashed": False,
        "lost": lost,
    }
    return MutantOutcome(id=f"loop.f:{name}", **{**given, **more})


def check(name: str, points: float, part: str = "loop") -> CheckLine:
    return CheckLine(
        id=f"{part}::{name}", title=f"It {name} <b>", part=part, points=points, visible=True
    )


MUTANTS = (
    mutant("a", "loop::runs", "loop::ends", lost=5.0),
    mutant("b", "loop::runs", lost=4.0),
    mutant("c", "loop::runs", "loop::ends", "loop::rests", lost=6.0, line=9, crashed=True),
    mutant("d", together={"all": 2.0}),
    mutant("e", equivalent="It makes <i>no</i> difference."),
    mutant("f", "loop::ends", lost=1.0, elsewhere={"other": 1.5}, line=7),
    mutant("g", "loop::ends", lost=1.0, costs=2.0, line=7),
    mutant("h", "loop::runs", "loop::rests", lost=5.0, line=8),
)
SAMPLE = Audit(
    assignment="loops",
    title="Loops & more",
    parts=(
        PartLine(
            name="loop", title="The loop", points=7.0, whole=False, seen=("loop",), complete=True
        ),
        PartLine(
            name="other",
            title="The other",
            points=3.0,
            whole=False,
            seen=("loop", "other"),
            complete=True,
        ),
        PartLine(
            name="all",
            title="Together",
            points=2.0,
            whole=True,
            seen=("loop", "other"),
            complete=True,
        ),
    ),
    checks=(
        check("runs", 4.0),
        check("ends", 1.0),
        check("rests", 1.0),
        check("sleeps", 1.0),
        check("works", 3.0, "other"),
        check("learns", 2.0, "all"),
    ),
    mutants=MUTANTS,
    wheats=(
        WheatOutcome(id="loop/plain", module="loop", rounds=10, missed=()),
        WheatOutcome(
            id="loop/odd",
            module="loop",
            rounds=10,
            missed=(
                Miss(round=0, check="loop::ends", message="expected 1, found 2"),
                Miss(round=7, check="loop::ends", message="expected 3, found 4"),
            ),
        ),
    ),
    complaints=("equivalent.yaml:3: expected a mutant, found none; remove the entry",),
    setting="cpu, sandbox bubblewrap, mnist images",
    selection="part loop",
    graded=12,
    kept=30,
    seconds=61.0,
)
