"""Whether mail can be sent to an address: what our own sending can write, and what reaches anybody."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.customers.mailability import Mailability, is_sendable, mailability
from domain.messages.errors import InvalidMailHeader
from infrastructure.mail import headers

ANYWHERE, WITH_SMTPUTF8, NOWHERE = Mailability.ANYWHERE, Mailability.WITH_SMTPUTF8, Mailability.NOWHERE
LABEL = "d" * 63


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("ann@example.org", ANYWHERE),
        ("Ann.O'Brien+news@Mail.Example.co.uk", ANYWHERE),
        ("ann@xn--bcher-kva.example", ANYWHERE),
        ("ann@shop.test", ANYWHERE),
        ("ann@intranet.local", ANYWHERE),
        (f"{'a' * 64}@example.org", ANYWHERE),
        (f"a@{LABEL}.org", ANYWHERE),
        ("jürgen@example.de", WITH_SMTPUTF8),
        ("用户@xn--fsqu00a.xn--4rr70v", WITH_SMTPUTF8),
        (f"{'ü' * 32}@example.de", WITH_SMTPUTF8),
        (f"{'ü' * 33}@example.de", NOWHERE),
        (f"{'a' * 65}@example.org", NOWHERE),
        (f"a@{LABEL}d.org", NOWHERE),
        (f"{'a' * 64}@{LABEL}.{LABEL}.{LABEL}.org", NOWHERE),
        ("ann@shop.invalid", NOWHERE),
        ("ann@shop.INVALID", NOWHERE),
        ("ann@shop.localhost", NOWHERE),
        ("ann@bücher.example", NOWHERE),
        ('"ann smith"@example.org', NOWHERE),
        ("ann smith@example.org", NOWHERE),
        ("ann@[192.0.2.1]", NOWHERE),
        ("ann@-x.org", NOWHERE),
        ("ann@x_y.org", NOWHERE),
        ("ann@example.org.", NOWHERE),
        ("a..n@example.org", NOWHERE),
        (".ann@example.org", NOWHERE),
        ("a\u00adnn@example.org", NOWHERE),
        ("a\u202enn@example.org", NOWHERE),
        *((f"a{mark}nn@example.org", NOWHERE) for mark in "\u034f\u200b\u200d\u2800\u3164\uffa0\ufe0f\ufeff"),
        *((f"a{mark}nn@example.org", NOWHERE) for mark in "\x00\x1f\x7f\x85\xa0\u2028\ue000\ufffd\U000e0041"),
        ("ann@localhost", NOWHERE),
        ("ann@intranet", NOWHERE),
        ("ann@192.0.2.1", NOWHERE),
        ("ann@[IPv6:2001:db8::1]", NOWHERE),
        ("ann@4.example", ANYWHERE),
        ("ann@hidden.onion", ANYWHERE),
        ('"ann"@example.org', NOWHERE),
        ("ann@@example.org", NOWHERE),
        ("Ann <ann@example.org>", NOWHERE),
        ("用\u3007户@example.org", WITH_SMTPUTF8),
        ("ann", NOWHERE),
        ("@example.org", NOWHERE),
        ("", NOWHERE),
    ],
    ids=ascii,
)
def test_an_address_is_mailable_where_it_can_be_written_and_reaches_somebody(
    address: str, expected: Mailability
) -> None:
    assert mailability(address) is expected


@pytest.mark.parametrize("smtputf8", [False, True])
@settings(derandomize=True, deadline=None)
@given(st.builds("{}@{}".format, st.text(max_size=70), st.sampled_from(["example.org", "x.invalid", "é.de"])))
def test_what_is_sendable_is_exactly_what_a_message_can_be_addressed_to(smtputf8: bool, address: str) -> None:
    try:
        written = headers.address(address, "recipient", smtputf8=smtputf8)
    except InvalidMailHeader:
        written = None
    if not set("<>").isdisjoint(address):
        return  # a mailbox with a name, which no contact point is
    sendable = is_sendable(mailability(address), smtputf8=smtputf8)
    assert written == (address if sendable else None)
