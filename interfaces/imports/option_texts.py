"""Parses single options of an import from the command line. A wrong text raises UnusableOption."""

import codecs
import re
from collections.abc import Iterator
from datetime import UTC, datetime

from domain.errors import InvalidInput
from domain.plain_text import stored_form
from domain.zones import known_zone
from interfaces.imports.text_lines import UTF_8, WIDE

DELIMITERS = {"tab": "\t", "space": " ", r"\t": "\t"}
_COLUMN_AND_PATTERN = re.compile(r"(?:(?P<column>[^%]+)=)?(?P<pattern>[^=%]*%.*)")
_SOME_DAY = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
_PATH = re.compile(r"[^.=]+(\.[^.=]+)*")


_OPTION = re.compile(r"--([a-z]+(?:-[a-z]+)*)")
"""An option in a message. Over HTTP a field of the body has its name, with underscores."""


class UnusableOption(InvalidInput):
    """This option of an import cannot be used so."""


def dates_pattern(text: str) -> tuple[str | None, str]:
    """Returns the column, if the text names one, and the pattern.

    Raises UnusableOption if the pattern does not read a whole date.
    """
    match = _COLUMN_AND_PATTERN.fullmatch(text)
    try:
        read_back = match and datetime.strptime(_SOME_DAY.strftime(match["pattern"]), match["pattern"])  # noqa: DTZ007
        if match is None or read_back is None or read_back.date() != _SOME_DAY.date():
            raise ValueError(text)
    except ValueError as error:
        raise UnusableOption(
            f"--dates is PATTERN or COLUMN=PATTERN, such as %d.%m.%Y or born=%m/%d/%y; not {text!r}."
        ) from error
    return stored_form(match["column"]) if match["column"] else None, match["pattern"]


def delimiter_named(text: str) -> str:
    """Returns the delimiter's character."""
    delimiter = DELIMITERS.get(text, text)
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise UnusableOption("--delimiter is one character, or tab, or space.")
    return delimiter


def encoding_named(name: str) -> str:
    """Returns Python's name of the encoding.

    UTF-16 and UTF-32 are allowed. In any other encoding the line end must be the single byte of ASCII.
    """
    try:
        known = codecs.lookup(name).name
        if known in WIDE:
            return known
        lines_end_as_bytes = "\n".encode(known) == b"\n"
        b"\xff".decode(known, "surrogateescape")
    except (LookupError, UnicodeError, ValueError) as error:
        raise UnusableOption(f"No encoding has the name {name!r}.") from error
    if not lines_end_as_bytes:
        raise UnusableOption(f"{name} cannot be imported. Convert the file to UTF-8.")
    return UTF_8 if known == "utf-8-sig" else known


def zone_named(name: str | None) -> str:
    """Returns the present name of the zone, or UTC without a name."""
    try:
        return known_zone("UTC" if name is None else name)
    except InvalidInput as error:
        raise UnusableOption(f"No time zone has the name {name!r}; one is Europe/Berlin.") from error


def mapping(text: str) -> tuple[str, str]:
    """Returns the column, or several columns joined by a plus, and the field's path."""
    column, equals, path = text.rpartition("=")
    if not equals or not column or not _PATH.fullmatch(path):
        raise UnusableOption(f"--map is COLUMN=FIELD, such as mail=identifier.value; not {text!r}.")
    return stored_form(column), path


def constant(text: str) -> tuple[str, str]:
    """Returns the field's path and its value."""
    path, equals, value = text.partition("=")
    if not equals or not _PATH.fullmatch(path):
        raise UnusableOption(f"--set is FIELD=VALUE, such as currency=EUR; not {text!r}.")
    return path, value


def fields_named_in(message: str) -> Iterator[str]:
    """Yields the fields of a body that are the options which a message names."""
    yield from (option.replace("-", "_") for option in _OPTION.findall(message))


def said_of_fields(message: str) -> str:
    """Returns a message with the fields of a body in place of the options of the command line."""
    return _OPTION.sub(lambda option: f"`{option[1].replace('-', '_')}`", message)
