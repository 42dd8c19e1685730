"""Runs against next hops that stall, refuse, cut or bounce (docs/semantics.md, rules 4, 18 and 20)."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from application.customers.commands import AddContactPoint, GivenContactPoint, RemoveContactPoint
from application.dispatch.outcomes import Outcomes
from application.dispatch.ports import dispatcher_circumstances
from application.dispatch.sending import BEGIN_WITHIN
from application.mail import Delivery, OutgoingMail, SendResult
from application.requests import Answer
from application.suppressions.commands import LiftSuppression
from domain.deciding.policy import FIRST_POLICY
from domain.errors import StoreUnavailable
from domain.facts import derived_id
from domain.messages.message import Message, message_id
from infrastructure.mail.smtp import RETRY_SECONDS, SmtpTransport
from projections.suppression.listing import Asking, imposed_suppressions
from tests.acceptance.deliveries import BOUNCED, DEFERRED
from tests.acceptance.hops import ScriptedHop, a_handover, outcomes
from tests.smtp_sink import Act, Fault, SmtpSink, Stage
from tests.world import World

PEOPLE = 30
ODD = "p3@example.org"
REFUSED_AS_SPAM = Delivery(result=SendResult.REFUSED, code=550, reply="5.7.1 spam")


@pytest.fixture
def people(world: World) -> list[UUID]:
    people = [world.customer(f"p{n}@example.org") for n in range(PEOPLE)]
    world.fold()
    return people


@contextmanager
def hop(world: World, *, timeout: float = 1.0, **troubles: Any) -> Iterator[SmtpSink]:
    """A next hop with these troubles, to which the world's dispatchers have four connections."""
    with SmtpSink(**troubles) as sink:
        world.sending.transport = SmtpTransport(sink.url, connections=4, timeout=timeout)
        try:
            yield sink
        finally:
            world.sending.transport.close()


def arrived(sink: SmtpSink) -> Counter[str]:
    return Counter(recipient for received in sink.received for recipient in received.recipients)


def settled(world: World, dispatcher: Any, run_id: UUID, within: float = 20.0) -> dict[str, int]:
    """The outcomes once the run is finished or waits for an instant, whatever was in flight meanwhile."""
    deadline = time.monotonic() + within
    while True:
        world.run_to_end(dispatcher)
        found = outcomes(world, run_id)
        if "pending" not in found or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


# -- what one message meets ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "outcome", "arrives"),
    [
        (Fault(act=Act.ANSWER, stage=Stage.RCPT, code=550), "failed", False),
        (Fault(act=Act.ANSWER, stage=Stage.RCPT, code=451), "deferred", False),
        (Fault(act=Act.ANSWER, stage=Stage.DATA, code=421), "deferred", False),
        (Fault(act=Act.ANSWER, stage=Stage.END, code=421), "deferred", False),
        (Fault(act=Act.CUT, stage=Stage.DATA), "deferred", False),
        (Fault(act=Act.CUT, stage=Stage.END), "unknown", True),
        (Fault(act=Act.DROP_AFTER, stage=Stage.END), "sent", True),
        (Fault(act=Act.STALL, stage=Stage.END), "unknown", True),
        (Fault(act=Act.DRIP, stage=Stage.END), "unknown", False),
        (Fault(act=Act.STALL, stage=Stage.DATA), "deferred", False),
    ],
)
def test_18_and_20_what_one_message_meets_on_several_connections_is_its_own(
    world: World, people: list[UUID], fault: Fault, outcome: str, arrives: bool
) -> None:
    with hop(world, faults_of={ODD: fault}) as sink:
        run_id = world.start(world.campaign())
        found = settled(world, world.dispatcher(), run_id)
        assert found == Counter({"sent": PEOPLE - 1}) + Counter({outcome: 1})
        assert arrived(sink) == {f"p{n}@example.org": 1 for n in range(PEOPLE) if n != 3 or arrives}
        assert world.decisions(run_id)[people[3]]["outcome"] == outcome


