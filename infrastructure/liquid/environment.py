"""The template language: the allowed tags and filters. Templates are checked before they are rendered."""

from collections.abc import Callable, Iterator
from typing import cast

from liquid import Environment, RenderContext, Token
from liquid.ast import Node
from liquid.builtin import content, illegal
from liquid.builtin.expressions import FilteredExpression, LoopExpression, StringLiteral
from liquid.builtin.expressions.filtered import Filter
from liquid.builtin.expressions.primitive import Blank, Empty, RangeLiteral
from liquid.builtin.tags import assign_tag, capture_tag, case_tag, for_tag, if_tag, unless_tag
from liquid.exceptions import LiquidError, LiquidSyntaxError
from liquid.expression import Expression

from domain.link_targets import InvalidLinkTarget, link_target
from infrastructure.liquid import limits
from infrastructure.liquid.calendar import refuse_unknown_letters
from infrastructure.liquid.errors import TellableError
from infrastructure.liquid.filters import DATE, TRACK, allowed_filters
from infrastructure.liquid.lexer import tokens
from infrastructure.liquid.printing import is_constant
from infrastructure.liquid.rendering import BoundedContext, BoundedTemplate, PlainOutput

_TAGS = (
    content.Literal,
    illegal.Illegal,
    PlainOutput,
    assign_tag.AssignTag,
    capture_tag.CaptureTag,
    case_tag.CaseTag,
    for_tag.BreakTag,
    for_tag.ContinueTag,
    for_tag.ForTag,
    if_tag.IfTag,
    unless_tag.UnlessTag,
)


class _EqualToNil:
    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return other is None or super().__eq__(other)

    __hash__ = None  # type: ignore[assignment]


class NilIsBlank(_EqualToNil, Blank):
    """A `blank` that is equal to nil, as in Shopify's Liquid. The library's own is not."""

    __slots__ = ()


class NilIsEmpty(_EqualToNil, Empty):
    """An `empty` that is equal to nil. An author who compares with it wants to know whether there is a value."""

    __slots__ = ()


class BoundedEnvironment(Environment):
    """An environment without include, render, extends and loader. It does not escape: mails are plain text."""

    output_stream_limit = limits.OUTPUT_BYTES
    local_namespace_limit = limits.LOCAL_BYTES
    template_class = BoundedTemplate

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__()
        self.clock = clock

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        for tag in _TAGS:
            self.add_tag(tag)
        self.filters.update(allowed_filters())

    def tokenizer(self) -> Callable[[str], Iterator[Token]]:
        return tokens

    def error(
        self, exc: type[LiquidError] | LiquidError, msg: str | None = None, token: Token | None = None
    ) -> None:
        """Like the library's method, but an error at the end of an expression names the place of its markup."""
        nowhere = isinstance(exc, LiquidError) and exc.token is not None and exc.token.start_index < 0
        if nowhere and token is not None and token.start_index >= 0:
            exc.token = token
        super().error(exc, msg, token)

    def read(self, source: str) -> BoundedTemplate:
        """Parses a template. Raises LiquidError for anything that is not Liquid, not allowed, or unknown."""
        template = cast(BoundedTemplate, self.from_string(source))
        static = BoundedContext(template)
        for node in template.nodes:
            self._check_node(node, static)
        return template

    def _check_node(self, node: Node, static: RenderContext) -> None:
        for expression in node.expressions():
            self._check_expression(expression, static)
        for child in node.children(static, include_partials=False):
            self._check_node(child, static)

    def _check_expression(self, expression: Expression, static: RenderContext) -> None:
        if isinstance(expression, RangeLiteral):
            raise LiquidSyntaxError("a range can only be used in 'for ... in (1..n)'", token=expression.token)
        if isinstance(expression, Blank | Empty):
            expression.__class__ = NilIsBlank if isinstance(expression, Blank) else NilIsEmpty
        if isinstance(expression, FilteredExpression):
            self._check_filters(expression, static)
        for child in _parts(expression):
            self._check_expression(child, static)

    def _check_filters(self, expression: FilteredExpression, static: RenderContext) -> None:
        """Refuses filters that fail whatever the values are."""
        for each in expression.filters or ():
            if each.name not in self.filters:
                raise LiquidSyntaxError(f"unknown filter '{each.name}'", token=each.token)
            _check_literals(each)
        first = next(iter(expression.filters or ()), None)
        if first is not None and first.name == TRACK and isinstance(expression.left, StringLiteral):
            _check_target(expression.left.value, first.token)
        if is_constant(expression):
            expression.evaluate(static)


def _check_literals(applied: Filter) -> None:
    if applied.name != DATE:
        return
    for argument in applied.children():
        if isinstance(argument, StringLiteral):
            try:
                refuse_unknown_letters(argument.value)
            except TellableError as refusal:
                raise LiquidSyntaxError(str(refusal.message), token=applied.token) from None


def _check_target(url: str, token: Token) -> None:
    try:
        link_target(url)
    except InvalidLinkTarget as refusal:
        raise LiquidSyntaxError(f"{TRACK}: {refusal.message}", token=token) from None


def _parts(expression: Expression) -> Iterator[Expression]:
    """Yields the parts of `expression`. A loop's range is left out, because the loop reads it item by item."""
    if not isinstance(expression, LoopExpression) or not isinstance(expression.iterable, RangeLiteral):
        yield from expression.children()
        return
    if expression.reversed or expression.offset is not None:
        # The library would first make a list of the whole range.
        raise LiquidSyntaxError("a range is looped over from its start", token=expression.token)
    yield from expression.iterable.children()
    if expression.limit is not None:
        yield expression.limit
