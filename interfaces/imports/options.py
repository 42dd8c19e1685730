"""From what was said on the command line, over a preset's, to the plan of an import."""

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from domain.errors import InvalidInput
from domain.plain_text import plain_text, stored_form
from interfaces.imports.columns import NULLS, Columns
from interfaces.imports.kinds import KINDS
from interfaces.imports.plans import Plan
from interfaces.imports.presets import PRESETS, Preset
from interfaces.imports.rows import Layout, refuse_unusable_header
from interfaces.imports.spelling import Dates, Spelling
from interfaces.imports.text_lines import UTF_8, WIDE

JSON_LINES = (".jsonl", ".ndjson", ".json")
DELIMITERS = {"tab": "\t", "space": " ", r"\t": "\t"}
_COLUMN_AND_PATTERN = re.compile(r"(?:(?P<column>[^%]+)=)?(?P<pattern>[^=%]*%.*)")
_SOME_DAY = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
_PATH = re.compile(r"[^.=]+(\.[^.=]+)*")


class UnusableOption(InvalidInput):
    """This cannot be said so on the command line."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """As the command line has them; what is left out is the preset's, or the usual."""

    kind: str
    file: Path
    preset: str | None = None
    source: str | None = None
    key: tuple[str, ...] = ()
    zone: str | None = None
    dates: tuple[str, ...] = ()
    decimal: str | None = None
    null: tuple[str, ...] = ()
    delimiter: str | None = None
    encoding: str | None = None
    header: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    constants: tuple[str, ...] = ()
    mapped_only: bool = False


def plan_of(options: Options) -> Plan:
    """The plan. UnusableOption, in the user's words, where the options do not fit together."""
    preset = _preset(options)
    return Plan(
        kind=KINDS[options.kind],
        source=plain_text(stored_form(options.source or _usual_source(options, preset)), "source"),
        layout=_layout(options, preset),
        key=_stored(options.key) or (preset.key if preset else ()),
        columns=_columns(options, preset),
        derive=preset.derive if preset else None,
        dated=frozenset(_dates(options, preset).of_column),
    )


def spelling_of(options: Options) -> Spelling:
    if options.decimal not in (None, ".", ","):
        raise UnusableOption("--decimal is the comma or the point.")
    dates = _dates(options, _preset(options))
    return Spelling(_zone(options.zone), dates=dates, decimal=options.decimal)


def _usual_source(options: Options, preset: Preset | None) -> str:
    return preset.source if preset else options.file.stem


def _stored(names: Sequence[str]) -> tuple[str, ...]:
    """Names of columns as the header's are read."""
    return tuple(map(stored_form, names))


def _dates(options: Options, preset: Preset | None) -> Dates:
    """Patterns on the command line go over the preset's."""
    general: list[str] = []
    of_column: dict[str, tuple[str, ...]] = {}
    for text in options.dates:
        column, pattern = _pattern(text)
        if column is None:
            general.append(pattern)
        else:
            of_column[column] = (*of_column.get(column, ()), pattern)
    usual = (preset.dates,) if preset and preset.dates else ()
    return Dates(patterns=tuple(general) or usual, of_column=of_column)


def _pattern(text: str) -> tuple[str | None, str]:
    """The column, where one is named, and the pattern. UnusableOption where no date can be read by it."""
    match = _COLUMN_AND_PATTERN.fullmatch(text)
    try:
        if match is None:
            raise ValueError(text)
        datetime.strptime(_SOME_DAY.strftime(match["pattern"]), match["pattern"])  # noqa: DTZ007 - a trial
    except ValueError as error:
        raise UnusableOption(
            f"--dates is PATTERN or COLUMN=PATTERN, such as %d.%m.%Y or born=%m/%d/%y; not {text!r}."
        ) from error
    return stored_form(match["column"]) if match["column"] else None, match["pattern"]


def _preset(options: Options) -> Preset | None:
    if options.preset is None:
        return None
    preset = PRESETS[options.preset]
    if preset.kind != options.kind:
        raise UnusableOption(f"--preset {options.preset} is of {preset.kind}, not of {options.kind}.")
    return preset


def _layout(options: Options, preset: Preset | None) -> Layout:
    layout = preset.layout if preset else Layout(json_lines=is_of_json_lines(options.file))
    if layout.json_lines and (options.delimiter or options.header):
        raise UnusableOption("JSON lines have neither a delimiter nor a header.")
    refuse_unusable_header(options.header)
    return replace(
        layout,
        delimiter=_delimiter(options.delimiter) if options.delimiter else layout.delimiter,
        encoding=_encoding(options.encoding) if options.encoding else layout.encoding,
        header=_stored(options.header) or layout.header,
    )


def is_of_json_lines(path: Path) -> bool:
    return path.suffix.lower() in JSON_LINES


def _delimiter(text: str) -> str:
    delimiter = DELIMITERS.get(text, text)
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise UnusableOption("--delimiter is one character, or tab, or space.")
    return delimiter


def _encoding(name: str) -> str:
    """Those of one or more bytes a character whose lines end where their bytes do, and UTF-16 and UTF-32."""
    try:
        known = codecs.lookup(name).name
        if known in WIDE:
            return known
        lines_end_as_bytes = "\n".encode(known) == b"\n"
        b"\xff".decode(known, "surrogateescape")
    except (LookupError, UnicodeError, ValueError) as error:
        raise UnusableOption(f"No encoding has the name {name!r}.") from error
    if not lines_end_as_bytes:
        raise UnusableOption(f"{name} is not read here; convert the file to UTF-8.")
    return UTF_8 if known == "utf-8-sig" else known


def _zone(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError) as error:
        raise UnusableOption(f"No time zone has the name {name!r}; one is Europe/Berlin.") from error


def _columns(options: Options, preset: Preset | None) -> Columns:
    """A column that is mapped goes nowhere else, but it may be mapped to several fields."""
    given: dict[str, tuple[str, ...]] = {}
    for column, path in map(_pair, options.paths):
        given[column] = (*given.get(column, ()), path)
    paths = {**(preset.paths if preset else {}), **given}
    constants = dict(map(_pair_of_constant, options.constants))
    return Columns(
        paths=paths,
        constants={**(preset.constants if preset else {}), **constants},
        mapped_only=options.mapped_only or preset is not None,
        nulls=frozenset(map(stored_form, options.null)) or NULLS,
    )


def _pair(text: str) -> tuple[str, str]:
    column, equals, path = text.rpartition("=")
    if not equals or not column or not _PATH.fullmatch(path):
        raise UnusableOption(f"--map is COLUMN=FIELD, such as mail=identifier.value; not {text!r}.")
    return stored_form(column), path


def _pair_of_constant(text: str) -> tuple[str, str]:
    path, equals, value = text.partition("=")
    if not equals or not _PATH.fullmatch(path):
        raise UnusableOption(f"--set is FIELD=VALUE, such as currency=EUR; not {text!r}.")
    return path, value
