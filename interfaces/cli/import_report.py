"""The report that `farley import` prints at its end."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from shlex import quote
from typing import Any

from interfaces.imports.options import Options
from interfaces.imports.plans import Plan
from interfaces.imports.report import SHOWN, Refused, Report, reasons_beside
from interfaces.imports.spelling import Spelling
from interfaces.plurals import how_many

LINES_SHOWN = 5
LONGEST_TEXT_SHOWN = 200


def counted(report: Report) -> str:
    return f"accepted {report.accepted}, duplicates {report.duplicates}, refused {report.refused}"


def report_lines(plan: Plan, spelling: Spelling, options: Options, report: Report) -> Iterator[str]:
    yield f"{plan.kind.name} of source {plan.source} from {options.file.name}"
    yield f"  {'rows':<12}{report.rows:>9}"
    yield f"  {'accepted':<12}{report.accepted:>9}"
    yield f"  {'duplicates':<12}{report.duplicates:>9}"
    yield f"  {'refused':<12}{report.refused:>9}"
    if spelling.completed:
        other = "" if options.zone else "; --zone names another zone"
        yield (
            f"{how_many(spelling.completed, 'date')} had no time or no offset:"
            f" read in {options.zone or 'UTC'}{other}."
        )
    if report.undeclared_attributes:
        yield f"Attributes that are not declared, and are stored as they are: {_undeclared_attributes(report)}."
    yield from undeclared_lines(report)
    if report.doubles:
        yield _possible_doubles(report)
    yield from _refusals(report)


def _undeclared_attributes(report: Report) -> str:
    names = [
        _printable(f"{path} (declared: {near})" if near else path)
        for path, near in report.undeclared_attributes.items()
    ]
    return _first(names)


def _possible_doubles(report: Report) -> str:
    lines = sorted(report.doubles)
    return (
        f"Possible doubles, with an external id of another customer: {how_many(len(lines), 'new row')}"
        f" (line{'s' if len(lines) > 1 else ''} {_first(list(map(str, lines)))}). A later import recognises a row"
        " only with the same --source and --key as the first."
    )


def _first(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - SHOWN} more" if len(texts) > SHOWN else ""
    return f"{', '.join(texts[:SHOWN])}{more}"


def undeclared_lines(report: Report) -> Iterator[str]:
    """Yields the stored names that are not declared, the most frequent first."""
    for name, rows in report.undeclared_names.most_common(SHOWN):
        nearest = "" if name.nearest is None else f" The nearest is {name.nearest}."
        yield f"{name.path} {_printable(name.name)!r} was stored but is not declared (rows: {rows}).{nearest}"
    if (more := len(report.undeclared_names) - SHOWN) > 0:
        yield f"... and {how_many(more, 'more name')} not declared."


def _refusals(report: Report) -> Iterator[str]:
    for refused in report.first_refused:
        for error in refused.errors:
            yield f"{_lines(refused)}: {_place(error)}{error['message']} ({error['code']})"
        yield from _texts(refused)
    more = report.refused - len(report.first_refused)
    if more:
        yield f"... and {how_many(more, 'more row')}; --refused FILE writes all of them."


def _place(error: Mapping[str, Any]) -> str:
    path, column = error["path"], error.get("column")
    if column in (None, path):
        return f"{path}: " if path else ""
    return f"column {column} ({path}): "


def _lines(refused: Refused) -> str:
    last = refused.line + len(refused.lines) - 1
    return f"line {refused.line}" if last <= refused.line else f"lines {refused.line} to {last}"


def _texts(refused: Refused) -> Iterator[str]:
    for number, text in enumerate(refused.lines[:LINES_SHOWN], start=refused.line):
        yield f"  {number} | {_printable(text)}"
    if len(refused.lines) > LINES_SHOWN:
        yield f"  ... and {how_many(len(refused.lines) - LINES_SHOWN, 'more line')}"


def _printable(text: str) -> str:
    shown = text.rstrip("\r\n")[:LONGEST_TEXT_SHOWN]
    return "".join(
        character if character.isprintable() or character == "\t" else "\N{REPLACEMENT CHARACTER}"
        for character in shown
    )


def how_to_go_on(path: Path, options: Options, plan: Plan) -> str:
    source = "" if options.source or options.preset else f" and --source {quote(plan.source)}"
    return (
        f"The refused rows are in {path}, what was wrong in {reasons_beside(path)}: mend the rows and import them"
        f" with the same options{source}."
    )
