"""`farley replay` decides a run again from the log alone."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import click

from application.replaying.differences import ReplayDifference, Replayed
from application.services import Services
from interfaces.cli import wiring
from interfaces.cli.progress import progress
from interfaces.plurals import how_many

COLUMNS = ("position", "part", "customer", "what", "recorded", "decided again")
WIDEST = 60


@click.command
@click.argument("run", type=click.UUID)
def replay(run: UUID) -> None:
    """Decide RUN again from the log alone, and compare.

    RUN is the run's id. Each decision that differs from the recorded one is shown, and the exit code is 1 then.
    """
    with wiring.opened() as opened:
        replayed = _replayed(opened.services, run)
    if replayed.differences:
        click.echo("\n".join(_table([*_rows(replayed)])))
    if replayed.different > len(replayed.differences):
        click.echo(f"... and {replayed.different - len(replayed.differences)} more")
    click.echo(_summary(replayed))
    if replayed.different:
        raise SystemExit(1)


def _replayed(services: Services, run: UUID) -> Replayed:
    end = services.store.head()
    with progress("deciding again") as reached:
        return services.replaying.replay(run, on_progress=lambda position: reached(position, end))


def _summary(replayed: Replayed) -> str:
    counted = (
        how_many(replayed.decisions, "decision"),
        how_many(replayed.handovers, "handover"),
        how_many(replayed.withheld, "withheld message"),
        how_many(replayed.different, "difference"),
    )
    return ", ".join(counted)


def _rows(replayed: Replayed) -> Iterator[tuple[str, ...]]:
    for difference in replayed.differences:
        for name in difference.differing:
            yield (
                str(difference.position),
                difference.part,
                str(difference.member_id or "-"),
                name,
                *_both(difference, name),
            )


def _both(difference: ReplayDifference, name: str) -> tuple[str, str]:
    return _shown(difference.recorded.get(name)), _shown(difference.decided.get(name))


def _shown(value: Any) -> str:
    if isinstance(value, list):
        text = ", ".join(map(_reason, value)) or "none"
    elif isinstance(value, bool):
        text = "yes" if value else "no"
    else:
        text = "-" if value is None else str(value)
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 3]}..."


def _reason(reason: dict[str, Any] | int) -> str:
    """Formats a reason, or the position of a fact."""
    if isinstance(reason, int):
        return str(reason)
    facts = " ".join(map(str, reason["facts"]))
    until: datetime | None = reason["until"]
    ends = f" until {until:%Y-%m-%d %H:%M}" if until is not None else ""
    return f"{reason['code']}{f' ({facts})' if facts else ''}{ends}"


def _table(rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(COLUMNS, *rows, strict=True)]
    for row in (COLUMNS, *rows):
        yield "  ".join(f"{text:<{width}}" for text, width in zip(row, widths, strict=True)).rstrip()
