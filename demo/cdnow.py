"""Reads the CDNOW purchase log, in which each line is a purchase."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class Purchase:
    """A purchase. `line` is its line in the file, from 1, `customer` CDNOW's number, `day` an ISO 8601 date."""

    line: int
    customer: str
    day: str
    cds: str
    dollars: Decimal


def purchases(log: str) -> list[Purchase]:
    """Returns the purchases in the text of the log."""
    return [_purchase(line, *text.split()) for line, text in enumerate(log.splitlines(), start=1)]


def one_customer_in(number: int, bought: Sequence[Purchase]) -> list[Purchase]:
    """Returns the purchases of one customer in `number`; all purchases if that is 1."""
    customers = {*sorted({purchase.customer for purchase in bought})[::number]}
    return [purchase for purchase in bought if purchase.customer in customers]


def spent_by(bought: Sequence[Purchase]) -> dict[str, Decimal]:
    """Returns the dollars that each customer spent, by the customer's number."""
    spent: dict[str, Decimal] = defaultdict(Decimal)
    for purchase in bought:
        spent[purchase.customer] += purchase.dollars
    return dict(spent)


def _purchase(line: int, _master_id: str, customer: str, date: str, cds: str, dollars: str) -> Purchase:
    day = f"{date[:4]}-{date[4:6]}-{date[6:]}"
    return Purchase(line=line, customer=customer, day=day, cds=cds, dollars=Decimal(dollars))
