"""What people did about campaigns, in plain Python, fact by fact; and what came of a campaign, person by person."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.campaigns.events import CampaignContent
from domain.customers.events import ConsentWithdrawn, ProfileLinked, ProfileUnlinked
from domain.messages.events import MessageFact, MessageFailed, MessageHandedOver, MessageResolved, MessageSent
from domain.orders.events import OrderCancelled, OrderPlaced, OrderRefunded
from domain.runs.events import RunAudienceListed, RunAudienceRecorded, RunChunkDecided, RunPlanned
from domain.suppressions.events import SuppressionImposed
from domain.touchpoints.events import TouchpointRecorded
from tests.projections.log import Recorded

_OURS = re.compile(r"\s*<?([0-9a-f-]{36})(\.[0-9]+@[^<>]*)?>?\s*", re.IGNORECASE)
SAYS_NOTHING = ("delivered", "email_opened")


def replied_to(in_reply_to: str | None) -> UUID | None:
    """The message that a reply names: only ids that derive from others, as those of our messages do."""
    match = _OURS.fullmatch(in_reply_to or "")
    found = UUID(match[1]) if match else None
    return found if found is not None and found.version == 5 else None


def names_a_campaign(fact: TouchpointRecorded) -> bool:
    return any((fact.campaign_id, fact.run_id, replied_to(fact.in_reply_to)))


def responds(fact: TouchpointRecorded) -> bool:
    """Whether it is a response, if it names a campaign."""
    told = fact.direction == "inbound" or fact.kind == "email_clicked"
    return told and not fact.machine and fact.kind not in SAYS_NOTHING


def reaction(fact: TouchpointRecorded) -> str | None:
    """What the customer did by it, None for what is no reaction."""
    seen = {"email_opened": "opened", "email_clicked": "clicked"}.get(fact.kind)
    if seen:
        return f"machine_{seen}" if fact.machine else seen
    return "responded" if responds(fact) else None


def responses(log: Sequence[Recorded]) -> dict[str, list[dict[str, Any]]]:
    tables: dict[str, list[dict[str, Any]]] = {
        "campaign_touch": [],
        "campaign_opt_out": [],
        "address_bounce": [],
    }
    for told in log:
        fact, row = told.fact, {"position": told.position}
        if isinstance(fact, TouchpointRecorded) and names_a_campaign(fact):
            row |= {n: getattr(fact, n) for n in ("customer_id", "campaign_id", "run_id", "occurred_at")}
            row |= {"touchpoint_id": fact.originator_id, "message_id": replied_to(fact.in_reply_to)}
            row |= {"reaction": reaction(fact), "is_response": responds(fact)}
            if row["reaction"]:
                tables["campaign_touch"].append(row)
        if isinstance(fact, ConsentWithdrawn) and (fact.campaign_id or fact.run_id):
            row |= {n: getattr(fact, n) for n in ("customer_id", "campaign_id", "run_id", "occurred_at")}
            tables["campaign_opt_out"].append(row)
        if isinstance(fact, SuppressionImposed) and (fact.reason_code, fact.scope) == (
            "HARD_BOUNCE",
            "address",
        ):
            row = {"customer_id": fact.customer_id, "suppression_id": fact.originator_id}
            row |= {"imposed_at": fact.occurred_at, "message_id": fact.message_id}
            tables["address_bounce"].append(row)
    return tables


# What came of a campaign


COUNTS = (
    *("people", "sent", "refused", "bounced", "delivered", "opened", "clicked", "machine_opened"),
    *("machine_clicked", "responded", "opted_out", "converted"),
)
TAKEN = ("MessageHandedOver", "MessageSent", "MessageOutcomeUnknown")
"""How messages stand that the next hop took, or may have taken."""
Arms = dict[bool, dict[str, Any]]


class People:
    """Who is who, as the links of the whole log say."""

    def __init__(self, facts: Iterable[Any]) -> None:
        self._links: dict[UUID, set[UUID]] = defaultdict(set)
        for fact in facts:
            if isinstance(fact, ProfileLinked | ProfileUnlinked):
                one, other = fact.customer_id, fact.other_profile_id
                change = set.add if isinstance(fact, ProfileLinked) else set.discard
                change(self._links[one], other)

    def person(self, profile: UUID) -> UUID:
        """The smallest id of all profiles that links lead to, in either direction."""
        found, waiting = {profile}, [profile]
        while waiting:
            one = waiting.pop()
            near = self._links[one] | {other for other, to in self._links.items() if one in to}
            waiting += near - found
            found |= near
        return min(found)


def arms(log: Sequence[Recorded], campaign: UUID) -> Arms:
    """The figures of each arm that has people, by whether they were held out."""
    facts = [told.fact for told in log]
    who = People(list(facts)).person
    content = [
        fact for fact in facts if isinstance(fact, CampaignContent) and fact.originator_id == campaign
    ][-1]
    everything = _messages(facts)
    messages = {one: said for one, said in everything.items() if said["campaign"] == campaign}
    bounced = _bounced(facts, everything)
    people = _people(facts, campaign, who)
    for person in people.values():
        mine = [one for one in messages.values() if who(one["member"]) == person["id"]]
        _window(person, mine, timedelta(hours=24 * (content.attribution_window_days or 14)))
        _follow(person, facts, campaign, set(messages), who)
        _sent(person, mine, bounced)
    return {
        held_out: _sum(people.values(), held_out) for held_out in {p["held_out"] for p in people.values()}
    }


def _people(facts: Sequence[Any], campaign: UUID, who: Any) -> dict[UUID, dict[str, Any]]:
    """By person: the arm, and the planned send time."""
    planned = {f.originator_id: f.planned_for for f in facts if isinstance(f, RunPlanned)}
    started = {f.originator_id: f.occurred_at for f in facts if isinstance(f, RunAudienceRecorded)}
    parts = {(f.originator_id, f.ordinal): f.members for f in facts if isinstance(f, RunAudienceListed)}
    first: dict[UUID, tuple[bool, datetime]] = {}
    decided_before: set[tuple[UUID, UUID]] = set()
    for fact in facts:
        if isinstance(fact, RunChunkDecided) and fact.campaign_id == campaign:
            at = max(planned[fact.originator_id], started[fact.originator_id])
            for group in fact.groups:
                for one in group.people:
                    member = parts[fact.originator_id, fact.ordinal][one.place]
                    key = (fact.originator_id, member)
                    if key not in decided_before and group.verdict in ("eligible", "held_out"):
                        first.setdefault(member, (group.verdict == "held_out", at))
                    decided_before.add(key)
    people: dict[UUID, dict[str, Any]] = {}
    for member, (held_out, at) in first.items():
        person = people.setdefault(who(member), {"id": who(member), "held_out": False, "plans": []})
        person["held_out"] |= held_out
        person["plans"].append((held_out, at))
    return people


def _messages(facts: Sequence[Any]) -> dict[UUID, dict[str, Any]]:
    """By id: whose, how it stands, when it was last handed over and where."""
    found: dict[UUID, dict[str, Any]] = {}
    for fact in facts:
        if not isinstance(fact, MessageFact):
            continue
        begun = {"id": fact.originator_id, "campaign": fact.campaign_id, "member": fact.member_id}
        one = found.setdefault(fact.originator_id, {**begun, "at": None, "address": None})
        one["status"] = type(fact).__name__
        if isinstance(fact, MessageHandedOver):
            one |= {"at": fact.occurred_at, "address": fact.address_id}
        if isinstance(fact, MessageResolved):
            one["status"] = {"sent": "MessageSent", "failed": "refused"}[fact.outcome]
        if isinstance(fact, MessageFailed) and fact.reason_code is None:
            one["status"] = "refused"
    return found


def _window(person: dict[str, Any], mine: list[dict[str, Any]], length: timedelta) -> None:
    taken = [one["at"] for one in mine if one["status"] in (MessageSent.__name__, "MessageOutcomeUnknown")]
    tried = [one["at"] for one in mine if one["at"] is not None]
    plans = [at for held_out, at in person["plans"] if held_out == person["held_out"]]
    begins = min(plans if person["held_out"] else (taken or tried or plans))
    person |= {"begins": begins, "ends": begins + length, "length": length}


def _bounced(facts: Sequence[Any], messages: dict[UUID, dict[str, Any]]) -> dict[UUID, list[datetime]]:
    """When somebody said of a message, by its id, that its address does not exist: each said it of one at most."""
    found: dict[UUID, list[datetime]] = defaultdict(list)
    for fact in facts:
        if not isinstance(fact, SuppressionImposed):
            continue
        if (fact.reason_code, fact.scope) != ("HARD_BOUNCE", "address"):
            continue
        may_be = [
            (one["at"], one["id"])
            for one in messages.values()
            if one["address"] == fact.customer_id
            and one["at"] <= fact.occurred_at
            and one["status"] in TAKEN
            and fact.message_id in (None, one["id"])
        ]
        if may_be:
            found[max(may_be)[1]].append(fact.occurred_at)
    return found


def _follow(
    person: dict[str, Any],
    facts: Sequence[Any],
    campaign: UUID,
    messages: set[UUID],
    who: Any,
) -> None:
    """Everything in the window that counts."""
    runs = {f.originator_id for f in facts if isinstance(f, RunPlanned) and f.campaign_id == campaign}
    person |= dict.fromkeys(("opened", "clicked", "machine_opened", "machine_clicked", "responded"), False)
    person |= {"opted_out": False, "converted": False, "revenue": {}, "orders": {}}
    for fact in facts:
        if isinstance(fact, ConsentWithdrawn) and who(fact.customer_id) == person["id"]:
            person["opted_out"] |= fact.campaign_id == campaign or fact.run_id in runs
        if not person["begins"] <= fact.occurred_at < person["ends"]:
            continue
        if isinstance(fact, TouchpointRecorded) and who(fact.customer_id) == person["id"]:
            _touched(person, fact, campaign, runs, messages)
        if isinstance(fact, OrderPlaced) and who(fact.customer_id) == person["id"]:
            _bought(person, fact, facts)


def _sent(person: dict[str, Any], mine: list[dict[str, Any]], bounced: Mapping[UUID, list[datetime]]) -> None:
    """What became of the person's messages."""
    sent = [one for one in mine if one["status"] == MessageSent.__name__]
    person |= {
        "people": 1,
        "sent": len(sent),
        "refused": sum(one["status"] == "refused" for one in mine),
        "bounced": sum(
            any(at < one["at"] + person["length"] for at in bounced.get(one["id"], ())) for one in sent
        ),
    }
    person["delivered"] = person["sent"] - person["bounced"]


