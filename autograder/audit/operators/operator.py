"""Says what an operator is: a name, what a student was thinking, and the changes that it makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import libcst as cst

New = cst.CSTNode | cst.RemovalSentinel | cst.FlattenSentinel[cst.CSTNode]
Change = tuple[cst.CSTNode, New]
"""A node of the correct code, and what stands in its place in the wrong one."""


@dataclass(frozen=True)
class Place:
    """Where a node stands: the function and class around it, and what their names mean.

    `settings` are the numbers of the course, for a student who writes them into the code.
    """

    parents: Mapping[cst.CSTNode, cst.CSTNode]
    function: cst.FunctionDef | None = None
    class_: cst.ClassDef | None = None
    settings: Mapping[str, object] = field(default_factory=dict)

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        return self.parents.get(node)

    @property
    def is_network(self) -> bool:
        """Does the node stand in the `forward` of a class?"""
        return self.class_ is not None and self.name == "forward"

    @property
    def name(self) -> str:
        """The function's, "" outside of functions."""
        return self.function.name.value if self.function is not None else ""

    def parameters(self) -> dict[str, str]:
        """The names of the function's parameters, each with its annotation as it is written."""
        if self.function is None:
            return {}
        given = self.function.params
        every = (*given.posonly_params, *given.params, *given.kwonly_params)
        return {one.name.value: annotation_of(one) for one in every if one.name.value != "self"}


Changes = Callable[[cst.CSTNode, Place], Iterator[Change]]
"""What an operator makes of a node, which stands in a place."""


@dataclass(frozen=True)
class Operator:
    """One way to go wrong. `changes` gets each node of a function, one by one."""

    name: str
    thought: str
    changes: Changes


def annotation_of(parameter: cst.Param) -> str:
    """The annotation as it is written, "" where there is none."""
    if parameter.annotation is None:
        return ""
    return cst.Module([]).code_for_node(parameter.annotation.annotation)
