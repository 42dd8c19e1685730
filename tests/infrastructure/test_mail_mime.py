"""What a message's bytes are, and that nobody's name or subject becomes another header."""

import email
import email.header
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email import policy
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from application.mail import OutgoingMail
from domain.errors import InvalidInput
from domain.messages.errors import InvalidMailHeader
from infrastructure.mail.mime import mime_bytes
from tests.amounts import amount

MAIL = OutgoingMail(
    rfc_message_id="<0199.a@farley.example>",
    sender="Peña & Co <news@farley.example>",
    recipient="ann@customer.example",
    subject="Your order",
    body="Hello Ann,\nthank you.\n",
    date=datetime(2026, 11, 21, 10, 0, tzinfo=timezone(timedelta(hours=1))),
    headers={"List-Unsubscribe": "<https://farley.example/u/1>"},
)
PLANNED = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "List-Unsubscribe",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
]
GOLDEN = (
    b"From: =?utf-8?b?UGXDsWEgJiBDbw==?=\r\n <news@farley.example>\r\n"
    b"To: ann@customer.example\r\n"
    b"Subject: Your order\r\n"
    b"Date: Sat, 21 Nov 2026 09:00:00 +0000\r\n"
    b"Message-ID: <0199.a@farley.example>\r\n"
    b"List-Unsubscribe: <https://farley.example/u/1>\r\n"
    b"MIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: 7bit\r\n"
    b"\r\n"
    b"Hello Ann,\r\nthank you.\r\n"
)
HOSTILE = (
    "a\r\nBcc: x@evil.example",
    "a\nBcc: x@evil.example",
    "a\rBcc: x@evil.example",
    "a\0b",
    "a\x0bb",
    "a\x85b",
    "a\u2028b",
    "a\ud800b",
    "\r\n\r\nbody",
)


def test_the_same_mail_is_the_same_bytes_on_every_python() -> None:
    assert mime_bytes(MAIL) == GOLDEN
    assert mime_bytes(replace(MAIL, date=MAIL.date.astimezone(UTC))) == GOLDEN


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("field", ["subject", "sender", "recipient", "rfc_message_id", "headers"])
def test_line_breaks_and_controls_in_a_header_are_refused_and_the_field_named(field: str, text: str) -> None:
    values = {
        "sender": f"{text} <a@b.example>",
        "recipient": f"{text} <a@b.example>",
        "rfc_message_id": f"<{text}@b.example>",
    }
    changed: Any = {"X-Run": text} if field == "headers" else values.get(field, text)
    with pytest.raises(InvalidMailHeader) as refusal:
        mime_bytes(replace(MAIL, **{field: changed}))
    assert refusal.value.path == field


@pytest.mark.parametrize(
    "recipient",
    [
        "a@b.example, c@d.example",
        "A <a@b.example>, C <c@d.example>",
        "a@b.example c@d.example",
        "group: a@b.example;",
        "<a@b.example> <c@d.example>",
        '"a@b.example, c@d.example"',
        "a@b.example> RCPT TO:<c@d.example",
        "a@b.example (c@d.example)",
        "a..b@c.example",
        "a@-b.example",
        "@b.example",
        "a@",
        "",
        "<>",
        "a@bücher.example",
        "a@b.invalid",
        "a" * 65 + "@b.example",
        "é" * 33 + "@b.example",
        "a@" + "b" * 260 + ".example",
    ],
)
def test_a_message_has_exactly_one_plain_recipient(recipient: str) -> None:
    with pytest.raises(InvalidMailHeader) as refusal:
        mime_bytes(replace(MAIL, recipient=recipient))
    assert refusal.value.path == "recipient"


def test_a_recipients_local_part_need_not_be_ascii_and_the_senders_must() -> None:
    assert "\r\nTo: josé@b.example\r\n".encode() in mime_bytes(replace(MAIL, recipient="josé@b.example"))
    with pytest.raises(InvalidMailHeader) as refusal:
        mime_bytes(replace(MAIL, sender="José <josé@b.example>"))
    assert refusal.value.path == "sender"


