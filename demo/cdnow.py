"""The CDNOW purchase log as the demo tells it: a line is one purchase."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class Purchase:
    """`line`: of the file, from 1. `customer`: the number that CDNOW gave. `day`: ISO 8601."""

    line: int
    customer: str
    day: str
    cds: str
    dollars: Decimal


def purchases(log: str) -> list[Purchase]:
    """All lines of the log."""
    return [_purchase(line, *text.split()) for line, text in enumerate(log.splitlines(), start=1)]


def spent_by(bought: Sequence[Purchase]) -> dict[str, Decimal]:
    """What each customer spent, by number."""
    spent: dict[str, Decimal] = defaultdict(Decimal)
    for purchase in bought:
        spent[purchase.customer] += purchase.dollars
    return dict(spent)


def _purchase(line: int, _master_id: str, customer: str, date: str, cds: str, dollars: str) -> Purchase:
    day = f"{date[:4]}-{date[4:6]}-{date[6:]}"
    return Purchase(line=line, customer=customer, day=day, cds=cds, dollars=Decimal(dollars))
