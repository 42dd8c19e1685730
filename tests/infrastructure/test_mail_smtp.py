"""What each way of failing in an SMTP dialogue means, against a real server and sockets that misbehave."""

import base64
import email
import ipaddress
import itertools
import socket
import ssl
import struct
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from application.mail import Delivery, OutgoingMail, SendResult
from domain.errors import NotConfigured
from domain.messages.errors import InvalidMailHeader
from infrastructure.mail.mime import mime_bytes
from infrastructure.mail.smtp import SmtpTransport
from infrastructure.mail.smtp_address import parse_smtp_url
from tests.infrastructure.next_hop import (
    ACCEPTED,
    FOR_NOW,
    MAIL,
    NOT_BEGUN,
    REFUSED,
    UNKNOWN,
    converse,
    raw_server,
    send,
    transport_to,
)
from tests.smtp_sink import Act, Fault, SmtpSink, Stage


def ids(sink: SmtpSink) -> list[str]:
    return [str(received.message()["Message-ID"]) for received in sink.received]


def mail(number: int) -> OutgoingMail:
    return replace(MAIL, rfc_message_id=f"<{number}@farley.example>")


# -- a server that works ------------------------------------------------------------------------------------


def test_an_accepted_mail_arrives_byte_for_byte_for_one_recipient() -> None:
    with SmtpSink() as sink, transport_to(sink.url) as transport:
        delivery = send(transport)
        (received,) = sink.received
    assert (delivery.result, delivery.code) == (ACCEPTED, 250)
    assert received.content == mime_bytes(MAIL)
    assert received.sender == "news@farley.example"
    assert received.recipients == ("jane.doe@customer.example",)


def test_a_local_part_that_is_not_ascii_goes_to_a_next_hop_with_smtputf8() -> None:
    message = replace(MAIL, recipient="jürgen@customer.example")
    with SmtpSink(smtputf8=True) as sink, transport_to(sink.url) as transport:
        assert [send(transport, one).result for one in (message, mail(2))] == [ACCEPTED] * 2
        first, second = sink.received
    assert (first.recipients, second.recipients) == (("jürgen@customer.example",), (MAIL.recipient,))
    assert first.content == mime_bytes(message)


def test_a_next_hop_without_smtputf8_is_not_asked_and_the_mail_waits() -> None:
    message = replace(MAIL, recipient="jürgen@customer.example")
    with SmtpSink() as sink, transport_to(sink.url) as transport:
        results = [send(transport, one) for one in (message, mail(2), message)]
        assert [one.result for one in results] == [FOR_NOW, ACCEPTED, FOR_NOW]
        assert (ids(sink), sink.connections) == (["<2@farley.example>"], 1)
    assert "FARLEY_SMTPUTF8" in results[0].reply


def test_one_connection_serves_many_mails_and_is_made_anew_after_close() -> None:
    with SmtpSink() as sink, transport_to(sink.url) as transport:
        assert [send(transport, mail(number)).result for number in range(5)] == [ACCEPTED] * 5
        assert sink.connections == 1
        transport.close()
        assert send(transport).result is ACCEPTED
        assert sink.connections == 2


def test_threads_share_one_transport_and_each_mail_arrives_once() -> None:
    with SmtpSink() as sink, transport_to(sink.url) as transport, ThreadPoolExecutor(4) as threads:
        results = list(threads.map(lambda number: send(transport, mail(number)).result, range(40)))
        assert results == [ACCEPTED] * 40
        assert sorted(ids(sink)) == sorted(f"<{number}@farley.example>" for number in range(40))


@pytest.fixture(scope="module")
def open_sink() -> Iterator[tuple[SmtpSink, SmtpTransport]]:
    with SmtpSink() as sink, transport_to(sink.url) as transport:
        yield sink, transport


hostile_text = st.text(max_size=60) | st.sampled_from(
    [
        "a\r\nBcc: x@evil.example",
        "a\r\n.\r\nMAIL FROM:<x@evil.example>",
        "=?utf-8?q?=0D=0ABcc:_x@evil.example?=",
        "\r\n\r\nbody",
        '" <x@evil.example>, "',
        "a\nX: y",
        "a\0",
    ]
)


