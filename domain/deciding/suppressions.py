"""Finds the suppressions that stop a message, by their scope, their expiry and the message classes they stop.

See docs/semantics.md, rules 4, 5, 6 and 10.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.deciding.codes import ReasonCode
from domain.deciding.decision import DecisionQuestion
from domain.deciding.facts import ContactPoint, DecisionFacts, Person, StoppingSuppression
from domain.deciding.policy import YIELD_TO_LIFTING_ONLY, SuppressionPolicy
from domain.suppressions.events import SuppressionScope

OF_THE_ADDRESS = frozenset({ReasonCode.HARD_BOUNCE, ReasonCode.LEGAL_HOLD, ReasonCode.OPERATOR_EXCLUDED})
"""Reasons that stop only the address they were imposed on. Any other reason stops everyone who has the address,
at every contact point."""
OF_THE_PLACE = (
    ReasonCode.HARD_BOUNCE,
    ReasonCode.LEGAL_HOLD,
    ReasonCode.OPERATOR_EXCLUDED,
    ReasonCode.DOMAIN_BLOCKED,
)
"""Reasons that can make one address of a person unusable while another address remains usable."""


@dataclass(frozen=True, kw_only=True)
class InForce:
    """A suppression that stops this message, and when it expires."""

    position: int
    until: datetime | None


class Suppressions:
    """Answers questions about the suppressions in a decision's facts, for one message at one instant."""

    def __init__(
        self, facts: DecisionFacts, policy: SuppressionPolicy, question: DecisionQuestion, at: datetime
    ) -> None:
        self._facts = facts
        self._policy = policy
        self._question = question
        self._at = at

    def stopping(self, chosen: ContactPoint | None) -> Mapping[str, Sequence[InForce]]:
        """Returns the suppressions that stop the message at `chosen`, by their reason, in the log's order."""
        if not self._facts.any_suppression:
            return {}
        address = chosen.address_id if chosen is not None else None
        known = {suppression.position: suppression for suppression in self._concerning(chosen)}
        stopping: dict[str, list[InForce]] = {}
        for position, suppression in sorted(known.items()):
            if self._stops(suppression, address):
                in_force = InForce(position=position, until=self._until(suppression))
                stopping.setdefault(suppression.reason_code, []).append(in_force)
        return stopping

    def usable(self, point: ContactPoint) -> bool:
        """Whether no suppression stops this address or its domain."""
        if not self._facts.any_suppression:
            return True
        there = (s for s in self._at_place(point) if s.reason_code in OF_THE_PLACE)
        return not any(self._stops(suppression, point.address_id) for suppression in there)

    def _concerning(self, chosen: ContactPoint | None) -> Iterator[StoppingSuppression]:
        """Yields the suppressions of the person, of their addresses on the channel, and of the chosen domain.

        For promotional messages it adds those of the co-owners of the chosen address. Other messages, such as
        receipts, are not stopped by a co-owner's suppressions.
        """
        yield from self._of(self._facts.person)
        for address in {point.address_id for point in self._facts.person.points_on(self._question.channel)}:
            owners = self._facts.co_owners.get(address, ())
            yield from (s for owner in owners for s in owner.suppressions if s.customer_id == address)
        if chosen is None:
            return
        yield from self._at_domains(chosen)
        if self._question.promotional:
            for owner in self._facts.co_owners.get(chosen.address_id, ()):
                yield from self._of(owner)

    def _of(self, person: Person) -> Iterator[StoppingSuppression]:
        """Yields the person's own suppressions and those of the addresses and numbers that they hold."""
        yield from person.suppressions
        for unlinked in person.unlinked_identifiers:
            yield from unlinked.suppressions

    def _at_place(self, point: ContactPoint) -> Iterator[StoppingSuppression]:
        people: Iterable[Person] = (
            self._facts.person,
            *self._facts.co_owners.get(point.address_id, ()),
        )
        yield from (s for person in people for s in person.suppressions if s.customer_id == point.address_id)
        yield from self._at_domains(point)

    def _at_domains(self, point: ContactPoint) -> Iterator[StoppingSuppression]:
        """Yields the suppressions of the address's domain and of its parents. They apply to subdomains too."""
        for domain in point.domain_ids:
            yield from self._facts.domains.get(domain, ())

    def _stops(self, suppression: StoppingSuppression, address: UUID | None) -> bool:
        if (
            suppression.scope == SuppressionScope.ADDRESS
            and suppression.reason_code in OF_THE_ADDRESS
            and suppression.customer_id != address
        ):
            return False
        until = self._until(suppression)
        return (
            self._question.message_class in self._policy.stops[suppression.reason_code]
            and _covers(suppression, self._question)
            and self._means(suppression)
            and (until is None or self._at < until)
        )

    def _means(self, suppression: StoppingSuppression) -> bool:
        """Whether the purpose of the message is meant. DELINQUENT stops only credit offers: those for the purpose
        that the suppression names, else for the credit purposes of the policy."""
        return suppression.reason_code != ReasonCode.DELINQUENT or (
            suppression.purpose_folded is not None
            or self._question.purpose_folded in self._policy.credit_purposes_folded
        )

    def _until(self, suppression: StoppingSuppression) -> datetime | None:
        if suppression.reason_code in YIELD_TO_LIFTING_ONLY:
            return None  # ignores `until`: only lifting the suppression ends it
        if suppression.until is not None or suppression.reason_code not in self._policy.expires_after:
            return suppression.until
        return suppression.imposed_at + self._policy.expires_after[suppression.reason_code]


def _covers(suppression: StoppingSuppression, question: DecisionQuestion) -> bool:
    """Whether the scope includes the message. A field that the scope leaves out includes all values."""
    return (
        suppression.channel in (None, question.channel)
        and suppression.purpose_folded in (None, question.purpose_folded)
        and (
            None in (suppression.brand_folded, question.brand_folded)
            or suppression.brand_folded == question.brand_folded
        )
    )