def _touched(
    person: dict[str, Any], fact: TouchpointRecorded, campaign: UUID, runs: set[UUID], messages: set[UUID]
) -> None:
    if (
        fact.campaign_id != campaign
        and fact.run_id not in runs
        and replied_to(fact.in_reply_to) not in messages
    ):
        return
    if fact.kind in ("email_opened", "email_clicked"):
        person[("machine_" if fact.machine else "") + fact.kind.removeprefix("email_")] = True
    person["responded"] |= responds(fact)


def _bought(person: dict[str, Any], order: OrderPlaced, facts: Sequence[Any]) -> None:
    of_it = [fact for fact in facts if fact.originator_id == order.originator_id]
    if any(isinstance(fact, OrderCancelled) for fact in of_it):
        return
    worth = sum((line.amount for line in order.lines), Decimal(0))
    worth -= sum((fact.amount for fact in of_it if isinstance(fact, OrderRefunded)), Decimal(0))
    person["converted"] = True
    person["revenue"][order.currency] = person["revenue"].get(order.currency, Decimal(0)) + worth
    person["orders"][order.currency] = person["orders"].get(order.currency, 0) + 1


def _sum(people: Iterable[dict[str, Any]], held_out: bool) -> dict[str, Any]:
    mine = [person for person in people if person["held_out"] == held_out]
    spent: dict[str, list[Decimal]] = defaultdict(list)
    orders: dict[str, int] = defaultdict(int)
    for person in mine:
        for currency, amount in person["revenue"].items():
            spent[currency].append(amount)
            orders[currency] += person["orders"][currency]
    return {
        **{name: sum(person[name] for person in mine) for name in COUNTS},
        "spent": dict(spent),
        "revenue": {currency: sum(amounts, Decimal(0)) for currency, amounts in spent.items()},
        "orders": dict(orders),
    }
