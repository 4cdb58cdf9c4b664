"""Decides which file of a module counts: the one that differs from its released stub."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Chosen:
    """The file that stands for one module of a submission.

    `path` is None where neither file is there. `note` is a sentence for the student where the
    choice needs one.
    """

    module: str
    path: Path | None
    attempted: bool
    note: str | None = None


def choose(folder: Path, module: str, stubs: Mapping[str, str]) -> Chosen:
    """Choose between `module.py` and `module.ipynb` in `folder`.

    `stubs` maps the released file names to `digest_of` them. A missing file counts as unchanged,
    an empty one as an attempt. Where both differ, the script counts.
    """
    script, notebook = folder / f"{module}.py", folder / f"{module}.ipynb"
    script_differs = _differs(script, stubs)
    notebook_differs = _differs(notebook, stubs)
    if script_differs:
        note = None
        if notebook_differs:
            note = f"Both {script.name} and {notebook.name} were changed: {script.name} counts."
        return Chosen(module, script, True, note)
    if notebook_differs:
        return Chosen(module, notebook, True)
    unchanged = next((path for path in (script, notebook) if path.is_file()), None)
    return Chosen(module, unchanged, False)


def digest_of(path: Path) -> str:
    """Digest of what a student writes in `path`; line ends, outputs and metadata don't count."""
    data = path.read_bytes()
    text = _notebook_code(data) if path.suffix == ".ipynb" else None
    if text is None:
        text = data.decode("utf-8-sig", errors="surrogateescape")
    lines = [line.rstrip() for line in text.splitlines()]
    kept = "\n".join(lines).strip("\n")
    return "sha256:" + hashlib.sha256(kept.encode("utf-8", errors="surrogateescape")).hexdigest()


def _differs(path: Path, stubs: Mapping[str, str]) -> bool:
    return path.is_file() and digest_of(path) != stubs.get(path.name)


def _notebook_code(data: bytes) -> str | None:
    """The code cells of a notebook as one text, None where it is no notebook."""
    try:
        cells = json.loads(data.decode("utf-8-sig"))["cells"]
        sources = [cell["source"] for cell in cells if cell["cell_type"] == "code"]
        texts = ["".join(source).strip() for source in sources]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return "\n# %%\n".join(text for text in texts if text)
