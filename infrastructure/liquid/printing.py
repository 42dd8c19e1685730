"""Finds out whether a template can print anything, for any values."""

from collections.abc import Container, Iterable, Iterator
from functools import singledispatch
from itertools import takewhile
from typing import Any

from liquid.ast import BlockNode, ConditionalBlockNode, Node
from liquid.builtin.content import ContentNode
from liquid.builtin.expressions import LoopExpression, Path
from liquid.builtin.expressions.logical import LogicalAndExpression, LogicalOrExpression, is_truthy
from liquid.builtin.tags.case_tag import CaseNode, MultiExpressionBlockNode
from liquid.builtin.tags.for_tag import BreakNode, ContinueNode, ForNode
from liquid.builtin.tags.if_tag import IfNode
from liquid.builtin.tags.unless_tag import UnlessNode
from liquid.context import RenderContext
from liquid.expression import Expression

from domain.plain_text import without_margins
from infrastructure.liquid.errors import TellableError
from infrastructure.liquid.rendering import PlainOutputNode, printed

_UNKNOWN: Any = object()


def may_print(nodes: Iterable[Node], static: RenderContext) -> bool:
    """Whether these nodes print visible text for some values. `static` is a context with the values that are known."""
    reached = takewhile(lambda node: not isinstance(node, BreakNode | ContinueNode), nodes)
    return any(_node_may_print(node, static) for node in reached)


def is_constant(expression: Expression, known: Container[str] = ()) -> bool:
    """Whether the expression has the same value in every rendering in which the `known` names have theirs."""
    if isinstance(expression, Path):
        return str(expression) in known
    return all(is_constant(child, known) for child in expression.children())


@singledispatch
def _node_may_print(node: Node, static: RenderContext) -> bool:
    """Whether one node may print. Nodes such as assignments print nothing."""
    return may_print(_live_blocks(node, static), static)


@_node_may_print.register
def _(node: ContentNode, static: RenderContext) -> bool:
    return bool(without_margins(node.text))


@_node_may_print.register
def _(node: PlainOutputNode, static: RenderContext) -> bool:
    value = _constant(node.expression, static)
    try:
        return value is _UNKNOWN or bool(without_margins(printed(value, node.token)))
    except TellableError:  # A group of values, which a trial rendering names.
        return True


@_node_may_print.register
def _(node: BlockNode, static: RenderContext) -> bool:
    return may_print(node.nodes, static)


def _live_blocks(node: Node, static: RenderContext) -> Iterator[Node]:
    """The blocks of a condition or loop that some values lead to."""
    match node:
        case IfNode() | UnlessNode():
            yield from _live_branches(node, static)
        case CaseNode():
            yield from _live_cases(node, static)
        case ForNode():
            repeats = _repeats(node.expression, static)
            yield from [node.block] if repeats is not False else []
            yield from [node.default] if node.default and repeats is not True else []


def _live_branches(node: IfNode | UnlessNode, static: RenderContext) -> Iterator[Node]:
    expected = isinstance(node, IfNode)
    first = ConditionalBlockNode(node.token, node.condition, node.consequence)
    for branch in (first, *node.alternatives):
        truth = _truth(branch.expression, static)
        if truth is not (not expected):
            yield branch.block
        if truth is expected:
            return
        expected = True
    if node.default:
        yield node.default


def _live_cases(node: CaseNode, static: RenderContext) -> Iterator[Node]:
    constant, matched = is_constant(node.expression, static.globals), False
    for block in node.blocks:
        if not isinstance(block, MultiExpressionBlockNode):
            yield from [] if matched else [block]
            continue
        matches: Any = _constant(block.expression, static) if constant else _UNKNOWN
        if matches is _UNKNOWN or any(matches):
            matched = matched or matches is not _UNKNOWN
            yield block.block


def _truth(expression: Expression, static: RenderContext) -> bool | None:
    """Returns the result of a condition if it is the same in every rendering, or None if it depends on values."""
    inner = getattr(expression, "expression", expression)
    if isinstance(inner, LogicalAndExpression | LogicalOrExpression):
        outcomes = {_truth(inner.left, static), _truth(inner.right, static)}
        decisive = isinstance(inner, LogicalOrExpression)
        return decisive if decisive in outcomes else (None if None in outcomes else not decisive)
    value = _constant(expression, static)
    return None if value is _UNKNOWN else is_truthy(value)


def _repeats(expression: LoopExpression, static: RenderContext) -> bool | None:
    """Whether a loop has an item, or None if that depends on the values."""
    iterator_and_length = _constant(expression, static)
    return None if iterator_and_length is _UNKNOWN else iterator_and_length[1] > 0


def _constant(expression: Expression, static: RenderContext) -> Any:
    """Returns the value that the expression has in every rendering, or _UNKNOWN if there is none or it fails."""
    if not is_constant(expression, static.globals):
        return _UNKNOWN
    try:
        return expression.evaluate(static)
    except Exception:  # noqa: BLE001
        # Expressions can fail in as many ways as Python. A trial rendering names the failure.
        return _UNKNOWN
