"""Splits template text into python-liquid's tokens, in linear time.

The library's own lexer is one regular expression that goes back over the text: 8,000 spaces after a `{{` take
two seconds, twice as many eight. Comments and `raw` are dealt with here and need no tag.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple, NoReturn

from liquid.exceptions import LiquidSyntaxError
from liquid.token import TOKEN_CONTENT, TOKEN_EXPRESSION, TOKEN_OUTPUT, TOKEN_TAG, Token

from infrastructure.liquid.limits import MARKUP_CHARACTERS

_OPENING = re.compile(r"\{\{|\{%")
_CLOSING = {"{{": "}}", "{%": "%}"}
_TAG_NAME = re.compile(r"(#|\w+)\s*")
_END_OF = {name: re.compile(rf"\{{%-?\s*end{name}\s*(?P<trim>-?)%\}}") for name in ("comment", "raw")}


class _Markup(NamedTuple):
    start: int
    end: int
    inside: str
    inside_start: int
    trims_before: bool
    trims_after: bool


def tokens(source: str) -> Iterator[Token]:
    """Raises LiquidSyntaxError, its token at the offending place."""
    position, trims = 0, False
    while opening := _OPENING.search(source, position):
        markup = _markup(source, opening)
        yield from _content(source, position, opening.start(), trims, markup.trims_before)
        position, trims = markup.end, markup.trims_after
        if opening[0] == "{{":
            yield Token(TOKEN_OUTPUT, source[markup.start : markup.end], markup.start, source)
            yield Token(TOKEN_EXPRESSION, markup.inside, markup.inside_start, source)
            continue
        name = _TAG_NAME.match(markup.inside)
        if name is None:
            _refuse("a tag without a name", source, markup.start)
        if name[1] in _END_OF:
            end = _end_of(name[1], source, markup)
            if name[1] == "raw":
                yield from _content(source, markup.end, end.start(), False, False)
            position, trims = end.end(), bool(end["trim"])
        elif name[1] != "#":
            yield Token(TOKEN_TAG, name[1], markup.inside_start, source)
            if expression := markup.inside[name.end() :]:
                yield Token(TOKEN_EXPRESSION, expression, markup.inside_start + name.end(), source)
    yield from _content(source, position, len(source), trims, False)


def _markup(source: str, opening: re.Match[str]) -> _Markup:
    start, closing = opening.start(), _CLOSING[opening[0]]
    close = source.find(closing, opening.end())
    if close < 0:
        _refuse(f"'{opening[0]}' without '{closing}'", source, start)
    if close - start > MARKUP_CHARACTERS:
        _refuse(f"more than {MARKUP_CHARACTERS} characters up to the next '{closing}'", source, start)
    inside = source[opening.end() : close]
    trims_before = inside.startswith("-")
    bare = inside[trims_before:]
    trims_after = bare.endswith("-")
    bare = bare.removesuffix("-")
    if not bare.strip():
        _refuse(f"nothing between '{opening[0]}' and '{closing}'", source, start)
    inside_start = opening.end() + trims_before + len(bare) - len(bare.lstrip())
    return _Markup(start, close + 2, bare.strip(), inside_start, trims_before, trims_after)


def _end_of(name: str, source: str, markup: _Markup) -> re.Match[str]:
    end = _END_OF[name].search(source, markup.end)
    if end is None:
        _refuse(f"'{name}' without 'end{name}'", source, markup.start)
    return end


def _content(source: str, start: int, end: int, trims_left: bool, trims_right: bool) -> Iterator[Token]:
    text = source[start:end]
    text = text.lstrip() if trims_left else text
    text = text.rstrip() if trims_right else text
    if text:
        yield Token(TOKEN_CONTENT, text, start, source)


def _refuse(message: str, source: str, position: int) -> NoReturn:
    raise LiquidSyntaxError(message, token=Token(TOKEN_CONTENT, "", position, source))