@given(subject=hostile_text, name=hostile_text)
@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_whatever_names_and_subjects_hold_the_sink_sees_exactly_the_planned_headers(
    open_sink: tuple[SmtpSink, SmtpTransport], subject: str, name: str
) -> None:
    sink, transport = open_sink
    before = len(sink.received)
    message = replace(MAIL, subject=subject, sender=f"{name} <news@farley.example>")
    try:
        assert send(transport, message).result is ACCEPTED
    except InvalidMailHeader:
        assert len(sink.received) == before
        return
    received = sink.received[-1]
    assert len(sink.received) == before + 1
    assert (received.sender, received.recipients) == ("news@farley.example", ("jane.doe@customer.example",))
    assert email.message_from_bytes(received.content).keys() == [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "MIME-Version",
        "Content-Type",
        "Content-Transfer-Encoding",
    ]


# -- a server that refuses ----------------------------------------------------------------------------------


def test_one_rejected_recipient_fails_alone_and_its_address_is_in_no_reply() -> None:
    with SmtpSink(refused={MAIL.recipient: 550}) as sink, transport_to(sink.url) as transport:
        refused = send(transport)
        others = [send(transport, replace(mail(n), recipient=f"n{n}@customer.example")) for n in range(3)]
        assert sink.connections == 1
    assert (refused.result, refused.code) == (REFUSED, 550)
    assert refused.reply == "5.1.1 <address>: no such mailbox"
    assert [each.result for each in others] == [ACCEPTED] * 3


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize(
    ("code", "result"),
    [(550, REFUSED), (554, REFUSED), (451, FOR_NOW), (421, FOR_NOW), (530, FOR_NOW), (535, FOR_NOW)],
)
def test_5xx_is_for_good_and_4xx_for_now_at_every_stage(stage: Stage, code: int, result: SendResult) -> None:
    faults = {1: Fault(act=Act.ANSWER, stage=stage, code=code)}
    with SmtpSink(faults=faults) as sink, transport_to(sink.url) as transport:
        delivery = send(transport)
        assert sink.received == ()
        assert send(transport, mail(2)).result is ACCEPTED
        assert ids(sink) == ["<2@farley.example>"]
    assert (delivery.result, delivery.code) == (result, code)


def test_without_anybody_listening_it_is_refused_for_now() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with transport_to(f"smtp://127.0.0.1:{port}") as transport:
        delivery = send(transport)
    assert (delivery.result, delivery.code) == (FOR_NOW, None)
    assert "ConnectionRefusedError" in delivery.reply


@pytest.mark.parametrize(("banner", "code"), [(b"554 no\r\n", 554), (b"421 busy\r\n", 421), (b"x\r\n", None)])
def test_a_server_that_greets_with_a_refusal_refuses_nobody_for_good(banner: bytes, code: int | None) -> None:
    with raw_server(lambda peer: peer.sendall(banner)) as url, transport_to(url) as transport:
        delivery = send(transport)
    assert (delivery.result, delivery.code) == (FOR_NOW, code)


# -- a connection that is lost ------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", [Stage.MAIL, Stage.RCPT, Stage.DATA])
def test_cut_before_the_final_dot_is_refused_for_now(stage: Stage) -> None:
    with SmtpSink(faults={1: Fault(act=Act.CUT, stage=stage)}) as sink, transport_to(sink.url) as transport:
        delivery = send(transport)
        assert sink.received == ()
        assert send(transport, mail(2)).result is ACCEPTED
    assert (delivery.result, delivery.code) == (FOR_NOW, None)


def test_cut_between_the_final_dot_and_the_answer_is_unknown_and_never_sent_again() -> None:
    with SmtpSink(faults={1: Fault(act=Act.CUT)}) as sink, transport_to(sink.url) as transport:
        delivery = send(transport)
        assert send(transport, mail(2)).result is ACCEPTED
        assert ids(sink) == ["<1@farley.example>", "<2@farley.example>"]
        assert [each.confirmed for each in sink.received] == [False, True]
    assert (delivery.result, delivery.code) == (UNKNOWN, None)


def test_a_connection_dropped_after_the_250_was_accepted_and_the_next_mail_goes_by_a_new_one() -> None:
    with SmtpSink(faults={1: Fault(act=Act.DROP_AFTER)}) as sink, transport_to(sink.url) as transport:
        assert [send(transport, mail(number)).result for number in (1, 2)] == [ACCEPTED, ACCEPTED]
        assert (len(sink.received), sink.connections) == (2, 2)