def test_18_what_is_held_up_is_waited_for_by_no_other_message_and_no_other_run(
    world: World, people: list[UUID]
) -> None:
    stalled = {f"p{n}@example.org": Fault(act=Act.STALL, stage=Stage.END) for n in (0, 1)}
    with hop(world, timeout=6.0, faults_of=stalled) as sink:
        run_id, dispatcher = world.start(world.campaign()), world.dispatcher()
        world.run_to_end(dispatcher)
        assert outcomes(world, run_id) == {"sent": PEOPLE - 2, "pending": 2}
        late = world.customer("late@example.org", language="es")
        world.fold()
        other = world.start(world.campaign(audience={"field": "language", "op": "eq", "value": "es"}))
        assert settled(world, dispatcher, other) == {"sent": 1}
        assert outcomes(world, run_id)["pending"] == 2
        assert settled(world, dispatcher, run_id) == {"sent": PEOPLE - 2, "unknown": 2}
        assert world.run(run_id)["state"] == "finished"
        assert set(arrived(sink).values()) == {1}
        assert len(world.positions_of("messages.MessageHandedOver", late)) == 1
    assert not world.positions_of("messages.HandoverLapsed")


def test_18_where_all_connections_of_a_run_are_held_up_nothing_more_is_handed_over_until_one_is_free(
    world: World, people: list[UUID]
) -> None:
    stalled = {f"p{n}@example.org": Fault(act=Act.STALL, stage=Stage.END) for n in range(PEOPLE)}
    with hop(world, timeout=5.0, faults_of=stalled) as sink:
        run_id, dispatcher = world.start(world.campaign()), world.dispatcher()
        world.run_to_end(dispatcher)
        handed_over = len(world.positions_of("messages.MessageHandedOver"))
        assert dispatcher.advance() is False
        world.clock.move(timedelta(minutes=1))
        world.run_to_end(dispatcher)
        assert len(world.positions_of("messages.MessageHandedOver")) == handed_over < PEOPLE
        sink.faults_of.clear()
        for _ in range(100):
            world.run_to_end(dispatcher)
            world.clock.move(timedelta(seconds=10))
            if world.run(run_id)["state"] == "finished":
                break
            time.sleep(0.1)
        assert outcomes(world, run_id) == {"sent": PEOPLE - 3, "unknown": 3}
        assert set(arrived(sink).values()) == {1}


def test_a_dispatcher_that_ends_writes_what_lands_soon_and_the_next_does_the_rest(
    world: World, people: list[UUID]
) -> None:
    stalled = {ODD: Fault(act=Act.STALL, stage=Stage.END)}
    with hop(world, timeout=3.0, faults_of=stalled):
        run_id, dispatcher = world.start(world.campaign()), world.dispatcher()
        world.run_to_end(dispatcher)
        assert outcomes(world, run_id) == {"sent": PEOPLE - 1, "pending": 1}
        dispatcher.release()
        world.fold()
        assert outcomes(world, run_id) == {"sent": PEOPLE - 1, "unknown": 1}


# -- a next hop that is slow to take us in, or takes nobody ---------------------------------------------------


def test_18_a_next_hop_that_greets_after_the_time_of_a_handover_gets_every_message_at_its_first(
    world: World, people: list[UUID]
) -> None:
    with hop(world, greets_after=BEGIN_WITHIN + 0.5) as sink:
        run_id, dispatcher = world.start(world.campaign()), world.dispatcher()
        assert settled(world, dispatcher, run_id) == {"sent": PEOPLE}
        assert set(arrived(sink).values()) == {1}
    assert not world.positions_of("messages.HandoverLapsed")
    assert len(world.positions_of("messages.MessageHandedOver")) == PEOPLE


def dead_hop(world: World) -> int:
    """The world's next hop from now on: a port where nobody listens."""
    with SmtpSink() as gone:
        world.sending.transport = SmtpTransport(gone.url, connections=4)
    return gone.port


