"""What an audit found, `audit.json`, as types; every judgement about it is in `findings`."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from .. import atomic

FILE_NAME = "audit.json"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CheckLine(_Strict):
    """One check of a part."""

    id: str
    title: str
    part: str
    points: float
    visible: bool


class PartLine(_Strict):
    """One part. `whole` where it grades all modules together; `seen` are those it depends on."""

    name: str
    title: str
    points: float
    whole: bool
    seen: tuple[str, ...]
    complete: bool
    """Were all mutants of its modules graded?"""


class MutantOutcome(_Strict):
    """One mutant and what the checks made of it.

    `caught_by` are the checks that fail in its own parts, of which it `lost` so many points.
    `crashed` says that it stopped with an error, or ran on for ever, in all of these. `elsewhere`
    has the points lost in other isolated parts; `together` those lost in parts that grade all
    modules together, which only a mutant that nobody caught is graded in.
    """

    id: str
    operator: str
    thought: str
    module: str
    function: str
    line: int
    diff: str
    parts: tuple[str, ...]
    caught_by: tuple[str, ...]
    crashed: bool
    lost: float
    costs: float | None = None
    elsewhere: dict[str, float] = {}
    together: dict[str, float] = {}
    equivalent: str | None = None
    """The reason why it is no bug, where people have reviewed it."""

    @property
    def caught(self) -> bool:
        return bool(self.caught_by)

    @property
    def survived(self) -> bool:
        """Does it count against the checks?"""
        return not self.caught and self.equivalent is None


class Miss(_Strict):
    """A check that a wheat failed."""

    round: int
    check: str
    message: str


class WheatOutcome(_Strict):
    """A correct module and the checks that it failed."""

    id: str
    module: str
    rounds: int
    missed: tuple[Miss, ...]


class Audit(_Strict):
    """All of it."""

    assignment: str
    title: str
    parts: tuple[PartLine, ...]
    checks: tuple[CheckLine, ...]
    mutants: tuple[MutantOutcome, ...]
    wheats: tuple[WheatOutcome, ...]
    complaints: tuple[str, ...] = ()
    """What is wrong with the list of equivalent mutants."""
    setting: str = ""
    """What it was graded with, for people."""
    selection: str = ""
    """What was chosen, where not everything was audited."""
    graded: int = 0
    kept: int = 0
    seconds: float = 0.0


def write_audit(audit: Audit, out: Path) -> Path:
    """Write `out/audit.json`, whole or not at all."""
    path = out / FILE_NAME
    atomic.write_text(path, audit.model_dump_json(indent=1) + "\n")
    return path
