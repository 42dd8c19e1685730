"""An audience of the past is what a fresh fold of the facts that count says, links included, in batches of any size."""

from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.deciding.ports import AudienceAt, Known
from application.moments import Moment
from application.previews.counting import PreviewAudience
from application.previews.past import PastPreview
from domain.deciding.decision import DecisionQuestion
from infrastructure.read_models.known import KnownOnConnection
from infrastructure.replay_log.everybody import EverybodyInLog, read_by
from infrastructure.replay_log.shadows import Shadows
from projections.engine.definitions import PROJECTIONS
from projections.engine.shadow import Shadow
from tests.builders import Story
from tests.projections.complaining import complain_and_go_on
from tests.projections.happenings import INSTANTS, buy, suppress, touch
from tests.projections.laws import lawful, told_log
from tests.projections.log import Database
from tests.projections.sharing import CUSTOMERS, PROFILES, consistent, stories

pytestmark = pytest.mark.speaks_sql

ASK = PreviewAudience(
    audience={"all": []},
    channel="email",
    purpose="marketing",
    message_class="promotional",
    explain=CUSTOMERS[0],
)
CRITERIA: tuple[dict[str, Any], ...] = (
    {"all": []},
    {"field": "open_complaints", "op": "gt", "value": 0},
    {"field": "country", "op": "exists", "value": True},
    {"spent": {"op": "gt", "value": "0", "currency": "EUR"}},
    {"spent": {"op": "ne", "value": "0", "currency": "USD"}},
    {"did": {"kind": "order", "within_days": 10}},
    {"field": "campaign_contacts", "op": "gt", "value": 0},
)


class Watching:
    """Notes how far the fold was."""

    def __init__(self) -> None:
        self.steps: list[tuple[int, int]] = []

    def reached(self, folded: int, to_fold: int) -> None:
        self.steps.append((folded, to_fold))

    def can_interrupt(self, interrupt: Callable[[], None]) -> None:
        """Nobody interrupts."""


@st.composite
def lives(draw: st.DrawFn) -> Story:
    story = draw(stories())
    for happening in draw(
        st.lists(st.sampled_from((buy, touch, suppress, complain_and_go_on, correct)), max_size=6)
    ):
        happening(draw, story, draw(st.sampled_from(CUSTOMERS)))
    return story


def correct(draw: st.DrawFn, story: Story, customer: UUID) -> None:
    """A correction that may be dated before the registration."""
    story.correct(customer, country=draw(st.sampled_from((None, "PE", "DE"))), at=draw(INSTANTS))


@lawful(15)
@given(story=lives(), as_of=st.none() | INSTANTS, both=st.booleans())
def test_32_a_past_audience_is_a_fresh_fold_of_the_facts_that_count(
    database: Database, story: Story, as_of: datetime | None, both: bool
) -> None:
    log, random = told_log(database), Random(len(story.facts))
    log.empty()
    facts = consistent(story.facts)
    while facts:
        piece = random.randint(1, 8)
        log.append(facts[:piece])
        del facts[:piece]
    recorded = log.recorded()
    known_at = random.choice(recorded).recorded_at if both or as_of is None else None
    upto = max(one.position for one in recorded if known_at is None or one.recorded_at <= known_at)
    past = PastPreview(ask=ASK, moment=Moment(known_at=known_at, as_of=as_of), position=log.head())
    everybody = EverybodyInLog(database.url, set, "EUR", batch_size=random.randint(1, 40))
    shadows, watching = Shadows(database.url, PROJECTIONS), Watching()
    at = as_of or known_at
    assert at is not None
    try:
        with shadows.log() as connection:
            whole = Shadow(connection, read_by(ASK), as_of=as_of, batch_size=1_000_000)
            for _ in whole.fold_to(upto):
                pass
            with whole.reading() as reading:
                expected = answers(KnownOnConnection(reading, upto, "EUR"), at)
            connection.close()
    finally:
        shadows.close()
    with everybody.open(past, watching) as then:
        assert then.known.position == upto
        assert answers(then.known, at) == expected
    assert (watching.steps[0], watching.steps[-1]) == ((0, upto), (upto, upto))
    assert watching.steps == sorted(watching.steps)


def answers(known: Known, at: datetime) -> tuple[Any, ...]:
    """What previews read: who meets criteria, and the facts on which decisions rest."""
    members = [known.members(AudienceAt(criteria=criteria, at=at)) for criteria in CRITERIA]
    question = DecisionQuestion(message_class="promotional", purpose="marketing", channel="email")
    return members, known.facts(PROFILES), known.alike(CUSTOMERS, question, at)


def test_a_past_audience_reads_only_what_the_question_needs() -> None:
    assert read_by(PreviewAudience(audience={})) == ["identity", "audience"]
    assert read_by(PreviewAudience(audience={}, explain=CUSTOMERS[0])) == [
        "identity",
        "customers",
        "audience",
    ]
    assert read_by(ASK) == ["identity", "customers", "consent", "suppression", "policies", "audience"]