def dispatched(world: World, dispatcher: Any, seconds: float) -> int:
    """Dispatches for so long, while people's minutes pass; how many handovers there are then."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        world.run_to_end(dispatcher)
        world.clock.move(timedelta(minutes=1))
        time.sleep(0.05)
    return len(world.positions_of("messages.MessageHandedOver"))


def test_18_a_next_hop_that_takes_nobody_costs_one_message_now_and_then_and_gets_all_when_it_is_back(
    world: World, people: list[UUID]
) -> None:
    port = dead_hop(world)
    run_id, dispatcher = world.start(world.campaign()), world.dispatcher()
    world.run_to_end(dispatcher)
    assert outcomes(world, run_id) == {"deferred": 1, "pending": PEOPLE - 1}
    assert 2 <= dispatched(world, dispatcher, 2.5) <= 4
    with SmtpSink(port=port) as back:
        returned = time.monotonic()
        while world.run(run_id)["state"] != "finished" and time.monotonic() < returned + 30:
            dispatched(world, dispatcher, 0.2)
        assert time.monotonic() - returned < RETRY_SECONDS + 5
        assert outcomes(world, run_id) == {"sent": PEOPLE}
        assert set(arrived(back).values()) == {1}
    world.sending.transport.close()


@pytest.mark.parametrize("how", ["ended", "cancelled"])
def test_35_a_run_is_over_for_everybody_although_the_next_hop_takes_nobody(
    world: World, people: list[UUID], how: str
) -> None:
    dead_hop(world)
    campaign_id = world.campaign()
    run_id, dispatcher = world.start(campaign_id), world.dispatcher()
    world.run_to_end(dispatcher)
    if how == "ended":
        world.clock.move(timedelta(hours=72))
    else:
        world.cancel(campaign_id)
    world.run_to_end(dispatcher)
    assert "pending" not in outcomes(world, run_id)
    assert world.run(run_id)["state"] == {"ended": "finished"}.get(how, how)
    assert len(world.positions_of("messages.MessageHandedOver")) == 1


# -- a hard bounce that is told at once ---------------------------------------------------------------------


class ByAddress:
    """A next hop that answers by recipient, accepts all others, and counts."""

    name = "smtp"

    def __init__(self, replies: dict[str, Delivery]) -> None:
        self.replies = replies
        self.asked: Counter[str] = Counter()

    def send(self, mail: OutgoingMail, *, begin_before: float) -> Delivery:
        self.asked[mail.recipient] += 1
        return self.replies.get(mail.recipient, Delivery(result=SendResult.ACCEPTED, code=250))

    def close(self) -> None: ...


def answering(world: World, **by_name: Delivery) -> ByAddress:
    """The world's next hop from now on; names stand for addresses at example.org."""
    world.fold()
    world.sending.transport = told = ByAddress({f"{n}@example.org": reply for n, reply in by_name.items()})
    return told


def ran(world: World, dispatcher: Any) -> UUID:
    """A new campaign to everyone, as far as it comes."""
    world.fold()
    run_id = world.start(world.campaign())
    world.run_to_end(dispatcher)
    return run_id


def reasons(world: World, run_id: UUID, person: UUID) -> list[str]:
    return [reason["code"] for reason in world.decisions(run_id)[person]["reasons"]]


def add_address(world: World, person: UUID, address: str) -> None:
    point = GivenContactPoint(channel="email", value=address)
    world.services.customers.add_contact_point(
        AddContactPoint(customer_id=person, contact_point=point), world.request()
    )


def remove_first_address(world: World, person: UUID) -> None:
    with world.reading() as connection:
        row = connection.execute(
            "select contact_point_id from contact_point where customer_id = %s order by added_position",
            [person],
        ).fetchone()
    world.services.customers.remove_contact_point(
        RemoveContactPoint(customer_id=person, contact_point_id=row["contact_point_id"]), world.request()
    )


