"""One rendering, with limits on the values it can look up, on its time and on its output."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Protocol, TextIO, cast

from liquid import BoundTemplate, RenderContext, Token
from liquid.builtin.expressions import FilteredExpression, StringLiteral
from liquid.builtin.output import Output, OutputNode
from liquid.builtin.tags.for_tag import ForLoop
from liquid.builtin.tags.tablerow_tag import TableRow
from liquid.exceptions import LiquidError, LiquidInterrupt
from liquid.undefined import UNDEFINED, is_undefined
from liquid.utils import ReadOnlyChainMap

from domain.plain_text import without_margins
from infrastructure.liquid import limits
from infrastructure.liquid.errors import RenderingTooSlow, TellableError

_PATH = re.compile(r"\w[\w-]*(?:\.\w[\w-]*)*")
_ABSENT = object()
DEFAULT = "default"


class Missing:
    """The value of a path that leads to no value.

    In a condition it is nil, in a loop it is an empty list, and the result of a filter on it is missing, too.
    Printing it is an error, unless `default` gives a value.
    """

    __slots__ = ("refusal",)
    force_liquid_default = True
    """The library's filter `default` reads this attribute."""

    def __init__(self, token: Token | None, *, known: bool) -> None:
        fault = "is empty" if known else "is unknown"
        self.refusal = TellableError(f"'{named(token)}' {fault} and has no default", token=token)

    def __liquid__(self) -> None:
        return None

    def __int__(self) -> int:
        return 0


def named(token: Token | None) -> str:
    """The path as the author wrote it. Never its values, which may be personal."""
    match = _PATH.match(token.source, token.start_index) if token and token.start_index >= 0 else None
    return match[0][:100] if match else "this expression"


class _Timekeeper(Protocol):
    clock: Callable[[], float]


class BoundedContext(RenderContext):
    """A context with plain look-ups only. It counts all loops together and checks the time at every step."""

    __slots__ = ("_clock", "_iterations", "_until", "track")

    def __init__(
        self,
        template: BoundTemplate,
        *,
        globals: Mapping[str, object] | None = None,
        track: Callable[[str], str] | None = None,
    ) -> None:
        super().__init__(template, globals=globals)
        self.track = track
        # Without the library's `now` and `today`: the same values always give the same text.
        self.scope = ReadOnlyChainMap(self.locals, self.globals, self.counters)
        self._clock = cast(_Timekeeper, template.env).clock
        self._until = self._clock() + limits.SECONDS
        self._iterations = 0

    def get(self, path: list[object], *, token: Token | None, default: object = UNDEFINED) -> object:
        self.go_on()
        if missing := _first_missing(path):
            return missing
        value = super().get(path, token=token, default=_ABSENT)
        if value is _ABSENT or value is None or is_undefined(value):
            return Missing(token, known=value is None)
        return value

    def get_item(self, obj: object, key: object) -> object:
        """As the library's, but `size`, `first` and `last` of a group of values are values in it, or missing."""
        return obj[key] if isinstance(obj, Mapping) else super().get_item(obj, key)

    def filter(self, name: str, token: Token | None) -> Callable[..., object]:
        function = super().filter(name, token)

        def bounded(*arguments: object, **named_arguments: object) -> object:
            self.go_on()
            missing = None if name == DEFAULT else _first_missing(arguments)
            return missing or _bounded(function(*arguments, **named_arguments))

        return bounded

    def loop(  # type: ignore[override]
        self, namespace: Mapping[str, object], forloop: ForLoop | TableRow
    ) -> AbstractContextManager[RenderContext]:
        self._iterations += forloop.length
        if self._iterations > limits.ITERATIONS:
            raise TellableError(f"more than {limits.ITERATIONS} loop iterations", token=None)
        forloop.it = self._timed(forloop.it)
        return super().loop(namespace, forloop)

    def go_on(self) -> None:
        if self._clock() > self._until:
            raise RenderingTooSlow("rendering takes too long", token=None)

    def _timed(self, items: Iterator[object]) -> Iterator[object]:
        for item in items:
            self.go_on()
            yield item


class BoundedTemplate(BoundTemplate):
    context_class = BoundedContext

    def render_for(self, values: Mapping[str, object], track: Callable[[str], str] | None) -> str:
        """Like `render`, for one message. `track` makes its click links."""
        context = BoundedContext(self, globals=self.make_globals(values), track=track)
        buffer = self._get_buffer()
        self.render_with_context(context, buffer)
        return buffer.getvalue()

    def try_for(self, values: Mapping[str, object]) -> tuple[str, dict[int, LiquidError]]:
        """Like `render_for`, but goes on after a failure. Returns the text, and the failures by the part's number.

        The parts are the template's outermost tags, outputs and texts. Raises RenderingTooSlow.
        """
        context = BoundedContext(self, globals=self.make_globals(values))
        buffer, failures = self._get_buffer(), dict[int, LiquidError]()
        for number, node in enumerate(self.nodes):
            try:
                node.render(context, buffer)
            except RenderingTooSlow:
                raise
            except LiquidInterrupt as interrupt:
                failures[number] = TellableError(f"unexpected '{interrupt}'", token=node.token)
            except LiquidError as error:
                error.token = error.token or node.token
                failures[number] = error
            except Exception as error:  # noqa: BLE001
                # Filters can fail in as many ways as Python.
                failures[number] = TellableError(f"it fails with {type(error).__name__}", token=node.token)
        return buffer.getvalue(), failures


class PlainOutputNode(OutputNode):
    """`{{ ... }}` that prints text and numbers; printing nothing is an error unless `default` allows it."""

    __slots__ = ()

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        text = printed(self.expression.evaluate(context), self.expression.token)
        if not without_margins(text) and not self._may_print_nothing():
            token = self.expression.token
            raise TellableError(f"'{named(token)}' is empty and has no default", token=token)
        return buffer.write(text)

    def _may_print_nothing(self) -> bool:
        expression = self.expression
        if not isinstance(expression, FilteredExpression):
            return False
        defaults = any(each.name == DEFAULT for each in expression.filters or ())
        return defaults or isinstance(expression.left, StringLiteral)


class PlainOutput(Output):
    node_class = PlainOutputNode


def printed(value: object, token: Token) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Missing):
        raise value.refusal
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float | Decimal):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    if isinstance(value, list):
        return "".join(printed(item, token) for item in value)
    raise TellableError("this is a group of values; print one of them", token=token)


def _first_missing(values: Iterable[object]) -> Missing | None:
    return next((value for value in values if isinstance(value, Missing)), None)


def _bounded(value: object) -> object:
    if isinstance(value, str) and len(value) > limits.VALUE_CHARACTERS:
        raise TellableError("a text becomes too long", token=None)
    if isinstance(value, list | tuple) and len(value) > limits.ITEMS:
        raise TellableError("a list becomes too long", token=None)
    if isinstance(value, int | float) and not -limits.LARGEST_INTEGER <= value <= limits.LARGEST_INTEGER:
        raise TellableError("a number becomes too large", token=None)
    return value
