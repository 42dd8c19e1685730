"""Who is out: never somebody whom a decision would still write to."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from application.preferences.choices import Choice, ConsentChange, changes_for, is_out
from domain.deciding.consent import ConsentScope, Standing, consent_of
from domain.deciding.facts import ConsentStatement, Person
from domain.deciding.links import Link
from tests.amounts import amount
from tests.domain.people import with_folded

PROFILES = [UUID(int=n) for n in (1, 2, 3)]
POINT = UUID(int=9)
AT = datetime(2026, 3, 2, tzinfo=UTC)


@st.composite
def statements(draw: st.DrawFn, position: int) -> ConsentStatement:
    """Any statement; a grant names its channel and purpose."""
    granted = draw(st.booleans())
    absent = st.sampled_from(["email", "sms"]) if granted else st.sampled_from(["email", "sms", None])
    purpose = st.sampled_from(["marketing", "survey"] if granted else ["marketing", "survey", None])
    said_at = AT + timedelta(days=draw(st.integers(-6, 0)))
    names = {
        "purpose": draw(purpose),
        "topic": draw(st.sampled_from([None, None, "vinyl"])),
        "brand": draw(st.sampled_from([None, None, "north"])),
    }
    return ConsentStatement(
        customer_id=draw(st.sampled_from(PROFILES)),
        channel=draw(absent),
        contact_point_id=draw(st.sampled_from([None, None, POINT])),
        **names,
        **with_folded(names),
        granted=granted,
        occurred_at=said_at,
        said_at=said_at,
        expires_at=draw(st.sampled_from([None, AT + timedelta(days=1)])) if granted else None,
        position=position,
    )


@st.composite
def people(draw: st.DrawFn) -> Person:
    said = [draw(statements(position)) for position in range(1, draw(st.integers(0, 8)) + 1)]
    links = [
        Link(profile_id=PROFILES[0], other_id=other, position=draw(st.integers(1, 9)))
        for other in PROFILES[1:]
    ]
    return Person(person_id=PROFILES[0], profiles=tuple(PROFILES), links=tuple(links), consents=tuple(said))


@settings(max_examples=amount(1000, quick=100), derandomize=True, deadline=None, database=None)
@given(
    people(),
    st.sampled_from(["email", "sms"]),
    st.sampled_from(["marketing", "survey"]),
    st.sampled_from([None, "vinyl", "tapes"]),
    st.sampled_from([None, "north", "south"]),
    st.sampled_from([None, POINT]),
)
def test_7_who_counts_as_out_is_stopped_by_every_decision(
    person: Person, channel: str, purpose: str, topic: str | None, brand: str | None, point: UUID | None
) -> None:
    scope = ConsentScope(
        channel=channel,
        purpose_folded=purpose,
        topic_folded=topic,
        brand_folded=brand,
        contact_point_id=point,
    )
    out = Standing.OPTED_OUT_OF_TOPIC, Standing.WITHDRAWN
    if is_out(person, channel, purpose) or is_out(person, None, None):
        assert consent_of(person, scope, AT).standing in out


def test_nobody_who_said_nothing_is_out() -> None:
    assert not is_out(Person(person_id=PROFILES[0], profiles=(PROFILES[0],)), "email", "marketing")


def test_what_is_as_it_shall_be_needs_no_change() -> None:
    choices = [
        Choice(purpose="marketing", topic=None, allowed=True),
        Choice(purpose="marketing", topic="vinyl", allowed=False),
        Choice(purpose="survey", topic=None, allowed=False),
    ]
    assert list(changes_for(choices, {"purpose:marketing"})) == []
    assert list(changes_for(choices, {"topic:marketing", "unknown", "topic:survey"})) == [
        ConsentChange(purpose="marketing", topic=None, granted=False),
        ConsentChange(purpose="marketing", topic="vinyl", granted=True),
    ]
