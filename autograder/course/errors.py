"""Turns what is wrong with a course file into lines that name the file, line, key and fix."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

Key = tuple[str | int, ...]
"""Where a value stands in the file: ("assignments", "mnist", "parts", 0, "points")."""

_SHOWN_LENGTH = 40


class CourseError(Exception):
    """A course can't be used as it is; the text says where, why and what to do."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong at one key; `text` says what was expected, found, and the fix."""

    key: Key
    text: str
    line: int | None = None
    """Where it stands, if not where the key does."""


def shown_path(path: Path) -> str:
    """The path as a person would type it: relative where it lies below the working directory."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)


def dotted(key: Key) -> str:
    return ".".join(str(step) for step in key)


def course_error(path: Path, problems: Iterable[Problem], lines: Mapping[Key, int]) -> CourseError:
    """All problems in one error, a line each, in the order of the file."""

    def line_of(key: Key) -> int:
        while key and key not in lines:
            key = key[:-1]
        return lines.get(key, 1)

    located = {
        (p.line or line_of(p.key), f"{dotted(p.key)}: " if p.key else "", p.text) for p in problems
    }
    return CourseError(
        "\n".join(f"{shown_path(path)}:{line}: {key}{text}" for line, key, text in sorted(located))
    )


def problems_of(error: ValidationError, model: type[BaseModel], prefix: Key = ()) -> list[Problem]:
    """What pydantic found when it validated `model`, in words for people.

    A field's description says what is expected, its first example is the fix.
    """
    details = error.errors(include_url=False)
    meant = {
        (*detail["loc"][:-1], close)
        for detail in details
        if detail["type"] == "extra_forbidden"
        and (close := _closest(str(detail["loc"][-1]), _known_keys(model, detail["loc"][:-1])))
    }
    return [
        Problem((*prefix, *detail["loc"]), _explain(detail, model))
        for detail in details
        # A misspelt key is one mistake, not also a missing one.
        if not (detail["type"] == "missing" and detail["loc"] in meant)
    ]


def one_of(name: str, known: Sequence[str]) -> str:
    """The fix for a name that means nothing: the one likely meant, else all there are."""
    close = _closest(name, known)
    return f"did you mean {close!r}?" if close else f"there is {', '.join(known) or 'none'}"


def shown(value: Any) -> str:
    """A value from the file, named by its kind and short enough for a line."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value) if math.isfinite(value) else f"the number {value}"
    if isinstance(value, Mapping):
        return "a group of keys"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}" if value else "an empty list"
    text = str(value)
    short = text if len(text) <= _SHOWN_LENGTH else text[: _SHOWN_LENGTH - 1] + "…"
    return f"the text {short!r}" if text.strip() else "an empty text"


def _closest(name: str, known: Sequence[str]) -> str | None:
    return next(iter(difflib.get_close_matches(name.lower(), known, n=1)), None)


def _known_keys(model: type[BaseModel], key: Key) -> list[str]:
    owner = _model_at(model, key)
    return list(owner.model_fields) if owner else []


def _explain(detail: Any, model: type[BaseModel]) -> str:
    key: Key = detail["loc"]
    kind: str = detail["type"]
    if kind == "extra_forbidden":
        name = str(key[-1])
        return f"expected a known key, found {name!r}; {one_of(name, _known_keys(model, key[:-1]))}"
    if kind == "value_error":
        return str(detail["msg"]).removeprefix("Value error, ")
    field = _field_at(model, key)
    expected = (field and field.description) or _expected(kind, str(detail["msg"]))
    found = "nothing" if kind == "missing" else shown(detail["input"])
    return f"expected {expected}, found {found}{_fix(key, field, missing=kind == 'missing')}"


def _fix(key: Key, field: FieldInfo | None, *, missing: bool) -> str:
    if field is None or not field.examples:
        return f"; add {key[-1]!r}" if missing else ""
    name = next((str(step) for step in reversed(key) if isinstance(step, str)), "")
    return f"; {'add' if missing else 'write'} for example `{name}: {field.examples[0]}`"


def _expected(kind: str, message: str) -> str:
    """For fields without a description: what a pydantic error of this kind asks for."""
    words = {
        "missing": "a value",
        "int_type": "a whole number",
        "int_from_float": "a whole number",
        "float_type": "a number",
        "finite_number": "a finite number",
        "string_type": "a text",
        "bool_type": "true or false",
        "list_type": "a list",
        "dict_type": "a group of keys",
        "model_type": "a group of keys",
    }
    return words.get(kind) or message.removeprefix("Input should be ")


def _field_at(model: type[BaseModel], key: Key) -> FieldInfo | None:
    """The innermost declared field on the way to `key`."""
    for end in range(len(key), 0, -1):
        owner, name = _model_at(model, key[: end - 1]), key[end - 1]
        if owner is not None and isinstance(name, str) and name in owner.model_fields:
            return owner.model_fields[name]
    return None


def _model_at(model: type[BaseModel], key: Key) -> type[BaseModel] | None:
    """The model whose fields are the keys at `key`; None where no model stands there."""
    current: Any = model
    for step in key:
        current = _inside(current, step)
    return current if _is_model(current) else None


def _inside(annotation: Any, step: str | int) -> Any:
    if _is_model(annotation):
        field = annotation.model_fields.get(step)
        return None if field is None else _without_none(field.annotation)
    if get_origin(annotation) in (dict, list, tuple):
        return _without_none([arg for arg in get_args(annotation) if arg is not ...][-1])
    return None


def _without_none(annotation: Any) -> Any:
    options = [arg for arg in get_args(annotation) if arg is not type(None)]
    optional = type(None) in get_args(annotation) and len(options) == 1
    return options[0] if optional else annotation


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
