"""The real data that the product is held to, as plain rows; the tests' own reading of them, apart from Farley's."""

import csv
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Purchase:
    """A row of the CDNOW log: `raw` as its five columns."""

    raw: tuple[str, str, str, str, str]
    customer: str
    at: datetime
    cds: int
    dollars: Decimal


def sample(name: str) -> Path:
    """A file of FARLEY_SAMPLES, else of the folder beside the project; skips where it is not there."""
    folder = Path(os.environ.get("FARLEY_SAMPLES") or ROOT.parent / "shared" / "data")
    if not (folder / name).exists():
        pytest.skip(f"{name} is not in FARLEY_SAMPLES, nor in ../shared/data")
    return folder / name


def purchases() -> list[Purchase]:
    """The CDNOW log in the file's order."""
    lines = sample("cdnow_sample.txt").read_text().splitlines()
    return [_purchase(*line.split()) for line in lines]


def cfpb() -> list[dict[str, str]]:
    """The CFPB's complaints in the file's order."""
    with sample("cfpb_complaints_2013.csv").open(encoding="latin-1", newline="") as file:
        return list(csv.DictReader(file))


def day(text: str) -> datetime:
    """A date of the CFPB."""
    return datetime.strptime(text, "%m/%d/%Y").replace(tzinfo=UTC)


def _purchase(master_id: str, customer: str, date: str, cds: str, dollars: str) -> Purchase:
    return Purchase(
        raw=(master_id, customer, date, cds, dollars),
        customer=customer,
        at=datetime.strptime(date, "%Y%m%d").replace(tzinfo=UTC),
        cds=int(cds),
        dollars=Decimal(dollars),
    )
