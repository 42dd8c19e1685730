"""What happened between a customer and the company, in one order."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given

from domain.facts import derived_id
from domain.messages.events import MessageSent
from projections.tallies import tallied
from projections.timeline.reading import TALLY, About, TimelineEntry, counts_of, entries
from tests.builders import START, Story, named
from tests.projections.happenings import CAMPAIGN, HAPPENINGS, RUN, hand_over, stories_of, withhold
from tests.projections.laws import assert_laws, lawful, told_log
from tests.projections.log import Database, ToldLog
from tests.projections.reference.timeline import timeline

ANA, BEN, MAIL = named("ana"), named("ben"), named("ana@example.org")


@lawful()
@given(story=stories_of(*HAPPENINGS))
def test_the_timeline_is_the_same_live_rebuilt_split_and_shuffled(database: Database, story: Story) -> None:
    assert_laws(database, "timeline", story.facts, timeline, seed=len(story.facts))


@pytest.fixture
def log(database: Database) -> ToldLog:
    log = told_log(database)
    log.empty("timeline")
    return log


def seen(log: ToldLog, story: Story, *profiles: UUID, **asked: Any) -> list[TimelineEntry]:
    """Appends what was told since, folds it and reads."""
    log.append(story.facts[log.head() :])
    log.catch_up()
    with log.reading() as reading:
        return entries(reading, log.cipher, profiles, **asked)


def kinds(found: list[TimelineEntry]) -> list[str]:
    return [entry.kind for entry in found]


def test_everything_that_happened_stands_in_one_order_newest_first(log: ToldLog) -> None:
    story = Story()
    story.touch(ANA, at=START + timedelta(hours=3))
    story.touch(BEN)
    order = story.order(ANA, "10.00", at=START)
    complaint = story.complain(ANA, at=START + timedelta(hours=1))
    story.grant(ANA, at=START + timedelta(hours=2))
    story.close(complaint, at=START + timedelta(hours=4))
    story.refund(order, "4.00", at=START + timedelta(hours=5))
    assert kinds(seen(log, story, ANA)) == [
        "refund",
        "complaint_closed",
        "visit",
        "consent",
        "complaint",
        "order",
    ]


def test_what_came_by_an_address_is_in_the_timeline_of_whoever_reads_both_profiles(log: ToldLog) -> None:
    story = Story()
    story.touch(ANA, kind="call", channel="phone", at=START)
    story.touch(MAIL, at=START + timedelta(hours=1))
    assert kinds(seen(log, story, ANA, MAIL)) == ["visit", "call"]
    assert kinds(seen(log, story, ANA)) == ["call"]


def test_entries_are_found_by_channel_kind_and_span_of_time(log: ToldLog) -> None:
    story = Story()
    for hour, (kind, channel) in enumerate([("visit", "web"), ("call", "phone"), ("visit", "phone")]):
        story.touch(ANA, kind=kind, channel=channel, at=START + timedelta(hours=hour))
    assert kinds(seen(log, story, ANA, channel="phone")) == ["visit", "call"]
    assert len(seen(log, story, ANA, kind="visit")) == 2
    span = {"since": START, "until": START + timedelta(hours=2)}
    assert kinds(seen(log, story, ANA, **span)) == ["call", "visit"]


def test_pages_follow_each_other_even_when_everything_happened_at_once(log: ToldLog) -> None:
    story = Story()
    for _ in range(5):
        story.touch(ANA, at=START)
    whole = seen(log, story, ANA)
    first = seen(log, story, ANA, limit=2)
    second = seen(log, story, ANA, limit=3, before_cursor=first[-1].place)
    assert [*first, *second] == whole
    assert seen(log, story, ANA, before_cursor=whole[-1].place) == []


def test_texts_are_readable_until_the_key_is_gone_and_nobody_else_changes(log: ToldLog) -> None:
    story = Story()
    story.complain(ANA, subject="Late", description="Again")
    story.touch(BEN, properties={"page": "/a"}, personal_properties={"note": "shy"})
    (ana,), (ben,) = seen(log, story, ANA), seen(log, story, BEN)
    assert (ana.details["subject"], ana.details["description"]) == ("Late", "Again")
    assert ben.details["properties"] == {"page": "/a", "note": "shy"}
    log.cipher.forget([ANA])
    (forgotten,) = seen(log, story, ANA)
    assert (forgotten.details["subject"], forgotten.details["category"]) == (None, "delivery")
    assert seen(log, story, BEN) == [ben]


def test_an_answer_dated_before_its_complaint_is_shown_as_it_was_told_and_flagged_late(log: ToldLog) -> None:
    story = Story()
    complaint = story.complain(ANA, at=START)
    story.respond(complaint, at=START - timedelta(days=1))
    story.respond(complaint, at=START)
    flags = [(entry.kind, entry.late) for entry in seen(log, story, ANA)]
    assert flags == [("complaint_responded", False), ("complaint", False), ("complaint_responded", True)]


def test_a_message_shows_what_became_of_it_and_a_withheld_one_why(log: ToldLog) -> None:
    story = Story()
    common = {"customer_id": ANA, "campaign_id": CAMPAIGN, "run_id": RUN, "member_id": ANA}
    first, second = derived_id("message", "first"), derived_id("message", "second")
    hand_over(story, first, 1, common)
    assert [entry.outcome for entry in seen(log, story, ANA)] == [None]
    story.tell(MessageSent, first, attempt=1, **common)
    withhold(story, second, common)
    withheld, sent = seen(log, story, ANA)
    assert (sent.kind, sent.outcome, sent.channel) == ("message", "sent", "email")
    assert "values" not in sent.details
    assert withheld.kind == "message_withheld"
    assert withheld.details["reasons"] == [{"code": "OPEN_COMPLAINT", "facts": [3]}]


def test_touchpoints_are_counted_by_channel_and_the_recent_ones_are_touchpoints_only(log: ToldLog) -> None:
    story = Story()
    story.touch(ANA, channel="web", at=START)
    story.touch(ANA, channel="phone", at=START + timedelta(hours=1))
    story.touch(MAIL, channel="web", at=START - timedelta(hours=1))
    story.order(ANA, "1.00", at=START + timedelta(hours=2))
    seen(log, story, ANA)
    with log.reading() as reading:
        counted = counts_of(tallied(reading, [ANA, MAIL], TALLY))
        recent = entries(reading, log.cipher, [ANA, MAIL], about=About.TOUCHPOINT, limit=2)
        nothing = counts_of(tallied(reading, [BEN], TALLY))
    assert (counted.total, counted.by_channel) == (3, {"phone": 1, "web": 2})
    assert counted.last_at == START + timedelta(hours=1)
    assert [entry.channel for entry in recent] == ["phone", "web"]
    assert (nothing.total, nothing.by_channel, nothing.last_at) == (0, {}, None)