@pytest.mark.parametrize(
    "fault", [Fault(act=Act.CUT, stage=Stage.MAIL), Fault(act=Act.ANSWER, stage=Stage.MAIL, code=421)]
)
def test_a_kept_connection_that_was_gone_is_replaced_within_the_same_attempt(fault: Fault) -> None:
    with SmtpSink(faults={2: fault}) as sink, transport_to(sink.url) as transport:
        assert [send(transport, mail(number)).result for number in (1, 2)] == [ACCEPTED, ACCEPTED]
        assert (len(sink.received), sink.connections) == (2, 2)


def test_a_421_to_the_whole_message_is_not_tried_again_within_the_attempt() -> None:
    faults = {2: Fault(act=Act.ANSWER, code=421)}
    with SmtpSink(faults=faults) as sink, transport_to(sink.url) as transport:
        assert [send(transport, mail(number)).result for number in (1, 2)] == [ACCEPTED, FOR_NOW]
        assert sink.connections == 1


def test_a_server_that_leaves_while_the_content_comes_is_refused_for_now() -> None:
    def leave_after_354(peer: socket.socket) -> None:
        converse(peer, until=b"DATA")
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
        peer.sendall(b"354 go on\r\n")
        # Corked, the answer and the end of the connection arrive together, before any content.

    with raw_server(leave_after_354) as url, transport_to(url) as transport:
        delivery = send(transport)
    assert (delivery.result, delivery.code) == (FOR_NOW, None)


@pytest.mark.parametrize(
    "ending",
    [b"", b"2", b"25", b"250-first of more\r\n", b"what?\r\n", b"354 again\r\n", b"150 hm\r\n", b"x" * 9000],
)
def test_after_the_final_dot_only_a_whole_answer_tells(ending: bytes) -> None:
    def answer_badly(peer: socket.socket) -> None:
        converse(peer, until=b".")
        peer.sendall(ending)

    with raw_server(answer_badly) as url, transport_to(url) as transport:
        assert send(transport).result is UNKNOWN


def test_a_connection_reset_after_the_final_dot_is_unknown() -> None:
    def reset(peer: socket.socket) -> None:
        converse(peer, until=b".")
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with raw_server(reset) as url, transport_to(url) as transport:
        assert send(transport).result is UNKNOWN


def test_a_mail_that_cannot_be_written_is_refused_before_any_connection() -> None:
    with SmtpSink() as sink, transport_to(sink.url) as transport:
        with pytest.raises(InvalidMailHeader):
            send(transport, replace(MAIL, subject="a\r\nBcc: x@evil.example"))
        assert sink.connections == 0


# -- a server that takes its time ---------------------------------------------------------------------------


@pytest.mark.parametrize("stage", [Stage.MAIL, Stage.RCPT])
def test_a_stall_before_data_ends_at_the_deadline_with_nothing_begun(stage: Stage) -> None:
    with SmtpSink(faults={1: Fault(act=Act.STALL, stage=stage)}) as sink, transport_to(sink.url) as transport:
        started = time.monotonic()
        delivery = send(transport, within=0.6)
        assert time.monotonic() - started < 3
        assert sink.received == ()
        assert send(transport, mail(2)).result is ACCEPTED
    assert delivery == Delivery(result=NOT_BEGUN)


@pytest.mark.parametrize(("stage", "result"), [(Stage.DATA, FOR_NOW), (Stage.END, UNKNOWN)])
def test_a_stall_once_data_has_begun_ends_at_the_timeout(stage: Stage, result: SendResult) -> None:
    faults = {1: Fault(act=Act.STALL, stage=stage)}
    with SmtpSink(faults=faults) as sink, transport_to(sink.url, timeout=0.8) as transport:
        started = time.monotonic()
        delivery = send(transport)
        assert time.monotonic() - started < 3
        assert send(transport, mail(2)).result is ACCEPTED
    assert delivery.result is result


def test_an_answer_dripped_byte_by_byte_takes_no_longer_than_an_answer_may() -> None:
    def drip_the_last_answer(peer: socket.socket) -> None:
        converse(peer, until=b".")
        drip(peer)

    with raw_server(drip_the_last_answer) as url, transport_to(url, timeout=0.8) as transport:
        started = time.monotonic()
        assert send(transport).result is UNKNOWN
        assert time.monotonic() - started < 3


