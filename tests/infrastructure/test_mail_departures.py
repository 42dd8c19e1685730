"""A group of mails on several connections: what one meets keeps no other, and no mail is sent twice."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from application.mail import Delivery, Departures, OutgoingMail, Readiness, SendResult
from domain.messages.errors import InvalidMailHeader
from infrastructure.mail.departures import InParallel, OneByOne
from infrastructure.mail.drop import DropFolder
from infrastructure.mail.smtp import READY_WITHIN, RETRY_SECONDS, SmtpTransport
from tests.infrastructure.next_hop import ACCEPTED, FOR_NOW, MAIL, NOT_BEGUN, REFUSED, UNKNOWN
from tests.smtp_sink import Act, Fault, SmtpSink, Stage

READY, SOON, UNREACHABLE = Readiness.READY, Readiness.SOON, Readiness.UNREACHABLE
CONNECTIONS = 4
ODD = "p3@example.org"
RUN, OTHER_RUN = UUID(int=1), UUID(int=2)


def group(size: int) -> list[OutgoingMail]:
    return [
        replace(MAIL, rfc_message_id=f"<{n}@farley.example>", recipient=f"p{n}@example.org")
        for n in range(size)
    ]


@contextmanager
def departures_to(
    sink: SmtpSink, *, connections: int = CONNECTIONS, timeout: float = 5.0
) -> Iterator[InParallel]:
    transport = SmtpTransport(sink.url, connections=connections, timeout=timeout)
    departures = InParallel(transport, connections)
    try:
        yield departures
    finally:
        departures.close()
        transport.close()


def deliveries(
    departures: Departures, mails: Sequence[OutgoingMail], *, within: float = 10.0
) -> list[Delivery]:
    """What became of each, in the mails' order."""
    flight = departures.depart(RUN, mails, begin_before=time.monotonic() + within)
    landed: dict[int, Delivery] = {}
    while flight.aloft:
        landed |= flight.landed(0.1)
    landed |= flight.landed(0)
    return [landed[index] for index in range(len(mails))]


def results(of: Sequence[Delivery]) -> list[SendResult]:
    return [delivery.result for delivery in of]


def arrived(sink: SmtpSink) -> Mapping[str, int]:
    """How often each recipient got one."""
    return Counter(recipient for received in sink.received for recipient in received.recipients)


def test_a_group_goes_by_as_many_connections_as_there_are_and_each_mail_arrives_once() -> None:
    with SmtpSink() as sink, departures_to(sink) as departures:
        for start in (0, 60):
            mails = group(120)[start : start + 60]
            assert results(deliveries(departures, mails)) == [ACCEPTED] * 60
        assert arrived(sink) == {mail.recipient: 1 for mail in group(120)}
        assert 1 < sink.connections <= CONNECTIONS


def test_20_one_refused_recipient_of_a_group_fails_alone() -> None:
    with SmtpSink(refused={ODD: 550}) as sink, departures_to(sink) as departures:
        found = deliveries(departures, group(40))
        assert results(found) == [REFUSED if n == 3 else ACCEPTED for n in range(40)]
        assert [n for n, delivery in enumerate(found) if delivery.bounced] == [3]
        assert sink.connections <= CONNECTIONS


@pytest.mark.parametrize(
    ("fault", "expected", "arrives"),
    [
        (Fault(act=Act.STALL, stage=Stage.RCPT), NOT_BEGUN, 0),
        (Fault(act=Act.STALL, stage=Stage.DATA), FOR_NOW, 0),
        (Fault(act=Act.STALL, stage=Stage.END), UNKNOWN, 1),
        (Fault(act=Act.DRIP, stage=Stage.RCPT), NOT_BEGUN, 0),
        (Fault(act=Act.DRIP, stage=Stage.DATA), FOR_NOW, 0),
        (Fault(act=Act.DRIP, stage=Stage.END), UNKNOWN, 0),
        (Fault(act=Act.CUT, stage=Stage.DATA), FOR_NOW, 0),
        (Fault(act=Act.CUT, stage=Stage.END), UNKNOWN, 1),
        (Fault(act=Act.DROP_AFTER, stage=Stage.END), ACCEPTED, 1),
        (Fault(act=Act.ANSWER, stage=Stage.DATA, code=421), FOR_NOW, 0),
        (Fault(act=Act.ANSWER, stage=Stage.END, code=421), FOR_NOW, 0),
        (Fault(act=Act.ANSWER, stage=Stage.END, code=554), REFUSED, 0),
    ],
)
def test_18_what_one_mail_meets_is_its_own_and_all_others_arrive(
    fault: Fault, expected: SendResult, arrives: int
) -> None:
    with SmtpSink(faults_of={ODD: fault}) as sink, departures_to(sink, timeout=1.2) as departures:
        found = results(deliveries(departures, group(40), within=1.0))
        assert found == [expected if n == 3 else ACCEPTED for n in range(40)]
        assert arrived(sink) == {mail.recipient: 1 for mail in group(40) if mail.recipient != ODD or arrives}


