"""The draw that chooses the hold-out. An auditor can repeat it in SQL (docs/semantics.md, rule 17)."""

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from domain.deciding.facts import ContactPoint, DecisionFacts, Person


@dataclass(frozen=True, kw_only=True)
class HoldOut:
    """The share of the audience that gets no message, from 0 to 0.5, and the campaign's seed."""

    share: Decimal
    seed: str

    def holds_out(self, unit: UUID) -> bool:
        """Whether the first draw of this unit is held out."""
        return drawn(self.seed, unit) < Fraction(self.share)


@dataclass(frozen=True, kw_only=True)
class Draw:
    """The result of a person's draw. `facts` are the positions of the earlier decisions that it repeats.

    A first draw has no `facts`.
    """

    unit: UUID
    held_out: bool
    facts: tuple[int, ...] = ()


def drawn(seed: str, unit: UUID) -> Fraction:
    """Returns the first 8 bytes of sha256(seed + ':' + unit), big-endian, divided by 2^64: from 0 to below 1."""
    digest = hashlib.sha256(f"{seed}:{unit}".encode()).digest()
    return Fraction(int.from_bytes(digest[:8], "big"), 1 << 64)


def draw_for(hold_out: HoldOut, facts: DecisionFacts, chosen: ContactPoint | None) -> Draw | None:
    """Returns the person's earlier draw in this campaign, else that of the first owner of the chosen address.

    If there are several draws, as after a merge, one that was held out wins. An earlier draw counts even if the
    campaign no longer holds anybody out. In that case nobody else is drawn, and the result is None.
    """
    first = _first_owner(facts, chosen)
    for person in (facts.person, first):
        if person.earlier_draws:
            earlier = min(person.earlier_draws, key=lambda draw: (not draw.held_out, draw.position))
            return Draw(unit=earlier.unit, held_out=earlier.held_out, facts=(earlier.position,))
    if not hold_out.share:
        return None
    unit = first.oldest_profile or first.person_id
    return Draw(unit=unit, held_out=hold_out.holds_out(unit))


def _first_owner(facts: DecisionFacts, chosen: ContactPoint | None) -> Person:
    """Returns the person who was the first to have the chosen address as a contact point."""
    if chosen is None:
        return facts.person
    owners = (facts.person, *facts.co_owners.get(chosen.address_id, ()))
    had_from = {
        point.position: owner
        for owner in owners
        for point in owner.points_on(chosen.channel)
        if point.address_id == chosen.address_id
    }
    return had_from[min(had_from)] if had_from else facts.person
