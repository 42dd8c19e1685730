"""How long a run waits for the mails it let go: while one may still begin, and no longer."""

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

RUN, CAMPAIGN, OTHER_RUN = UUID(int=1), UUID(int=2), UUID(int=3)
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

    def __init__(self, watch: Watch, size: int, pace: float, begin_before: float) -> None:
        self._watch, self._size, self._pace = watch, size, pace
        self._begin_before = begin_before

    def landed(self, seconds: float) -> list[tuple[int, Delivery]]:
        self._watch.seconds += seconds
        return []

    @property
    def aloft(self) -> int:
        return self._size

    @property
    def waiting_to_begin(self) -> int:
        if self._watch.seconds >= self._begin_before:
            return 0
        return max(0, self._size - 1 - int(self._watch.seconds / self._pace))


class Slowly(Departures):
    def __init__(self, watch: Watch, pace: float) -> None:
        self._watch, self._pace = watch, pace

    readiness = Readiness.READY

    def has_room(self, run_id: UUID) -> bool:
        return True

    def prepare(self) -> Readiness:
        return self.readiness

    def depart(self, run_id: UUID, mails: Sequence[OutgoingMail], *, begin_before: float) -> Flight:
        return HeldUp(self._watch, len(mails), self._pace, begin_before)


def sent(pace: float, size: int = FIRST_GROUP) -> tuple[Sending, Watch]:
    """A group of mails that begin at this pace and never land; no other run is open."""
    watch = Watch()
    sending = Sending(Slowly(watch, pace), Outcomes(cast(Any, MemoryStore()), watch), watch)
    mails = [(_message(n), _mail(n)) for n in range(size)]
    assert sending.send(RUN, mails, begin_before=BEGIN_WITHIN) == 0
    assert len(sending.in_flight) == size
    assert watch.seconds == RECORD_EVERY
    return sending, watch


def when_its_next_group_may_go(sending: Sending, watch: Watch) -> float:
    """In seconds from the departure of its first."""
    while not sending.has_room(RUN):
        assert sending.has_room(OTHER_RUN)
        watch.seconds += 0.01
        sending.land()
    return watch.seconds


def _message(number: int) -> Message:
    person = UUID(int=100 + number)
    return Message.about(RUN, CAMPAIGN, person, person, "email")


def _mail(number: int) -> OutgoingMail:
    return OutgoingMail(
        rfc_message_id=f"<{number}@farley.example>",
        sender="shop@example.com",
        recipient=f"p{number}@example.org",
        subject="Hello",
        body="Hello",
        date=NOW,
    )


def test_24_a_step_waits_for_the_first_answers_only_and_no_step_of_another_run_for_any() -> None:
    sending, watch = sent(pace=0.001)
    assert when_its_next_group_may_go(sending, watch) == RECORD_EVERY
    assert sending.group_size(RUN) == 2 * FIRST_GROUP
    sending.moment = 0.0
    sending.send(OTHER_RUN, [(_message(100), _mail(100))], begin_before=watch.seconds + BEGIN_WITHIN)
    assert watch.seconds == RECORD_EVERY


@pytest.mark.parametrize(("pace", "grows"), [(0.03, True), (0.06, False)])
def test_18_its_next_group_waits_while_one_may_begin_and_grows_by_when_the_last_began(
    pace: float, grows: bool
) -> None:
    sending, watch = sent(pace)
    assert 0 <= when_its_next_group_may_go(sending, watch) - pace * (FIRST_GROUP - 1) <= 0.02
    assert sending.group_size(RUN) == (2 if grows else 1) * FIRST_GROUP
    assert sending.group_size(OTHER_RUN) == FIRST_GROUP


def test_18_its_next_group_waits_no_longer_than_the_time_to_begin() -> None:
    sending, watch = sent(pace=60.0)
    assert when_its_next_group_may_go(sending, watch) == pytest.approx(BEGIN_WITHIN, abs=0.02)
    assert sending.group_size(RUN) == FIRST_GROUP


def test_a_group_smaller_than_there_might_be_says_nothing_of_a_larger_one() -> None:
    sending, _ = sent(pace=0.001, size=FIRST_GROUP - 1)
    assert sending.group_size(RUN) == FIRST_GROUP


def test_18_a_next_hop_that_cannot_be_reached_costs_one_message_and_then_none_for_longer_and_longer() -> None:
    watch = Watch()
    hop = Slowly(watch, pace=0.001)
    sending = Sending(hop, Outcomes(cast(Any, MemoryStore()), watch), watch)
    hop.readiness = Readiness.UNREACHABLE
    rests = []
    for number in range(8):
        assert (sending.prepared(RUN), sending.prepared(RUN)) == (1, 1)
        sending.send(RUN, [(_message(number), _mail(number))], begin_before=watch.seconds + BEGIN_WITHIN)
        begun = watch.seconds
        while sending.prepared(RUN) == 0:
            watch.seconds += 0.25
        rests.append(watch.seconds - begun)
    assert rests[0] == pytest.approx(FIRST_REST, abs=2 * RECORD_EVERY)
    assert rests == sorted(rests)
    assert rests[-1] == pytest.approx(LONGEST_REST, abs=2 * RECORD_EVERY)
    hop.readiness = Readiness.SOON
    assert sending.prepared(RUN) == 0
    hop.readiness = Readiness.READY
    assert sending.prepared(RUN) == sending.group_size(RUN) == FIRST_GROUP


def test_18_messages_go_at_once_when_the_next_hop_is_back_and_the_rests_begin_anew() -> None:
    watch = Watch()
    hop = Slowly(watch, pace=0.001)
    sending = Sending(hop, Outcomes(cast(Any, MemoryStore()), watch), watch)
    for number in range(3):
        hop.readiness = Readiness.UNREACHABLE
        assert sending.prepared(RUN) == 1
        sending.send(RUN, [(_message(number), _mail(number))], begin_before=watch.seconds + BEGIN_WITHIN)
        assert sending.prepared(RUN) == 0
        hop.readiness = Readiness.READY
        assert sending.prepared(RUN) == FIRST_GROUP
        watch.seconds += FIRST_REST