def test_a_dripped_greeting_takes_no_longer_than_the_deadline() -> None:
    with raw_server(drip) as url, transport_to(url, connect_timeout=1.2) as transport:
        started = time.monotonic()
        assert send(transport, within=0.6).result is NOT_BEGUN
        assert send(transport).result is FOR_NOW
        assert time.monotonic() - started < 3


def test_after_the_deadline_not_even_a_connection_is_made() -> None:
    with SmtpSink() as sink, transport_to(sink.url) as transport:
        assert send(transport, within=0).result is NOT_BEGUN
        assert sink.connections == 0


def test_a_mail_that_comes_too_late_leaves_the_kept_connection_alone() -> None:
    with SmtpSink() as sink, transport_to(sink.url) as transport:
        results = [
            send(transport, mail(number), within=within).result for number, within in enumerate((9, 0, 9))
        ]
        assert results == [ACCEPTED, NOT_BEGUN, ACCEPTED]
        assert sink.connections == 1


def test_data_is_not_begun_when_the_deadline_passed_during_the_answer_before_it() -> None:
    now = [0.0]
    commands: list[bytes] = []

    def answer_rcpt_late(peer: socket.socket) -> None:
        converse(peer, until=b"RCPT")
        time.sleep(0.2)  # the client is waiting for the answer by now
        now[0] = 3.0
        peer.sendall(b"250 ok\r\n")
        commands.append(peer.recv(100))

    with raw_server(answer_rcpt_late) as url:
        transport = SmtpTransport(url, clock=lambda: now[0])
        assert transport.send(MAIL, begin_before=2.0).result is NOT_BEGUN
    assert b"DATA" not in b"".join(commands)


def test_whenever_the_deadline_strikes_the_mail_was_either_not_begun_or_accepted() -> None:
    seen = set()
    with SmtpSink() as sink:
        for deadline in range(40):
            transport = SmtpTransport(sink.url, timeout=1000, clock=itertools.count(0.0, 1.0).__next__)
            before = len(sink.received)
            result = transport.send(MAIL, begin_before=float(deadline)).result
            transport.close()
            assert result in (NOT_BEGUN, ACCEPTED)
            assert len(sink.received) - before == (result is ACCEPTED)
            seen.add(result)
    assert seen == {NOT_BEGUN, ACCEPTED}


# -- who the server is, and who we are ----------------------------------------------------------------------


def test_the_login_is_sent_and_its_refusal_is_not_the_message_s() -> None:
    logins: list[bytes] = []

    def ask_for_login(peer: socket.socket) -> None:
        lines = peer.makefile("rb")
        peer.sendall(b"220 hi\r\n")
        lines.readline()
        peer.sendall(b"250-hi\r\n250 AUTH PLAIN\r\n")
        logins.append(lines.readline())
        peer.sendall(b"535 no\r\n")
        lines.close()

    with raw_server(ask_for_login) as url, transport_to(url.replace("//", "//joe:s%40cret@")) as transport:
        delivery = send(transport)
    assert base64.b64decode(logins[0].split()[-1]) == b"\0joe\0s@cret"
    assert (delivery.result, delivery.code) == (FOR_NOW, 535)
    assert "cret" not in delivery.reply


def test_tls_from_the_start_and_starttls_deliver_to_a_trusted_server(tmp_path: Path) -> None:
    server, client = tls_contexts(tmp_path)
    box = Mailbox()
    for url, controller in (
        ("smtps://127.0.0.1:{}", TlsController(box, "127.0.0.1", free_port(), ssl_context=server)),
        ("smtp://127.0.0.1:{}?starttls=1", StartTlsController(box, server)),
    ):
        controller.start()
        transport = SmtpTransport(url.format(controller.port), tls=client)
        delivery = send(transport, within=10)
        transport.close()
        controller.stop()
        assert delivery.result is ACCEPTED, delivery
    assert box.contents == [mime_bytes(MAIL)] * 2


def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing(tmp_path: Path) -> None:
    server, _ = tls_contexts(tmp_path)
    box = Mailbox()
    controller = StartTlsController(box, server)
    controller.start()
    with transport_to(f"smtp://127.0.0.1:{controller.port}?starttls=1") as transport:
        delivery = send(transport, within=10)
    controller.stop()
    assert delivery.result is FOR_NOW
    assert "CERTIFICATE_VERIFY_FAILED" in delivery.reply
    assert box.contents == []


