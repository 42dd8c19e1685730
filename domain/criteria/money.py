"""Checks amounts in criteria: decimal strings with at most the minor units of their currency."""

from collections.abc import Mapping
from typing import Any

from domain.criteria.errors import InvalidCriteria
from domain.criteria.values import below
from domain.criteria.walking import every_criterion
from domain.errors import InvalidMoney
from domain.money import money


def refuse_other_amounts(tree: Mapping[str, Any], currency: str) -> None:
    """Raises InvalidCriteria, with the path, for an amount with too many digits or too large.

    `tree` has passed `parse`. `currency` is the currency of amounts that name none.
    """
    for path, criterion in every_criterion(tree):
        if "spent" not in criterion:
            continue
        spent = criterion["spent"]
        try:
            money(spent["value"], spent.get("currency") or currency)
        except InvalidMoney as refusal:
            place = below(path, "spent", "value")
            raise InvalidCriteria(refusal.message, path=place, code=refusal.code) from refusal
