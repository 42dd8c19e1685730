"""A suppression: it is imposed and may be lifted."""

from datetime import datetime
from functools import singledispatchmethod
from typing import Self
from uuid import UUID

from domain.aggregates import Aggregate
from domain.customers.details import Channel
from domain.deciding.codes import ReasonCode
from domain.deciding.policy import IMPOSABLE, YIELD_TO_LIFTING_ONLY
from domain.errors import InvalidInput
from domain.facts import Circumstances, Fact
from domain.plain_text import one_of
from domain.suppressions.events import SuppressionImposed, SuppressionLifted, SuppressionScope

OF_DOMAINS = frozenset({ReasonCode.DOMAIN_BLOCKED, ReasonCode.LEGAL_HOLD, ReasonCode.OPERATOR_EXCLUDED})
"""The reasons that can be stated for a domain. DOMAIN_BLOCKED can be stated only for a domain."""


class Suppression(Aggregate, begun_by=(SuppressionImposed,)):
    """A lifted suppression stays lifted. The same reason imposed again is another suppression."""

    @classmethod
    def impose(
        cls,
        suppression_id: UUID,
        circumstances: Circumstances,
        *,
        profile_id: UUID,
        scope: str,
        reason_code: str,
        only_channel: Channel | None = None,
        only_purpose: str | None = None,
        only_brand: str | None = None,
        until: datetime | None = None,
        message_id: UUID | None = None,
        address: str | None = None,
        note: str | None = None,
    ) -> Self:
        """Imposes a suppression. Raises InvalidInput for an invalid reason, scope or end.

        `profile_id` is the id of the customer, or of the profile of the address or domain.
        """
        known_reason = one_of(reason_code, IMPOSABLE, "reason")
        known_scope = one_of(scope, SuppressionScope, "scope")
        _refuse_other_scope(known_reason, known_scope)
        _refuse_other_end(known_reason, until, circumstances.occurred_at)
        return cls.begin(
            SuppressionImposed,
            suppression_id,
            circumstances,
            customer_id=profile_id,
            reason_code=known_reason,
            scope=known_scope,
            only_channel=only_channel,
            only_purpose=only_purpose,
            only_brand=only_brand,
            until=until,
            message_id=message_id,
            address=address,
            note=note,
        )

    def lift(self, circumstances: Circumstances, reason: str) -> None:
        """Lifts the suppression, so that it stops no more messages. Lifting it again changes nothing."""
        if not self.lifted:
            self.trigger(SuppressionLifted, circumstances, customer_id=self.profile_id, reason=reason)

    @singledispatchmethod
    def apply(self, fact: Fact) -> None:
        """Facts of other kinds change nothing."""

    @apply.register
    def _(self, fact: SuppressionImposed) -> None:
        self.profile_id = fact.customer_id
        self.lifted = False

    @apply.register
    def _(self, fact: SuppressionLifted) -> None:
        self.lifted = True


def _refuse_other_end(reason_code: ReasonCode, until: datetime | None, begins_at: datetime) -> None:
    if until is None:
        return
    if reason_code in YIELD_TO_LIFTING_ONLY:
        raise InvalidInput(
            f"{reason_code} never expires. Lift it to end it.", path="until", code="never_expires"
        )
    if until <= begins_at:
        raise InvalidInput("The suppression would end before it begins.", path="until", code="expired")


def _refuse_other_scope(reason_code: ReasonCode, scope: SuppressionScope) -> None:
    if (scope is SuppressionScope.DOMAIN) != (reason_code == ReasonCode.DOMAIN_BLOCKED) and not (
        scope is SuppressionScope.DOMAIN and reason_code in OF_DOMAINS
    ):
        raise InvalidInput(
            f"{reason_code} cannot be imposed on a {scope}."
            if scope is SuppressionScope.DOMAIN
            else f"{reason_code} can only be imposed on a domain.",
            path="scope",
            code="scope_of_reason",
        )
