"""Forgeries that decide the same again: what is missing, more than once, out of turn, or read too little."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from application.orders.commands import PlaceOrder
from application.replaying.differences import ReplayDifference
from application.replaying.possible_values import CLOCKS_APART, never_decreasing
from application.suppressions.commands import GivenScope, ImposeSuppression
from domain.messages.message import message_id
from domain.orders.lines import GivenLine
from infrastructure.wiring.use_cases import UseCases
from tests.acceptance.replayed import Tamper, leave_out, replayed, rewrite, state_at
from tests.acceptance.rough import Rough, append_copy, go_rough, stream_of
from tests.smtp_sink import SmtpSink
from tests.world import World, located_on

Log = psycopg.Connection[Any]
HANDED_OVER, SENT = "messages.MessageHandedOver", "messages.MessageSent"


@pytest.fixture(scope="module")
def story(new_database: Callable[[], Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rough]:
    with (
        pytest.MonkeyPatch.context() as patch,
        closing(go_rough(new_database(), tmp_path_factory.mktemp("rough"), patch)) as story,
    ):
        yield story


def different(
    story: Rough, tamper: Tamper | None = None, run: UUID | None = None
) -> tuple[ReplayDifference, ...]:
    return replayed(story, tamper, run=run).differences


def where(differences: tuple[ReplayDifference, ...]) -> set[tuple[UUID | None, str]]:
    return {(one.member_id, one.part) for one in differences}


def facts_of_run(log: Log, run: UUID, stored_name: str) -> list[tuple[int, dict[str, Any]]]:
    """In the order of the run's stream."""
    return log.execute(
        "select position, data from log.facts where originator_id = %s and stored_name = %s"
        " order by originator_version",
        [run, f"runs.{stored_name}"],
    ).fetchall()


def of_message(log: Log, story: Rough, name: str, *stored_names: str) -> list[int]:
    """Where the facts of somebody's message stand, those of these kinds."""
    told = stream_of(log, story.run, story.people[name])
    return [position for position, stored_name, _ in told if not stored_names or stored_name in stored_names]


def test_a_run_to_which_everything_happened_that_may_is_decided_again_without_a_difference(
    story: Rough,
) -> None:
    with psycopg.connect(story.database.url) as log:
        found = {row[0] for row in log.execute("select distinct stored_name from log.events")}
        codes = {
            row[0]
            for row in log.execute(
                "select coalesce(data ->> 'reason_code', data -> 'reasons' -> 0 ->> 'code') from log.facts"
                " where stored_name in ('messages.MessageFailed', 'messages.MessageWithheld')"
            )
        }
    assert found >= {"messages.HandoverLapsed", "messages.MessageRefusedForNow", "messages.MessageResolved"}
    assert found >= {"messages.MessageOutcomeUnknown", "suppressions.SuppressionImposed", "runs.RunCancelled"}
    assert codes >= {None, "RENDER_ERROR", "EXPIRED", "OPEN_COMPLAINT", "CAMPAIGN_CANCELLED"}
    assert codes & {"ALREADY_CONTACTED", "DUPLICATE_ADDRESS_IN_RUN"}
    for run in (story.run, story.cancelled_amid, story.cancelled_before, story.open_run):
        assert different(story, run=run) == ()


# The audience and the first decisions


def test_an_audience_of_another_size_than_it_lists(story: Rough) -> None:
    def tamper(log: Log) -> None:
        ((position, data),) = facts_of_run(log, story.run, "RunAudienceRecorded")
        rewrite(log, position, {**data, "size": data["size"] + 10})

    (one,) = different(story, tamper)
    assert (one.member_id, one.part) == (None, "audience")
    assert one.recorded["size"] == one.decided["size"] + 10


def test_an_audience_without_its_size(story: Rough) -> None:
    def tamper(log: Log) -> None:
        ((position, _),) = facts_of_run(log, story.run, "RunAudienceRecorded")
        leave_out(position)(log)

    (one,) = different(story, tamper)
    assert (one.part, one.recorded, one.decided) == ("audience", {}, {"size": len(story.people)})