def test_04_a_bounce_stops_the_address_for_everyone_who_has_it_in_the_next_run_until_it_is_lifted(
    world: World,
) -> None:
    owners = [world.customer("we@example.org"), world.customer("we@example.org")]
    world.customer("other@example.org")
    told = answering(world, we=BOUNCED)
    dispatcher = world.dispatcher()
    first = ran(world, dispatcher)
    assert outcomes(world, first) == {"sent": 1, "failed": 1, "suppressed": 1}
    second = ran(world, dispatcher)
    assert outcomes(world, second) == {"sent": 1, "suppressed": 2}
    assert [reasons(world, second, owner) for owner in owners] == [["HARD_BOUNCE"]] * 2
    assert told.asked["we@example.org"] == 1
    refused = next(one for one in owners if world.decisions(first)[one]["outcome"] == "failed")
    suppression = derived_id("hard_bounce", message_id(first, refused, "email"))
    world.services.suppressions.lift_suppression(
        LiftSuppression(suppression_id=suppression, reason="the mailbox is back"), world.request()
    )
    told.replies.clear()
    assert outcomes(world, ran(world, dispatcher)) == {"sent": 2, "suppressed": 1}
    assert told.asked["we@example.org"] == 2


def test_04_who_has_another_address_is_written_to_there(world: World) -> None:
    ana = world.customer("good@example.org")
    add_address(world, ana, "bad@example.org")
    told = answering(world, bad=BOUNCED)
    dispatcher = world.dispatcher()
    assert outcomes(world, ran(world, dispatcher)) == {"failed": 1}
    assert outcomes(world, ran(world, dispatcher)) == {"sent": 1}
    assert told.asked == {"bad@example.org": 1, "good@example.org": 1}


def test_04_a_bounce_stops_a_co_owner_in_the_same_run(world: World) -> None:
    ana, bea = world.customer("we@example.org"), world.customer("bea@example.org")
    told = answering(world, we=BOUNCED, bea=DEFERRED)
    dispatcher = world.dispatcher()
    run_id = ran(world, dispatcher)
    assert outcomes(world, run_id) == {"failed": 1, "deferred": 1}
    add_address(world, bea, "we@example.org")
    remove_first_address(world, bea)
    world.clock.move(timedelta(minutes=1))
    world.run_to_end(dispatcher)
    assert outcomes(world, run_id) == {"failed": 1, "suppressed": 1}
    assert "HARD_BOUNCE" in reasons(world, run_id, bea)
    assert world.decisions(run_id)[ana]["outcome"] == "failed"
    assert told.asked == {"we@example.org": 1, "bea@example.org": 1}


def test_04_a_bounce_stops_a_message_of_another_run_that_waits_for_its_turn(world: World) -> None:
    world.customer("we@example.org")
    told = answering(world, we=DEFERRED)
    dispatcher = world.dispatcher()
    first = ran(world, dispatcher)
    told.replies["we@example.org"] = BOUNCED
    assert outcomes(world, ran(world, dispatcher)) == {"failed": 1}
    world.clock.move(timedelta(minutes=1))
    world.run_to_end(dispatcher)
    assert outcomes(world, first) == {"suppressed": 1}
    assert told.asked["we@example.org"] == 2


def test_04_a_refusal_for_policy_stops_nobody(world: World) -> None:
    world.customer("we@example.org")
    told = answering(world, we=REFUSED_AS_SPAM)
    dispatcher = world.dispatcher()
    assert outcomes(world, ran(world, dispatcher)) == {"failed": 1}
    assert not world.positions_of("suppressions.SuppressionImposed")
    told.replies.clear()
    assert outcomes(world, ran(world, dispatcher)) == {"sent": 1}


def test_04_the_failure_and_the_suppression_are_one_append(world: World) -> None:
    ana = world.customer("we@example.org")
    answering(world, we=BOUNCED)
    run_id = ran(world, world.dispatcher())
    (failed,) = world.positions_of("messages.MessageFailed")
    assert world.positions_of("suppressions.SuppressionImposed") == [failed + 1]
    with world.reading() as connection:
        row = connection.execute(
            "select e.data, p.address_id from log.facts e, contact_point p"
            " where e.position = %s and p.customer_id = %s",
            [failed + 1, ana],
        ).fetchone()
    told = row["data"]
    assert told["customer_id"] == str(row["address_id"])
    assert told["message_id"] == str(message_id(run_id, ana, "email"))
    assert (told["reason_code"], told["scope"], told["actor"]) == ("HARD_BOUNCE", "address", "dispatcher")
    world.fold()
    with world.reading() as connection:
        asking = Asking(now=world.clock.now(), policy=FIRST_POLICY, cipher=world.web.keys)
        (shown,) = imposed_suppressions(connection, asking)
    assert (shown.scope.kind, shown.scope.address) == ("address", "we@example.org")


