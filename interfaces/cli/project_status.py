"""How `farley project status` shows the projections and the last rebuild."""

from collections.abc import Iterator

from projections.engine.rebuild_status import PROJECTOR, RebuildState, RebuildStatus
from projections.engine.status import FoldingStatus, ProjectionStatus

HEADINGS = ("projection", "position", "behind", "oldest", "facts/s", "state")
Cells = tuple[str, ...]


def status_lines(status: FoldingStatus) -> Iterator[str]:
    """Yields a table of the projections, what is wrong with each and what to do, and the last rebuild."""
    rows = [(_cells(one), one) for _, one in sorted(status.projections.items())]
    table = [HEADINGS, ("log", f"{status.head:,}", "", "", "", ""), *(cells for cells, _ in rows)]
    widths = [max(len(cells[column]) for cells in table) for column in range(len(HEADINGS))]
    yield from (_line(cells, widths) for cells in table[:2])
    for cells, one in rows:
        yield _line(cells, widths)
        yield from _explanation(one)
    if status.rebuild is not None:
        yield ""
        yield from _rebuild(status.rebuild)


def _cells(status: ProjectionStatus) -> Cells:
    oldest = f"{status.lag_seconds:,.1f} s" if status.lag else "-"
    return (
        status.name,
        f"{status.position:,}",
        f"{status.lag:,}",
        oldest,
        f"{status.rate:,.0f}",
        status.state,
    )


def _line(cells: Cells, widths: list[int]) -> str:
    """Aligns the numbers on the right, the name and the state on the left."""
    name, *numbers, state = cells
    padded = [number.rjust(width) for number, width in zip(numbers, widths[1:-1], strict=True)]
    return "  ".join([name.ljust(widths[0]), *padded, state]).rstrip()


def _explanation(status: ProjectionStatus) -> Iterator[str]:
    if status.error is not None:
        fact = f"The fact at position {status.error_at}: " if status.error_at is not None else ""
        yield f"    {fact}{status.error}"
        yield f"    {status.remedy}"
    elif status.last_error is not None and status.last_error_at is not None:
        yield f"    Its last error, of {status.last_error_at:%Y-%m-%d %H:%M:%S %Z}: {status.last_error}"


def _rebuild(rebuild: RebuildStatus) -> Iterator[str]:
    names = ", ".join(rebuild.projections)
    operator = "the projector" if rebuild.operator == PROJECTOR else rebuild.operator
    yield f"The last rebuild, of {names}, which {operator} began at {rebuild.began_at:%Y-%m-%d %H:%M:%S %Z}:"
    yield f"    {_progress(rebuild)}"
    if rebuild.waits_for is not None:
        yield f"    {rebuild.waits_for}"
    if rebuild.error is not None:
        yield f"    {rebuild.error}"
        yield f"    {rebuild.remedy}"


def _progress(rebuild: RebuildStatus) -> str:
    reached = f"position {rebuild.position:,} of {rebuild.goal:,}"
    if rebuild.state is RebuildState.RUNNING:
        return f"running: {reached}{_ahead(rebuild)}"
    ended = f"{rebuild.noted_at:%Y-%m-%d %H:%M:%S %Z}"
    serving = "the old tables serve on"
    if rebuild.operator == PROJECTOR:
        serving += ", and the next projector begins again"
    return {
        RebuildState.SWITCHED: f"switched at position {rebuild.position:,}, {ended}",
        RebuildState.FAILED: f"failed after {reached}, {ended}",
        RebuildState.STOPPED: f"{stopped_by(rebuild.operator)} after {reached}, {ended}; {serving}",
        RebuildState.CUT_OFF: f"cut off after {reached}, {ended}",
    }[rebuild.state]


def _ahead(rebuild: RebuildStatus) -> str:
    if rebuild.waits_for is not None:
        return "; it waits to switch"
    pace = f", {rebuild.rate:,.0f} facts/s"
    if not rebuild.rate:
        return pace
    seconds = (rebuild.goal - rebuild.position) / rebuild.rate
    return f"{pace}, about {seconds:,.0f} s to go" if seconds >= 1 else f"{pace}, about to switch"


def stopped_by(operator: str) -> str:
    """Returns what stopped a rebuild of this operator."""
    return "stopped with its projector" if operator == PROJECTOR else "stopped by its operator"
