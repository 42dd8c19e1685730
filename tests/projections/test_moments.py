"""What was known at an instant is a fresh fold of the first facts; what was true, of those said by then."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from random import Random
from typing import Any, cast
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.moments import Moment
from domain.complaints.events import (
    ComplaintClosed,
    ComplaintEscalated,
    ComplaintOpened,
    ComplaintReopened,
    ComplaintResolved,
    ComplaintResponded,
)
from domain.customers.events import (
    ContactPointAdded,
    ContactPointRemoved,
    CustomerDetailsCorrected,
    CustomerRegistered,
)
from domain.orders.events import OrderCancelled, OrderPlaced, OrderRefunded
from domain.suppressions.events import SuppressionImposed, SuppressionLifted
from infrastructure.read_models.pool import PooledReading
from infrastructure.replay_log.moments import MomentsInLog
from infrastructure.replay_log.shadows import Shadows
from projections.complaints.filters import ComplaintFilter
from projections.complaints.queue import complaints
from projections.customer_360.reading import READS, customer_360
from projections.customers.places import places_of
from projections.engine.definitions import PROJECTIONS
from projections.engine.shadow import Shadow
from projections.identity.reading import person_of
from projections.orders.listing import placed_orders
from projections.timeline.reading import entries
from tests.builders import Story
from tests.projections.complaining import complain_and_go_on
from tests.projections.happenings import INSTANTS, buy, suppress, touch
from tests.projections.laws import assert_same_rows, lawful, told_log
from tests.projections.log import Database, Recorded, Row, ToldLog
from tests.projections.reference.audience import audience
from tests.projections.reference.complaints import complaints as complaints_rows
from tests.projections.reference.consent import consent
from tests.projections.reference.customers import customers
from tests.projections.reference.identity import identity
from tests.projections.reference.orders import orders
from tests.projections.reference.responses import responses
from tests.projections.reference.suppression import suppression
from tests.projections.reference.timeline import timeline
from tests.projections.sharing import CUSTOMERS, PROFILES, consistent, stories

pytestmark = pytest.mark.speaks_sql

REFERENCES = {
    "identity": identity,
    "audience": audience,
    "customers": customers,
    "consent": consent,
    "complaints": complaints_rows,
    "suppression": suppression,
    "orders": orders,
    "timeline": timeline,
    "responses": responses,
}
WHOLE = 1_000_000
"""More facts than a story has: one batch takes all of them."""


def correct(draw: st.DrawFn, story: Story, customer: UUID) -> None:
    """A correction that may be dated before the registration."""
    story.correct(customer, country=draw(st.sampled_from((None, "PE", "DE"))), at=draw(INSTANTS))


def give_up(draw: st.DrawFn, story: Story, customer: UUID) -> None:
    """A removal of a contact point that may be dated before it was added."""
    added = [fact for fact in story.facts if isinstance(fact, ContactPointAdded)]
    story.remove_contact_point(draw(st.sampled_from(added)), at=draw(INSTANTS))


HAPPENINGS = (buy, touch, suppress, complain_and_go_on, correct, give_up)


@st.composite
def lives(draw: st.DrawFn) -> Story:
    """Customers who share addresses and become one person, and what else a 360 shows of them."""
    story = draw(stories())
    for happening in draw(st.lists(st.sampled_from(HAPPENINGS), max_size=6)):
        happening(draw, story, draw(st.sampled_from(CUSTOMERS)))
    return story


@pytest.fixture
def shadows(database: Database) -> Iterator[Shadows]:
    shadows = Shadows(database.url, PROJECTIONS)
    yield shadows
    shadows.close()


def recorded_in_pieces(database: Database, story: Story, random: Random) -> ToldLog:
    """The log of this story, recorded at several instants. No read model folds it."""
    log = told_log(database)
    log.empty()
    facts = consistent(story.facts)
    while facts:
        piece = random.randint(1, 8)
        log.append(facts[:piece])
        del facts[:piece]
    return log


@lawful(15)
@given(story=lives(), as_of=st.none() | INSTANTS)
def test_32_a_past_person_is_a_fresh_fold_of_the_facts_that_count_links_included(
    database: Database, shadows: Shadows, story: Story, as_of: datetime | None
) -> None:
    random = Random(len(story.facts))
    log = recorded_in_pieces(database, story, random)
    facts = log.recorded()
    known_at = random.choice(facts).recorded_at
    upto = max(recorded.position for recorded in facts if recorded.recorded_at <= known_at)
    moment = Moment(known_at=known_at, as_of=as_of)
    past = MomentsInLog(cast(PooledReading, None), shadows)
    with shadows.log() as connection:
        whole = Shadow(connection, READS, as_of=as_of, batch_size=WHOLE)
        for _ in whole.fold_to(upto):
            pass
        with whole.reading() as reading:
            expected = {profile: shown(log, reading, profile) for profile in PROFILES}
        connection.close()
    for profile in PROFILES:
        with past.of_person(moment, profile, READS) as models:
            assert shown(log, models.connection, profile) == expected[profile]


def shown(log: ToldLog, connection: Any, profile: UUID) -> tuple[Any, ...]:
    """What a person's 360, timeline, complaints and orders show."""
    _, profiles = person_of(connection, profile)
    return (
        customer_360(connection, log.cipher, profile, of_batch=True),
        entries(connection, log.cipher, profiles, places=places_of(connection, profiles), limit=500),
        complaints(connection, log.cipher, ComplaintFilter(profiles=profiles)),
        placed_orders(connection, profiles=profiles),
    )