def test_04_a_bounce_that_could_not_be_written_is_written_after_the_outage(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise StoreUnavailable

    def cut_off() -> Delivery:
        monkeypatch.setattr(world.sending.recorder, "insert_events", away)
        return BOUNCED

    world.customer("we@example.org")
    world.sending.transport = ScriptedHop("we@example.org", cut_off)
    world.fold()
    run_id, dispatcher = world.start(world.campaign()), world.dispatcher()
    with pytest.raises(StoreUnavailable):
        world.run_to_end(dispatcher)
    monkeypatch.undo()
    world.run_to_end(dispatcher)
    assert outcomes(world, run_id) == {"failed": 1}
    assert len(world.positions_of("suppressions.SuppressionImposed")) == 1


def test_04_a_bounce_stops_its_address_although_another_process_concluded_the_message(world: World) -> None:
    """It used to be dropped with the outcome: but it is said of the address, whoever concluded the message."""
    world.customer("we@example.org")
    world.fold()
    world.dispatcher().advance()
    first, second = (world.customer(f"{n}@example.org") for n in "ab")
    run_id, campaign_id = UUID(int=5), world.campaign()
    pending = [a_handover(world, person, campaign_id, run_id) for person in (first, second)]
    world.sending.handovers().hand_over(
        pending, campaign_id=campaign_id, epoch=1, read_position=world.web.store.head()
    )
    elsewhere = world.sending.store.find(Message, pending[0].message.id)
    assert elsewhere is not None
    elsewhere.lose_track(dispatcher_circumstances(world.clock.now(), run_id))
    world.sending.store.save(elsewhere, request=world.request(), answer=Answer())
    ours = Outcomes(world.sending.store, world.clock)
    for one in pending:
        ours.conclude(one.message, BOUNCED, run_id)
    ours.record(run_id, [one.message for one in pending])
    (failed,) = world.positions_of("messages.MessageFailed")
    assert world.positions_of("messages.MessageFailed", second) == [failed]
    for person in (first, second):
        assert len(world.positions_of("suppressions.SuppressionImposed", person)) == 1
    again = a_handover(world, first, campaign_id, run_id).message
    ours.conclude(again, BOUNCED, run_id)
    assert ours.record(run_id, [again]) == 0
    assert len(world.positions_of("suppressions.SuppressionImposed")) == 2


# -- where links lead ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["http://[::1]:8000", "https://farley.example.org.", "https://my_host"])
def test_messages_leave_with_an_id_of_our_own_whatever_host_their_links_lead_to(
    database: Any, tmp_path: Path, url: str
) -> None:
    told = {"FARLEY_PUBLIC_URL": url, "FARLEY_MAIL_FROM": "Shop <shop@shop.example>"}
    with SmtpSink() as sink, closing(World(database, tmp_path, sink, **told)) as world:
        world.customer("ana@example.org")
        run_id = ran(world, world.dispatcher())
        assert outcomes(world, run_id) == {"sent": 1}
        (received,) = sink.received
        domain = "farley.example.org" if "farley" in url else "shop.example"
        assert received.message()["Message-ID"].endswith(f"@{domain}>")


# -- throughput ---------------------------------------------------------------------------------------------


def test_messages_go_in_large_groups_on_few_connections(world: World) -> None:
    """The figure is `python -m bench.dispatch`; this only notices that something became very slow."""
    for n in range(150):
        world.customer(f"p{n}@example.org")
    world.fold()
    with hop(world, timeout=5.0) as sink:
        run_id, dispatcher = world.start(world.campaign()), world.dispatcher()
        world.fold()
        while world.run(run_id)["state"] != "sending":
            dispatcher.advance()
            world.fold()
        started = time.monotonic()
        world.run_to_end(dispatcher)
        seconds = time.monotonic() - started
        assert outcomes(world, run_id) == {"sent": 150}
        assert sink.connections <= 4
    assert 150 / seconds > 50, f"{150 / seconds:.0f} messages a second"
