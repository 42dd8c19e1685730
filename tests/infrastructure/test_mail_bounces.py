"""Replies as next hops really give them: which tell that a mailbox takes no mail, and which something else."""

import csv
from pathlib import Path

import pytest

from application.mail import SendResult
from infrastructure.mail.bounces import tells_of_a_bounce
from infrastructure.mail.smtp import SmtpTransport
from tests.infrastructure.next_hop import MAIL, converse, raw_server, send, transport_to
from tests.smtp_sink import Act, Fault, SmtpSink, Stage

ROOT = Path(__file__).parents[2]
BOUNCES = ROOT / "docs" / "bounces.md"
RULES = ROOT / "infrastructure" / "mail" / "bounce_rules.tsv"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def is_recognised(reply: dict[str, str]) -> bool:
    return tells_of_a_bounce(int(reply["code"]), reply["text"].encode())


CORPUS = rows(Path(__file__).with_name("bounce_corpus.tsv"))
"""Replies as their sources quote them, addresses replaced; labelled by hand, apart from the rules."""

BOUNCED = [
    (550, "5.1.1 <a@b.example>: Recipient address rejected: User unknown in local recipient table"),
    (550, "5.1.1 <a@b.example>: Recipient address rejected: User unknown in relay recipient table"),
    (550, "5.1.1 <a@b.example>: Recipient address rejected: undeliverable address: no such user"),
    (550, "5.1.1 <a@b.example>... User unknown"),
    (
        550,
        "5.1.1 The email account that you tried to reach does not exist. Please try\n"
        "5.1.1 double-checking the recipient's email address for typos or\n"
        "5.1.1 unnecessary spaces. https://support.example/mail/?p=NoSuchUser abc123 - gsmtp",
    ),
    (550, "5.2.1 The email account that you tried to reach is disabled. Learn more - gsmtp"),
    (550, "5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient a@b.example not found by SMTP address lookup"),
    (556, "5.1.10 Recipient address has null MX"),
    (550, "#5.1.1 User unknown"),
    (550, "5.1.2 <a@gone.example>: Recipient address rejected: Domain not found"),
    (501, "5.1.3 Bad recipient address syntax"),
    (551, "5.1.6 The user has moved, no forwarding address"),
    (550, "Requested action not taken: mailbox unavailable"),
    (550, "No such user here"),
    (550, "Unrouteable address"),
    (550, "Unknown user"),
    (551, "User not local; please try <a@c.example>"),
    (553, "sorry, no mailbox here by that name (#5.1.1)"),
    (556, "Domain does not accept mail"),
]
NOT_BOUNCED = [
    (450, "4.1.1 <a@b.example>: Recipient address rejected: unverified address"),
    (450, "4.2.1 The user you are trying to contact is receiving mail too quickly. Please resend - gsmtp"),
    (421, "4.7.0 Our system has detected an unusual rate of unsolicited mail - gsmtp"),
    (552, "5.2.2 The email account that you tried to reach is over quota - gsmtp"),
    (550, "5.2.2 Mailbox full"),
    (552, "Requested mail action aborted: exceeded storage allocation"),
    (
        550,
        "5.2.1 The user you are trying to contact is receiving mail at a rate that prevents delivery - gsmtp",
    ),
    (550, "5.7.1 Service unavailable, Client host [192.0.2.1] blocked using zen.example"),
    (550, "5.7.1 Our system has detected that this message is likely unsolicited mail - gsmtp"),
    (550, "5.7.26 This mail is unauthenticated, which poses a security risk - gsmtp"),
    (554, "5.7.1 <a@b.example>: Relay access denied"),
    (550, "relay not permitted"),
    (550, "Relaying denied"),
    (553, "sorry, that domain isn't in my list of allowed rcpthosts; relaying not allowed (#5.7.1)"),
    (550, "JunkMail rejected - host [192.0.2.1] is in an RBL: see https://rbl.example"),
    (550, "Sender verify failed"),
    (550, "Administrative prohibition"),
    (550, "Access denied - Invalid HELO name (See RFC2821 4.1.1.1)"),
    (550, "SPF check failed"),
    (550, "Mailbox quota exceeded"),
    (550, "Too many invalid recipients"),
    (550, "5.4.1 Recipient address rejected: Access denied. [AS(201806281)]"),
    (550, "5.1.0 Address rejected."),
    (550, "5.1.7 The sender's address does not conform"),
    (553, "5.1.8 <news@farley.example>: Sender address rejected: Domain not found"),
    (553, "5.7.1 <news@farley.example>: Sender address rejected: not owned by user joe"),
    (550, "5.0.0 Access from 192.0.2.1 refused"),
    (554, "Transaction failed"),
    (554, "5.6.0 Message content rejected"),
    (500, "5.5.1 Command unrecognized"),
    (501, "Syntax error in parameters"),
    (530, "5.7.0 Authentication required"),
    (571, "Delivery not authorized, message refused"),
    (550, "192.0.2.1 is listed"),
    (250, "2.1.5 OK"),
]


