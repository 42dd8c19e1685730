"""Liquid templates from authors who are not trusted, as the port in application/templates.py wants them."""

import time
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
from itertools import chain, takewhile
from typing import TypeVar

from liquid.exceptions import LiquidError, ResourceLimitError
from liquid.static_analysis import Variable

from application.templates import Named, Track
from domain.campaigns.errors import InvalidTemplate
from domain.messages.errors import RenderError
from domain.plain_text import without_margins
from infrastructure.liquid import limits
from infrastructure.liquid.environment import BoundedEnvironment
from infrastructure.liquid.errors import RenderingTooSlow, TellableError
from infrastructure.liquid.printing import may_print
from infrastructure.liquid.rendering import BoundedContext, BoundedTemplate
from infrastructure.liquid.values import plain_values

Result = TypeVar("Result")

_KEPT_TEMPLATES = 256
_LONGEST_EXPLANATION = 300


class LiquidTemplates:
    """Keeps the templates it read last. May be called from several threads.

    `clock` gives seconds of this thread's processor time.
    """

    def __init__(self, *, clock: Callable[[], float] = time.thread_time) -> None:
        self._environment = BoundedEnvironment(clock)
        self._read = lru_cache(maxsize=_KEPT_TEMPLATES)(self._read_anew)

    def check(self, source: str, link: str | None = None) -> None:
        """Checks a template. One without values is rendered, to see whether it prints anything."""
        template, known = self._read(source), {} if link is None else {link: ""}
        static = BoundedContext(template, globals=known)
        has_values = any(named.path[0] not in known for named in self.names(source))
        if may_print(template.nodes, static) and (has_values or _prints(template, known)):
            return
        nothing = "nothing" if link is None else f"nothing but {{{{ {link} }}}}"
        raise InvalidTemplate(
            f"This prints {nothing} for anybody: write text outside of comments and of conditions that are never true."
        )

    def names(self, source: str) -> list[Named]:
        variables = chain.from_iterable(self._read(source).analyze().globals.values())
        return [
            Named(path=_path(variable), line=_line(source, variable.span.index))
            for variable in sorted(variables, key=lambda variable: variable.span.index)
        ]

    def render(self, source: str, values: Mapping[str, object], track: Track | None = None) -> str:
        template = self._read(source)
        given = plain_values(values)
        try:
            return _again_if_slow(partial(template.render_for, given, track))
        except LiquidError as error:
            raise RenderError(_explained(source, error, _reason(error))) from None
        except Exception as error:  # noqa: BLE001
            # A filter can fail in as many ways as Python; none of them may stop the run, and none is quoted:
            # its message may hold a value.
            raise RenderError(f"The template cannot be rendered: {type(error).__name__}.") from None

    def try_out(self, source: str, samples: Iterable[Mapping[str, object]]) -> list[str]:
        try:
            template = self._read(source)
            tried = [_again_if_slow(partial(template.try_for, values)) for values in samples]
        except RenderingTooSlow as error:
            raise InvalidTemplate(_explained(source, error, _reason(error))) from None
        for part, failure in tried[0][1].items():
            if all(part in failures for _, failures in tried):
                explanation = _explained(source, failure, _reason(failure))
                raise InvalidTemplate(f"{explanation}. This fails for everybody: change this line.")
        return [text for text, failures in tried if not failures]

    def _read_anew(self, source: str) -> BoundedTemplate:
        _refuse_unreadable(source)
        try:
            return self._environment.read(source)
        except LiquidError as error:
            raise InvalidTemplate(_explained(source, error, str(error.message))) from None


def _again_if_slow(render: Callable[[], Result]) -> Result:
    """Returns what is rendered, at the second try if the first takes too long.

    The processor time of a thread includes what a virtual machine's host took away from it. A template that is slow
    itself is so twice.
    """
    try:
        return render()
    except RenderingTooSlow:
        return render()


def _prints(template: BoundedTemplate, known: Mapping[str, object]) -> bool:
    """Whether a template without other values prints text, or fails."""
    text, failures = template.try_for(known)
    return bool(failures or without_margins(text))


def _path(variable: Variable) -> tuple[str, ...]:
    """Returns the path to a value. A name that is known only while rendering, such as [name], stays as written."""
    segments = takewhile(lambda segment: isinstance(segment, str), variable.segments)
    return tuple(map(str, segments)) or (str(variable),)


def _refuse_unreadable(source: str) -> None:
    try:
        size = len(source.encode("utf-8"))
    except UnicodeEncodeError:
        raise InvalidTemplate("The template has a lone surrogate.") from None
    if size > limits.SOURCE_BYTES:
        raise InvalidTemplate(f"The template has more than {limits.SOURCE_BYTES} bytes.")
    if "\0" in source:
        raise InvalidTemplate("The template has a NUL character.")


def _reason(error: LiquidError) -> str:
    """Returns the reason of a failure without values, which the library's messages quote."""
    if isinstance(error, TellableError | ResourceLimitError):
        return str(error.message)
    return "a filter, a comparison or a loop cannot take this value"


def _explained(source: str, error: LiquidError, reason: str) -> str:
    start = error.token.start_index if error.token is not None else -1
    line = _line(source, start if start >= 0 else len(source))
    return f"line {line}: {reason}"[:_LONGEST_EXPLANATION]


def _line(source: str, index: int) -> int:
    return source.count("\n", 0, index) + 1
