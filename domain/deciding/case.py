"""The type of a rule, and the case that every rule looks at."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from domain.deciding.consent import Standing
from domain.deciding.decision import DecisionQuestion, Ruling
from domain.deciding.facts import ContactPoint, DecisionFacts, Person, StoppingComplaint
from domain.deciding.hold_out import Draw
from domain.deciding.policy import SuppressionPolicy
from domain.deciding.suppressions import InForce, Suppressions


@dataclass(frozen=True, kw_only=True)
class Case:
    """One message to one person at one instant, with everything that the rules look at.

    `standing` is the consent at the `chosen` contact point. `consent_positions` are the facts it rests on.
    """

    facts: DecisionFacts
    policy: SuppressionPolicy
    question: DecisionQuestion
    at: datetime
    chosen: ContactPoint | None
    standing: Standing
    consent_positions: tuple[int, ...]
    draw: Draw | None = None

    @cached_property
    def stopping(self) -> Mapping[str, Sequence[InForce]]:
        """The suppressions that stop the message, by their reason."""
        return Suppressions(self.facts, self.policy, self.question, self.at).stopping(self.chosen)

    @cached_property
    def everyone(self) -> tuple[Person, ...]:
        """The person, then everyone who shares the chosen address."""
        others = self.facts.co_owners.get(self.chosen.address_id, ()) if self.chosen else ()
        return (self.facts.person, *others)

    @cached_property
    def complaints(self) -> list[StoppingComplaint]:
        """The complaints of `everyone` and those about an address or number that they hold, each once."""
        people = self.everyone
        held = (unlinked for person in people for unlinked in person.unlinked_identifiers)
        about_held = (complaint for unlinked in held for complaint in unlinked.complaints)
        own = (complaint for person in people for complaint in person.complaints)
        return list({complaint.complaint_id: complaint for complaint in (*about_held, *own)}.values())


Chosen = tuple[ContactPoint | None, Standing, tuple[int, ...]]
"""The chosen contact point, the standing of its consent, and the positions of the facts that the standing rests on."""
Rule = Callable[[Case], Ruling]


@dataclass(frozen=True, kw_only=True)
class Rules:
    """One version of the rules, in the order in which a decision names them. `choose` chooses the contact point."""

    choose: Callable[[DecisionFacts, SuppressionPolicy, DecisionQuestion, datetime], Chosen]
    ordered: tuple[Rule, ...]
