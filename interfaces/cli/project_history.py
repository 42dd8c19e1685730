"""How `farley project history` shows what was done to projections."""

import textwrap
from collections.abc import Iterator, Sequence

from interfaces.cli.project_status import stopped_by
from interfaces.plurals import how_many
from projections.engine.definitions import PROJECTIONS
from projections.engine.interventions import DoneIntervention, InterventionResult
from projections.engine.runner import Intervention

WIDTH = 100
INDENT = "    "
HEADINGS = ("when (UTC)", "who", "what", "projection", "position", "how it ended")


def history_lines(done: Sequence[DoneIntervention]) -> Iterator[str]:
    """Yields a table, and below a row what does not fit into it: several names, differing tables, an error."""
    rows = [_cells(one) for one in done]
    widths = [max(map(len, column)) for column in zip(HEADINGS, *rows, strict=True)]
    yield _line(HEADINGS, widths)
    for one, cells in zip(done, rows, strict=True):
        yield _line(cells, widths)
        for detail in _details(one):
            yield textwrap.fill(detail, WIDTH, initial_indent=INDENT, subsequent_indent=INDENT)


def _cells(done: DoneIntervention) -> tuple[str, ...]:
    return (
        f"{done.happened_at:%Y-%m-%d %H:%M:%S}",
        done.operator,
        done.action,
        _projections(done.projections),
        f"{done.position:,}",
        _end(done),
    )


def _projections(names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    return "all" if set(names) == set(PROJECTIONS) else how_many(len(names), "projection")


def _end(done: DoneIntervention) -> str:
    result = done.result.replace("_", " ")
    if done.ended_at is None or done.action is not Intervention.REBUILD:
        return result
    return f"{result} after {(done.ended_at - done.happened_at).total_seconds():,.0f} s"


def _details(done: DoneIntervention) -> Iterator[str]:
    if 1 < len(done.projections) < len(PROJECTIONS):
        yield ", ".join(done.projections)
    if done.result is InterventionResult.STOPPED:
        yield f"It was {stopped_by(done.operator)}."
    if done.action is Intervention.SKIP:
        yield f"The fact could not be folded: {done.note}"
    elif done.result is InterventionResult.DIFFERS:
        yield f"Tables that differ: {done.note}"
    elif done.note is not None:
        yield done.note


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Aligns the position on the right, everything else on the left."""
    *left, position, end = cells
    padded = [text.ljust(width) for text, width in zip(left, widths, strict=False)]
    return "  ".join([*padded, position.rjust(widths[-2]), end]).rstrip()
