"""The consents and withdrawals of one source profile."""

from collections.abc import Mapping
from datetime import datetime
from functools import singledispatchmethod
from typing import Any
from uuid import UUID

from domain.aggregates import Aggregate
from domain.customers.details import Channel
from domain.customers.events import ConsentGranted, ConsentWithdrawn
from domain.errors import InvalidInput
from domain.facts import Circumstances, CustomerFact, Fact
from domain.plain_text import one_of, optional_text, stated_text
from domain.repetition import content

PERSONAL = ("evidence", "reason")

StatementIdentity = tuple[type[CustomerFact], datetime, frozenset[tuple[str, Any]]]
"""What identifies a grant or a withdrawal: its kind, its date and its fields that are not personal."""


class Consents(Aggregate, begun_by=(ConsentGranted, ConsentWithdrawn)):
    """Every grant and every withdrawal is one fact. Readers decide which one counts.

    The same content with the same date again changes nothing, with one exception: a repeated withdrawal is stored
    again if a grant with an earlier date was recorded in between.
    """

    # Either fact may come first, so both start from this value; `apply` replaces it and never mutates it.
    statements = dict[StatementIdentity, tuple[object, ...]]()

    def grant(
        self,
        circumstances: Circumstances,
        *,
        purpose: str,
        channel: str,
        evidence: Mapping[str, Any],
        contact_point_id: UUID | None = None,
        topic: str | None = None,
        expires_at: datetime | None = None,
    ) -> None:
        """Grants consent. `evidence` must name at least its source."""
        stated_text(str(evidence.get("source") or ""), "evidence.source")
        if expires_at is not None and expires_at <= circumstances.occurred_at:
            raise InvalidInput(
                "The consent would expire before it is granted.", path="expires_at", code="expired"
            )
        self._add_unless_stated(
            ConsentGranted,
            circumstances,
            purpose=purpose,
            channel=one_of(channel, Channel, "channel"),
            contact_point_id=contact_point_id,
            topic=optional_text(topic, "topic"),
            expires_at=expires_at,
            evidence=dict(evidence),
        )

    def withdraw(
        self,
        circumstances: Circumstances,
        *,
        purpose: str | None = None,
        channel: str | None = None,
        contact_point_id: UUID | None = None,
        topic: str | None = None,
        reason: str | None = None,
        campaign_id: UUID | None = None,
        run_id: UUID | None = None,
        message_id: UUID | None = None,
    ) -> None:
        """Withdraws consent. A parameter that is left out means all.

        `campaign_id`, `run_id` and `message_id` name the message whose link the customer used.
        """
        self._add_unless_stated(
            ConsentWithdrawn,
            circumstances,
            purpose=purpose,
            channel=None if channel is None else one_of(channel, Channel, "channel"),
            contact_point_id=contact_point_id,
            topic=optional_text(topic, "topic"),
            reason=reason,
            campaign_id=campaign_id,
            run_id=run_id,
            message_id=message_id,
        )

    @singledispatchmethod
    def apply(self, fact: Fact) -> None:
        """Facts of other kinds change nothing."""

    @apply.register
    def _(self, fact: ConsentGranted) -> None:
        """Remembers the grant. Forgets withdrawals dated after this grant.

        `said_at` is never later than the recording, so a withdrawal dated after this grant may still count as the
        older of the two. If it is sent again, it is stored again and then counts.
        """
        self.statements = {
            identity: parts
            for identity, parts in self.statements.items()
            if not _withdrawn_after(identity, fact)
        }
        self._remember(fact)

    @apply.register
    def _(self, fact: ConsentWithdrawn) -> None:
        self._remember(fact)

    def _remember(self, fact: CustomerFact) -> None:
        identity, personal = _apart(fact)
        self.statements = {**self.statements, identity: (*self.statements.get(identity, ()), personal)}

    def _add_unless_stated(
        self, fact_class: type[CustomerFact], circumstances: Circumstances, **values: Any
    ) -> None:
        fact = self.next_fact(fact_class, circumstances, customer_id=self.id, **values)
        if not self._was_stated(fact):
            self.add(fact)

    def _was_stated(self, fact: CustomerFact) -> bool:
        """Whether the same content was stored before. An unreadable personal part counts as equal."""
        identity, personal = _apart(fact)
        return any(known in (None, personal) for known in self.statements.get(identity, ()))


def _withdrawn_after(identity: StatementIdentity, granted: ConsentGranted) -> bool:
    fact_class, occurred_at, _ = identity
    return fact_class is ConsentWithdrawn and occurred_at > granted.occurred_at


def _apart(fact: CustomerFact) -> tuple[StatementIdentity, object]:
    """Returns what identifies a grant or a withdrawal, and its personal part."""
    whole = content(fact)
    plain = {name: value for name, value in whole.items() if name not in PERSONAL}
    personal = next((whole[name] for name in PERSONAL if name in whole), None)
    return (type(fact), fact.occurred_at, frozenset(plain.items())), personal
