"""A campaign to whom everything happens that may: four runs, three of them over, of which one was cancelled."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.types.json import Jsonb

from application.campaigns.messages import ResolveMessage
from application.customers.commands import AddContactPoint, GivenContactPoint
from application.dispatch import deciding, sending
from application.mail import Delivery, OutgoingMail, SendResult
from application.policies.commands import AdoptSuppressionPolicy
from domain.errors import StoreUnavailable
from domain.messages.message import Message, message_id
from tests.acceptance.deliveries import BOUNCED, DEFERRED
from tests.acceptance.hops import CutHandovers
from tests.acceptance.replayed import Happened
from tests.builders import named
from tests.world import World

LAPSED, UNKNOWN = Delivery(result=SendResult.NOT_BEGUN), Delivery(result=SendResult.UNKNOWN)
REFUSED = Delivery(result=SendResult.REFUSED, code=550, reply="5.7.1 spam")
NAMES = (
    "nameless", "lost", "found", "deferred", "late", "bounced", "refused", "lapsed", "complains", "linked",
    "becomes", "p0", "p1", "p2", "p3", "p4", "p5",
)  # fmt: skip
FIRST_ANSWERS: Mapping[str, tuple[Delivery, ...]] = {
    "lost": (UNKNOWN,),
    "found": (UNKNOWN,),
    "deferred": (DEFERRED, LAPSED, DEFERRED),
    "late": (DEFERRED,) * 50,
    "bounced": (BOUNCED,),
    "refused": (REFUSED,),
    "lapsed": (LAPSED, LAPSED),
    "complains": (DEFERRED,) * 50,
    "linked": (DEFERRED, DEFERRED),
    "becomes": (DEFERRED, DEFERRED),
}


class Answering:
    """A next hop that answers each name what it is told, one time after the other, then accepts."""

    name = "smtp"

    def __init__(self, answers: Mapping[str, tuple[Delivery, ...]]) -> None:
        self._answers = {name: list(told) for name, told in answers.items()}

    def send(self, mail: OutgoingMail, *, begin_before: float) -> Delivery:
        left = self._answers.get(mail.recipient.partition("@")[0])
        return left.pop(0) if left else Delivery(result=SendResult.ACCEPTED, code=250)

    def close(self) -> None: ...


class Rough(Happened):
    """`run` went wherever a run can go; the others were cancelled amid, before they began, or are open."""

    cancelled_amid: UUID
    cancelled_before: UUID
    open_run: UUID
    pause: int
    policy: int


def go_rough(database: Any, home: Path, monkeypatch: pytest.MonkeyPatch) -> Rough:
    """Tells it, then lets go of the database, so that it can be copied."""
    monkeypatch.setattr(deciding, "CHUNK", 5)
    monkeypatch.setattr(sending, "FIRST_GROUP", 9)
    story = Rough(database=database, home=home)
    world = World(database, home)
    try:
        _people(world, story)
        _rough_run(world, story)
        _cancelled_runs(world, story)
        _open_run(world, story)
        story.ended_at = world.clock.now()
    finally:
        world.close()
    return story


def _people(world: World, story: Rough) -> None:
    """Two of them share an address: the first, in the order of ids, has a newer one, too, and is written to there."""
    first, second = sorted((name for name in NAMES if name.startswith("p")), key=named)[:2]
    for name in NAMES:
        details: dict[str, Any] = {"name": None} if name == "nameless" else {}
        address = "shared" if name == first else name
        story.people[name] = world.customer(f"{address}@example.org", customer_id=named(name), **details)
    _add_address(world, story.people[first], "own@example.org")
    _add_address(world, story.people[second], "shared@example.org")


def _add_address(world: World, person: UUID, address: str) -> None:
    world.services.customers.add_contact_point(
        AddContactPoint(customer_id=person, contact_point=GivenContactPoint(channel="email", value=address)),
        world.request(),
    )


def _rough_run(world: World, story: Rough) -> None:
    """The first call of the log's lock is cut off; later a complaint, a link, a pause and a
    policy meet whoever is deferred."""
    world.sending.transport = Answering(FIRST_ANSWERS)
    story.campaign = world.campaign(
        ends_at=world.clock.now() + timedelta(hours=6), sender="spring@shop.example"
    )
    story.run = world.start(story.campaign)
    dispatcher = world.dispatcher(handovers=CutHandovers(world.sending.handovers(), committed=True))
    with pytest.raises(StoreUnavailable):
        world.run_to_end(dispatcher)
    world.run_to_end(dispatcher)
    for name in ("found", "lost"):
        assert world.decisions(story.run)[story.people[name]]["outcome"] == "unknown"
    _resolve(world, story, "found", "sent")
    story.complaints["complains"] = world.complain(story.people["complains"])
    world.link(story.people["linked"], story.people["becomes"])
    story.pause = world.pause(story.campaign)
    adopted = AdoptSuppressionPolicy(cooling_off_days={"high": 60})
    story.policy = world.services.policies.adopt_suppression_policy(adopted, world.request()).position
    world.resume(story.campaign)
    for _ in range(80):
        world.clock.move(timedelta(minutes=5))
        world.run_to_end(dispatcher)
        if world.run(story.run)["state"] == "finished":
            break
    _resolve(world, story, "lost", "failed")
    dispatcher.release()
    assert world.run(story.run)["state"] == "finished"


def _resolve(world: World, story: Rough, name: str, outcome: str) -> None:
    command = ResolveMessage(
        campaign_id=story.campaign,
        run_id=story.run,
        message_id=message_id(story.run, story.people[name], "email"),
        outcome=outcome,
        note="the postmaster says so",
    )
    world.services.messages.resolve_message(command, world.request())


def _cancelled_runs(world: World, story: Rough) -> None:
    """One while half of it is deferred, one before its audience."""
    world.sending.transport = Answering({name: (DEFERRED,) * 50 for name in NAMES if name > "m"})
    campaign, unbegun = world.campaign(), world.campaign()
    story.cancelled_amid, story.cancelled_before = world.start(campaign), world.start(unbegun)
    world.cancel(unbegun)
    dispatcher = world.dispatcher()
    world.run_to_end(dispatcher)
    world.cancel(campaign)
    world.run_to_end(dispatcher)
    dispatcher.release()
    for run in (story.cancelled_amid, story.cancelled_before):
        assert world.run(run)["state"] == "cancelled"


def _open_run(world: World, story: Rough) -> None:
    """Some parts are not decided yet."""
    story.open_run = world.start(world.campaign())
    dispatcher = world.dispatcher()
    world.fold()
    while not world.run(story.open_run)["decided"]:
        dispatcher.advance()
        world.fold()
    dispatcher.release()
    assert world.run(story.open_run)["state"] == "deciding"


# Forging


def stream_of(connection: psycopg.Connection[Any], run: UUID, member: UUID) -> list[tuple[int, str, int]]:
    """The facts of a member's message: position, kind, version."""
    return connection.execute(
        "select notification_id, stored_name, originator_version from log.events where stream_id = %s order by 3",
        [Message.stream_of(message_id(run, member, "email"))],
    ).fetchall()


def append_copy(
    connection: psycopg.Connection[Any], position: int, *, message: UUID | None = None, **changes: Any
) -> int:
    """A fact once more at the log's end, as the next of its stream or of another message, with these changes."""
    stream = Message.stream_of(message) if message is not None else None
    changes |= {"originator_id": str(message)} if message is not None else {}
    row = connection.execute(
        """
        insert into log.events
        select s.stream, (select coalesce(max(originator_version), 0) + 1 from log.events x
                          where x.stream_id = s.stream), stored_name,
               convert_to((convert_from(state, 'UTF8')::jsonb || %(changes)s)::text, 'UTF8'),
               (select max(notification_id) + 1 from log.events), (select max(recorded_at) from log.events),
               coalesce((%(changes)s ->> 'customer_id')::uuid, customer_id), other_profile_id
        from log.events e, lateral (select coalesce(%(stream)s::uuid, e.stream_id) as stream) s
        where notification_id = %(position)s returning notification_id
        """,
        {"position": position, "stream": stream, "changes": Jsonb(changes)},
    ).fetchone()
    assert row is not None
    return int(row[0])