@pytest.mark.parametrize("part", [0, 1])
def test_a_member_who_is_listed_twice_within_a_part_or_in_two(story: Rough, part: int) -> None:
    def tamper(log: Log) -> None:
        listings = facts_of_run(log, story.run, "RunAudienceListed")
        twice.append(UUID(listings[0][1]["members"][0]))
        position, data = listings[part]
        rewrite(log, position, {**data, "members": [*data["members"], str(twice[0])]})

    twice: list[UUID] = []
    found = different(story, tamper)
    assert (twice[0], "audience") in where(found)
    assert [one.recorded["times"] for one in found if one.part == "audience" and "times" in one.recorded] == [
        2
    ]


@pytest.mark.parametrize("ordinal", [0, -1])
def test_a_part_of_the_audience_that_was_never_decided(story: Rough, ordinal: int) -> None:
    def tamper(log: Log) -> None:
        members.update(
            UUID(m) for m in facts_of_run(log, story.run, "RunAudienceListed")[ordinal][1]["members"]
        )
        leave_out(facts_of_run(log, story.run, "RunChunkDecided")[ordinal][0])(log)

    members: set[UUID] = set()
    found = different(story, tamper)
    assert {(member, "first") for member in members} <= where(found)
    assert not [one for one in found if one.part == "first" and one.member_id not in members]


def test_a_part_that_is_decided_twice(story: Rough) -> None:
    def tamper(log: Log) -> None:
        twice.append(append_copy(log, facts_of_run(log, story.run, "RunChunkDecided")[0][0]))

    twice: list[int] = []
    found = different(story, tamper)
    assert (None, twice[0]) in {(one.member_id, one.position) for one in found if one.part == "first"}


def test_a_member_who_is_named_twice_in_a_decision(story: Rough) -> None:
    def tamper(log: Log) -> None:
        position, data = facts_of_run(log, story.run, "RunChunkDecided")[0]
        _, listing = facts_of_run(log, story.run, "RunAudienceListed")[0]
        person = data["groups"][0]["people"][0]
        data["groups"][0]["people"].append(person)
        rewrite(log, position, data)
        twice.append(UUID(listing["members"][person["place"]]))

    twice: list[UUID] = []
    (one,) = different(story, tamper)
    assert (one.member_id, one.part, one.recorded) == (twice[0], "first", {"times": 2})


@pytest.mark.parametrize("place", [-1, 500])
def test_a_place_in_a_decision_at_which_its_part_lists_nobody(story: Rough, place: int) -> None:
    def tamper(log: Log) -> None:
        position, data = facts_of_run(log, story.run, "RunChunkDecided")[0]
        data["groups"][0]["people"].append({**data["groups"][0]["people"][0], "place": place})
        rewrite(log, position, data)

    (one,) = different(story, tamper)
    assert (one.member_id, one.part, one.recorded) == (None, "first", {"place": place})


def test_a_decision_that_names_the_contact_point_of_somebody_else(story: Rough) -> None:
    def tamper(log: Log) -> None:
        position, data = facts_of_run(log, story.run, "RunChunkDecided")[0]
        chosen = [
            person
            for group in data["groups"]
            for person in group["people"]
            if person["contact_point_position"] is not None
        ]
        chosen[0]["contact_point_position"] = chosen[1]["contact_point_position"]
        rewrite(log, position, data)

    found = different(story, tamper)
    assert ["contact_point_position"] in [one.differing for one in found if one.part == "first"]


# The messages


@pytest.mark.parametrize(
    ("name", "stored_name"),
    [
        ("p1", HANDED_OVER),
        ("p1", SENT),
        ("bounced", "messages.MessageFailed"),
        ("lapsed", "messages.HandoverLapsed"),
        ("late", "messages.MessageFailed"),
        ("nameless", "messages.MessageFailed"),
        ("complains", "messages.MessageWithheld"),
        ("found", "messages.MessageOutcomeUnknown"),
    ],
)
def test_one_fact_of_a_message_left_out(story: Rough, name: str, stored_name: str) -> None:
    """Some decisions about others rest on it; of its own message it is missed in any case."""

    def tamper(log: Log) -> None:
        leave_out(of_message(log, story, name, stored_name)[0])(log)

    assert (story.people[name], "message") in where(different(story, tamper))


