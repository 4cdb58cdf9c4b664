"""The ways in which students go wrong with this kind of code, as a table of operators."""

from . import arguments, layers, lines, loops, numbers
from .operator import Change, Operator, Place

OPERATORS: tuple[Operator, ...] = (
    *loops.OPERATORS,
    *arguments.OPERATORS,
    *layers.OPERATORS,
    *numbers.OPERATORS,
    *lines.OPERATORS,
)
"""In this order: of two operators that make the same wrong code the first one names it."""

__all__ = ["OPERATORS", "Change", "Operator", "Place"]
