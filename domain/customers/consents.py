"""What was said about consent on one source profile."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import singledispatchmethod
from typing import Any, Self
from uuid import UUID

from domain.customers.details import Channel
from domain.customers.events import ConsentGranted, ConsentWithdrawn
from domain.errors import InvalidInput
from domain.facts import Aggregate, Circumstances, CustomerFact, Fact
from domain.plain_text import one_of, optional_text, stated_text
from domain.repetition import content

PERSONAL = ("evidence", "reason")

Saying = tuple[type[CustomerFact], datetime, frozenset[tuple[str, Any]]]
"""All of what was said that is plain, and when."""


class Consents(Aggregate, begun_by=(ConsentGranted, ConsentWithdrawn)):
    """Every saying is a fact of its own; which one counts is a question for readers.

    What was said before with the same date changes nothing.
    """

    # Either fact may come first, so both start from this; `apply` replaces it and never changes it.
    said = dict[Saying, tuple[object, ...]]()

    @classmethod
    def of(cls, profile_id: UUID, *, version: int = 0) -> Self:
        """The consents before anything was said, or at a version up to which nothing said can be read."""
        consents = cls.__new__(cls)
        consents.__base_init__(profile_id, version, datetime.fromtimestamp(0, UTC))
        return consents

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
        """`evidence` says at least its source."""
        stated_text(str(evidence.get("source") or ""), "evidence.source")
        if expires_at is not None and expires_at <= circumstances.occurred_at:
            raise InvalidInput("It would expire before it is given.", path="expires_at", code="expired")
        self._say(
            ConsentGranted,
            circumstances,
            purpose=purpose,
            channel=one_of(channel, list(Channel), "channel"),
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
        about_message_id: UUID | None = None,
    ) -> None:
        """What is left out means all; the last three name the message whose link was used."""
        self._say(
            ConsentWithdrawn,
            circumstances,
            purpose=purpose,
            channel=None if channel is None else one_of(channel, list(Channel), "channel"),
            contact_point_id=contact_point_id,
            topic=optional_text(topic, "topic"),
            reason=reason,
            campaign_id=campaign_id,
            run_id=run_id,
            about_message_id=about_message_id,
        )

    @singledispatchmethod
    def apply(self, fact: Fact) -> None:
        """Facts of other kinds change nothing."""

    @apply.register
    def _(self, fact: ConsentGranted) -> None:
        """A withdrawal that is dated later counts as earlier where its source's clock ran ahead. It is forgotten, so
        that it is stored when it is said again."""
        self.said = {
            saying: parts for saying, parts in self.said.items() if not _withdrawn_after(saying, fact)
        }
        self._remember(fact)

    @apply.register
    def _(self, fact: ConsentWithdrawn) -> None:
        self._remember(fact)

    def _remember(self, fact: CustomerFact) -> None:
        saying, personal = _apart(type(fact), fact.occurred_at, content(fact))
        self.said = {**self.said, saying: (*self.said.get(saying, ()), personal)}

    def _say(self, fact_class: type[CustomerFact], circumstances: Circumstances, **told: Any) -> None:
        if not self._was_said(fact_class, circumstances, told):
            self.trigger(fact_class, circumstances, customer_id=self.id, **told)

    def _was_said(
        self, fact_class: type[CustomerFact], circumstances: Circumstances, told: Mapping[str, Any]
    ) -> bool:
        """A personal part that can no longer be read counts as equal."""
        spoken_for = {"brand": circumstances.brand, "division": circumstances.division}
        whole = {"customer_id": self.id, **spoken_for, **told}
        saying, personal = _apart(fact_class, circumstances.occurred_at, whole)
        return any(known in (None, personal) for known in self.said.get(saying, ()))


def _withdrawn_after(saying: Saying, granted: ConsentGranted) -> bool:
    fact_class, occurred_at, _ = saying
    return fact_class is ConsentWithdrawn and occurred_at > granted.occurred_at


def _apart(
    fact_class: type[CustomerFact], occurred_at: datetime, told: Mapping[str, Any]
) -> tuple[Saying, object]:
    """What identifies a saying, and its personal part."""
    plain = {name: value for name, value in told.items() if name not in PERSONAL}
    personal = next((told[name] for name in PERSONAL if name in told), None)
    return (fact_class, occurred_at, frozenset(plain.items())), personal
