"""Deciding again from the log alone: no difference where nothing was changed, exactly those that must be where
something was."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from application.eligibility.service import AskEligibility
from domain.campaigns.errors import CampaignNotFound
from domain.deciding.case import Case, Rule
from domain.deciding.decide import RULES, RULES_VERSION
from domain.deciding.decision import Ruling
from domain.runs.errors import RunNotFound
from tests.acceptance.replayed import (
    Happened,
    Recorded,
    copied,
    found,
    happen,
    leave_out,
    recorded_decisions,
    replayed,
    rewrite,
    state_at,
)


@pytest.fixture(scope="module")
def happened(new_database: Callable[[], Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Happened]:
    with closing(happen(new_database(), tmp_path_factory.mktemp("replaying"))) as happened:
        yield happened


@pytest.fixture(scope="module")
def decisions(happened: Happened) -> list[Recorded]:
    with psycopg.connect(happened.database.url) as connection:
        return recorded_decisions(connection, happened.run)


def of(decisions: list[Recorded], member: UUID, which: str) -> Recorded:
    (one,) = (one for one in decisions if one.member == member and one.which == which)
    return one


def test_the_story_holds_every_kind_of_decision(decisions: list[Recorded]) -> None:
    told = {(one.which, one.verdict) for one in decisions}
    assert told == {
        ("first", "eligible"),
        ("first", "suppressed"),
        ("first", "held_out"),
        ("handover", "eligible"),
        ("withheld", "suppressed"),
    }
    assert {code for one in decisions for code in one.codes} >= {
        "INVALID_CONTACT_POINT",
        "NO_CONSENT",
        "CONSENT_WITHDRAWN",
        "OPEN_COMPLAINT",
        "COMPLAINT_COOLING_OFF",
        "GLOBAL_DO_NOT_CONTACT",
        "HARD_BOUNCE",
        "SPAM_COMPLAINT",
        "OPERATOR_EXCLUDED",
        "DOMAIN_BLOCKED",
        "HOLDOUT_CAMPAIGN",
        "DUPLICATE_ADDRESS_IN_RUN",
    }
    assert len({one.position for one in decisions if one.which == "first"}) == 3
    assert len({one.at for one in decisions if one.which == "handover"}) >= 2
    assert len(decisions) >= 100


def test_a_run_is_decided_again_from_the_log_alone_without_a_difference(
    happened: Happened, decisions: list[Recorded]
) -> None:
    with copied(happened) as installation:
        for services in (installation.services(), happened.log_alone.services):
            again = services.replaying.replay(happened.run)
            counted = Counter(one.which for one in decisions)
            assert (again.decisions, again.handovers, again.withheld) == (
                counted["first"],
                counted["handover"],
                counted["withheld"],
            )
            assert (again.different, again.differences) == (0, ())
            rechecked = services.replaying.replay(happened.rechecked_run)
            assert rechecked.decisions + rechecked.handovers + rechecked.withheld > 100
            assert rechecked.different == 0


def test_42_who_left_the_segment_that_is_rechecked_is_found_so_again(happened: Happened) -> None:
    with psycopg.connect(happened.database.url) as connection:
        told = recorded_decisions(connection, happened.rechecked_run)
    leaving = happened.people["leaves the segment"]
    assert of(told, leaving, "withheld").codes == ["NO_LONGER_IN_SEGMENT"]
    complaint = leave_out(last_complaint_of(happened, leaving))
    assert found(replayed(happened, complaint, run=happened.rechecked_run)) == {(leaving, "withheld")}


def last_complaint_of(happened: Happened, customer: UUID) -> int:
    with psycopg.connect(happened.database.url) as connection:
        row = connection.execute(
            "select max(notification_id) from log.events"
            " where stored_name = 'complaints.ComplaintOpened' and customer_id = %s",
            [customer],
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_one_forged_first_decision_is_the_one_difference(
    happened: Happened, decisions: list[Recorded]
) -> None:
    """Somebody with an open complaint is made to have passed."""
    forged = of(decisions, happened.people["p9"], "first")

    def tamper(connection: psycopg.Connection[Any]) -> None:
        state = state_at(connection, forged.position)
        for group in state["groups"]:
            mine = [one for one in group["people"] if one["place"] == forged.place]
            group["people"] = [one for one in group["people"] if one not in mine]
            if mine:
                passed = {**group, "verdict": "eligible", "reasons": [], "people": mine}
        state["groups"].append(passed)
        rewrite(connection, forged.position, state)

    (difference,) = replayed(happened, tamper).differences
    assert (difference.member_id, difference.part) == (forged.member, "first")
    assert difference.position == forged.position
    assert difference.recorded["verdict"] == "eligible"
    assert difference.decided["verdict"] == "suppressed"
    assert difference.decided["reasons"] == [
        {"code": "OPEN_COMPLAINT", "facts": [happened.complaints["p9"]], "until": None}
    ]


def test_another_next_hop_than_it_was_decided_for_changes_exactly_those_whom_it_can_reach(
    happened: Happened, decisions: list[Recorded]
) -> None:
    forged = of(decisions, happened.people["utf8"], "first")
    assert forged.codes == ["INVALID_CONTACT_POINT"]

    def tamper(connection: psycopg.Connection[Any]) -> None:
        state = state_at(connection, forged.position)
        rewrite(connection, forged.position, {**state, "smtputf8": True})

    assert found(replayed(happened, tamper)) == {(forged.member, "first")}


@pytest.mark.parametrize(
    ("field", "forgery"),
    [
        ("contact_point_id", str(UUID(int=7))),
        ("policy_version", 1),
        ("rules_version", 99),
        ("time_zone", None),
    ],
)
def test_one_forged_handover_is_the_one_difference(
    happened: Happened, decisions: list[Recorded], field: str, forgery: Any
) -> None:
    forged = next(
        one for one in decisions if one.which == "handover" and one.member == happened.people["p28"]
    )

    def tamper(connection: psycopg.Connection[Any]) -> None:
        state = state_at(connection, forged.position)
        rewrite(connection, forged.position, {**state, field: forgery or "Africa/Cairo"})

    (difference,) = replayed(happened, tamper).differences
    assert (difference.member_id, difference.part) == (forged.member, "handover")
    assert difference.differing == [field]


def test_a_member_who_was_slipped_into_the_audience_and_one_who_was_left_out_are_named(
    happened: Happened,
) -> None:
    stranger, member = uuid4(), happened.people["p25"]

    def tamper(connection: psycopg.Connection[Any]) -> None:
        row = connection.execute(
            "select position, data from log.facts where stored_name = 'runs.RunAudienceListed'"
            " and originator_id = %s and data -> 'members' ? %s",
            [happened.run, str(member)],
        ).fetchone()
        assert row is not None
        swapped = [str(stranger) if one == str(member) else one for one in row[1]["members"]]
        rewrite(connection, row[0], {**row[1], "members": swapped})

    differing = found(replayed(happened, tamper))
    assert {one for one in differing if one[1] == "audience"} == {
        (stranger, "audience"),
        (member, "audience"),
    }
    assert {one for one, _ in differing} == {stranger, member}


def test_a_complaint_left_out_of_the_log_changes_exactly_the_decisions_that_rest_on_it(
    happened: Happened,
) -> None:
    """Of one person; of both who share an address; of one who complained between both decisions."""
    people, complaints = happened.people, happened.complaints
    expected = {
        "p9": {(people["p9"], "first")},
        "shared0a": {(people["shared0a"], "first"), (people["shared0b"], "first")},
        "complains amid": {(people["complains amid"], "withheld")},
    }
    for name, differing in expected.items():
        assert found(replayed(happened, leave_out(complaints[name]))) == differing, name


def with_cooling_off(state: dict[str, Any], **days: int) -> dict[str, Any]:
    content = state["content"]
    return {**state, "content": {**content, "cooling_off_days": {**content["cooling_off_days"], **days}}}


def test_one_policy_number_changed_changes_exactly_those_whom_it_stops(
    happened: Happened, decisions: list[Recorded]
) -> None:
    """Three complaints of severity high cool off for 60 days by the policy of then."""

    def tamper(connection: psycopg.Connection[Any]) -> None:
        row = connection.execute(
            "select min(position) from log.facts where stored_name = 'policies.PolicyVersionAdopted'"
        ).fetchone()
        assert row is not None
        state = state_at(connection, row[0])
        rewrite(connection, row[0], with_cooling_off(state, high=0))

    again = replayed(happened, tamper)
    assert found(again) == {(happened.people[f"p{n}"], "first") for n in (11, 12, 13)}
    for difference in again.differences:
        assert "COMPLAINT_COOLING_OFF" in [one["code"] for one in difference.recorded["reasons"]]
        assert difference.decided["verdict"] in ("eligible", "held_out")


def test_a_policy_that_takes_effect_later_changes_nothing_that_was_decided(happened: Happened) -> None:
    def tamper(connection: psycopg.Connection[Any]) -> None:
        row = connection.execute(
            "select max(position) from log.facts where stored_name = 'policies.PolicyVersionAdopted'"
        ).fetchone()
        assert row is not None
        state = state_at(connection, row[0])
        rewrite(connection, row[0], with_cooling_off(state, high=1))

    assert replayed(happened, tamper).different == 0


def test_a_decision_of_another_rules_version_is_made_again_by_that_version(
    happened: Happened, decisions: list[Recorded], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A version without hold-out and suppressions decides otherwise about exactly those whom only these stop."""
    left_out = {
        "HOLDOUT_CAMPAIGN",
        "GLOBAL_DO_NOT_CONTACT",
        "HARD_BOUNCE",
        "SPAM_COMPLAINT",
        "OPERATOR_EXCLUDED",
        "DOMAIN_BLOCKED",
    }

    def tamper(connection: psycopg.Connection[Any]) -> None:
        for position in {one.position for one in decisions if one.which == "first"}:
            rewrite(connection, position, {**state_at(connection, position), "rules_version": 2})

    def without(rule: Rule) -> Rule:
        def passing(case: Case) -> Ruling:
            ruling = rule(case)
            return Ruling(code=ruling.code, passed=True) if ruling.code in left_out else ruling

        return passing

    versions = {**RULES, 2: replace(RULES[1], ordered=tuple(map(without, RULES[1].ordered)))}
    monkeypatch.setattr("domain.deciding.decide.RULES", versions)
    monkeypatch.setattr("application.replaying.replay.RULES", versions)
    again = replayed(happened, tamper)
    stopped = {(one.member, "first") for one in decisions if one.which == "first" and left_out & {*one.codes}}
    assert stopped
    verdicts = {
        (one.member_id, one.part)
        for one in again.differences
        if one.recorded["verdict"] != one.decided["verdict"]
        or one.recorded["reasons"] != one.decided["reasons"]
    }
    assert verdicts == stopped
    assert {one.decided["rules_version"] for one in again.differences} == {2}


