"""Finds the settings that an assignment declares, so that the kit itself knows none of them."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
import traceback
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from autograder.course.errors import CourseError, Key, Problem, problems_of, shown_path

_FIX = "declare the settings in it as `class Settings(BaseModel)`"


def settings_schema(folder: Path) -> type[BaseModel]:
    """The class `Settings` of the folder's schema.py; raises CourseError where there is none."""
    path = folder / "schema.py"
    where = shown_path(path)
    if not path.is_file():
        raise CourseError(f"{where}: expected a Python file, found none; {_FIX}")
    # A name of its own for every path: the schemas of two courses never meet. It has to stand in
    # sys.modules, as pydantic looks there for the types of postponed annotations.
    digest = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16]
    name = f"autograder_settings_{folder.name.replace('-', '_')}_{digest}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise CourseError(
            f"{where}:{_line_of(error, path)}: expected a file that can be imported, "
            f"found {type(error).__name__}: {error}; mend it"
        ) from None
    schema = getattr(module, "Settings", None)
    if not (isinstance(schema, type) and issubclass(schema, BaseModel)):
        raise CourseError(f"{where}: expected a class Settings(BaseModel), found none; {_FIX}")
    return schema


def validated_settings(
    schema: type[BaseModel], values: dict[str, Any], key: Key
) -> tuple[BaseModel | None, list[Problem]]:
    """The settings as the schema's type, or what is wrong with the values at `key`."""
    try:
        return schema.model_validate(values, strict=True, extra="forbid"), []
    except ValidationError as error:
        return None, problems_of(error, schema, key)


def _line_of(error: Exception, path: Path) -> int:
    if isinstance(error, SyntaxError) and error.lineno:
        return error.lineno
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if Path(frame.filename) == path and frame.lineno]
    return lines[-1] if lines else 1
