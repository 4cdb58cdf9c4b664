"""Lists the mutants of an assignment: the reference with one bug in it each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ..course import Assignment
from . import patches
from .code import difference, first_difference, functions_changed, wrong_versions
from .reference import Module

BY_HAND = "by-hand"


@dataclass(frozen=True)
class Mutant:
    """One wrong version of one module.

    `id` stays the same for as long as the operator, the function and the changed code do. `line`
    is where the module begins to differ from the reference. `costs` are the points that the bug is
    worth where somebody has said so.
    """

    id: str
    operator: str
    thought: str
    module: str
    function: str
    line: int
    text: str
    diff: str
    costs: float | None = None


def mutants_of(assignment: Assignment, modules: dict[str, Module]) -> list[Mutant]:
    """All mutants, module by module in the order of their lines.

    Raises AuditError where a patch can't be applied.
    """
    by_hand = [_by_hand(patch, modules) for patch in patches.read_patches(assignment)]
    found = []
    for module in modules.values():
        mine = [mutant for mutant in by_hand if mutant.module == module.name]
        taken = {mutant.text for mutant in mine}
        made = [mutant for mutant in _by_operators(assignment, module) if mutant.text not in taken]
        found += sorted([*made, *mine], key=lambda mutant: mutant.line)
    return found


def _by_operators(assignment: Assignment, module: Module) -> Iterator[Mutant]:
    settings = assignment.settings.model_dump()
    seen: Counter[str] = Counter()
    for wrong in wrong_versions(module.text, module.written, settings):
        name = f"{module.name}.{wrong.function}:{wrong.operator.name}:{wrong.digest}"
        seen[name] += 1
        yield Mutant(
            # The same change twice in a function, in lines that read the same.
            id=name if seen[name] == 1 else f"{name}:{seen[name]}",
            operator=wrong.operator.name,
            thought=wrong.operator.thought,
            module=module.name,
            function=wrong.function,
            line=wrong.line,
            text=wrong.text,
            diff=difference(module.text, wrong.text, module.file),
        )


def _by_hand(patch: patches.Patch, modules: dict[str, Module]) -> Mutant:
    module, text = patches.applied(patch, modules)
    diff = difference(module.text, text, module.file)
    function = next(filter(None, functions_changed(module.text, text)), "")
    return Mutant(
        id=f"{module.name}.{function}:{BY_HAND}:{patch.name}",
        operator=BY_HAND,
        thought=patch.thought,
        module=module.name,
        function=function,
        line=first_difference(module.text, text),
        text=text,
        diff=diff,
        costs=patch.costs,
    )