def test_a_run_that_is_not_there_or_another_campaigns_cannot_be_replayed(happened: Happened) -> None:
    with copied(happened) as installation:
        replaying = installation.services().replaying
        with pytest.raises(RunNotFound):
            replaying.replay(uuid4())
        with pytest.raises(RunNotFound):
            replaying.replay(happened.run, campaign_id=uuid4())
        with pytest.raises(RunNotFound):
            replaying.replay(happened.campaign)


def test_explaining_at_the_instants_of_a_hundred_decisions_gives_the_same_verdict_and_rules(
    happened: Happened, decisions: list[Recorded]
) -> None:
    eligibility = happened.log_alone.services.eligibility
    for one in decisions[:100]:
        explained = eligibility.explain(replace(about(one.member), campaign_id=happened.campaign, at=one.at))
        decision = explained.decision
        told = "suppressed" if one.verdict == "held_out" else one.verdict
        assert decision.verdict == told, one
        assert [reason.code for reason in decision.reasons] == one.codes, one
        assert decision.rules_version == one.rules_version == RULES_VERSION
        assert decision.policy_version == 2
        assert explained.known_to_position >= one.position


def test_3_explaining_with_what_a_decision_knew_is_that_decision(
    happened: Happened, decisions: list[Recorded]
) -> None:
    """By the position that the log's fact names, whatever else stood in the log at that instant."""
    eligibility, read = happened.log_alone.services.eligibility, read_positions(happened)
    for one in decisions[:100]:
        known_to = read[one.position]
        ask = AskEligibility(
            customer_id=one.member, campaign_id=happened.campaign, at=one.at, known_to=known_to
        )
        explained = eligibility.explain(ask)
        told = "suppressed" if one.verdict == "held_out" else one.verdict
        decision = explained.decision
        assert (decision.verdict, codes(explained)) == (told, one.codes), one
        assert (decision.rules_version, decision.policy_version) == (one.rules_version, 2)
        assert explained.known_to_position == known_to


