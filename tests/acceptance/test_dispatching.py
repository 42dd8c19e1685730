"""What becomes of messages when the next hop, the process or the facts misbehave.

See docs/semantics.md, rules 3, 6, 18, 20, 35 and 43.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from application.campaigns.commands import DraftCampaign
from application.campaigns.messages import ResolveMessage
from application.customers.commands import (
    AddContactPoint,
    GivenContactPoint,
    RemoveContactPoint,
    UnlinkProfile,
)
from application.customers.whose import GivenIdentifier
from application.dispatch.dispatcher import Dispatcher
from application.dispatch.ports import FactsTooOld, LeaseLost
from application.mail import Delivery, OutgoingMail, SendResult
from domain.campaigns.errors import CampaignHasOpenRun, CampaignNotApproved
from domain.errors import StoreUnavailable
from domain.messages.message import Message, message_id
from infrastructure.postgres import handovers as locked
from tests.acceptance.hops import CutHandovers, Killed, ScriptedHop, a_handover, outcomes, release_lease
from tests.world import World

pytestmark = pytest.mark.speaks_sql


@pytest.fixture
def people(world: World) -> list[UUID]:
    people = [world.customer(f"p{n}@example.org") for n in range(3)]
    world.fold()
    return people


def run_through(world: World, hop: ScriptedHop) -> tuple[UUID, Any]:
    world.sending.transport = hop
    run_id = world.start(world.campaign())
    dispatcher = world.dispatcher()
    world.run_to_end(dispatcher)
    return run_id, dispatcher


def test_20_one_refused_recipient_fails_alone(world: World, people: list[UUID]) -> None:
    run_id, _ = run_through(world, ScriptedHop("p1@example.org", SendResult.REFUSED))
    assert outcomes(world, run_id) == {"sent": 2, "failed": 1}
    refused = world.decisions(run_id)[people[1]]
    assert (refused["outcome"], refused["reasons"]) == ("failed", [])


def test_18_temporary_refusal_defers_until_a_recorded_instant_and_is_handed_over_anew(
    world: World, people: list[UUID]
) -> None:
    hop = ScriptedHop("p1@example.org", SendResult.REFUSED_FOR_NOW)
    run_id, dispatcher = run_through(world, hop)
    assert outcomes(world, run_id) == {"sent": 2, "deferred": 1}
    assert world.run(run_id)["state"] == "sending"
    world.clock.move(timedelta(seconds=59))
    world.run_to_end(dispatcher)
    assert len(hop.sent) == 2
    world.clock.move(timedelta(seconds=1))
    world.run_to_end(dispatcher)
    assert outcomes(world, run_id) == {"sent": 3}
    assert world.run(run_id)["state"] == "finished"
    assert len(world.positions_of("messages.MessageHandedOver", people[1])) == 2


def test_18_a_complaint_while_deferred_stops_the_second_handover(world: World, people: list[UUID]) -> None:
    hop = ScriptedHop("p1@example.org", SendResult.REFUSED_FOR_NOW)
    run_id, dispatcher = run_through(world, hop)
    world.complain(people[1])
    world.clock.move(timedelta(minutes=1))
    world.run_to_end(dispatcher)
    assert outcomes(world, run_id) == {"sent": 2, "suppressed": 1}
    assert len(hop.sent) == 2


def test_18_still_refused_when_the_run_ends_is_failed(world: World, people: list[UUID]) -> None:
    hop = ScriptedHop("p1@example.org", *[SendResult.REFUSED_FOR_NOW] * 500)
    run_id, dispatcher = run_through(world, hop)
    world.clock.move(timedelta(hours=72))
    world.run_to_end(dispatcher)
    assert outcomes(world, run_id) == {"sent": 2, "failed": 1}
    assert world.decisions(run_id)[people[1]]["reasons"][0]["code"] == "EXPIRED"
    assert world.run(run_id)["state"] == "finished"


def test_18_an_unknown_outcome_is_never_sent_again_by_the_machine(world: World, people: list[UUID]) -> None:
    hop = ScriptedHop("p1@example.org", SendResult.UNKNOWN)
    run_id, dispatcher = run_through(world, hop)
    world.clock.move(timedelta(hours=80))
    world.run_to_end(dispatcher)
    assert outcomes(world, run_id) == {"sent": 2, "unknown": 1}
    assert world.run(run_id)["state"] == "finished"
    assert len(hop.sent) == 2


def test_18_a_lapsed_handover_is_made_anew(world: World, people: list[UUID]) -> None:
    hop = ScriptedHop("p1@example.org", SendResult.NOT_BEGUN)
    run_id, dispatcher = run_through(world, hop)
    assert outcomes(world, run_id) == {"sent": 2, "deferred": 1}
    world.clock.move(timedelta(seconds=2))
    world.run_to_end(dispatcher)
    assert outcomes(world, run_id) == {"sent": 3}
    assert world.positions_of("messages.HandoverLapsed", people[1])


def test_18_a_silent_next_hop_is_asked_less_and_less_often(world: World, people: list[UUID]) -> None:
    hop = ScriptedHop("p1@example.org", *[SendResult.NOT_BEGUN] * 500)
    run_id, dispatcher = run_through(world, hop)
    for _ in range(24):
        world.clock.move(timedelta(hours=3))
        world.run_to_end(dispatcher)
    assert outcomes(world, run_id) == {"sent": 2, "failed": 1}
    assert len(world.positions_of("messages.HandoverLapsed", people[1])) < 26


def test_outcomes_that_could_not_be_written_are_written_after_the_outage(
    world: World, people: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off() -> Delivery:
        monkeypatch.setattr(world.sending.recorder, "insert_events", away)
        return Delivery(result=SendResult.ACCEPTED)

    def away(*_: object, **__: object) -> None:
        raise StoreUnavailable

    world.sending.transport = ScriptedHop("p1@example.org", cut_off)
    run_id = world.start(world.campaign())
    dispatcher = world.dispatcher()
    with pytest.raises(StoreUnavailable):
        world.run_to_end(dispatcher)
    with pytest.raises(StoreUnavailable):
        dispatcher.advance()
    monkeypatch.undo()
    world.run_to_end(dispatcher)
    assert outcomes(world, run_id) == {"sent": 3}
    assert len(world.positions_of("messages.MessageHandedOver")) == 3


def test_a_dispatcher_that_ends_writes_what_it_owes(
    world: World, people: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off() -> Delivery:
        monkeypatch.setattr(world.sending.recorder, "insert_events", away)
        return Delivery(result=SendResult.ACCEPTED)

    def away(*_: object, **__: object) -> None:
        raise StoreUnavailable

    world.sending.transport = ScriptedHop("p1@example.org", cut_off)
    run_id = world.start(world.campaign())
    dispatcher = world.dispatcher()
    with pytest.raises(StoreUnavailable):
        world.run_to_end(dispatcher)
    with pytest.raises(StoreUnavailable):
        dispatcher.release()
    monkeypatch.undo()
    dispatcher.release()
    world.fold()
    assert outcomes(world, run_id) == {"sent": 3}


@pytest.mark.parametrize("committed", [True, False])
def test_a_handover_whose_answer_was_lost_is_lapsed_and_made_anew(
    world: World, people: list[UUID], committed: bool
) -> None:
    world.sending.transport = hop = ScriptedHop("nobody@example.org")
    run_id = world.start(world.campaign())
    dispatcher = world.dispatcher(handovers=CutHandovers(world.sending.handovers(), committed=committed))
    with pytest.raises(StoreUnavailable):
        world.run_to_end(dispatcher)
    world.run_to_end(dispatcher)
    assert outcomes(world, run_id) == {"sent": 3}
    assert sorted(mail.recipient for mail in hop.sent) == [f"p{n}@example.org" for n in range(3)]
    assert len(world.positions_of("messages.HandoverLapsed")) == (3 if committed else 0)


def test_18_handed_over_without_a_result_is_unknown_to_the_next_dispatcher(
    world: World, people: list[UUID]
) -> None:
    def die() -> Delivery:
        raise Killed

    world.sending.transport = ScriptedHop("p1@example.org", die)
    run_id = world.start(world.campaign())
    with pytest.raises(Killed):
        world.run_to_end(world.dispatcher())
    world.fold()
    assert outcomes(world, run_id) == {"pending": 3}
    world.sending.transport = hop = ScriptedHop("p1@example.org")
    successor = world.dispatcher()
    release_lease(world)
    world.run_to_end(successor)
    found = outcomes(world, run_id)
    assert found.get("unknown", 0) + found.get("sent", 0) == 3
    assert found["unknown"] == 3 - len(hop.sent)
    assert world.decisions(run_id)[people[1]]["outcome"] == "unknown"


def test_a_dispatcher_stopped_past_its_lease_hands_nothing_over(world: World, people: list[UUID]) -> None:
    world.sending.transport = hop = ScriptedHop("nobody@example.org")
    run_id = world.start(world.campaign())
    stopped = world.dispatcher()
    world.fold()
    while world.run(run_id)["state"] != "sending":
        stopped.advance()
        world.fold()
    release_lease(world)
    successor = world.dispatcher()
    assert successor.advance()
    assert stopped.advance() is False
    assert hop.sent == []
    world.run_to_end(successor)
    assert outcomes(world, run_id) == {"sent": 3}
    assert len(hop.sent) == 3


class TakenOver:
    """A reading port during whose last question before the decisions another dispatcher takes over."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._real: Any = world.sending.run_reading()
        self.successor: Any = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def addressees(self, contact_points: Any) -> Any:
        if self.successor is None:
            self.successor = self._world.dispatcher()
            release_lease(self._world)
            self.successor.advance()
        return self._real.addressees(contact_points)