def test_a_whole_message_left_out(story: Rough) -> None:
    def tamper(log: Log) -> None:
        for position in of_message(log, story, "p1"):
            leave_out(position)(log)

    (one,) = different(story, tamper)
    assert (one.member_id, one.part) == (story.people["p1"], "message")
    assert (one.recorded, one.decided) == ({"message": False}, {"message": True})


@pytest.mark.parametrize("name", ["p1", "bounced", "late", "lost", "complains", "nameless"])
def test_a_handover_of_a_message_that_has_ended(story: Rough, name: str) -> None:
    def tamper(log: Log) -> None:
        (*_, last) = of_message(log, story, "p2", HANDED_OVER)
        head = log.execute("select max(notification_id) from log.events").fetchone()
        assert head is not None
        whose = {"member_id": str(story.people[name]), "customer_id": str(story.people[name])}
        message = message_id(story.run, story.people[name], "email")
        append_copy(log, last, message=message, attempt=2, read_position=head[0], **whose)

    assert (story.people[name], "message") in where(different(story, tamper))


def test_a_second_message_to_somebody_in_a_stream_of_its_own(story: Rough) -> None:
    def tamper(log: Log) -> None:
        for position in of_message(log, story, "p1"):
            append_copy(log, position, message=UUID(int=7))

    assert (story.people["p1"], "message") in where(different(story, tamper))


@pytest.mark.parametrize("field", ["attempt", "campaign_id"])
def test_an_outcome_of_another_attempt_or_campaign(story: Rough, field: str) -> None:
    def tamper(log: Log) -> None:
        (position,) = of_message(log, story, "p1", SENT)
        forged = 2 if field == "attempt" else str(UUID(int=9))
        rewrite(log, position, {**state_at(log, position), field: forged})

    (one,) = different(story, tamper)
    assert (one.member_id, one.part, one.differing) == (story.people["p1"], "message", [field])


@pytest.mark.parametrize("verdict", ["eligible", "held_out"])
def test_a_second_decision_with_another_verdict(story: Rough, verdict: str) -> None:
    def tamper(log: Log) -> None:
        (position,) = of_message(log, story, "complains", "messages.MessageWithheld")
        rewrite(log, position, {**state_at(log, position), "verdict": verdict})

    (one,) = different(story, tamper)
    assert (one.member_id, one.part, one.differing) == (story.people["complains"], "withheld", ["verdict"])


def test_an_attempt_that_is_skipped(story: Rough) -> None:
    def tamper(log: Log) -> None:
        position = of_message(log, story, "deferred", HANDED_OVER)[1]
        rewrite(log, position, {**state_at(log, position), "attempt": 3})

    assert where(different(story, tamper)) == {(story.people["deferred"], "message")}


def test_somebody_who_failed_as_expired_before_the_runs_end(story: Rough) -> None:
    def tamper(log: Log) -> None:
        (position,) = of_message(log, story, "late", "messages.MessageFailed")
        first = state_at(log, of_message(log, story, "late")[0])
        rewrite(log, position, {**state_at(log, position), "occurred_at": first["occurred_at"]})

    (one,) = different(story, tamper)
    assert (one.member_id, one.part, one.differing) == (
        story.people["late"],
        "message",
        ["fact", "occurred_at"],
    )


@pytest.mark.parametrize("listed", [True, False])
def test_a_message_to_somebody_who_was_not_found_eligible_or_not_listed(story: Rough, listed: bool) -> None:
    """Whose own decision, too, would stop them: it is the message itself that is looked for."""
    run = story.open_run
    who = story.people["complains"] if listed else UUID(int=11)

    def tamper(log: Log) -> None:
        for position in of_message(log, story, "p1"):
            message, whose = message_id(run, who, "email"), {"member_id": str(who), "run_id": str(run)}
            campaign = facts_of_run(log, run, "RunPlanned")[0][1]["campaign_id"]
            append_copy(log, position, message=message, campaign_id=campaign, **whose)

    found = different(story, tamper, run)
    assert {"message": True} in [one.recorded for one in found if one.part == "message"]
    assert {one.member_id for one in found} == {who}