@pytest.mark.parametrize(
    "headers",
    [
        {"Bcc": "x@y.example"},
        {"to": "x@y.example"},
        {"Content-Type": "text/html"},
        {"Resent-To": "x@y.example"},
        {"X Y": "z"},
        {"X:Y": "z"},
        {"": "z"},
        {"X-É": "z"},
        {"X-Name": "é"},
        {"X-Name": ""},
        {"X-Name": " z"},
        {"X-Name": "z" * 901},
        {"X-Name": "1", "x-name": "2"},
    ],
)
def test_additional_headers_are_ascii_and_replace_none_of_ours(headers: dict[str, str]) -> None:
    with pytest.raises(InvalidMailHeader):
        mime_bytes(replace(MAIL, headers=headers))


def test_cve_2024_6923_an_encoded_word_in_a_subject_or_name_stays_text() -> None:
    trap = "=?utf-8?Q?a=0D=0ABcc:_x@evil.example?="
    content = mime_bytes(replace(MAIL, subject=trap, sender=f"{trap} <a@b.example>"))
    assert names(content) == PLANNED
    assert b"Bcc" not in content
    assert decoded(content, "Subject") == trap
    assert decoded(content, "From") == f"{trap} <a@b.example>"


def test_a_long_unsubscribe_header_is_left_readable() -> None:
    link = f"<https://farley.example/u/{'a' * 200}>, <mailto:u@farley.example?subject={'b' * 90}>"
    content = mime_bytes(replace(MAIL, headers={"List-Unsubscribe": link}))
    assert f"\r\nList-Unsubscribe: {link}\r\n".encode() in content


def test_quotes_and_commas_in_a_name_are_part_of_the_name() -> None:
    content = mime_bytes(replace(MAIL, sender='Doe, "Jo" \\ (x); @y <a@b.example>'))
    mailbox = email.message_from_bytes(content, policy=policy.default)["From"].addresses
    assert [(each.display_name, each.addr_spec) for each in mailbox] == [
        ('Doe, "Jo" \\ (x); @y', "a@b.example")
    ]


@given(subject=st.text(max_size=200), name=st.text(max_size=80))
@example(subject="=?utf-8?q?=0a?=", name='"')
@example(subject=" a\tb ", name="\\")
@example(subject=" two spaces  ", name=" ")
@example(subject="ñ" * 200, name="á, é; <")
@settings(max_examples=amount(300, quick=100), deadline=None, derandomize=True)
def test_any_subject_and_name_give_exactly_the_planned_headers(subject: str, name: str) -> None:
    mail = replace(MAIL, subject=subject, sender=f"{name} <news@farley.example>")
    try:
        content = mime_bytes(mail)
    except InvalidMailHeader:
        return
    assert names(content) == PLANNED
    assert decoded(content, "Subject") == subject
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))


@given(body=st.text(max_size=400))
@example(body=".\n..\n. ")
@example(body="From me\n" + "x" * 2000)
@example(body="a\rb\r\nc")
@settings(max_examples=amount(300, quick=100), deadline=None, derandomize=True)
def test_any_body_comes_back_as_text_in_short_ascii_lines(body: str) -> None:
    if "\0" in body:
        return
    content = mime_bytes(replace(MAIL, body=body))
    lines = content.split(b"\r\n")
    assert content.isascii()
    assert max(map(len, lines)) <= 998
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    expected = body.replace("\r\n", "\n").replace("\r", "\n")
    expected = expected if expected.endswith("\n") else expected + "\n"
    payload = email.message_from_bytes(content).get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode().replace("\r\n", "\n") == expected


@pytest.mark.parametrize("body", ["a\0b", "a\ud800b", "x" * 1_048_577])
def test_a_body_that_cannot_be_sent_is_refused_by_name(body: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        mime_bytes(replace(MAIL, body=body))
    assert refusal.value.path == "body"


def test_a_date_without_offset_is_refused() -> None:
    with pytest.raises(InvalidInput) as refusal:
        mime_bytes(replace(MAIL, date=MAIL.date.replace(tzinfo=None)))
    assert refusal.value.path == "date"


def names(content: bytes) -> list[str]:
    return email.message_from_bytes(content).keys()


def decoded(content: bytes, name: str) -> str:
    """As RFC 2047 says, without the conveniences of the library's own header classes."""
    unfolded = email.message_from_bytes(content)[name].replace("\r\n", "")
    return str(email.header.make_header(email.header.decode_header(unfolded)))
