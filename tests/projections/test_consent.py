"""What customers allow and forbid, as they stated it."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.consent.reading import statements
from tests.builders import START, Story, named
from tests.projections.happenings import AHEAD
from tests.projections.laws import assert_laws, lawful, told_log
from tests.projections.log import Database, ToldLog
from tests.projections.reference.consent import consent

ANA, BEN, CYD = named("ana"), named("ben"), named("cyd")
FEW_INSTANTS = st.sampled_from((*(START + timedelta(days=days) for days in range(3)), AHEAD))
WHOLE: dict[str, Any] = {"topic": None, "brand": None, "contact_point_id": None}
SCOPES = (
    WHOLE,
    WHOLE,
    WHOLE | {"topic": "shoes"},
    WHOLE | {"brand": "Acme"},
    WHOLE | {"contact_point_id": named("point")},
)
STATEMENTS = st.tuples(
    st.booleans(),
    st.sampled_from((ANA, ANA, ANA, BEN)),
    st.sampled_from(("email", "email", "push", None)),
    st.sampled_from(("marketing", "marketing", "raffle", None)),
    st.sampled_from(SCOPES),
    FEW_INSTANTS,
    st.none() | FEW_INSTANTS,
)


@st.composite
def consent_stories(draw: st.DrawFn) -> Story:
    """Grants and withdrawals of all widths, said in another order than they are told, with ties."""
    story = Story()
    for granted, customer, channel, purpose, scope, at, until in draw(
        st.lists(STATEMENTS, min_size=6, max_size=14)
    ):
        if granted and channel and purpose:
            story.grant(customer, channel=channel, purpose=purpose, expires_at=until, at=at, **scope)
        else:
            story.withdraw(customer, channel=channel, purpose=purpose, at=at, **scope)
    return story


@lawful()
@given(story=consent_stories())
def test_consents_are_the_same_live_rebuilt_split_and_shuffled(database: Database, story: Story) -> None:
    assert_laws(database, "consent", story.facts, consent, seed=len(story.facts))


@pytest.fixture
def log(database: Database) -> ToldLog:
    log = told_log(database)
    log.empty("consent")
    return log


def stated(log: ToldLog, story: Story) -> list[dict[str, Any]]:
    """What ANA stated in the story."""
    log.append(story.facts)
    log.catch_up()
    with log.reading() as reading:
        return statements(reading, [ANA])


def test_every_statement_is_kept_because_only_a_reader_knows_which_of_them_count(log: ToldLog) -> None:
    story = Story()
    story.grant(ANA)
    story.withdraw(ANA, channel="email", purpose="marketing", at=START - timedelta(days=1))
    story.grant(ANA, at=START - timedelta(days=2))
    assert [row["granted"] for row in stated(log, story)] == [True, False, True]


def test_what_was_said_reads_as_it_was_said(log: ToldLog) -> None:
    story = Story()
    story.withdraw(ANA, reason="too many")
    story.grant(ANA, contact_point_id=named("point"), brand="Acme", expires_at=START + timedelta(days=9))
    story.grant(BEN)
    rows = stated(log, story)
    scope = ("channel", "contact_point_id", "purpose", "topic", "brand", "granted", "expires_at", "position")
    assert [tuple(row[name] for name in scope) for row in rows] == [
        (None, None, None, None, None, False, None, 1),
        ("email", named("point"), "marketing", None, "Acme", True, START + timedelta(days=9), 2),
    ]


def test_a_withdrawal_is_reported_while_it_is_the_newest_statement_about_its_scope(
    database: Database, log: ToldLog
) -> None:
    story = Story()
    for customer, granted_at in (
        (ANA, START + timedelta(days=1)),
        (BEN, START),
        (CYD, START - timedelta(days=1)),
    ):
        story.withdraw(customer, channel="email", purpose="marketing", at=START)
        story.grant(customer, at=granted_at)
    stated(log, story)
    with psycopg.connect(database.url) as superuser:
        stopping = superuser.execute("select customer_id from reporting.suppression").fetchall()
    assert {customer for (customer,) in stopping} == {BEN, CYD}