def read_positions(happened: Happened) -> dict[int, int]:
    """Up to where each decision had read the log, by its own position."""
    with psycopg.connect(happened.database.url) as connection:
        rows = connection.execute(
            "select position, (data ->> 'read_position')::bigint from log.facts where data ? 'read_position'"
        )
        return dict(rows.fetchall())


def about(customer: UUID, **more: Any) -> AskEligibility:
    return AskEligibility(
        customer_id=customer, channel="email", purpose="marketing", message_class="promotional", **more
    )


def codes(explained: Any) -> list[str]:
    return [reason.code for reason in explained.decision.reasons]


def test_14_an_instant_before_anything_was_known_is_answered_by_nothing(happened: Happened) -> None:
    eligibility = happened.log_alone.services.eligibility
    long_ago = happened.ended_at - timedelta(days=10_000)
    explained = eligibility.explain(about(happened.people["p1"], at=long_ago))
    assert codes(explained) == ["NO_CONTACT_POINT", "NO_CONSENT"]
    assert (explained.known_to_position, explained.decision.policy_version) == (0, 1)
    with pytest.raises(CampaignNotFound):
        eligibility.explain(about(happened.people["p1"], at=long_ago, campaign_id=happened.campaign))


def test_a_past_instant_knows_what_was_known_then_and_not_what_came_after(
    happened: Happened, decisions: list[Recorded]
) -> None:
    """Also of who is one person: a link brings a complaint from its position on."""
    linked, complaining = happened.people["is linked amid"], happened.people["complains amid"]
    first = of(decisions, linked, "first").at
    with copied(happened) as installation:
        eligibility = installation.services().eligibility
        for customer in (linked, complaining):
            assert codes(eligibility.explain(about(customer, at=first))) == []
            assert codes(eligibility.explain(about(customer))) == ["OPEN_COMPLAINT"]
        # of who complained before, at any instant
        assert codes(eligibility.explain(about(happened.people["p8"], at=first))) == ["OPEN_COMPLAINT"]