@pytest.mark.parametrize(("code", "text"), BOUNCED)
def test_a_reply_about_the_mailbox_is_a_bounce(code: int, text: str) -> None:
    assert tells_of_a_bounce(code, text.encode())


@pytest.mark.parametrize(("code", "text"), NOT_BOUNCED)
def test_a_reply_about_us_the_message_or_the_moment_is_none(code: int, text: str) -> None:
    assert not tells_of_a_bounce(code, text.encode())


@pytest.mark.parametrize(
    "reply",
    [reply for reply in CORPUS if reply["label"] == "none"],
    ids=lambda reply: ascii(reply["text"][:60]),
)
def test_a_refusal_that_speaks_of_anything_but_the_mailbox_stops_no_address(reply: dict[str, str]) -> None:
    assert not is_recognised(reply)


@pytest.mark.parametrize("code", [500, 501, 540, 550, 551, 552, 553, 554, 556, 571])
@pytest.mark.parametrize("status", ["", "5.1.1 ", "5.2.1 ", "5.7.1 ", "5.0.0 ", "#5.5.4 "])
def test_the_words_of_a_provider_decide_whatever_the_code(code: int, status: str) -> None:
    assert tells_of_a_bounce(code, f"{status}No such user!".encode())
    assert not tells_of_a_bounce(code, f"{status}Message rejected due to local policy".encode())


def test_the_published_figures_are_those_of_the_corpus() -> None:
    bounces = [reply for reply in CORPUS if reply["label"] == "bounce"]
    missed = [reply["text"] for reply in bounces if not is_recognised(reply)]
    false_stops = [reply for reply in CORPUS if reply["label"] == "none" and is_recognised(reply)]
    page = BOUNCES.read_text(encoding="utf-8")
    assert f"| replies in the corpus | {len(CORPUS)} |" in page
    assert f"| bounces recognised | {len(bounces) - len(missed)} of {len(bounces)} |" in page
    assert f"| false stops | {len(false_stops)} of {len(CORPUS) - len(bounces)} |" in page
    assert [text for text in missed if f"`{text}`" not in page] == []


def test_every_rule_and_every_reply_names_its_provider_and_source() -> None:
    assert len(CORPUS) >= 150
    for row in [*CORPUS, *rows(RULES)]:
        assert row["provider"] and row["source"].startswith("http") and None not in row
    assert {rule["meaning"] for rule in rows(RULES)} == {"bounce", "other"}


def test_an_address_with_numbers_is_no_enhanced_code() -> None:
    assert not tells_of_a_bounce(554, b"5.1.1.7 declined")


def test_the_delivery_of_an_unknown_recipient_says_bounced() -> None:
    with SmtpSink(refused={MAIL.recipient: 550}) as sink, transport_to(sink.url) as transport:
        delivery = send(transport)
    assert (delivery.result, delivery.bounced) == (SendResult.REFUSED, True)


@pytest.mark.parametrize("stage", list(Stage)[1:])
def test_a_plain_550_in_unknown_words_is_no_bounce(stage: Stage) -> None:
    faults = {1: Fault(act=Act.ANSWER, stage=stage, code=550)}
    with SmtpSink(faults=faults) as sink, transport_to(sink.url) as transport:
        delivery = send(transport)
    assert (delivery.result, delivery.bounced) == (SendResult.REFUSED, False)


@pytest.mark.parametrize("code", [421, 451, 452, 530, 535, 552, 554])
def test_other_refusals_at_rcpt_are_no_bounce(code: int) -> None:
    faults = {1: Fault(act=Act.ANSWER, stage=Stage.RCPT, code=code)}
    with SmtpSink(faults=faults) as sink, transport_to(sink.url) as transport:
        assert send(transport).bounced is False


@pytest.mark.parametrize(
    ("ending", "bounced"),
    [
        (b"550 5.1.1 no such user\r\n", True),
        (b"552 1 Requested mail action aborted, mailbox not found\r\n", True),
        (b"550 5.7.1 spam\r\n", False),
    ],
)
def test_a_mailbox_refused_only_after_the_message_is_a_bounce(ending: bytes, bounced: bool) -> None:
    def refuse_at_the_end(peer: object) -> None:
        converse(peer, until=b".")  # type: ignore[arg-type]
        peer.sendall(ending)  # type: ignore[attr-defined]

    with raw_server(refuse_at_the_end) as url:
        transport = SmtpTransport(url)
        delivery = send(transport)
        transport.close()
    assert (delivery.result, delivery.bounced) == (SendResult.REFUSED, bounced)
