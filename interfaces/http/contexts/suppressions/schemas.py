"""Schemas of suppressions and their liftings."""

from collections.abc import Set
from typing import Any, ClassVar

from application.suppressions.commands import GivenScope
from domain.customers.details import Channel
from domain.deciding.codes import ReasonCode
from domain.deciding.policy import IMPOSABLE, YIELD_TO_LIFTING_ONLY
from domain.suppressions.events import SuppressionScope
from domain.suppressions.suppression import OF_DOMAINS
from interfaces.http.schemas.base import BodyIn, BodyOut, exactly_one
from interfaces.http.schemas.common import (
    IdentifierIn,
    PageOut,
    PageQuery,
    ReadOut,
    StatementIn,
    StopStoredOut,
    StoredOut,
)
from interfaces.http.schemas.fields import (
    LONGEST_NUMBER,
    Flag,
    Id,
    Instant,
    Many,
    Part,
    Position,
    Prose,
    QueriedAddress,
    QueriedFlag,
    Text,
    Word,
)

BLOCKED = ReasonCode.DOMAIN_BLOCKED
_OF_A_DOMAIN = {"required": ["domain"]}


def _reason_in(reasons: Set[str]) -> dict[str, Any]:
    return {"properties": {"reason": {"enum": sorted(reasons)}}, "required": ["reason"]}


class ScopeIn(BodyIn):
    """Exactly one of `customer_id`, `identifier`, `address` and `domain`. The other fields narrow the scope.

    An omitted field means all. An identifier stands for a customer, registered or not. An address belongs to
    the channel, if one is named. Otherwise an address with an @ is an e-mail address, else a phone number.
    """

    customer_id = Id()
    identifier = Part(IdentifierIn)
    address = Text(longest=LONGEST_NUMBER)
    domain = Text(longest=LONGEST_NUMBER)
    channel = Word(list(Channel))
    purpose = Text()
    brand = Text()
    rules: ClassVar = {
        **exactly_one("customer_id", "identifier", "address", "domain"),
        "if": {"required": ["domain"]},
        "then": {"properties": {"channel": {"const": Channel.EMAIL.value}}},
    }
    makes: ClassVar = GivenScope


class ImposeSuppressionIn(StatementIn):
    """A new suppression. `until`: when it expires. Without `until` the policy decides when, if ever."""

    scope = Part(ScopeIn, required=True)
    reason = Word(IMPOSABLE, required=True)
    until = Instant()
    note = Prose()
    rules: ClassVar = {
        "allOf": [
            {"if": _reason_in(YIELD_TO_LIFTING_ONLY), "then": {"not": {"required": ["until"]}}},
            {"if": _reason_in({BLOCKED}), "then": {"properties": {"scope": _OF_A_DOMAIN}}},
            {
                "if": _reason_in(set(IMPOSABLE) - OF_DOMAINS),
                "then": {"properties": {"scope": {"not": _OF_A_DOMAIN}}},
            },
        ]
    }


class LiftSuppressionIn(StatementIn):
    """The lifting of a suppression, with its reason."""

    reason = Prose(required=True)


class SuppressionsQuery(PageQuery):
    """Filters of suppressions. A suppression must match all given filters.

    `customer_id` matches the suppressions of all linked profiles, of their addresses, and of the addresses'
    domains.
    """

    customer_id = Id()
    address = QueriedAddress(longest=LONGEST_NUMBER)
    domain = Text(longest=LONGEST_NUMBER)
    reason = Word(IMPOSABLE)
    in_force = QueriedFlag()


class SuppressionStoredOut(StoredOut):
    """The suppression that the command was about."""

    suppression_id = Id(required=True)


class SuppressionImposedOut(SuppressionStoredOut, StopStoredOut):
    """The suppression, and its names that are not declared."""


class ScopeOut(BodyOut):
    """The scope of a suppression. An address or domain is null once its profile key is deleted."""

    kind = Word(list(SuppressionScope), required=True)
    customer_id = Id(allow_none=True)
    address = Text(allow_none=True, longest=LONGEST_NUMBER)
    domain = Text(allow_none=True, longest=LONGEST_NUMBER)
    channel = Word(list(Channel), allow_none=True)
    purpose = Text(allow_none=True)
    brand = Text(allow_none=True)


class SuppressionOut(BodyOut):
    """A suppression with its lifting, if any. The imposed fields never change.

    `profile_id`: the profile of the customer, the address or the domain. `expires_at`: when the suppression
    expires, by `until` or by the policy in effect. `in_force`: the suppression is neither lifted nor expired.
    """

    suppression_id = Id(required=True)
    profile_id = Id(required=True)
    scope = Part(ScopeOut, required=True)
    reason = Word(IMPOSABLE, required=True, attribute="reason_code")
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


class SuppressionShownOut(SuppressionOut, ReadOut):
    """One suppression with its lifting, if any."""


class SuppressionsOut(PageOut):
    """Suppressions, the last imposed first."""

    items = Many(Part(SuppressionOut), required=True)
