"""What a rule is: it looks at one case and gives its ruling."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from domain.deciding.consent import Standing
from domain.deciding.decision import Asked, Ruling
from domain.deciding.facts import ContactPoint, DecisionFacts, Person, StoppingComplaint
from domain.deciding.hold_out import Draw
from domain.deciding.policy import SuppressionPolicy
from domain.deciding.suppressions import Suppressions


@dataclass(frozen=True, kw_only=True)
class Case:
    """One question with all that its rules look at."""

    facts: DecisionFacts
    policy: SuppressionPolicy
    asked: Asked
    at: datetime
    chosen: ContactPoint | None
    standing: Standing
    consent_positions: tuple[int, ...]
    draw: Draw | None = None

    @property
    def suppressions(self) -> Suppressions:
        return Suppressions(self.facts, self.policy, self.asked, self.at)

    def everyone(self) -> tuple[Person, ...]:
        """The person and everyone who shares the chosen address."""
        others = self.facts.co_owners.get(self.chosen.address_id, ()) if self.chosen else ()
        return (self.facts.person, *others)

    def complaints(self) -> list[StoppingComplaint]:
        """Everyone's own complaints and those made under an address or number that they hold, each once."""
        told = [complaint for person in self.everyone() for complaint in person.complaints]
        held = (holding for person in self.everyone() for holding in person.holdings)
        by_holding = {one.complaint_id: one for holding in held for one in holding.complaints}
        return [*told, *(by_holding[one] for one in by_holding.keys() - {one.complaint_id for one in told})]


Chosen = tuple[ContactPoint | None, Standing, tuple[int, ...]]
"""A contact point, the standing of its consent, and the positions that standing rests on."""
Rule = Callable[[Case], Ruling]


@dataclass(frozen=True, kw_only=True)
class Rules:
    """One version: how the contact point is chosen, and the rules in the order in which a decision names them."""

    choose: Callable[[DecisionFacts, SuppressionPolicy, Asked, datetime], Chosen]
    ordered: tuple[Rule, ...]
