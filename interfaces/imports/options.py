"""Turns the options of the command line into an import's plan; they override the options of a preset."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from domain.plain_text import plain_text, stored_form
from interfaces.imports.columns import NULLS, Columns
from interfaces.imports.dates import Dates
from interfaces.imports.headers import refuse_unusable_header
from interfaces.imports.kinds import KINDS
from interfaces.imports.option_texts import (
    UnusableOption,
    constant,
    dates_pattern,
    delimiter_named,
    encoding_named,
    mapping,
    zone_named,
)
from interfaces.imports.plans import Plan
from interfaces.imports.presets import PRESETS, Preset
from interfaces.imports.rows import Layout
from interfaces.imports.spelling import Spelling
from interfaces.imports.trees import overlap

JSON_LINES = (".jsonl", ".ndjson", ".json")


@dataclass(frozen=True, kw_only=True)
class Options:
    """The options on the command line. The preset, or else a default, replaces an option that is left out."""

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
    """Returns the plan. Raises UnusableOption if an option is wrong or options contradict each other."""
    preset = _preset(options)
    return Plan(
        kind=KINDS[options.kind],
        source=_source(options, preset),
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
    return Spelling(zone_named(options.zone), dates=dates, decimal=options.decimal)


def _source(options: Options, preset: Preset | None) -> str:
    usual = preset.source if preset else options.file.stem
    source = stored_form(usual if options.source is None else options.source)
    if not source:
        raise UnusableOption("--source is empty: name the system that numbers the rows, or leave it out.")
    return plain_text(source, "source")


def _stored(names: Sequence[str]) -> tuple[str, ...]:
    """Normalises names of columns as `header_names` normalises the header."""
    return tuple(map(stored_form, names))


def _dates(options: Options, preset: Preset | None) -> Dates:
    """Returns the patterns of dates. A general pattern on the command line replaces the preset's."""
    general: list[str] = []
    of_column: dict[str, tuple[str, ...]] = {}
    for text in options.dates:
        column, pattern = dates_pattern(text)
        if column is None:
            general.append(pattern)
        else:
            of_column[column] = (*of_column.get(column, ()), pattern)
    usual = (preset.dates,) if preset and preset.dates else ()
    return Dates(patterns=tuple(general) or usual, of_column=of_column)


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
        delimiter=layout.delimiter if options.delimiter is None else delimiter_named(options.delimiter),
        encoding=layout.encoding if options.encoding is None else encoding_named(options.encoding),
        header=_stored(options.header) or layout.header,
    )


def is_of_json_lines(path: Path) -> bool:
    return path.suffix.lower() in JSON_LINES


def _columns(options: Options, preset: Preset | None) -> Columns:
    """Returns the mapping of columns. A mapped column fills only the fields to which it is mapped."""
    given: dict[str, tuple[str, ...]] = {}
    for column, path in map(mapping, options.paths):
        given[column] = (*given.get(column, ()), path)
    paths = {**(preset.paths if preset else {}), **given}
    constants = _constants(options.constants)
    return Columns(
        paths=paths,
        constants={**(preset.constants if preset else {}), **constants},
        mapped_only=options.mapped_only or preset is not None,
        nulls=NULLS.union(map(stored_form, options.null)),
    )


def _constants(texts: Sequence[str]) -> dict[str, str]:
    """Returns the values by field. Raises UnusableOption if two of them are for one field."""
    constants: dict[str, str] = {}
    for text in texts:
        path, value = constant(text)
        for other in filter(partial(overlap, path), constants):
            raise UnusableOption(
                f"--set {other}={constants[other]} and --set {text} are one field: leave one of them out."
            )
        constants[path] = value
    return constants
