"""Suppressions: imposed, lifted, and as they stand."""

from typing import Any, ClassVar

import marshmallow as ma

from application.suppressions.commands import GivenScope
from domain.deciding.policy import IMPOSABLE
from domain.suppressions.suppression import SCOPES
from interfaces.http.schemas.base import BodyIn, BodyOut, exactly_one
from interfaces.http.schemas.common import IdentifierIn, PageOut, PageQuery, StatementIn, StoredOut
from interfaces.http.schemas.customers import CHANNELS
from interfaces.http.schemas.fields import (
    LONGEST_NUMBER,
    Flag,
    Id,
    Instant,
    Many,
    Part,
    Position,
    Prose,
    Text,
    Word,
)

YES_OR_NO = {"true": True, "false": False}


class ScopeIn(BodyIn):
    """Exactly one of `customer_id`, `identifier`, `address` and `domain`; the others narrow it, absent means all.

    An identifier stands for a customer, registered or not yet. An address is of the channel, where one is named,
    else an e-mail address where it has an @, else a phone.
    """

    customer_id = Id()
    identifier = Part(IdentifierIn)
    address = Text(longest=LONGEST_NUMBER)
    domain = Text(longest=LONGEST_NUMBER)
    channel = Word(CHANNELS)
    purpose = Text()
    brand = Text()
    rules: ClassVar = exactly_one("customer_id", "identifier", "address", "domain")

    @ma.post_load
    def _given(self, body: dict[str, Any], **_: Any) -> GivenScope:
        return GivenScope(**body)


class ImposeSuppressionIn(StatementIn):
    """`until`: when it ends by itself; without it when the policy says, or never."""

    scope = Part(ScopeIn, required=True)
    reason = Word(IMPOSABLE, required=True)
    until = Instant()
    note = Prose()


class LiftSuppressionIn(StatementIn):
    """Why it shall stop nothing any more."""

    reason = Prose(required=True)


class SuppressionsQuery(PageQuery):
    """Which suppressions: those that meet all that is asked.

    Of a customer: those of all linked profiles, of their addresses and of the domains of these.
    """

    customer_id = Id()
    address = Text(longest=LONGEST_NUMBER)
    domain = Text(longest=LONGEST_NUMBER)
    reason = Word(IMPOSABLE)
    in_force = Word(tuple(YES_OR_NO))


class SuppressionStoredOut(StoredOut):
    """The suppression."""

    suppression_id = Id(required=True)


class ScopeOut(BodyOut):
    """What it was said of. An address or domain whose key is gone is null."""

    kind = Word(SCOPES, required=True)
    customer_id = Id(allow_none=True)
    address = Text(allow_none=True, longest=LONGEST_NUMBER)
    domain = Text(allow_none=True, longest=LONGEST_NUMBER)
    channel = Word(CHANNELS, allow_none=True)
    purpose = Text(allow_none=True)
    brand = Text(allow_none=True)


class SuppressionOut(BodyOut):
    """A suppression; what was imposed is never changed, a lifting stands beside it.

    `profile_id`: the customer, or what stands for the address or the domain. `expires_at`: when it ends by
    itself, as it says or as the policy in effect says. `in_force`: neither lifted nor expired.
    """

    suppression_id = Id(required=True)
    profile_id = Id(required=True)
    scope = Part(ScopeOut, required=True)
    reason = Word(IMPOSABLE, required=True)
    until = Instant(allow_none=True)
    expires_at = Instant(allow_none=True)
    note = Prose(allow_none=True)
    imposed_at = Instant(required=True)
    imposed_by = Text(required=True)
    message_id = Id(allow_none=True)
    in_force = Flag(required=True)
    lifted_at = Instant(allow_none=True)
    lifted_by = Text(allow_none=True)
    lift_reason = Prose(allow_none=True)
    position = Position(required=True)


class SuppressionsOut(PageOut):
    """Suppressions, the last imposed first."""

    items = Many(Part(SuppressionOut), required=True)
