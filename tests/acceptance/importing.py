"""Imports of texts and rows into a world, and what came of them."""

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from interfaces.imports.loading import Loading
from interfaces.imports.options import Options, plan_of, spelling_of
from interfaces.imports.report import RefusedRows, Report
from tests.world import World


def load(world: World, kind: str, rows: str | bytes | Sequence[Any], **options: Any) -> Report:
    """Imports a text of CSV, the bytes of one, or rows as JSON lines."""
    given = Options(
        kind=kind, file=Path("shop.csv" if isinstance(rows, str | bytes) else "shop.jsonl"), **options
    )
    report = Report(refused_rows=RefusedRows(rows=io.BytesIO(), reasons=io.BytesIO()))
    loading = Loading(world.services, plan_of(given), spelling_of(given), report)
    return loading.load(io.BytesIO(_bytes(rows)))


def _bytes(rows: str | bytes | Sequence[Any]) -> bytes:
    if isinstance(rows, bytes):
        return rows
    text = rows if isinstance(rows, str) else "".join(json.dumps(row) + "\n" for row in rows)
    return text.encode("utf-8", "surrogatepass")


def counts(report: Report) -> tuple[int, int, int]:
    return report.accepted, report.duplicates, report.refused


def refusals(report: Report) -> list[tuple[int, str, str]]:
    return [
        (refused.line, error["path"], error["code"])
        for refused in report.first_refused
        for error in refused.errors
    ]


def written(report: Report) -> str:
    """The file of refused rows."""
    assert report.refused_rows is not None and isinstance(report.refused_rows.rows, io.BytesIO)
    return report.refused_rows.rows.getvalue().decode()


def reasons(report: Report) -> list[dict[str, Any]]:
    assert report.refused_rows is not None and isinstance(report.refused_rows.reasons, io.BytesIO)
    return [json.loads(line) for line in report.refused_rows.reasons.getvalue().splitlines()]


def nothing_changes(world: World, kind: str, rows: str | Sequence[Any], **options: Any) -> bool:
    """Whether importing this again leaves the log as it is."""
    before = world.web.store.head()
    again = load(world, kind, rows, **options)
    return again.accepted == 0 and world.web.store.head() == before
