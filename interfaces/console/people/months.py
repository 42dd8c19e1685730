"""Two years of a person in one small drawing: the value of their orders in each month."""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from interfaces.console.charts.shares import Part
from interfaces.console.charts.sparks import Spark, spark
from interfaces.console.formats import Formats
from interfaces.console.languages import Texts

Month = Mapping[str, Any]


def shown_months(months: Sequence[Month], t: Texts, f: Formats) -> Spark | None:
    """Returns the value of each month in the currency of most months, or None for somebody without orders."""
    currencies = Counter(money["currency"] for month in months for money in month["value"])
    if not currencies:
        return None
    currency = max(sorted(currencies), key=currencies.__getitem__)
    values = [_value(month, currency) for month in months]
    parts = [
        Part(
            label=f.calendar_month(month["month"]),
            number=float(max(value, Decimal())),
            text=f.money(value, currency),
        )
        for month, value in zip(months, values, strict=True)
    ]
    total = f.money(sum(values, Decimal()), currency)
    return spark(t("person.months", value=total), [t("person.month"), t("order.value")], parts)


def _value(month: Month, currency: str) -> Decimal:
    return sum((Decimal(one["amount"]) for one in month["value"] if one["currency"] == currency), Decimal())
