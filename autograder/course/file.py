"""Reads a course file as plain data that still knows on which line every value stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from autograder.course.errors import CourseError, Key, Problem, course_error, shown_path

_TYPED_SCALARS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float"))
_TEXT_SCALARS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("str", "timestamp"))


@dataclass
class CourseFile:
    """A YAML file as dicts, lists, texts, numbers, booleans and None, with the line of each key."""

    path: Path
    data: dict[str, Any] = field(default_factory=dict)
    lines: dict[Key, int] = field(default_factory=dict)


def read_course_file(path: Path) -> CourseFile:
    """The file's data; dates stay texts. Raises CourseError for unreadable YAML."""
    where = shown_path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise CourseError(
            f"{where}: expected the course file, found no such file; "
            "go to the folder that holds course.yaml or name the file"
        ) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise CourseError(
            f"{where}:{line}: expected UTF-8 text, found other bytes; save the file as UTF-8"
        ) from None
    except OSError as error:
        raise CourseError(f"{where}: expected a readable file, found: {error.strerror}") from None
    return _Reader(path).read(text)


class _Reader:
    def __init__(self, path: Path) -> None:
        self._yaml = YAML(typ="safe", pure=True)
        self._file = CourseFile(path)
        self._problems: list[Problem] = []
        self._seen: set[int] = set()

    def read(self, text: str) -> CourseFile:
        try:
            root = self._yaml.compose(text)
        except YAMLError as error:
            raise CourseError(_syntax_error(self._file.path, text, error)) from None
        file = self._file
        if root is None:
            file.lines[()] = 1
            self._wrong(
                (), "expected the keys of a course, found an empty file; start with `title:`"
            )
        elif not isinstance(root, MappingNode):
            file.lines[()] = root.start_mark.line + 1
            self._wrong(
                (), "expected keys such as `title:`, found something else; write `key: value`"
            )
        else:
            file.data = self._value(root, ())
        if self._problems:
            raise course_error(file.path, self._problems, file.lines)
        return file

    def _wrong(self, key: Key, text: str, line: int | None = None) -> None:
        self._problems.append(Problem(key, text, line))

    def _value(self, node: Node, key: Key) -> Any:
        if id(node) in self._seen:  # the node of an alias is that of its anchor, elsewhere
            self._wrong(key, "expected a value, found an alias; write the value out")
            return None
        self._seen.add(id(node))
        self._file.lines.setdefault(key, node.start_mark.line + 1)
        if isinstance(node, MappingNode):
            return self._mapping(node, key)
        if isinstance(node, SequenceNode):
            return [self._value(item, (*key, index)) for index, item in enumerate(node.value)]
        return self._scalar(node, key)

    def _mapping(self, node: MappingNode, key: Key) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name_node, value_node in node.value:
            line = name_node.start_mark.line + 1
            if not isinstance(name_node, ScalarNode) or name_node.tag not in _TEXT_SCALARS:
                found = name_node.value if isinstance(name_node, ScalarNode) else "a list or group"
                self._file.lines.setdefault((*key, str(found)), line)
                self._wrong(
                    (*key, str(found)),
                    f"expected a word as the key, found {found}; quote or drop it",
                )
                continue
            name = str(name_node.value)
            below = (*key, name)
            if name in values:
                first = self._file.lines[below]
                self._wrong(
                    below,
                    f"expected each key once, found it again (first on line {first}); "
                    "keep one of the two",
                    line,
                )
                continue
            self._file.lines[below] = line
            values[name] = self._value(value_node, below)
        return values

    def _scalar(self, node: Node, key: Key) -> Any:
        if node.tag in _TEXT_SCALARS:
            return str(node.value)
        if node.tag in _TYPED_SCALARS:
            return self._yaml.constructor.construct_object(node)
        self._wrong(key, f"expected a plain value, found the YAML tag {node.tag}; drop the tag")
        return None


def _syntax_error(path: Path, text: str, error: YAMLError) -> str:
    line, problem = 1, "a character that YAML does not allow"
    if isinstance(error, ReaderError):
        line = text.count("\n", 0, error.position) + 1
    elif isinstance(error, MarkedYAMLError):
        # What is never closed is found at the end of the file; the mistake is where it was opened.
        unclosed = "stream" in (error.problem or "")
        mark = (unclosed and error.context_mark) or error.problem_mark
        line = mark.line + 1 if mark else 1
        problem = " ".join(part for part in (error.context, error.problem) if part)
    return (
        f"{shown_path(path)}:{line}: expected YAML, found a mistake ({problem}); look at this line "
        "and the one before it: spaces (no tabs) for indentation, `key: value` with a space, "
        "quotes closed"
    )
