"""How long a step waits for the mails it let go: while one may still begin, and no longer."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import pytest

from application.dispatch.outcomes import Outcomes
from application.dispatch.sending import (
    BEGIN_WITHIN,
    FIRST_GROUP,
    FIRST_REST,
    LONGEST_REST,
    RECORD_EVERY,
    Sending,
)
from application.mail import Delivery, Departures, Flight, OutgoingMail, Readiness
from domain.messages.message import Message
from tests.application.memory_store import MemoryStore

RUN, CAMPAIGN = UUID(int=1), UUID(int=2)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Watch:
    """Its seconds pass only while somebody waits for a flight."""

    seconds = 0.0

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return self.seconds


class HeldUp(Flight):
    """Nothing of it lands; its mails begin one after the other, every `pace` seconds, the first at once."""

    def __init__(self, watch: Watch, size: int, pace: float) -> None:
        self._watch, self._size, self._pace = watch, size, pace

    def landed(self, seconds: float) -> list[tuple[int, Delivery]]:
        self._watch.seconds += seconds
        return []

    @property
    def aloft(self) -> int:
        return self._size

    @property
    def waiting_to_begin(self) -> int:
        return max(0, self._size - 1 - int(self._watch.seconds / self._pace))


class Slowly(Departures):
    def __init__(self, watch: Watch, pace: float) -> None:
        self._watch, self._pace = watch, pace

    has_room = True
    readiness = Readiness.READY

    def prepare(self) -> Readiness:
        return self.readiness

    def depart(self, mails: Sequence[OutgoingMail], *, begin_before: float) -> Flight:
        return HeldUp(self._watch, len(mails), self._pace)


def sent(pace: float, size: int = FIRST_GROUP) -> tuple[Sending, float]:
    """A group of mails that begin at this pace and never land, and how long the step took."""
    watch = Watch()
    sending = Sending(Slowly(watch, pace), Outcomes(cast(Any, MemoryStore()), watch), watch)
    mails = [(_message(n), _mail(n)) for n in range(size)]
    assert sending.send(RUN, mails, begin_before=BEGIN_WITHIN) == 0
    assert len(sending.in_flight) == size
    return sending, watch.seconds


def _message(number: int) -> Message:
    person = UUID(int=100 + number)
    return Message.about(RUN, CAMPAIGN, person, person, "email")


def _mail(number: int) -> OutgoingMail:
    return OutgoingMail(
        message_id=f"<{number}@farley.example>",
        sender="shop@example.com",
        recipient=f"p{number}@example.org",
        subject="Hello",
        body="Hello",
        date=NOW,
    )


def test_18_a_step_ends_when_all_have_begun_however_long_their_answers_take() -> None:
    sending, seconds = sent(pace=0.001)
    assert seconds == RECORD_EVERY
    assert sending.group_size == 2 * FIRST_GROUP


@pytest.mark.parametrize(("pace", "grows"), [(0.03, True), (0.06, False)])
def test_18_it_waits_while_one_may_begin_and_the_groups_grow_by_when_the_last_began(
    pace: float, grows: bool
) -> None:
    sending, seconds = sent(pace)
    assert 0 <= seconds - pace * (FIRST_GROUP - 1) <= RECORD_EVERY
    assert sending.group_size == (2 if grows else 1) * FIRST_GROUP


def test_18_it_waits_no_longer_than_the_time_to_begin() -> None:
    sending, seconds = sent(pace=60.0)
    assert seconds == BEGIN_WITHIN
    assert sending.group_size == FIRST_GROUP


def test_a_group_smaller_than_there_might_be_says_nothing_of_a_larger_one() -> None:
    sending, _ = sent(pace=0.001, size=FIRST_GROUP - 1)
    assert sending.group_size == FIRST_GROUP


def test_18_a_next_hop_that_cannot_be_reached_costs_one_message_and_then_none_for_longer_and_longer() -> None:
    watch = Watch()
    hop = Slowly(watch, pace=0.001)
    sending = Sending(hop, Outcomes(cast(Any, MemoryStore()), watch), watch)
    hop.readiness = Readiness.UNREACHABLE
    rests = []
    for number in range(8):
        assert (sending.prepared(), sending.prepared()) == (1, 1)
        sending.send(RUN, [(_message(number), _mail(number))], begin_before=watch.seconds + BEGIN_WITHIN)
        begun = watch.seconds
        while sending.prepared() == 0:
            watch.seconds += 0.25
        rests.append(watch.seconds - begun)
    assert rests[0] == pytest.approx(FIRST_REST, abs=2 * RECORD_EVERY)
    assert rests == sorted(rests)
    assert rests[-1] == pytest.approx(LONGEST_REST, abs=2 * RECORD_EVERY)
    hop.readiness = Readiness.SOON
    assert sending.prepared() == 0
    hop.readiness = Readiness.READY
    assert sending.prepared() == sending.group_size == FIRST_GROUP


def test_18_messages_go_at_once_when_the_next_hop_is_back_and_the_rests_begin_anew() -> None:
    watch = Watch()
    hop = Slowly(watch, pace=0.001)
    sending = Sending(hop, Outcomes(cast(Any, MemoryStore()), watch), watch)
    for number in range(3):
        hop.readiness = Readiness.UNREACHABLE
        assert sending.prepared() == 1
        sending.send(RUN, [(_message(number), _mail(number))], begin_before=watch.seconds + BEGIN_WITHIN)
        assert sending.prepared() == 0
        hop.readiness = Readiness.READY
        assert sending.prepared() == FIRST_GROUP
        watch.seconds += FIRST_REST
