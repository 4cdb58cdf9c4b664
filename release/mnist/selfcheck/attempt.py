"""Decides which file of a module counts: the one that differs from its released stub."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Chosen:
    """The file that stands for one module of a submission.

    `file` is None where neither file is there. `note` is a sentence for the student where the
    choice needs one. One that `is_empty` has no line of code, at most comments.
    """

    module: str
    file: str | None
    attempted: bool
    note: str | None = None
    is_empty: bool = False


def choose(folder: Path, module: str, stubs: Mapping[str, str]) -> Chosen:
    """`choose_among` the files in `folder`."""

    def read(name: str) -> bytes | None:
        path = folder / name
        return path.read_bytes() if path.is_file() else None

    return choose_among(module, read, stubs)


def choose_among(
    module: str, read: Callable[[str], bytes | None], stubs: Mapping[str, str]
) -> Chosen:
    """Choose between `module.py` and `module.ipynb`.

    `read` gives the contents of a file, None where it is missing. `stubs` maps the released file
    names to their `digest`. A missing file counts as unchanged, an empty one as an attempt.
    Where both differ, the script counts.
    """
    script, notebook = f"{module}.py", f"{module}.ipynb"
    contents = {name: read(name) for name in (script, notebook)}
    digests = {name: digest(name, data) for name, data in contents.items() if data is not None}
    differing = [name for name, found in digests.items() if found != stubs.get(name)]
    if differing:
        both = f"Both {script} and {notebook} were changed: {script} counts."
        note = both if len(differing) == 2 else None
        file = differing[0]
        return Chosen(module, file, True, note, not _has_code(file, contents[file] or b""))
    unchanged = next((name for name, data in contents.items() if data is not None), None)
    return Chosen(module, unchanged, False)


def digest_of(path: Path) -> str:
    """The `digest` of the file at `path`."""
    return digest(path.name, path.read_bytes())


def digest(name: str, data: bytes) -> str:
    """Digest of what a student writes in a file; line ends, outputs and metadata don't count."""
    kept = "\n".join(_lines(name, data)).strip("\n")
    return "sha256:" + hashlib.sha256(kept.encode("utf-8", errors="surrogatepass")).hexdigest()


def nothing_in(chosen: Sequence[Chosen]) -> str:
    """Why no check of these modules can pass, where none of them has code; else ""."""
    files = [one.file for one in chosen if one.file is not None and one.is_empty]
    if not files or len(files) < len(chosen):
        return ""
    hold, them = ("holds", "it") if len(files) == 1 else ("hold", "them")
    return (
        f"{' and '.join(files)} {hold} no code: nothing in {them} can be checked. "
        "Did your editor save what you wrote? The released file is where to begin again."
    )


def _has_code(name: str, data: bytes) -> bool:
    """Is there a line that is neither blank nor a comment?"""
    return not all(line.lstrip().startswith("#") for line in _lines(name, data) if line.strip())


def _lines(name: str, data: bytes) -> list[str]:
    text = _notebook_code(data) if name.endswith(".ipynb") else None
    if text is None:
        text = data.decode("utf-8-sig", errors="surrogateescape")
    return [line.rstrip() for line in text.splitlines()]


def _notebook_code(data: bytes) -> str | None:
    """The code cells of a notebook as one text, None where it is no notebook."""
    try:
        cells = json.loads(data.decode("utf-8-sig"))["cells"]
        sources = [cell["source"] for cell in cells if cell["cell_type"] == "code"]
        texts = ["".join(source).strip() for source in sources]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return "\n# %%\n".join(text for text in texts if text)
