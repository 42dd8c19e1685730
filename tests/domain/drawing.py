"""Builders of hold-outs, and the formula of docs/semantics.md, rule 17, written apart from the domain's."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import count
from uuid import UUID

from domain.deciding.decision import DecisionQuestion
from domain.deciding.facts import EarlierDraw
from domain.deciding.hold_out import HoldOut
from tests.domain.people import MAIL

HALF = Decimal("0.5")
CAROL = UUID(int=3)


def number_of(seed: str, unit: UUID) -> float:
    """By hexadecimal digits and floating point, as one would do it by hand."""
    return int(hashlib.sha256((seed + ":" + str(unit)).encode("utf-8")).hexdigest()[:16], 16) / 2.0**64


def seed_where(held: Mapping[UUID, bool]) -> str:
    """The first seed that holds out just these units, clearly, at a share of a half."""
    seeds = (f"seed {number}" for number in count())
    return next(
        seed
        for seed in seeds
        if all(
            number_of(seed, unit) < 0.4 if out else number_of(seed, unit) > 0.6 for unit, out in held.items()
        )
    )


def holding_out(
    held: Mapping[UUID, bool], share: Decimal = HALF, asked: DecisionQuestion = MAIL
) -> DecisionQuestion:
    """A message of a campaign whose draw holds out just these."""
    return replace(asked, hold_out=HoldOut(share=share, seed=seed_where(held)))


def earlier_draw(position: int, held_out: bool, unit: UUID = CAROL) -> EarlierDraw:
    return EarlierDraw(unit=unit, held_out=held_out, position=position)