def test_where_starttls_is_offered_and_then_refused_nothing_leaves_in_the_clear() -> None:
    commands: list[bytes] = []

    def refuse_tls(peer: socket.socket) -> None:
        peer.sendall(b"220 hi\r\n")
        with peer.makefile("rb") as lines:
            for line, answer in zip(lines, (b"250-hi\r\n250 STARTTLS\r\n", b"454 not now\r\n"), strict=False):
                commands.append(line)
                peer.sendall(answer)
            commands.extend(lines)

    with raw_server(refuse_tls) as url, transport_to(f"{url}?starttls=1") as transport:
        delivery = send(transport)
    assert (delivery.result, delivery.code) == (FOR_NOW, 454)
    assert commands == [b"ehlo localhost\r\n", b"STARTTLS\r\n"]


def test_where_starttls_is_wanted_and_not_offered_nothing_leaves_in_the_clear() -> None:
    with SmtpSink() as sink, transport_to(f"{sink.url}?starttls=1") as transport:
        assert send(transport).result is FOR_NOW
        assert sink.received == ()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://mail.example",
        "smtp://",
        "smtp://mail.example:port",
        "smtp://mail.example:99999",
        "smtp://mail.example/path",
        "smtp://mail.example?starttls=yes",
        "smtp://mail.example?tls=1",
        "smtps://mail.example?starttls=1",
        "smtp://joe:hunter2@mail.example",
        "smtps://joe:hünter2@mail.example",
        f"smtp://{'a' * 70}.example",
    ],
)
def test_a_wrong_smtp_url_is_refused_without_repeating_the_password(url: str) -> None:
    with pytest.raises(NotConfigured) as refusal:
        SmtpTransport(url)
    assert "nter2" not in str(refusal.value)
    assert "FARLEY_SMTP_URL" in str(refusal.value)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", ("mail.example", 25, False, False)),
        ("smtps://mail.example", ("mail.example", 465, True, False)),
        ("smtp://mail.example:587?starttls=1", ("mail.example", 587, False, True)),
        ("smtp://mail.example/?starttls=0", ("mail.example", 25, False, False)),
        ("smtp://[::1]:2525", ("::1", 2525, False, False)),
        ("smtp://bücher.example", ("xn--bcher-kva.example", 25, False, False)),
    ],
)
def test_an_smtp_url_says_where_and_how(url: str, expected: tuple[str, int, bool, bool]) -> None:
    address = parse_smtp_url(url)
    assert (address.host, address.port, address.tls, address.starttls) == expected


def test_the_password_is_not_in_the_address_s_repr() -> None:
    assert "hunter2" not in repr(parse_smtp_url("smtps://joe:hunter2@mail.example"))


def test_a_reply_is_cut_and_keeps_no_address_and_no_control_character() -> None:
    noise = b"550 Jane.Doe is away; JANE.DOE@customer.example, bob@other.example\x1b[0m " + b"y" * 400

    def refuse(peer: socket.socket) -> None:
        converse(peer, until=b"RCPT")
        peer.sendall(noise + b"\r\n")

    with raw_server(refuse) as url, transport_to(url) as transport:
        reply = send(transport).reply
    assert len(reply) == 200
    assert reply.startswith("address is away; address address [0m y")


# -- servers ------------------------------------------------------------------------------------------------


def drip(peer: socket.socket) -> None:
    for _ in range(200):
        peer.sendall(b"2")
        time.sleep(0.05)


class Mailbox:
    def __init__(self) -> None:
        self.contents: list[bytes] = []

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        self.contents.append(getattr(envelope, "original_content"))  # noqa: B009
        return "250 OK"


class TlsController(Controller):
    """aiosmtpd's own, encrypted from the first byte."""

    def _trigger_server(self) -> None:
        # Its own way of waking the server up does not trust this certificate.
        with socket.create_connection((self.hostname, self.port), 5) as sock:
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            with context.wrap_socket(sock) as wrapped:
                wrapped.recv(100)


class StartTlsController(Controller):
    def __init__(self, box: Mailbox, context: ssl.SSLContext) -> None:
        super().__init__(box, "127.0.0.1", free_port(), tls_context=context, server_hostname="sink.invalid")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def tls_contexts(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's and a client's; the client trusts the server's certificate and no other."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sink")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem = folder / "sink.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    return server, ssl.create_default_context(cafile=str(pem))
