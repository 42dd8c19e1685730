"""What the next actions for a person rest on, read by one statement from the other projections.

The question has no tables of its own. Table names are unqualified, so the same statement reads the live tables or those
of a shadow.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.deciding.policy import SuppressionPolicy
from domain.next_actions.facts import LATELY, Happened, PersonFacts
from domain.policies.suppression import policy_of
from projections.campaigns.reading import UNKNOWN_MESSAGES
from projections.catalogue.reading import DECLARED_PURPOSES, PURPOSES_OF_BATCH, purposes_of
from projections.complaints.reading import WITH_STEPS
from projections.decision_facts import reading as decision_facts
from projections.decision_facts.reading import facts_from
from projections.engine.reached import LOG_ALONE, STANDINGS, Reached, Standing, reached_of
from projections.policies.reading import ADOPTED
from projections.timeline.reading import NEWEST_CONTACTS, EntryKind
from projections.together import Lists, Rows, Together

READS = (*decision_facts.DECIDES_ON, "complaints", "timeline")
"""The projections that next actions read."""


@dataclass(frozen=True, kw_only=True)
class KnownForActions:
    """What is known of a person, with the adopted policies and the declared purposes.

    `position`: the position up to which all read models of READS have folded, or the log's head for a past moment.
    """

    person_id: UUID
    facts: PersonFacts
    policies: tuple[SuppressionPolicy, ...]
    purposes: list[str]
    position: int
    reached: Reached


def known_for_actions(
    connection: Connection[Any], customer_id: UUID, at: datetime, *, of_batch: bool = False
) -> KnownForActions | None:
    """Returns what is known at an instant of the person with this profile id, or None if nobody registered has it.

    `of_batch`: whether the connection is a shadow's, whose batch has all facts that count.
    """
    asked = {"ids": [customer_id], "since": at - LATELY}
    lists = (_OF_BATCH if of_batch else _TOGETHER).read(connection, asked)
    reached = reached_of(lists["standings"])
    if not lists["registered"]:
        return None
    facts = _facts(lists, customer_id)
    return KnownForActions(
        person_id=facts.decision.person.person_id,
        facts=facts,
        policies=tuple(map(policy_of, lists["adopted"])),
        purposes=purposes_of(lists["purposes"]),
        position=_position(lists["standings"]),
        reached=reached,
    )


def _facts(lists: Lists, customer_id: UUID) -> PersonFacts:
    newest = {
        row.what: Happened(position=row.position, occurred_at=row.occurred_at) for row in lists["newest"]
    }
    lost = (newest.get(EntryKind.ORDER_CANCELLED), newest.get(EntryKind.REFUND))
    return PersonFacts(
        decision=facts_from(lists)[customer_id],
        complaints=tuple(lists["with_steps"]),
        last_inbound=newest.get("inbound"),
        last_outbound=newest.get("outbound"),
        last_order=newest.get(EntryKind.ORDER),
        cancelled_or_refunded=tuple(order for order in lost if order is not None),
        unknown_messages=tuple(lists["unknown"]),
    )


def _position(standings: list[Standing]) -> int:
    return min((row.position for row in standings if row.name in (*READS, "log")), default=0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Registered:
    """A registered profile."""

    customer_id: UUID


_TOGETHER = Together(
    decision_facts.SCOPE,
    {
        **decision_facts.LISTS,
        "registered": Rows(
            select="""
            select customer_id from customer
            where customer_id = any(array(select profile_id from profile_requested)) limit 1
            """,
            row=Registered,
        ),
        "with_steps": WITH_STEPS,
        "newest": NEWEST_CONTACTS,
        "unknown": UNKNOWN_MESSAGES,
        "adopted": ADOPTED,
        "purposes": DECLARED_PURPOSES,
        "standings": STANDINGS,
    },
)
_OF_BATCH = Together(
    decision_facts.SCOPE, {**_TOGETHER.lists, "purposes": PURPOSES_OF_BATCH, "standings": LOG_ALONE}
)