# What stands after the position that a decision read


def handed_over_in_spite(story: Rough, log: Log, name: str) -> int:
    """The first handover of a message, read before what stopped it, stands when and where it was withheld."""
    (withheld,) = of_message(log, story, name, "messages.MessageWithheld")
    (first, *_) = of_message(log, story, name, HANDED_OVER)
    attempt = len(of_message(log, story, name, HANDED_OVER)) + 1
    at = state_at(log, withheld)["occurred_at"]
    log.execute("update log.events set stored_name = %s where notification_id = %s", [HANDED_OVER, withheld])
    (*_, deferral) = of_message(log, story, name, "messages.MessageRefusedForNow")
    now = {"attempt": attempt, "read_position": deferral, "occurred_at": at}
    rewrite(log, withheld, {**state_at(log, first), **now})
    append_copy(
        log,
        of_message(log, story, "p1", SENT)[0],
        message=message_id(story.run, story.people[name], "email"),
        attempt=attempt,
        occurred_at=at,
        member_id=str(story.people[name]),
        customer_id=str(story.people[name]),
    )
    return withheld


def test_a_handover_that_read_up_to_before_the_complaint_in_between(story: Rough) -> None:
    def tamper(log: Log) -> None:
        forged.append(handed_over_in_spite(story, log, "complains"))

    forged: list[int] = []
    (one,) = different(story, tamper)
    assert (one.member_id, one.part, one.position) == (story.people["complains"], "handover", forged[0])
    assert one.decided == {"stopped_by": [story.complaints["complains"], story.pause, story.policy]}


def test_a_handover_that_read_up_to_before_somebody_else_of_the_person_had_it(story: Rough) -> None:
    """Two members were linked while both were deferred: one got the message. The other's handover is forged, and
    the first one's reads up to before it."""
    names = {"linked", "becomes"}
    with psycopg.connect(story.database.url) as log:
        (stopped,) = (one for one in names if of_message(log, story, one, "messages.MessageWithheld"))
        (link,) = log.execute(
            "select max(notification_id) from log.events where stored_name = 'customers.ProfileLinked'"
        ).fetchall()
    (other,) = names - {stopped}

    def tamper(log: Log) -> None:
        forged.append(handed_over_in_spite(story, log, stopped))
        (*_, last) = of_message(log, story, other, HANDED_OVER)
        rewrite(log, last, {**state_at(log, last), "read_position": forged[0] - 1})

    forged: list[int] = []
    stopped_by = {
        (one.member_id, one.position): one.decided.get("stopped_by") for one in different(story, tamper)
    }
    assert stopped_by[story.people[stopped], forged[0]] == [link[0], story.pause, story.policy]
    assert [forged[0]] in [by for (who, _), by in stopped_by.items() if who == story.people[other]]


def test_a_handover_that_read_up_to_before_a_pause_and_another_policy(story: Rough) -> None:
    def tamper(log: Log) -> None:
        after = [one for one in of_message(log, story, "late", HANDED_OVER) if one > story.policy]
        (*_, deferral) = [
            one
            for one in of_message(log, story, "late", "messages.MessageRefusedForNow")
            if one < story.pause
        ]
        rewrite(log, after[0], {**state_at(log, after[0]), "read_position": deferral})

    found = [one.decided["stopped_by"] for one in different(story, tamper) if "stopped_by" in one.decided]
    assert found == [[story.pause, story.policy]]


