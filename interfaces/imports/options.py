"""From what was said on the command line, over a preset's, to the plan of an import."""

import codecs
import re
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from domain.errors import InvalidInput
from domain.plain_text import plain_text
from interfaces.imports.columns import Columns
from interfaces.imports.kinds import KINDS
from interfaces.imports.plans import Plan
from interfaces.imports.presets import PRESETS, Preset
from interfaces.imports.rows import UTF_8, Layout, refuse_unusable_header
from interfaces.imports.spelling import Spelling

JSON_LINES = (".jsonl", ".ndjson", ".json")
DELIMITERS = {"tab": "\t", "space": " ", r"\t": "\t"}
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
    dates: str | None = None
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
        source=plain_text(options.source or (preset.source if preset else options.file.stem), "source"),
        layout=_layout(options, preset),
        key=options.key or (preset.key if preset else ()),
        columns=_columns(options, preset),
        derive=preset.derive if preset else None,
    )


def spelling_of(options: Options, plan: Plan) -> Spelling:
    preset = _preset(options)
    dates = options.dates or (preset.dates if preset else None)
    return Spelling(_zone(options.zone), dates=dates, flags_are_texts=not plan.layout.json_lines)


def _preset(options: Options) -> Preset | None:
    if options.preset is None:
        return None
    preset = PRESETS[options.preset]
    if preset.kind != options.kind:
        raise UnusableOption(f"--preset {options.preset} is of {preset.kind}, not of {options.kind}.")
    return preset


def _layout(options: Options, preset: Preset | None) -> Layout:
    layout = preset.layout if preset else Layout(json_lines=options.file.suffix.lower() in JSON_LINES)
    if layout.json_lines and (options.delimiter or options.header):
        raise UnusableOption("JSON lines have neither a delimiter nor a header.")
    refuse_unusable_header(options.header)
    return replace(
        layout,
        delimiter=_delimiter(options.delimiter) if options.delimiter else layout.delimiter,
        encoding=_encoding(options.encoding) if options.encoding else layout.encoding,
        header=options.header or layout.header,
    )


def _delimiter(text: str) -> str:
    delimiter = DELIMITERS.get(text, text)
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise UnusableOption("--delimiter is one character, or tab, or space.")
    return delimiter


def _encoding(name: str) -> str:
    """Only those whose lines end where their bytes do."""
    try:
        known = codecs.lookup(name).name
        lines_end_as_bytes = "\n".encode(known) == b"\n"
        b"\xff".decode(known, "surrogateescape")
    except (LookupError, UnicodeError, ValueError) as error:
        raise UnusableOption(f"No encoding has the name {name!r}.") from error
    if not lines_end_as_bytes:
        raise UnusableOption(f"{name} is not read here; convert the file to UTF-8.")
    return UTF_8 if known in (UTF_8, "utf-8-sig") else known


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
    constants = dict(map(_pair_of_constant, options.constants))
    return Columns(
        paths={**(preset.paths if preset else {}), **given},
        constants={**(preset.constants if preset else {}), **constants},
        mapped_only=options.mapped_only or preset is not None,
    )


def _pair(text: str) -> tuple[str, str]:
    column, equals, path = text.rpartition("=")
    if not equals or not column or not _PATH.fullmatch(path):
        raise UnusableOption(f"--map is COLUMN=FIELD, such as mail=identifier.value; not {text!r}.")
    return column, path


def _pair_of_constant(text: str) -> tuple[str, str]:
    path, equals, value = text.partition("=")
    if not equals or not _PATH.fullmatch(path):
        raise UnusableOption(f"--set is FIELD=VALUE, such as currency=EUR; not {text!r}.")
    return path, value
