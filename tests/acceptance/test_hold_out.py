"""Hold-outs, rechecked audiences and late joiners in real runs."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from application.campaigns.commands import ReviseCampaign
from domain.campaigns.errors import HoldOutDrawn
from tests.domain.drawing import number_of
from tests.smtp_sink import SmtpSink
from tests.world import World

HALF = {"hold_out": Decimal("0.5"), "seed": "spring"}


@pytest.fixture
def people(world: World) -> list[UUID]:
    found = [world.customer(f"p{n}@example.org", customer_id=UUID(int=n)) for n in range(1, 13)]
    world.fold()
    return found


def ran(world: World, campaign_id: UUID, dispatcher: Any = None) -> UUID:
    run_id = world.start(campaign_id)
    world.run_to_end(dispatcher or world.dispatcher())
    assert world.run(run_id)["balanced"]
    return run_id


def held_out(world: World, run_id: UUID) -> set[UUID]:
    return {who for who, one in world.decisions(run_id).items() if one["outcome"] == "held_out"}


def test_17_who_is_drawn_gets_nothing_and_an_auditor_finds_the_same_people_in_sql(
    world: World, people: list[UUID], sink: SmtpSink
) -> None:
    run_id = ran(world, world.campaign(**HALF))
    expected = {person for person in people if number_of("spring", person) < 0.5}
    assert 0 < len(expected) < len(people)
    assert held_out(world, run_id) == expected
    assert world.run(run_id)["outcomes"] | {"sent": 0} == world.run(run_id)["outcomes"] | {
        "held_out": len(expected),
        "sent": 0,
    }
    assert len(sink.received) == len(people) - len(expected)
    with world.reading() as connection:
        rows = connection.execute(
            "select member_id, unit, ('x' || left(encode(sha256(convert_to('spring:' || unit, 'utf8')), 'hex'),"
            " 16))::bit(64)::bigint as drawn from run_decision where run_id = %s",
            [run_id],
        ).fetchall()
    assert {row["member_id"] for row in rows if row["drawn"] >= 0} == expected  # below 2^63: a half


def test_35_someone_with_a_complaint_is_suppressed_and_not_held_out(world: World, people: list[UUID]) -> None:
    drawn = next(person for person in people if number_of("spring", person) < 0.5)
    world.complain(drawn)
    run_id = ran(world, world.campaign(**HALF))
    decided = world.decisions(run_id)[drawn]
    assert decided["outcome"] == "suppressed"
    assert "OPEN_COMPLAINT" in {reason["code"] for reason in decided["reasons"]}


def test_43_who_was_held_out_stays_held_out_in_the_next_run(world: World, people: list[UUID]) -> None:
    campaign_id, dispatcher = world.campaign(**HALF), world.dispatcher()
    first = ran(world, campaign_id, dispatcher)
    world.clock.move(timedelta(days=1))
    late = world.customer("late@example.org")
    second = ran(world, campaign_id, dispatcher)
    assert held_out(world, second) - {late} == held_out(world, first)
    for person in people:
        codes = {reason["code"] for reason in world.decisions(second)[person]["reasons"]}
        assert codes == ({"HOLDOUT_CAMPAIGN"} if person in held_out(world, first) else {"ALREADY_CONTACTED"})


def test_17_of_two_at_one_address_one_is_treated_or_one_is_held_out(world: World, sink: SmtpSink) -> None:
    pairs = {n: [world.customer(f"pair{n}@example.org") for _ in range(2)] for n in range(12)}
    world.fold()
    run_id = ran(world, world.campaign(**HALF))
    decided = world.decisions(run_id)
    outcomes = [sorted(decided[person]["outcome"] for person in pair) for pair in pairs.values()]
    assert sorted(map(tuple, outcomes)) == sorted(
        [("held_out", "suppressed")] * (12 - len(sink.received))
        + [("sent", "suppressed")] * len(sink.received)
    )
    assert 0 < len(sink.received) < 12


@pytest.mark.parametrize("change", [{"hold_out": None}, {"hold_out": Decimal("0.1")}, {"seed": "summer"}])
def test_17_once_a_campaign_has_run_its_draw_stays_what_an_auditor_can_repeat(
    world: World, people: list[UUID], change: dict[str, Any]
) -> None:
    campaign_id = world.campaign(**HALF)
    ran(world, campaign_id)
    with pytest.raises(HoldOutDrawn):
        world.services.campaigns.revise_campaign(
            ReviseCampaign(campaign_id=campaign_id, changes=change), world.request()
        )
    same = ReviseCampaign(campaign_id=campaign_id, changes={**HALF, "name": "Again"})
    world.services.campaigns.revise_campaign(same, world.request())


@pytest.mark.parametrize("recheck", [True, False])
def test_16_who_stops_matching_gets_nothing_where_the_campaign_rechecks(
    world: World, people: list[UUID], recheck: bool
) -> None:
    audience = {"did_not": {"kind": "complaint"}}
    run_id = world.start(
        world.campaign(
            audience=audience, recheck_segment=recheck, message_class="service", body="Dear {{ name }}"
        )
    )
    dispatcher = world.dispatcher()
    world.fold()
    while world.run(run_id)["state"] != "sending":
        dispatcher.advance()
        world.fold()
    world.complain(people[0])  # which does not stop a service message
    world.run_to_end(dispatcher)
    decided = world.decisions(run_id)[people[0]]
    assert world.run(run_id)["audience"] == len(people)
    assert [reason["code"] for reason in decided["reasons"]] == (["NO_LONGER_IN_SEGMENT"] if recheck else [])
    assert decided["outcome"] == ("suppressed" if recheck else "sent")


def test_42_membership_is_read_at_one_position_and_facts_at_the_decisions(
    world: World, people: list[UUID]
) -> None:
    run_id = world.start(world.campaign())
    dispatcher = world.dispatcher()
    world.fold()
    while world.run(run_id)["audience"] is None:
        dispatcher.advance()
        world.fold()
    late = world.customer("late@example.org")
    complaint = world.complain(people[0])
    world.run_to_end(dispatcher)
    decisions = world.decisions(run_id)
    assert world.run(run_id)["audience"] == len(people)
    assert late not in decisions
    assert decisions[people[0]]["reasons"] == [
        {"code": "OPEN_COMPLAINT", "facts": [complaint], "until": None}
    ]
    (read,) = set(positions_read(world, run_id))
    assert read < complaint


def positions_read(world: World, run_id: UUID) -> list[int]:
    """Up to where the membership of each part was read."""
    with world.reading() as connection:
        rows = connection.execute(
            "select data ->> 'read_position' as at from log.facts"
            " where originator_id = %s and stored_name in ('runs.RunAudienceListed', 'runs.RunAudienceRecorded')",
            [run_id],
        ).fetchall()
    return [int(row["at"]) for row in rows]
