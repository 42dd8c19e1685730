"""The versions of the suppression policy, folded and read."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.campaigns.events import MessageClass
from domain.deciding.policy import FIRST_POLICY, IMPOSABLE, policy_at
from domain.policies.events import PolicyKind, PolicyVersionAdopted, PolicyVersionWithdrawn
from domain.policies.versions import versions_id
from projections.policies.reading import adopted_policies, policy_versions
from tests.builders import START, Story, named
from tests.projections.happenings import INSTANTS, complain, suppress
from tests.projections.laws import assert_laws, lawful, told_log
from tests.projections.log import Database, ToldLog
from tests.projections.reference.policies import policies

POLICIES = versions_id(PolicyKind.SUPPRESSION)


def adopt(story: Story, version: int, takes_effect_at: datetime, *, days: int = 7) -> PolicyVersionAdopted:
    return story.tell(
        PolicyVersionAdopted,
        POLICIES,
        kind="suppression",
        version=version,
        takes_effect_at=takes_effect_at,
        content={
            "cooling_off_days": dict.fromkeys(("low", "normal", "high", "critical"), days),
            "stops": {reason: list(MessageClass) for reason in IMPOSABLE},
            "expires_after_days": {"OPERATOR_EXCLUDED": days + 1},
            "credit_purposes": ["credit", "loans"],
        },
        note=f"v{version}",
    )


def withdraw(story: Story, version: int) -> PolicyVersionWithdrawn:
    return story.tell(
        PolicyVersionWithdrawn, POLICIES, kind="suppression", version=version, reason=f"not v{version}"
    )


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Versions among other facts. The stream of versions is one: its twin is no other customer's."""
    story = Story()
    for version in range(2, draw(st.integers(2, 6))):
        if draw(st.booleans()):
            draw(st.sampled_from((complain, suppress)))(draw, story, named("ana"))
        adopt(story, version, draw(INSTANTS), days=draw(st.integers(0, 9)))
        if draw(st.booleans()):
            withdraw(story, draw(st.integers(2, version)))
    return story


@lawful()
@given(story=stories(), others=st.integers(0, 2))
def test_versions_are_the_same_live_rebuilt_split_and_shuffled(
    database: Database, story: Story, others: int
) -> None:
    assert_laws(database, "policies", story.facts, policies, seed=others)


@pytest.fixture
def log(database: Database) -> ToldLog:
    log = told_log(database)
    log.empty("policies")
    return log


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def read(log: ToldLog, story: Story, now: datetime) -> list[tuple[int, str]]:
    log.append(story.facts[log.head() :])
    log.catch_up()
    with log.reading() as reading:
        return [(one.version, one.state) for one in policy_versions(reading, now)]


def test_before_any_was_adopted_the_first_version_holds(log: ToldLog) -> None:
    assert read(log, Story(), START) == [(1, "in_effect")]
    with log.reading() as reading:
        (first,) = policy_versions(reading, START)
    assert (first.takes_effect_at, first.adopted_by, first.position) == (None, None, None)
    assert first.cooling_off_days == {"low": 7, "normal": 14, "high": 30, "critical": 90}
    assert first.reasons["SPAM_COMPLAINT"].stops == ("promotional",)
    assert {one.expires_after_days for one in first.reasons.values()} == {None}


def test_each_version_is_planned_then_in_effect_then_past_by_the_clock(log: ToldLog) -> None:
    story = Story()
    adopt(story, 2, day(10))
    adopt(story, 3, day(5))
    assert read(log, story, day(4)) == [(3, "planned"), (2, "planned"), (1, "in_effect")]
    assert read(log, story, day(5)) == [(3, "in_effect"), (2, "planned"), (1, "past")]
    assert read(log, story, day(10)) == [(3, "past"), (2, "in_effect"), (1, "past")]


def test_what_was_adopted_reads_as_the_policy_that_decisions_go_by(log: ToldLog) -> None:
    story = Story()
    adopt(story, 2, day(5), days=3)
    read(log, story, day(0))
    with log.reading() as reading:
        adopted = adopted_policies(reading)
    assert policy_at(adopted, day(5) - timedelta(seconds=1)) == FIRST_POLICY
    policy = policy_at(adopted, day(5))
    assert (policy.version, policy.cooling_off["high"]) == (2, timedelta(days=3))
    assert policy.expires_after == {"OPERATOR_EXCLUDED": timedelta(days=4)}
    assert policy.credit_purposes == {"credit", "loans"}
    assert policy.stops["DELINQUENT"] == set(MessageClass)


def test_a_version_that_was_withdrawn_is_shown_as_that_and_never_holds(log: ToldLog) -> None:
    story = Story()
    adopt(story, 2, day(1))
    adopt(story, 3, day(5))
    withdrawn = withdraw(story, 3)
    assert read(log, story, day(4)) == [(3, "withdrawn"), (2, "in_effect"), (1, "past")]
    assert read(log, story, day(9)) == [(3, "withdrawn"), (2, "in_effect"), (1, "past")]
    with log.reading() as reading:
        assert [one.version for one in adopted_policies(reading)] == [2]
        third, second, _ = policy_versions(reading, day(9))
    assert (third.withdrawn_at, third.withdrawal_reason) == (withdrawn.occurred_at, "not v3")
    assert (second.withdrawn_at, second.withdrawn_by, second.withdrawal_reason) == (None, None, None)


def test_versions_of_another_kind_are_folded_alike_and_kept_apart(log: ToldLog) -> None:
    story = Story()
    adopt(story, 2, day(1))
    calendar = {
        "kind": "calendar",
        "version": 2,
        "takes_effect_at": day(2),
        "content": {"closed": ["Sunday"]},
    }
    story.tell(PolicyVersionAdopted, named("calendar"), **calendar)
    assert read(log, story, day(3)) == [(2, "in_effect"), (1, "past")]
    with log.reading() as reading:
        rows = reading.execute("select kind, version, content from policy_version where kind = 'calendar'")
        assert rows.fetchall() == [{"kind": "calendar", "version": 2, "content": {"closed": ["Sunday"]}}]


def test_a_part_of_the_list_begins_below_a_version(log: ToldLog) -> None:
    story = Story()
    for version in (2, 3):
        adopt(story, version, day(version))
    read(log, story, day(0))
    with log.reading() as reading:
        assert [one.version for one in policy_versions(reading, day(9), before=3)] == [2, 1]