@pytest.mark.parametrize("stage", [Stage.MAIL, Stage.RCPT])
def test_18_a_421_before_data_on_a_kept_connection_is_met_by_a_new_one(stage: Stage) -> None:
    faults = {n: Fault(act=Act.ANSWER, stage=stage, code=421) for n in (41, 47, 53)}
    with SmtpSink(faults=faults) as sink, departures_to(sink, connections=1) as departures:
        assert results(deliveries(departures, group(40))) == [ACCEPTED] * 40
        later = [replace(mail, rfc_message_id=f"<again.{mail.rfc_message_id[1:]}") for mail in group(40)]
        assert results(deliveries(departures, later)) == [ACCEPTED] * 40
        assert set(arrived(sink).values()) == {2}


def test_the_others_land_while_one_is_held_up() -> None:
    stalled = {ODD: Fault(act=Act.STALL, stage=Stage.END)}
    with SmtpSink(faults_of=stalled) as sink, departures_to(sink, timeout=2.0) as departures:
        begin_before = time.monotonic() + 1.0
        flight = departures.depart(RUN, group(40), begin_before=begin_before)
        landed = dict(flight.landed(1.0))
        assert (len(landed), flight.aloft) == (39, 1)
        assert departures.has_room(RUN)
        assert results(deliveries(departures, group(8)[4:])) == [ACCEPTED] * 4
        assert [(n, one.result) for n, one in flight.landed(5.0)] == [(3, UNKNOWN)]
        assert (flight.aloft, flight.landed(0)) == (0, [])


def test_24_a_run_whose_mails_are_all_held_up_leaves_a_connection_to_the_others() -> None:
    mails = group(40)
    stalled = {mail.recipient: Fault(act=Act.STALL, stage=Stage.END) for mail in mails[:39]}
    with SmtpSink(faults_of=stalled) as sink, departures_to(sink, timeout=2.5) as departures:
        flight = departures.depart(RUN, mails[:39], begin_before=time.monotonic() + 1.0)
        while departures.has_room(RUN):
            time.sleep(0.01)
        assert departures.has_room(OTHER_RUN)
        began = time.monotonic()
        quick = departures.depart(OTHER_RUN, mails[39:], begin_before=began + 1.0)
        assert results([one for _, one in quick.landed(5.0)]) == [ACCEPTED]
        assert time.monotonic() - began < 1.0
        landed = dict(flight.landed(1.2))
        assert {delivery.result for delivery in landed.values()} == {NOT_BEGUN}
        assert (len(landed), flight.aloft) == (36, 3)
        assert results([one for _, one in flight.landed(5.0)]) == [UNKNOWN] * 3
        assert departures.has_room(RUN)
        assert len(arrived(sink)) == 4


@pytest.mark.parametrize("most", [1, 2])
def test_a_next_hop_that_takes_fewer_connections_gets_fewer_and_refuses_nobody(most: int) -> None:
    with SmtpSink(most_connections=most) as sink, departures_to(sink) as departures:
        for _ in range(2):
            assert results(deliveries(departures, group(60))) == [ACCEPTED] * 60
        assert set(arrived(sink).values()) == {2}
        assert sink.connections <= most + 2 * CONNECTIONS


def test_a_next_hop_that_nobody_listens_at_refuses_all_for_now_and_soon() -> None:
    with SmtpSink() as sink:
        url = sink.url
    transport = SmtpTransport(url, connections=CONNECTIONS)
    departures = InParallel(transport, CONNECTIONS)
    started = time.monotonic()
    assert results(deliveries(departures, group(20))) == [FOR_NOW] * 20
    assert time.monotonic() - started < 3
    departures.close()