def test_14_a_future_instant_is_asked_with_the_facts_of_today_and_the_policy_planned_for_it(
    happened: Happened,
) -> None:
    cooling = happened.people["p11"]
    with copied(happened) as installation:
        eligibility = installation.services().eligibility
        now = eligibility.explain(about(cooling))
        assert codes(now) == ["COMPLAINT_COOLING_OFF"]
        until = now.eligible_from
        assert until is not None
        for at, stopped in ((until - timedelta(seconds=1), ["COMPLAINT_COOLING_OFF"]), (until, [])):
            then = eligibility.explain(about(cooling, at=at))
            assert codes(then) == stopped
            assert (then.decision.policy_version, then.known_to_position) == (2, now.known_to_position)
        next_year = eligibility.explain(about(cooling, at=happened.ended_at + timedelta(days=400)))
        assert next_year.decision.policy_version == 3


def test_whoever_is_held_out_is_told_as_suppressed_by_that_rule(
    happened: Happened, decisions: list[Recorded]
) -> None:
    held = next(one.member for one in decisions if one.verdict == "held_out")
    with copied(happened) as installation:
        explained = installation.services().eligibility.explain(about(held, campaign_id=happened.campaign))
    assert (explained.decision.verdict, codes(explained)) == ("suppressed", ["HOLDOUT_CAMPAIGN"])
