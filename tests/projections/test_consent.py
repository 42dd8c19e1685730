"""What customers allow, folded by when they said it."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.consent.reading import newest_statements
from tests.builders import START, Story, named
from tests.projections.happenings import AHEAD
from tests.projections.laws import assert_laws, lawful, told_log
from tests.projections.log import Database, ToldLog
from tests.projections.reference.consent import consent

ANA, BEN = named("ana"), named("ben")
FEW_INSTANTS = st.sampled_from((*(START + timedelta(days=days) for days in range(3)), AHEAD))
WHOLE: dict[str, Any] = {"topic": None, "brand": None, "contact_point_id": None}
SCOPES = (
    WHOLE,
    WHOLE,
    WHOLE | {"topic": "shoes"},
    WHOLE | {"brand": "Acme"},
    WHOLE | {"contact_point_id": named("point")},
)
SAYINGS = st.tuples(
    st.booleans(),
    st.sampled_from((ANA, ANA, ANA, BEN)),
    st.sampled_from(("email", "email", "push", None)),
    st.sampled_from(("marketing", "marketing", "raffle", None)),
    st.sampled_from(SCOPES),
    FEW_INSTANTS,
    st.none() | FEW_INSTANTS,
)


@st.composite
def sayings(draw: st.DrawFn) -> Story:
    """Grants and withdrawals of all widths, said in another order than they are told, with ties."""
    story = Story()
    for granted, customer, channel, purpose, scope, at, until in draw(
        st.lists(SAYINGS, min_size=6, max_size=14)
    ):
        if granted and channel and purpose:
            story.grant(customer, channel=channel, purpose=purpose, expires_at=until, at=at, **scope)
        else:
            story.withdraw(customer, channel=channel, purpose=purpose, at=at, **scope)
    return story


@lawful()
@given(story=sayings())
def test_consents_are_the_same_live_rebuilt_split_and_shuffled(database: Database, story: Story) -> None:
    assert_laws(database, "consent", story.facts, consent, seed=len(story.facts))


@pytest.fixture
def log(database: Database) -> ToldLog:
    log = told_log(database)
    log.empty("consent")
    return log


def standing(log: ToldLog, story: Story) -> dict[tuple[str, str], bool]:
    """What holds for ANA after the story."""
    log.append(story.facts)
    log.catch_up()
    with log.reading() as reading:
        return {(row["channel"], row["purpose"]): row["granted"] for row in newest_statements(reading, [ANA])}


def test_an_old_grant_told_late_does_not_undo_a_newer_withdrawal(log: ToldLog) -> None:
    story = Story()
    story.withdraw(ANA, channel="email", purpose="marketing")
    story.grant(ANA, at=START - timedelta(days=1))
    assert standing(log, story) == {("email", "marketing"): False}


def test_an_old_grant_that_is_folded_after_a_newer_withdrawal_does_not_undo_it(log: ToldLog) -> None:
    story = Story()
    story.withdraw(ANA, channel="email", purpose="marketing")
    withdrawn = len(story.facts)
    log.append(story.facts)
    log.catch_up()
    story.grant(ANA, at=START - timedelta(days=1))
    log.append(story.facts[withdrawn:])
    log.catch_up()
    with log.reading() as reading:
        assert [row["granted"] for row in newest_statements(reading, [ANA])] == [False]


def test_of_a_grant_and_a_withdrawal_at_one_instant_the_withdrawal_holds(log: ToldLog) -> None:
    story = Story()
    story.withdraw(ANA, channel="email", purpose="marketing", at=START)
    story.grant(ANA, at=START)
    assert standing(log, story) == {("email", "marketing"): False}


def test_what_was_said_reads_as_it_was_said(log: ToldLog) -> None:
    story = Story()
    story.withdraw(ANA, reason="too many")
    story.grant(ANA, contact_point_id=named("point"), brand="Acme", expires_at=START + timedelta(days=9))
    story.grant(BEN)
    standing(log, story)
    with log.reading() as reading:
        rows = newest_statements(reading, [ANA])
    scope = ("channel", "contact_point_id", "purpose", "topic", "brand", "granted", "expires_at", "position")
    assert [tuple(row[name] for name in scope) for row in rows] == [
        (None, None, None, None, None, False, None, 1),
        ("email", named("point"), "marketing", None, "Acme", True, START + timedelta(days=9), 2),
    ]