@lawful(15)
@given(story=lives(), as_of=INSTANTS, knows_all=st.booleans())
def test_32_what_was_true_then_is_the_fold_of_the_facts_said_by_then_whatever_gaps_that_leaves(
    database: Database, shadows: Shadows, story: Story, as_of: datetime, knows_all: bool
) -> None:
    random = Random(len(story.facts))
    log = recorded_in_pieces(database, story, random)
    facts = log.recorded()
    upto = log.head() if knows_all else random.randint(0, log.head())
    counted = [recorded for recorded in facts if recorded.position <= upto and recorded.said_at <= as_of]
    with (
        shadows.log() as connection,
        shadows.shadow(connection, tuple(REFERENCES), as_of=as_of) as shadow,
    ):
        for _ in shadow.fold_to(upto):
            pass
        for name, reference in REFERENCES.items():
            folded = {
                table: list(filter(is_shown, rows)) for table, rows in log.rows(name, connection).items()
            }
            expected = reference(counted if name in WHATEVER_BEGAN else with_beginnings(counted))
            compared = {table: rows for table, rows in expected.items() if table not in STEPS}
            if name == "audience":
                folded, compared = read_by_criteria(folded), read_by_criteria(compared)
            assert_same_rows(folded, as_stored(compared), f"as of {as_of}")


def read_by_criteria(tables: Mapping[str, Iterable[Row]]) -> dict[str, list[Row]]:
    """What criteria read of these tables of `audience`: all columns but the position of a person's newest fact."""
    return {
        table: [{**row, "position": None} if table == "audience_fact" else row for row in tables[table]]
        for table in ("audience_fact", "audience_value", "audience_order", "audience_activity")
    }


STEPS = ("complaint_step", "complaint_stop_step", "customer_statement", "purchase_step")
"""Tables that keep single steps. A step is not shown while what it is a step of is not there."""
WHATEVER_BEGAN = ("identity", "timeline")
"""The projections in which a later step counts alone."""
BEGINNINGS = (ComplaintOpened, OrderPlaced, SuppressionImposed, CustomerRegistered)
LATER = (
    ComplaintClosed,
    ComplaintEscalated,
    ComplaintReopened,
    ComplaintResolved,
    ComplaintResponded,
    CustomerDetailsCorrected,
    OrderCancelled,
    OrderRefunded,
    SuppressionLifted,
)


def with_beginnings(counted: list[Recorded]) -> list[Recorded]:
    """Leaves out the later facts about a thing whose first fact does not count: there is no such thing yet."""
    begun = {recorded.fact.originator_id for recorded in counted if isinstance(recorded.fact, BEGINNINGS)}
    added = {
        recorded.fact.contact_point_id for recorded in counted if isinstance(recorded.fact, ContactPointAdded)
    }
    return [
        recorded
        for recorded in counted
        if (recorded.fact.originator_id in begun or not isinstance(recorded.fact, LATER))
        and (not isinstance(recorded.fact, ContactPointRemoved) or recorded.fact.contact_point_id in added)
    ]


def is_shown(row: Row) -> bool:
    """Whether readers see the row of a complaint or an order: only if it was opened or placed."""
    return all(row.get(name, 1) is not None for name in ("opened_position", "placed_at"))


def as_stored(tables: Mapping[str, Iterable[Row]]) -> dict[str, list[Row]]:
    """The same rows with ids within lists as texts, as JSON has them."""
    return {
        table: [{name: _texts(value) for name, value in row.items()} for row in rows]
        for table, rows in tables.items()
    }


def _texts(value: Any) -> Any:
    return tuple(map(str, value)) if isinstance(value, tuple) else value
