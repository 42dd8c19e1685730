"""A complaint, from its opening to its closing and back."""

from collections.abc import Hashable
from functools import singledispatchmethod
from typing import Any, Self
from uuid import UUID

from domain.aggregates import Aggregate
from domain.complaints.errors import ComplaintAlreadyClosed, ComplaintNotClosed
from domain.complaints.events import (
    ComplaintClosed,
    ComplaintEscalated,
    ComplaintOpened,
    ComplaintReopened,
    ComplaintResolved,
    ComplaintResponded,
    Outcome,
    Severity,
)
from domain.facts import Circumstances, CustomerFact, Fact
from domain.money import currency_code, money_from_zero
from domain.plain_text import numbering, one_of, optional_text, plain_text, stated_text
from domain.repetition import content

LONGEST_ROOT_CAUSE = 1_000


class Complaint(Aggregate, begun_by=(ComplaintOpened,)):
    """A complaint is open until it is closed. An answered, escalated or resolved complaint is still open.

    Facts may arrive late and out of order, so no rule compares their dates. `dated` means that the caller
    gave the date. The same content with the same date again changes nothing.
    """

    @classmethod
    def open(
        cls,
        complaint_id: UUID,
        customer_id: UUID,
        circumstances: Circumstances,
        *,
        category: str,
        severity: str,
        channel: str,
        source: str | None = None,
        number: str | None = None,
        product: str | None = None,
        subject: str | None = None,
        description: str | None = None,
    ) -> Self:
        numbering(source, number)
        return cls.begin(
            ComplaintOpened,
            complaint_id,
            circumstances,
            customer_id=customer_id,
            category=plain_text(category, "category"),
            severity=one_of(severity, Severity, "severity"),
            channel=plain_text(channel, "channel"),
            source=source,
            number=number,
            product=optional_text(product, "product"),
            subject=subject,
            description=description,
        )

    def respond(self, circumstances: Circumstances, *, text: str | None = None, dated: bool = False) -> None:
        self._tell(ComplaintResponded, circumstances, dated, text=text)

    def escalate(
        self,
        circumstances: Circumstances,
        *,
        to: str,
        reason: str,
        severity: str | None = None,
        dated: bool = False,
    ) -> None:
        self._tell(
            ComplaintEscalated,
            circumstances,
            dated,
            to=stated_text(to, "to"),
            reason=stated_text(reason, "reason"),
            severity=None if severity is None else one_of(severity, Severity, "severity"),
        )

    def resolve(
        self,
        circumstances: Circumstances,
        *,
        summary: str,
        compensation: str | None = None,
        currency: str | None = None,
        dated: bool = False,
    ) -> None:
        """Records a resolution. `compensation` is a decimal string in `currency`."""
        amount = None
        if compensation is not None:
            currency = currency_code(currency)
            amount = money_from_zero(compensation, currency, "compensation")
        self._tell(
            ComplaintResolved,
            circumstances,
            dated,
            summary=stated_text(summary, "summary"),
            compensation=amount,
            currency=None if amount is None else currency,
        )

    def close(
        self, circumstances: Circumstances, *, root_cause: str, outcome: str, dated: bool = False
    ) -> None:
        """Closes the complaint. Without a date, the closing that already holds changes nothing."""
        plain_text(root_cause, "root_cause", LONGEST_ROOT_CAUSE)
        ended = one_of(outcome, Outcome, "outcome")
        if not dated and self.closing == (root_cause, ended):
            return
        self._tell(ComplaintClosed, circumstances, dated, root_cause=root_cause, outcome=ended)

    def reopen(self, circumstances: Circumstances, *, reason: str, dated: bool = False) -> None:
        fact = self.next_fact(
            ComplaintReopened,
            circumstances,
            customer_id=self.customer_id,
            reason=stated_text(reason, "reason"),
        )
        if dated and _step_content(fact) in self.recorded_steps:
            return
        if self.closing is None:
            raise ComplaintNotClosed()
        self.add(fact)

    @singledispatchmethod
    def apply(self, fact: Fact) -> None:
        """Remembers every fact, so that a repetition is recognised."""
        self.recorded_steps.add(_step_content(fact))

    @apply.register
    def _(self, fact: ComplaintOpened) -> None:
        self.customer_id = fact.customer_id
        self.closing: tuple[str, str] | None = None
        self.recorded_steps: set[Hashable] = set()

    @apply.register
    def _(self, fact: ComplaintClosed) -> None:
        self.closing = (fact.root_cause, fact.outcome)
        self.recorded_steps.add(_step_content(fact))

    @apply.register
    def _(self, fact: ComplaintReopened) -> None:
        self.closing = None
        self.recorded_steps.add(_step_content(fact))

    def _tell(
        self, fact_class: type[CustomerFact], circumstances: Circumstances, dated: bool, **values: Any
    ) -> None:
        """Adds the next fact of an open complaint, unless it repeats an earlier dated one."""
        fact = self.next_fact(fact_class, circumstances, customer_id=self.customer_id, **values)
        if dated and _step_content(fact) in self.recorded_steps:
            return
        if self.closing is not None:
            raise ComplaintAlreadyClosed()
        self.add(fact)


def _step_content(fact: Fact) -> Hashable:
    return type(fact), fact.occurred_at, frozenset(content(fact).items())
