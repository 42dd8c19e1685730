"""Who everyone is to a marketer, in plain Python over all facts at once."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.complaints.events import ComplaintClosed, ComplaintOpened, ComplaintReopened
from domain.customers.events import (
    CustomerDetailsCorrected,
    CustomerRegistered,
    ProfileLinked,
    ProfileUnlinked,
)
from domain.messages.events import (
    MessageFact,
    MessageHandedOver,
    MessageOutcomeUnknown,
    MessageResolved,
    MessageSent,
)
from domain.orders.events import OrderCancelled, OrderPlaced, OrderRefunded
from domain.touchpoints.events import TouchpointRecorded
from tests.projections.log import Recorded
from tests.projections.reference.identity import identity
from tests.projections.reference.responses import names_a_campaign, responds

Row = dict[str, Any]
Rows = dict[Any, Row]

COUNTED: dict[type[Any], tuple[str, str]] = {
    OrderPlaced: ("order_count", "last_order_at"),
    TouchpointRecorded: ("touchpoint_count", "last_touchpoint_at"),
    ComplaintOpened: ("complaint_count", "last_complaint_at"),
    MessageSent: ("campaign_contacts", "last_contact_at"),
}
MORE = (
    OrderRefunded,
    OrderCancelled,
    ComplaintClosed,
    ComplaintReopened,
    CustomerRegistered,
    CustomerDetailsCorrected,
)
DETAILS = ("language", "country", "time_zone", "year_of_birth")
TABLES = (
    "audience_profile",
    "audience_value",
    "audience_order",
    "audience_complaint",
    "audience_activity",
    "audience_fact",
    "audience_handover",
)


def audience(log: Sequence[Recorded]) -> dict[str, list[Row]]:
    tables: dict[str, Rows] = {table: {} for table in TABLES}
    person_of = {row["profile_id"]: row["person_id"] for row in identity(log)["person_profile"]}
    for told in log:
        _news(tables["audience_profile"], told)
        _count(tables, told.fact)
        _handover(tables["audience_handover"], told.fact)
        _value(tables, told.fact)
        _complaint(tables, told.fact)
        _activity(tables["audience_activity"], told)
    profiles = tables["audience_profile"]
    _details(profiles, log)
    for row in (*profiles.values(), *tables["audience_activity"].values()):
        row["person_id"] = person_of.get(row["customer_id"], row["customer_id"])
    values = tables["audience_value"].values()
    persons = {row["person_id"] for row in profiles.values() if row["registered_position"] is not None}
    tables["audience_fact"] = {person: _person(person, profiles, values) for person in persons}
    return {name: list(rows.values()) for name, rows in tables.items()}


def _profile(rows: Rows, customer_id: UUID) -> Row:
    return rows.setdefault(
        customer_id,
        {
            "customer_id": customer_id,
            "kind": None,
            **dict.fromkeys(DETAILS),
            "attributes": {},
            **dict.fromkeys(("registered_at", "registered_position")),
            "open_complaints": 0,
            "campaign_responses": 0,
            **{count: 0 for count, _ in COUNTED.values()},
            **{last: None for _, last in COUNTED.values()},
        },
    )


def _count(tables: dict[str, Rows], fact: Any) -> None:
    if (kind := _counts_as(fact)) in COUNTED:
        count, last = COUNTED[kind]
        row, at = _profile(tables["audience_profile"], fact.customer_id), fact.occurred_at
        if kind is MessageSent:
            at = tables["audience_handover"][fact.originator_id]["handed_over_at"]
        row[count] += 1
        row[last] = max(row[last] or at, at)
        row["campaign_responses"] += _responds(fact)


def _counts_as(fact: Any) -> type[Any]:
    """A message that an operator found to be sent is as good as one of which it was known at once."""
    found_sent = isinstance(fact, MessageResolved) and fact.outcome == "sent"
    return MessageSent if found_sent else type(fact)


def _handover(rows: Rows, fact: Any) -> None:
    """The newest handover of each message, until it is known what came of it."""
    if isinstance(fact, MessageHandedOver):
        rows[fact.originator_id] = {
            "message_id": fact.originator_id,
            "handed_over_at": fact.occurred_at,
            "version": fact.originator_version,
        }
    elif isinstance(fact, MessageFact) and not isinstance(fact, MessageOutcomeUnknown):
        rows.pop(fact.originator_id, None)


def _responds(fact: Any) -> bool:
    return isinstance(fact, TouchpointRecorded) and names_a_campaign(fact) and responds(fact)


def _news(rows: Rows, told: Recorded) -> None:
    """The newest fact about each profile; a link is news to those of its profiles that have others."""
    if _counts_as(told.fact) in (*COUNTED, *MORE):
        _profile(rows, told.fact.customer_id)["position"] = told.position
    if isinstance(told.fact, ProfileLinked | ProfileUnlinked):
        for profile in {told.fact.customer_id, told.fact.other_profile_id} & rows.keys():
            rows[profile]["position"] = told.position


def _details(rows: Rows, log: Sequence[Recorded]) -> None:
    """What counts of each detail is what was said last, whenever it was told."""
    told = [one for one in log if isinstance(one.fact, CustomerRegistered | CustomerDetailsCorrected)]
    for one in sorted(told, key=lambda one: (one.said_at, one.position)):
        fact, row = one.fact, _profile(rows, one.fact.customer_id)
        if isinstance(fact, CustomerRegistered):
            row |= {
                "kind": fact.kind,
                "registered_at": fact.occurred_at,
                "registered_position": one.position,
            }
        corrected = _corrected(fact)
        row |= {name: getattr(fact, name) for name in DETAILS if name in corrected}
        row["attributes"] |= fact.attributes
    for row in rows.values():
        row["attributes"] = {name: value for name, value in row["attributes"].items() if value is not None}


def _corrected(fact: Any) -> tuple[str, ...]:
    if isinstance(fact, CustomerRegistered):
        return DETAILS
    return (*fact.corrected, *(("year_of_birth",) if "birth_date" in fact.corrected else ()))


def _value(tables: dict[str, Rows], fact: Any) -> None:
    if isinstance(fact, OrderPlaced):
        amount = sum((line.amount for line in fact.lines), Decimal(0))
        tables["audience_order"][fact.originator_id] = {
            "customer_id": fact.customer_id,
            "order_id": fact.originator_id,
            "placed_at": fact.occurred_at,
            "currency": fact.currency,
            "amount": Decimal(0),
        }
    elif isinstance(fact, OrderRefunded | OrderCancelled):
        amount = -fact.amount
    else:
        return
    tables["audience_order"][fact.originator_id]["amount"] += amount
    key = fact.customer_id, fact.currency
    row = {"customer_id": fact.customer_id, "currency": fact.currency, "amount": Decimal(0)}
    tables["audience_value"].setdefault(key, row)["amount"] += amount


def _complaint(tables: dict[str, Rows], fact: Any) -> None:
    if not isinstance(fact, ComplaintOpened | ComplaintClosed | ComplaintReopened):
        return
    complaints = tables["audience_complaint"]
    complaints[fact.originator_id] = {
        "customer_id": fact.customer_id,
        "complaint_id": fact.originator_id,
        "version": fact.originator_version,
        "is_open": not isinstance(fact, ComplaintClosed),
        "has_opening": True,
    }
    own = [one for one in complaints.values() if one["customer_id"] == fact.customer_id]
    profile = _profile(tables["audience_profile"], fact.customer_id)
    profile["open_complaints"] = sum(one["is_open"] for one in own)


def _activity(rows: Rows, told: Recorded) -> None:
    fact = told.fact
    kind = {OrderPlaced: "order", ComplaintOpened: "complaint"}.get(type(fact))
    if isinstance(fact, TouchpointRecorded) and not fact.machine:
        kind = fact.kind
    if kind is not None:
        rows[told.position] = {
            "customer_id": fact.customer_id,
            "position": told.position,
            "kind": kind,
            "channel": fact.channel,
            "occurred_at": fact.occurred_at,
        }


def _person(person: UUID, profiles: Rows, values: Any) -> Row:
    own = [row for row in profiles.values() if row["person_id"] == person]
    registered = sorted(
        (row for row in own if row["registered_position"] is not None),
        key=lambda row: row["registered_position"],
    )
    spent: dict[str, Decimal] = {}
    for value in values:
        if profiles[value["customer_id"]]["person_id"] == person:
            spent[value["currency"]] = spent.get(value["currency"], Decimal(0)) + value["amount"]
    return {
        "person_id": person,
        **{name: _first(registered, name) for name in ("kind", *DETAILS)},
        "attributes": {n: v for row in reversed(registered) for n, v in row["attributes"].items()},
        "registered_at": registered[0]["registered_at"],
        "position": max(row["position"] for row in own),
        "value": {currency: str(amount) for currency, amount in spent.items()},
        **{
            name: sum(row[name] for row in own)
            for name in ("open_complaints", "campaign_responses", *_names(0))
        },
        **{name: max(filter(None, (row[name] for row in own)), default=None) for name in _names(1)},
    }


def _names(which: int) -> list[str]:
    return [names[which] for names in COUNTED.values()]


def _first(registered: list[Row], name: str) -> Any:
    return next((row[name] for row in registered if row[name] is not None), None)