@pytest.mark.parametrize("code", ["OPEN_COMPLAINT", "RENDER_ERROR"])
def test_a_dispatcher_stopped_past_its_lease_decides_nothing(world: World, code: str) -> None:
    world.sending.transport = hop = ScriptedHop("nobody@example.org")
    person = world.customer("ana@example.org", name=None if code == "RENDER_ERROR" else "Ana")
    world.fold()
    run_id = world.start(world.campaign())
    reading = TakenOver(world)
    stopped = world.dispatcher(reading=reading)
    world.fold()
    while world.run(run_id)["state"] != "sending":
        stopped.advance()
        world.fold()
    if code == "OPEN_COMPLAINT":
        world.complain(person)
        world.fold()
    head = world.web.store.head()
    assert stopped.advance() is False
    assert world.web.store.head() == head
    world.run_to_end(reading.successor)
    decided = world.decisions(run_id)[person]
    assert [one["code"] for one in decided["reasons"]] == [code]
    assert (world.run(run_id)["state"], hop.sent) == ("finished", [])


def test_the_lock_refuses_an_old_epoch_and_facts_that_are_too_old(
    world: World, people: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    world.dispatcher().advance()
    campaign_id, run_id = world.campaign(), UUID(int=5)
    handovers, head = world.sending.handovers(), world.web.store.head()
    with pytest.raises(LeaseLost):
        handovers.hand_over(
            [a_handover(world, people[0], campaign_id, run_id)],
            campaign_id=campaign_id,
            epoch=99,
            read_position=head,
        )
    monkeypatch.setattr(locked, "LONGEST_TAIL", 3)
    with pytest.raises(FactsTooOld):
        handovers.hand_over(
            [a_handover(world, people[0], campaign_id, run_id)],
            campaign_id=campaign_id,
            epoch=1,
            read_position=head - 4,
        )
    assert world.web.store.head() == head


def test_a_refused_message_of_a_group_does_not_keep_the_others(world: World, people: list[UUID]) -> None:
    world.dispatcher().advance()
    campaign_id, run_id = world.campaign(), UUID(int=5)
    read = world.web.store.head()
    world.complain(people[1])
    positions = world.sending.handovers().hand_over(
        [a_handover(world, person, campaign_id, run_id) for person in people],
        campaign_id=campaign_id,
        epoch=1,
        read_position=read,
    )
    assert positions == [read + 2, None, read + 3]
    again = world.sending.handovers().hand_over(
        [a_handover(world, people[0], campaign_id, run_id)],
        campaign_id=campaign_id,
        epoch=1,
        read_position=read + 3,
    )
    assert again == [None]


def test_06_two_people_with_one_address_get_one_message(world: World) -> None:
    first, second = world.customer("we@example.org"), world.customer("we@example.org")
    world.sending.transport = hop = ScriptedHop("nobody@example.org")
    world.fold()
    run_id = world.start(world.campaign())
    world.run_to_end(world.dispatcher())
    assert outcomes(world, run_id) == {"sent": 1, "suppressed": 1}
    assert [mail.recipient for mail in hop.sent] == ["we@example.org"]
    decided = world.decisions(run_id)
    assert {decided[first]["outcome"], decided[second]["outcome"]} == {"sent", "suppressed"}
    assert world.run(run_id)["reasons"] == {"DUPLICATE_ADDRESS_IN_RUN": 1}


@pytest.mark.parametrize("left", ["removed", "not rendered"])
def test_06_an_address_that_a_member_can_get_no_message_at_any_more_is_free_for_another(
    world: World, left: str
) -> None:
    world.sending.transport = hop = ScriptedHop("new@example.org", SendResult.REFUSED_FOR_NOW)
    old = world.customer("house@example.org", name=None if left == "not rendered" else "Old")
    new = world.customer("new@example.org")
    world.fold()
    run_id = world.start(world.campaign())
    dispatcher = world.dispatcher()
    decide_all(world, dispatcher, run_id)
    if left == "removed":
        remove_address(world, old)
    world.run_to_end(dispatcher)
    assert outcomes(world, run_id).keys() == {"deferred", "suppressed" if left == "removed" else "failed"}
    assert second_at(world, dispatcher, run_id, new) == "sent"
    assert [mail.recipient for mail in hop.sent] == ["house@example.org"]
    assert world.services.replaying.replay(run_id).different == 0


@pytest.mark.parametrize(
    ("result", "then"),
    [
        (SendResult.REFUSED, "nothing"),
        (SendResult.REFUSED_FOR_NOW, "address removed"),
        (SendResult.UNKNOWN, "found not sent"),
    ],
)
def test_06_an_address_whose_message_did_not_leave_after_its_handover_is_free_for_another(
    world: World, result: SendResult, then: str
) -> None:
    hop, run_id, dispatcher, old, new = first_tried(world, result)
    if then == "address removed":
        remove_address(world, old)
    if then == "found not sent":
        find_not_sent(world, run_id, old)
    assert second_at(world, dispatcher, run_id, new) == "sent"
    assert [mail.recipient for mail in hop.sent] == ["house@example.org"]
    assert world.services.replaying.replay(run_id).different == 0


@pytest.mark.parametrize("result", [SendResult.ACCEPTED, SendResult.UNKNOWN])
def test_06_an_address_whose_message_may_have_left_stays_taken_even_if_its_member_loses_it(
    world: World, result: SendResult
) -> None:
    _, run_id, dispatcher, old, new = first_tried(world, result)
    remove_address(world, old)
    assert second_at(world, dispatcher, run_id, new) == "suppressed"
    assert world.run(run_id)["reasons"] == {"DUPLICATE_ADDRESS_IN_RUN": 1}


def first_tried(world: World, result: SendResult) -> tuple[ScriptedHop, UUID, Dispatcher, UUID, UUID]:
    """A run whose message to the first of two people has this result; the second's message is deferred."""
    world.sending.transport = hop = ScriptedHop("new@example.org", SendResult.REFUSED_FOR_NOW)
    hop.script("house@example.org", result)
    old, new = world.customer("house@example.org"), world.customer("new@example.org")
    world.fold()
    run_id = world.start(world.campaign())
    dispatcher = world.dispatcher()
    world.run_to_end(dispatcher)
    return hop, run_id, dispatcher, old, new


def find_not_sent(world: World, run_id: UUID, member: UUID) -> None:
    command = ResolveMessage(
        campaign_id=world.run(run_id)["campaign_id"],
        run_id=run_id,
        message_id=message_id(run_id, member, "email"),
        outcome="failed",
        note="the postmaster says so",
    )
    world.services.messages.resolve_message(command, world.request())


def decide_all(world: World, dispatcher: Dispatcher, run_id: UUID) -> None:
    world.fold()
    while world.run(run_id)["state"] != "sending":
        dispatcher.advance()
        world.fold()


def second_at(world: World, dispatcher: Dispatcher, run_id: UUID, member: UUID) -> str:
    """The outcome of a deferred member who now has the address of another member, and no other."""
    remove_address(world, member)
    world.services.customers.add_contact_point(
        AddContactPoint(
            customer_id=member, contact_point=GivenContactPoint(channel="email", value="house@example.org")
        ),
        world.request(),
    )
    world.clock.move(timedelta(minutes=1))
    world.run_to_end(dispatcher)
    return str(world.decisions(run_id)[member]["outcome"])


def remove_address(world: World, person: UUID) -> None:
    with world.reading() as connection:
        row = connection.execute(
            "select contact_point_id from contact_point where customer_id = %s", [person]
        ).fetchone()
    world.services.customers.remove_contact_point(
        RemoveContactPoint(customer_id=person, contact_point_id=row["contact_point_id"]), world.request()
    )


def test_06_a_complaint_by_the_address_stops_both_of_its_owners(world: World) -> None:
    world.customer("we@example.org")
    world.customer("we@example.org")
    world.complain(identifier=GivenIdentifier(kind="email", value="WE@example.org"))
    world.fold()
    run_id = world.start(world.campaign())
    world.run_to_end(world.dispatcher())
    assert outcomes(world, run_id) == {"suppressed": 2}


def test_43_a_second_run_of_a_campaign_contacts_nobody_again(world: World, people: list[UUID]) -> None:
    world.sending.transport = hop = ScriptedHop("p2@example.org", SendResult.REFUSED)
    campaign_id = world.campaign()
    dispatcher = world.dispatcher()
    world.start(campaign_id)
    world.run_to_end(dispatcher)
    world.clock.move(timedelta(minutes=1))
    second = world.start(campaign_id)
    world.run_to_end(dispatcher)
    assert outcomes(world, second) == {"suppressed": 2, "sent": 1}
    assert world.run(second)["reasons"] == {"ALREADY_CONTACTED": 2}
    assert [mail.recipient for mail in hop.sent].count("p2@example.org") == 1


def test_43_a_campaign_has_one_open_run(world: World, people: list[UUID]) -> None:
    campaign_id = world.campaign()
    run_id = world.start(campaign_id)
    world.clock.move(timedelta(minutes=1))
    with pytest.raises(CampaignHasOpenRun) as refused:
        world.start(campaign_id)
    assert refused.value.details == {"run_id": str(run_id)}


def test_a_draft_does_not_run(world: World) -> None:
    draft = DraftCampaign(
        name="x",
        message_class="promotional",
        purpose="marketing",
        channel="email",
        audience={"field": "kind", "op": "eq", "value": "person"},
        subject="s",
        body="b",
    )
    campaign_id = UUID(world.services.campaigns.draft_campaign(draft, world.request()).body["campaign_id"])
    with pytest.raises(CampaignNotApproved):
        world.start(campaign_id)


def test_35_a_template_that_cannot_be_rendered_fails_that_person_only(world: World) -> None:
    world.sending.transport = hop = ScriptedHop("nobody@example.org")
    world.customer("anna@example.org")
    nameless = world.customer("nameless@example.org", name=None)
    world.fold()
    run_id = world.start(world.campaign())
    world.run_to_end(world.dispatcher())
    assert outcomes(world, run_id) == {"sent": 1, "failed": 1}
    assert world.decisions(run_id)[nameless]["reasons"][0]["code"] == "RENDER_ERROR"
    assert [mail.recipient for mail in hop.sent] == ["anna@example.org"]


def test_03_the_later_verdict_wins_and_both_are_stored(world: World, people: list[UUID]) -> None:
    world.sending.transport = ScriptedHop("nobody@example.org")
    run_id = world.start(world.campaign())
    dispatcher = world.dispatcher()
    world.fold()
    while world.run(run_id)["state"] != "sending":
        dispatcher.advance()
        world.fold()
    complaint = world.complain(people[0])
    world.run_to_end(dispatcher)
    first = world.sending.store.find(Message, message_id(run_id, people[0], "email"))
    assert first is not None
    assert first.outcome == "suppressed"
    with world.reading() as connection:
        verdict = connection.execute(
            "select verdict from run_decision where run_id = %s and member_id = %s", [run_id, people[0]]
        ).fetchone()
    assert verdict == {"verdict": "eligible"}
    assert world.decisions(run_id)[people[0]]["reasons"] == [
        {"code": "OPEN_COMPLAINT", "facts": [complaint], "until": None}
    ]


def test_41_a_link_to_someone_with_a_complaint_stops_and_unlinking_lifts(
    world: World, people: list[UUID]
) -> None:
    other = world.customer("other@example.org", consent=False)
    world.complain(other)
    world.link(people[0], other)
    world.fold()
    first = world.start(world.campaign())
    dispatcher = world.dispatcher()
    world.run_to_end(dispatcher)
    assert world.run(first)["reasons"] == {"OPEN_COMPLAINT": 1}
    world.services.customers.unlink_profile(
        UnlinkProfile(customer_id=people[0], profile_id=other), world.request()
    )
    world.fold()
    second = world.start(world.campaign())
    world.run_to_end(dispatcher)
    assert outcomes(world, second)["sent"] == 3


def test_two_members_who_turn_out_to_be_one_person_get_one_message(world: World, people: list[UUID]) -> None:
    hop = ScriptedHop("p1@example.org", SendResult.REFUSED_FOR_NOW)
    run_id, dispatcher = run_through(world, hop)
    assert outcomes(world, run_id) == {"sent": 2, "deferred": 1}
    world.link(people[0], people[1])
    world.clock.move(timedelta(minutes=1))
    world.run_to_end(dispatcher)
    assert outcomes(world, run_id) == {"sent": 2, "suppressed": 1}
    assert world.decisions(run_id)[people[1]]["reasons"][0]["code"] == "ALREADY_CONTACTED"
    assert len(hop.sent) == 2


def test_16_who_stops_matching_after_the_start_stays_in_the_audience(
    world: World, people: list[UUID]
) -> None:
    audience = {"did_not": {"kind": "complaint"}}
    run_id = world.start(world.campaign(audience=audience))
    dispatcher = world.dispatcher()
    world.fold()
    dispatcher.advance()
    world.fold()
    dispatcher.advance()
    world.complain(people[0])
    world.run_to_end(dispatcher)
    assert world.run(run_id)["audience"] == 3
    assert outcomes(world, run_id) == {"sent": 2, "suppressed": 1}


def test_a_removed_contact_point_is_not_written_to(world: World, people: list[UUID]) -> None:
    run_id = world.start(world.campaign())
    dispatcher = world.dispatcher()
    world.fold()
    while world.run(run_id)["state"] != "sending":
        dispatcher.advance()
        world.fold()
    remove_address(world, people[0])
    world.run_to_end(dispatcher)
    assert world.decisions(run_id)[people[0]]["reasons"][0]["code"] == "NO_CONTACT_POINT"


class LimpingHop(ScriptedHop):
    """Begins two messages of a group in time and no more."""

    def __init__(self) -> None:
        super().__init__("nobody@example.org")
        self._deadlines: list[float] = []

    def send(self, mail: OutgoingMail, *, begin_before: float) -> Delivery:
        self._deadlines.append(begin_before)
        if self._deadlines.count(begin_before) > 2:
            return Delivery(result=SendResult.NOT_BEGUN)
        return super().send(mail, begin_before=begin_before)


def test_a_slow_next_hop_makes_smaller_groups_and_everyone_still_gets_one(world: World) -> None:
    for n in range(12):
        world.customer(f"p{n}@example.org")
    world.fold()
    world.sending.transport = hop = LimpingHop()
    run_id = world.start(world.campaign())
    dispatcher = world.dispatcher()
    for _ in range(8):
        world.run_to_end(dispatcher)
        world.clock.move(timedelta(minutes=1))
    assert outcomes(world, run_id) == {"sent": 12}
    assert len({mail.recipient for mail in hop.sent}) == len(hop.sent) == 12