@pytest.mark.parametrize("by", [0, 1_000_000])
def test_a_decision_that_read_what_came_after_it(story: Rough, by: int) -> None:
    def tamper(log: Log) -> None:
        for position in (
            of_message(log, story, "p1", HANDED_OVER)[0],
            facts_of_run(log, story.run, "RunChunkDecided")[-1][0],
            facts_of_run(log, story.run, "RunAudienceRecorded")[0][0],
        ):
            rewrite(log, position, {**state_at(log, position), "read_position": position + by})

    found = {(one.member_id, one.part) for one in different(story, tamper) if "read_position" in one.recorded}
    assert found == {(story.people["p1"], "handover"), (None, "first"), (None, "audience")}


# What stands beside a decision


def moved(log: Log, position: int, field: str, delta: timedelta) -> None:
    """Another instant is written into a fact."""
    data = state_at(log, position)
    rewrite(log, position, {**data, field: (datetime.fromisoformat(data[field]) + delta).isoformat()})


@pytest.mark.parametrize("delta", [timedelta(hours=-20), timedelta(minutes=2), timedelta(hours=20)])
@pytest.mark.parametrize("which", ["audience", "first", "handover", "withheld"])
def test_32_an_instant_at_which_it_cannot_have_been_decided(
    story: Rough, which: str, delta: timedelta
) -> None:
    """Not before what it rests on was recorded, nor after it was recorded itself."""
    who = {"handover": "p1", "withheld": "complains"}.get(which)

    def tamper(log: Log) -> None:
        of_run = {"audience": "RunAudienceRecorded", "first": "RunChunkDecided"}
        if who is None:
            ((position, _), *_) = facts_of_run(log, story.run, of_run[which])
        else:
            stored_name = HANDED_OVER if which == "handover" else "messages.MessageWithheld"
            (position, *_) = of_message(log, story, who, stored_name)
        moved(log, position, "occurred_at", delta)

    told = [one for one in different(story, tamper) if one.part == which and "occurred_at" in one.differing]
    assert [one.member_id for one in told] == [story.people[who] if who else None]
    apart = told[0].recorded["occurred_at"] - told[0].decided["occurred_at"]
    assert apart < timedelta(0) if delta < timedelta(0) else apart == delta - CLOCKS_APART


def test_32_an_instant_as_far_off_as_two_clocks_may_be_is_none(story: Rough) -> None:
    def tamper(log: Log) -> None:
        for delta, name in ((CLOCKS_APART, "p1"), (-CLOCKS_APART, "p2")):
            moved(log, of_message(log, story, name, HANDED_OVER)[0], "occurred_at", delta)

    assert different(story, tamper) == ()


def test_32_a_handover_during_an_exclusion_that_a_later_instant_is_to_hide(
    database: Any, tmp_path: Path, sink: SmtpSink
) -> None:
    with closing(World(database, tmp_path, sink)) as world:
        person = world.customer("ana@example.org")
        scope, until = GivenScope(customer_id=person), world.clock.now() + timedelta(minutes=30)
        command = ImposeSuppression(scope=scope, reason="OPERATOR_EXCLUDED", until=until)
        world.services.suppressions.impose_suppression(command, world.request())
        world.clock.move(timedelta(hours=1))
        run = world.start(world.campaign())
        world.run_to_end(world.dispatcher())
        assert world.services.replaying.replay(run).different == 0
        decided = ("runs.RunChunkDecided", HANDED_OVER)
        positions = [position for stored_name in decided for position in world.positions_of(stored_name)]
        (imposed,) = world.positions_of("suppressions.SuppressionImposed")
        with psycopg.connect(database.url) as log:
            log.execute("alter table log.events disable trigger events_never_change")
            moved(log, imposed, "until", timedelta(hours=5))
            for position in positions:
                moved(log, position, "occurred_at", timedelta(hours=6))
        found = world.services.replaying.replay(run).differences
    assert {(one.part, one.position) for one in found if one.differing == ["occurred_at"]} == {
        ("first", positions[0]),
        ("handover", positions[1]),
    }


