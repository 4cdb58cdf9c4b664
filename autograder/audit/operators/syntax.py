"""Small questions about a tree and small changes to it, in which the operators are written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

Statement = cst.BaseStatement
Loop = cst.For | cst.While


def called(node: cst.CSTNode) -> str:
    """The last name of what a call calls: "step" for `optimizer.step()`; "" if it is no call."""
    if not isinstance(node, cst.Call):
        return ""
    return last_name(node.func)


def last_name(node: cst.CSTNode) -> str:
    """The "c" of `a.b.c`, "" where the node is neither name nor attribute."""
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""


def renamed(node: cst.BaseExpression, name: str) -> cst.BaseExpression:
    """A name or an attribute whose last name is `name`."""
    if isinstance(node, cst.Attribute):
        return node.with_changes(attr=cst.Name(name))
    return cst.Name(name)


def only(statement: cst.CSTNode) -> cst.BaseSmallStatement | None:
    """The one small statement of a line, None where it is anything else."""
    if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1:
        return statement.body[0]
    return None


def call_of(statement: cst.CSTNode) -> cst.Call | None:
    """The call that is all of a statement."""
    small = only(statement)
    if isinstance(small, cst.Expr) and isinstance(small.value, cst.Call):
        return small.value
    return None


def calls(statement: cst.CSTNode, *names: str) -> bool:
    """Is the statement a call of something with one of these last names, and no more?"""
    call = call_of(statement)
    return call is not None and called(call) in names


def is_call_of_method(node: cst.CSTNode, *names: str) -> bool:
    """Is it `something.name(…)`?"""
    return (
        isinstance(node, cst.Call)
        and isinstance(node.func, cst.Attribute)
        and (node.func.attr.value in names)
    )


def receiver(call: cst.Call) -> cst.BaseExpression:
    """The `x` of `x.method(…)`."""
    assert isinstance(call.func, cst.Attribute)
    return call.func.value


def parsed(code: str) -> cst.BaseExpression:
    return cst.parse_expression(code)


def positional(call: cst.Call) -> list[cst.Arg]:
    """The plain positional arguments of a call."""
    return [arg for arg in call.args if arg.keyword is None and not arg.star]


def keyword(call: cst.Call, name: str) -> cst.Arg | None:
    for arg in call.args:
        if arg.keyword is not None and arg.keyword.value == name:
            return arg
    return None


def with_keyword(call: cst.Call, name: str, value: str) -> cst.Call:
    """The call with one more argument `name=value`."""
    equal = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
    more = cst.Arg(parsed(value), keyword=cst.Name(name), equal=equal)
    return with_arguments(call, [*call.args, more])


def with_arguments(call: cst.Call, arguments: Sequence[cst.Arg]) -> cst.Call:
    """The call with these arguments, the commas put right."""
    return call.with_changes(args=separated(arguments))


def separated(arguments: Sequence[cst.Arg]) -> list[cst.Arg]:
    comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    last = len(arguments) - 1
    return [
        argument.with_changes(
            comma=cst.MaybeSentinel.DEFAULT
            if index == last
            else argument.comma
            if isinstance(argument.comma, cst.Comma)
            else comma
        )
        for index, argument in enumerate(arguments)
    ]


def swapped_values(call: cst.Call, one: int, other: int) -> cst.Call:
    """The call with the values of two arguments exchanged."""
    arguments = list(call.args)
    arguments[one], arguments[other] = (
        arguments[one].with_changes(value=arguments[other].value),
        arguments[other].with_changes(value=arguments[one].value),
    )
    return call.with_changes(args=arguments)


def swapped(elements: Sequence[cst.BaseElement], one: int, other: int) -> list[cst.BaseElement]:
    """Elements of a tuple or list with two values exchanged."""
    found = list(elements)
    first, second = found[one], found[other]
    found[one] = first.with_changes(value=second.value)
    found[other] = second.with_changes(value=first.value)
    return found


def block(node: cst.CSTNode) -> list[Statement] | None:
    """The statements of an indented block, None where the node is none."""
    if isinstance(node, cst.IndentedBlock):
        return list(node.body)
    return None


def inner(compound: cst.CSTNode) -> list[Statement]:
    """The statements in the body of a compound statement."""
    return block(getattr(compound, "body", cst.Pass())) or []


def with_inner(compound: cst.BaseStatement, statements: Sequence[Statement]) -> Statement:
    """The compound statement with another body."""
    body = compound.body  # type: ignore[attr-defined]  # whoever calls this has looked at it
    changed: Statement = compound.with_changes(body=body.with_changes(body=list(statements)))
    return changed


def names_in(node: cst.CSTNode) -> Iterator[cst.Name]:
    """Every name below a node, but for attributes and names of keyword arguments."""
    if isinstance(node, cst.Name):
        yield node
    for child in node.children:
        if isinstance(node, cst.Attribute) and child is node.attr:
            continue
        if isinstance(node, cst.Arg) and child is node.keyword:
            continue
        yield from names_in(child)


def line(code: str) -> cst.SimpleStatementLine:
    """A statement from its source."""
    statement = cst.parse_statement(code)
    assert isinstance(statement, cst.SimpleStatementLine)
    return statement