def test_a_connection_that_was_left_alone_is_tried_again_later() -> None:
    now = [0.0]
    with SmtpSink(most_connections=1) as sink:
        transport = SmtpTransport(sink.url, connections=2, clock=lambda: now[0])
        held = threading.Barrier(2)

        def send(number: int) -> SendResult:
            held.wait()
            return transport.send(group(2)[number], begin_before=now[0] + 9).result

        for connections in (2, 2, 3):
            threads = [threading.Thread(target=send, args=[n]) for n in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert sink.connections <= connections
            now[0] += 31.0
        transport.close()
        assert set(arrived(sink).values()) == {3}


# -- before a handover --------------------------------------------------------------------------------------


def test_18_a_connection_is_made_in_its_own_time_and_no_mail_s_deadline_cuts_it_off() -> None:
    with SmtpSink(greets_after=READY_WITHIN + 0.5) as sink, departures_to(sink) as departures:
        started = time.monotonic()
        assert departures.prepare() is SOON
        assert READY_WITHIN <= time.monotonic() - started < READY_WITHIN + 0.4
        assert departures.prepare() is SOON
        assert time.monotonic() - started < READY_WITHIN + 0.4
        while departures.prepare() is SOON:
            time.sleep(0.05)
        assert departures.prepare() is READY
        for mails in (group(20), group(60)[20:]):
            assert set(results(deliveries(departures, mails, within=0.7))) == {ACCEPTED}
        assert set(arrived(sink).values()) == {1}


def test_a_next_hop_that_does_not_take_us_in_is_asked_now_and_then_and_noticed_when_it_does() -> None:
    now = [0.0]
    with SmtpSink(most_connections=0) as sink:
        transport = SmtpTransport(sink.url, connections=CONNECTIONS, clock=lambda: now[0])
        for attempts in (1, 2, 3):
            assert {transport.prepare() for _ in range(20)} == {UNREACHABLE}
            refused = transport.send(group(1)[0], begin_before=now[0] + 2)
            assert (refused.result, refused.code) == (FOR_NOW, 421)
            assert sink.connections == attempts
            now[0] += RETRY_SECONDS
        sink.most_connections = None
        assert transport.prepare() is READY
        transport.close()


def test_a_kept_connection_that_has_ended_meanwhile_is_replaced_before_a_handover() -> None:
    with SmtpSink(faults={1: Fault(act=Act.DROP_AFTER)}) as sink, departures_to(sink) as departures:
        assert departures.prepare() is READY
        assert results(deliveries(departures, group(1))) == [ACCEPTED]
        time.sleep(0.2)
        assert sink.connections == 1
        assert departures.prepare() is READY
        assert sink.connections == 2
        assert results(deliveries(departures, group(2)[1:])) == [ACCEPTED]
        assert sink.connections == 2


def test_connections_that_nobody_uses_are_closed_and_made_again_when_asked_for() -> None:
    with SmtpSink() as sink:
        transport = SmtpTransport(sink.url, connections=2, unused_after=0.2)
        for connections in (1, 2):
            assert transport.prepare() is READY
            assert transport.send(group(1)[0], begin_before=time.monotonic() + 2).result is ACCEPTED
            assert (sink.connections, sink.open_connections) == (connections, 1)
            deadline = time.monotonic() + 3
            while sink.open_connections and time.monotonic() < deadline:
                time.sleep(0.05)
            assert sink.open_connections == 0
        transport.close()


def test_while_all_connections_are_held_up_there_will_be_one_soon_and_none_is_made_in_their_place() -> None:
    stalled = {mail.recipient: Fault(act=Act.STALL, stage=Stage.END) for mail in group(2)}
    with (
        SmtpSink(faults_of=stalled, most_connections=1) as sink,
        departures_to(sink, timeout=2.5) as departures,
    ):
        assert departures.prepare() is READY
        flight = departures.depart(RUN, group(1), begin_before=time.monotonic() + 0.5)
        while flight.waiting_to_begin:
            time.sleep(0.01)
        assert {departures.prepare() for _ in range(5)} == {SOON}
        assert sink.connections == 2
        assert results([one for _, one in flight.landed(5.0)]) == [UNKNOWN]
        assert departures.prepare() is READY


class Nowhere(DropFolder):
    def __init__(self) -> None:
        super().__init__(Path("/dev/null/mail"))


def test_a_folder_that_cannot_be_written_is_unreachable_until_a_mail_was_put_into_it(tmp_path: Path) -> None:
    departures = OneByOne(Nowhere())
    assert departures.prepare() is READY
    assert results(deliveries(departures, group(3))) == [FOR_NOW] * 3
    assert departures.prepare() is UNREACHABLE
    departures._transport = DropFolder(tmp_path / "mail")
    assert results(deliveries(departures, group(1))) == [ACCEPTED]
    assert departures.prepare() is READY


class Counted:
    """A transport that says which thread it was called on."""

    name = "smtp"

    def __init__(self) -> None:
        self.threads: list[int] = []

    def send(self, mail: OutgoingMail, *, begin_before: float) -> Delivery:
        self.threads.append(threading.get_ident())
        return Delivery(result=ACCEPTED)

    def prepare(self) -> Readiness:
        return READY

    def close(self) -> None: ...


def test_one_connection_needs_no_other_thread() -> None:
    transport = Counted()
    departures = OneByOne(transport)
    assert results(deliveries(departures, group(3))) == [ACCEPTED] * 3
    assert set(transport.threads) == {threading.get_ident()}
    assert departures.has_room(RUN)


class Breaking(Counted):
    """Breaks at ODD as nobody foresaw, quoting its address; cannot write the mail before that one at all."""

    def send(
        self, mail: OutgoingMail, *, begin_before: float, begun: Callable[[], object] = lambda: None
    ) -> Delivery:
        if mail.recipient == "p2@example.org":
            raise InvalidMailHeader(f"{mail.recipient} cannot be written.", path="recipient")
        if mail.recipient == ODD:
            raise RuntimeError(f"{mail.recipient} broke it")
        begun()
        return Delivery(result=ACCEPTED)


@pytest.mark.parametrize("make", [OneByOne, partial(InParallel, connections=CONNECTIONS)])
def test_20_an_error_that_nobody_foresaw_costs_no_other_mail_its_result(
    make: Callable[[Breaking], Departures],
) -> None:
    departures = make(Breaking())
    with capture_logs() as lines:
        found = deliveries(departures, group(8))
    assert results(found) == [{2: REFUSED, 3: UNKNOWN}.get(n, ACCEPTED) for n in range(8)]
    assert [(line["log_level"], line["error"]) for line in lines] == [("error", "RuntimeError")]
    assert ODD not in repr((found, lines))
    assert departures.has_room(RUN)
    if isinstance(departures, InParallel):
        departures.close()


def test_18_a_flight_knows_how_many_may_still_begin() -> None:
    stages = {ODD: Stage.END, "p5@example.org": Stage.RCPT}
    faults = {recipient: Fault(act=Act.STALL, stage=stage) for recipient, stage in stages.items()}
    with SmtpSink(faults_of=faults) as sink, departures_to(sink, timeout=3.0) as departures:
        flight = departures.depart(RUN, group(40), begin_before=time.monotonic() + 1.5)
        landed = dict(flight.landed(0.9))
        assert (len(landed), flight.aloft, flight.waiting_to_begin) == (38, 2, 1)
        landed |= flight.landed(1.0)
        assert (landed[5].result, flight.aloft, flight.waiting_to_begin) == (NOT_BEGUN, 1, 0)
        assert results([one for _, one in flight.landed(5.0)]) == [UNKNOWN]


def test_what_waits_when_departures_close_is_not_begun() -> None:
    stalled = {mail.recipient: Fault(act=Act.STALL, stage=Stage.END) for mail in group(4)}
    with SmtpSink(faults_of=stalled) as sink, departures_to(sink, timeout=1.0) as departures:
        flight = departures.depart(RUN, group(12), begin_before=time.monotonic() + 30)
        while departures.has_room(RUN):
            time.sleep(0.01)
        departures.close()
        found = results([delivery for _, delivery in sorted(flight.landed(1.5))])
        assert found == [UNKNOWN] * 3 + [NOT_BEGUN] * 9
        assert len(arrived(sink)) == 3
