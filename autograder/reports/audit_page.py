"""Writes `audit.html`: what an assignment's checks can't see, on one page."""

from __future__ import annotations

from pathlib import Path

from .. import atomic
from ..audit import findings
from ..audit.results import Audit
from .page import render

FILE_NAME = "audit.html"


def write_page(audit: Audit, out: Path) -> Path:
    """Write `out/audit.html`, whole or not at all."""
    scored = [(part, findings.score_of_part(audit, part)) for part in audit.parts]
    survivors = findings.survivors(audit)
    page = render(
        "audit.html.j2",
        audit=audit,
        score=findings.score_of(audit.mutants),
        scored=[(part, score) for part, score in scored if score.counted or score.equivalent],
        survivors=[(one, findings.should_have_seen(one, audit)) for one in survivors],
        brittle=findings.brittle(audit),
        checks=[one for one in findings.check_findings(audit) if one.judged],
        leaks=findings.leaks(audit),
        mispriced=findings.mispriced(audit),
        equivalent=[one for one in audit.mutants if one.equivalent and not one.caught],
        isolated=[part for part in audit.parts if not part.whole],
        rounds=max((wheat.rounds for wheat in audit.wheats), default=0),
        diff_lines=diff_lines,
    )
    path = out / FILE_NAME
    atomic.write_text(path, page)
    return path


def diff_lines(diff: str) -> list[tuple[str, str]]:
    """The lines of a diff without the names of its files, each with a name for its style."""
    kinds = {"+": "added", "-": "removed", "@": "place"}
    return [(kinds.get(line[:1], "same"), line) for line in diff.splitlines()[2:]]