@pytest.mark.parametrize("stored_name", [SENT, "messages.MessageFailed", "messages.HandoverLapsed"])
@pytest.mark.parametrize("hours", [-20, 20])
def test_32_an_outcome_before_its_handover_or_after_it_was_recorded(
    story: Rough, stored_name: str, hours: int
) -> None:
    name = {SENT: "p1", "messages.MessageFailed": "bounced"}.get(stored_name, "lapsed")

    def tamper(log: Log) -> None:
        moved(log, of_message(log, story, name, stored_name)[0], "occurred_at", timedelta(hours=hours))

    (one,) = different(story, tamper)
    assert (one.member_id, one.part) == (story.people[name], "message")
    assert one.differing == ["occurred_at"]


def test_18_a_handover_before_the_instant_that_it_was_deferred_to(story: Rough) -> None:
    def tamper(log: Log) -> None:
        (_, second, *_) = of_message(log, story, "deferred", HANDED_OVER)
        moved(log, second, "occurred_at", timedelta(minutes=-5))

    found = different(story, tamper)
    assert [(one.member_id, one.differing) for one in found if one.part == "message"] == [
        (story.people["deferred"], ["occurred_at"])
    ]


@pytest.mark.parametrize(
    ("field", "forgery"),
    [
        ("template_version", 7),
        ("channel", "sms"),
        ("sender", "evil@example.com"),
        ("epoch", 99),
        ("epoch", 0),
    ],
)
def test_39_a_handover_of_another_template_channel_sender_or_dispatcher(
    story: Rough, field: str, forgery: Any
) -> None:
    def tamper(log: Log) -> None:
        position = of_message(log, story, "p1", HANDED_OVER)[0]
        true.append(state_at(log, position)[field])
        rewrite(log, position, {**state_at(log, position), field: forgery})

    true: list[Any] = []
    (one,) = different(story, tamper)
    assert (one.member_id, one.part) == (story.people["p1"], "handover")
    assert (one.differing, one.recorded[field], one.decided[field]) == ([field], forgery, true[0])


@pytest.mark.parametrize(
    ("told", "possible"),
    [
        ([], []),
        ([1, 1, 2, 3], [1, 1, 2, 3]),
        ([3, 3, 99, 3, 4], [3, 3, 3, 3, 4]),
        ([3, 3, 0, 3], [3, 3, 3, 3]),
        ([9, 1, 1], [1, 1, 1]),
        ([1, 9, 9, 1, 1, 1], [1, 1, 1, 1, 1, 1]),
    ],
)
def test_of_epochs_that_fall_the_fewest_are_wrong(told: list[int], possible: list[int]) -> None:
    assert never_decreasing(told) == possible


@pytest.mark.parametrize(("field", "named"), [("planned_for", "run_id"), ("ends_at", "ends_at")])
def test_15_a_run_of_another_instant_or_with_another_end_than_was_planned(
    story: Rough, field: str, named: str
) -> None:
    def tamper(log: Log) -> None:
        ((position, _),) = facts_of_run(log, story.run, "RunPlanned")
        plan.append(position)
        moved(log, position, field, timedelta(minutes=30))

    plan: list[int] = []
    (one,) = (one for one in different(story, tamper) if one.part == "run")
    assert (one.member_id, one.position, one.differing) == (None, plan[0], [named])


# What is not in the log


def test_a_campaign_about_amounts_is_decided_again_alike_under_another_currency(
    database: Any, tmp_path: Path
) -> None:
    with closing(World(database, tmp_path)) as world:
        rich = world.customer("rich@example.org")
        world.customer("poor@example.org")
        line = GivenLine(sku="LAMP", quantity=Decimal(1), amount="100")
        world.services.orders.place_order(PlaceOrder(customer_id=rich, lines=[line]), world.request())
        run = world.start(world.campaign(audience={"not": {"spent": {"op": "lt", "value": "50"}}}))
        world.run_to_end(world.dispatcher())
        assert world.run(run)["audience"] == 1
    settings = {"FARLEY_CURRENCY": "USD"}
    with UseCases(located_on(database, tmp_path, **settings), pool_size=2) as elsewhere:
        assert elsewhere.services().replaying.replay(run).different == 0
