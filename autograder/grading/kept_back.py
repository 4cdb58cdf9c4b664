"""Keeps out of a result what no student may read, whatever their code raises or returns.

A submission sees its part's probes while it runs, and Python names its own folders in many errors.
What is said of a check may quote either. It is cut here, before anything is written down.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ..authoring.leaks import all_text, signs_of
from .results import CheckResult, Frame

CUT = "(left out: it quotes lines of the checks)"


class KeptBack:
    """What to cut: `secrets` are lines of solutions, hidden checks and probes, `places` folders."""

    def __init__(self, secrets: Iterable[str], places: Iterable[Path]) -> None:
        said = {signs_of(line) for line in secrets if len(re.findall(r"\w+", line)) >= 2}
        self._secrets = sorted(said)
        roots = {str(place) for place in places} | {os.path.realpath(place) for place in places}
        longest_first = sorted((root for root in roots if len(root) > 1), key=len, reverse=True)
        temporary = re.escape(os.path.join(tempfile.gettempdir(), "autograder-")) + r"[^/\s'\"]*"
        self._places = re.compile("|".join([temporary, *map(re.escape, longest_first)]))

    def cut(self, check: CheckResult, files: Mapping[str, bytes]) -> CheckResult:
        """`check` as it may be written; what stands in the student's own `files` may be quoted."""
        quoted = [*(frame.text for frame in check.frames), check.message, check.found]
        said = signs_of("\n".join(quoted))
        secrets = [secret for secret in self._secrets if secret in said]
        if secrets:
            own = _signs_in(files)
            secrets = [secret for secret in secrets if secret not in own]

        def clean(text: str) -> str:
            if any(secret in signs_of(text) for secret in secrets):
                return CUT
            return self._places.sub("…", text)

        frames = tuple(
            Frame(
                file=clean(frame.file),
                line=frame.line,
                function=clean(frame.function),
                text=clean(frame.text),
            )
            for frame in check.frames
        )
        message, found = clean(check.message), clean(check.found)
        return check.model_copy(update={"message": message, "found": found, "frames": frames})


def _signs_in(files: Mapping[str, bytes]) -> str:
    """The words and signs of the code that a student handed in, to tell whose a line is."""
    code = (_code(name, data) for name, data in files.items() if name.endswith((".py", ".ipynb")))
    return signs_of("\n".join(code))


def _code(name: str, data: bytes) -> str:
    try:
        return all_text(name, data)
    except (ValueError, RecursionError):
        return data.decode("utf-8", "replace")


def machine_places(course: Path) -> Sequence[Path]:
    """The folders of this machine that an error may name."""
    kit = Path(__file__).resolve().parents[2]
    return [course, kit, Path(sys.prefix), Path(sys.base_prefix) / "lib", Path.home()]
