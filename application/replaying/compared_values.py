"""Brings recorded decisions and repeated decisions into the same form, so that they can be compared."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from domain.deciding.codes import Verdict, ZoneSource
from domain.deciding.decision import Decision
from domain.messages.events import MessageHandedOver, MessageWithheld
from domain.runs.events import DecidedGroup, DecidedPerson, Reason

ComparedValues = dict[str, Any]
"""The compared values, by their names.

Of a decision they are the verdict, the reasons, the contact point, the time zone and the versions; of a first decision
also the unit. Of other things that a replay checks they are for example an epoch, a size, a number of times or a
message_id.

A first decision names the contact point by the position of the fact that added it, a handover by its ids.
"""


def values_of_groups(
    members: Sequence[UUID], groups: Iterable[DecidedGroup], *, policy_version: int, rules_version: int
) -> dict[UUID, ComparedValues]:
    """Returns the outcome of each member of a chunk. `members`: the part that the chunk decides."""
    versions = {"policy_version": policy_version, "rules_version": rules_version}
    return {
        members[person.place]: {**_of_person(members[person.place], group, person), **versions}
        for group in groups
        for person in group.people
        if person.place in range(len(members))
    }


def _of_person(member: UUID, group: DecidedGroup, person: DecidedPerson) -> ComparedValues:
    return {
        "verdict": group.verdict,
        "reasons": _plain_reasons(group.reasons),
        "contact_point_position": person.contact_point_position,
        "time_zone": group.time_zone,
        "zone_source": group.zone_source,
        "unit": person.unit or (member if group.drawn else None),
    }


def values_of_message(fact: MessageHandedOver | MessageWithheld) -> ComparedValues:
    """Returns the outcome of a recorded second decision. It was eligible if the fact is a handover."""
    handed, withheld = (fact, None) if isinstance(fact, MessageHandedOver) else (None, fact)
    return {
        "verdict": withheld.verdict if withheld else Verdict.ELIGIBLE,
        "reasons": _plain_reasons(withheld.reasons if withheld else ()),
        "profile_id": handed.customer_id if handed else None,
        "contact_point_id": handed.contact_point_id if handed else None,
        "address_id": handed.address_id if handed else None,
        "time_zone": fact.time_zone,
        "zone_source": fact.zone_source,
        "policy_version": fact.policy_version,
        "rules_version": fact.rules_version,
    }


def values_of_decision(decision: Decision) -> ComparedValues:
    """Returns the outcome of a repeated second decision."""
    point = decision.contact_point if decision.verdict is Verdict.ELIGIBLE else None
    return {
        "verdict": decision.verdict,
        "reasons": _plain_reasons(decision.reasons),
        "profile_id": point.customer_id if point else None,
        "contact_point_id": point.contact_point_id if point else None,
        "address_id": point.address_id if point else None,
        "time_zone": decision.zone.name,
        "zone_source": decision.zone.source,
        "policy_version": decision.policy_version,
        "rules_version": decision.rules_version,
    }


def differing(recorded: ComparedValues, decided: ComparedValues) -> list[str]:
    """Returns the names of the values that differ, in order."""
    return [name for name in {**recorded, **decided} if recorded.get(name) != decided.get(name)]


def installation_zone(outcomes: Iterable[ComparedValues], *, otherwise: str) -> str:
    """Returns the installation's time zone at that time. A decision records it if the person has no zone."""
    zones = Counter(
        outcome["time_zone"] for outcome in outcomes if outcome["zone_source"] == ZoneSource.INSTALLATION
    )
    return zones.most_common(1)[0][0] if zones else otherwise


def _plain_reasons(reasons: tuple[Reason, ...]) -> list[dict[str, Any]]:
    return [{"code": reason.code, "facts": list(reason.facts), "until": reason.until} for reason in reasons]
