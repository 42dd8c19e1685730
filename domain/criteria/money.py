"""Amounts in criteria as everywhere else: decimal strings with at most their currency's minor units."""

from collections.abc import Mapping
from typing import Any

from domain.criteria.errors import InvalidCriteria
from domain.criteria.values import below
from domain.criteria.walking import every_criterion
from domain.errors import InvalidMoney
from domain.money import money


def refuse_other_amounts(tree: Mapping[str, Any], currency: str) -> None:
    """InvalidCriteria, with its path, for an amount that is not money; `currency`: where none is named.

    The criteria are ones that can be read.
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
