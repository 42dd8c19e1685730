import hmac
import json
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.identifiers import (
    LINKING_KINDS,
    Identifier,
    IdentifierKind,
    address_identifier,
    identifier_of,
    is_blocked,
    profile_id,
    strong_kind,
)
from domain.identifiers.errors import InvalidIdentifier, InvalidPostalAddress
from infrastructure.phone_and_email.normal_forms import LibraryNormalForms

GOLDEN = Path(__file__).parent / "golden_identifiers.json"
"""Rows are only ever added: a row that changes means profiles that customers lose."""
ID_KEY = bytes(range(32))
FORMS = LibraryNormalForms()

identifiers = st.builds(Identifier, kind=st.sampled_from(IdentifierKind), normal=st.text(), source=st.text())
always_the_same = settings(derandomize=True, deadline=None)


def external_id(number: str, source: str | None = "shop") -> Identifier:
    return identifier_of(IdentifierKind.EXTERNAL_ID, number, source=source, region=None, normal_forms=FORMS)


def address(channel: str, value: Any, region: str | None = None) -> Identifier:
    return address_identifier(channel, value, region=region, normal_forms=FORMS)


@pytest.mark.parametrize("sample", json.loads(GOLDEN.read_text()), ids=lambda sample: ascii(sample["given"]))
def test_the_profile_id_of_a_normal_form_is_for_ever(sample: dict[str, Any]) -> None:
    kept = Identifier(kind=IdentifierKind(sample["kind"]), normal=sample["normal"], source=sample["source"])
    assert profile_id(kept, ID_KEY) == UUID(sample["profile_id"])


def test_a_profile_id_is_the_keyed_hash_of_kind_source_and_normal_form_each_after_its_length() -> None:
    message = b"\0\0\0\x0bexternal_id\0\0\0\x04shop\0\0\0\x05caf\xc3\xa9"
    octets = bytearray(hmac.new(ID_KEY, message, sha256).digest()[:16])
    made = profile_id(external_id("café"), ID_KEY).bytes
    assert made[:6] + made[7:8] + made[9:] == octets[:6] + octets[7:8] + octets[9:]
    assert (made[6], made[8]) == (0x80 | octets[6] & 0x0F, 0x80 | octets[8] & 0x3F)


@always_the_same
@given(identifiers)
def test_a_profile_id_is_a_uuid_of_version_8(identifier: Identifier) -> None:
    made = profile_id(identifier, ID_KEY)
    assert (made.version, made.variant) == (8, RFC_4122)


@always_the_same
@given(identifiers, identifiers)
def test_different_identifiers_have_different_profile_ids(one: Identifier, other: Identifier) -> None:
    assert (profile_id(one, ID_KEY) == profile_id(other, ID_KEY)) == (one == other)


@always_the_same
@given(st.text(min_size=1), st.integers(min_value=0), st.integers(min_value=0))
def test_moving_the_border_between_source_and_number_gives_another_profile(text: str, a: int, b: int) -> None:
    here, there = a % (len(text) + 1), b % (len(text) + 1)
    one = Identifier(kind=IdentifierKind.EXTERNAL_ID, source=text[:here], normal=text[here:])
    other = Identifier(kind=IdentifierKind.EXTERNAL_ID, source=text[:there], normal=text[there:])
    assert (profile_id(one, ID_KEY) == profile_id(other, ID_KEY)) == (here == there)


def test_another_installations_key_gives_another_profile() -> None:
    assert profile_id(external_id("4711"), ID_KEY) != profile_id(external_id("4711"), bytes(32))


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(33)])
def test_an_id_key_of_another_length_is_refused(key: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        profile_id(external_id("4711"), key)


def test_an_external_id_keeps_its_case_and_zeros_and_is_trimmed() -> None:
    assert external_id(" 00aB-7\u00a0", " Shop ") == Identifier(
        kind=IdentifierKind.EXTERNAL_ID, normal="00aB-7", source="Shop"
    )


def test_composed_and_decomposed_letters_are_one_external_id() -> None:
    assert external_id("cafe\u0301") == external_id("caf\u00e9")


@pytest.mark.parametrize("source", [None, "", "  ", "a\0b", "s" * 513])
def test_an_external_id_needs_a_usable_source(source: str | None) -> None:
    with pytest.raises(InvalidIdentifier) as refused:
        external_id("4711", source)
    assert refused.value.path == "source"


UNUSABLE = ["", "   ", "\u200b\ufeff", "a\0b", "a\tb", "a\x1fb", "a\x7fb", "a\x85b", "a\ud800", "n" * 513]


@pytest.mark.parametrize("number", UNUSABLE, ids=ascii)
def test_empty_overlong_and_unprintable_numbers_are_refused(number: str) -> None:
    with pytest.raises(InvalidIdentifier) as refused:
        external_id(number)
    assert refused.value.path == "value"


def test_a_number_that_grows_too_long_when_composed_is_refused() -> None:
    assert external_id("\u0958" * 256).normal == "\u0915\u093c" * 256
    with pytest.raises(InvalidIdentifier):
        external_id("\u0958" * 257)


@pytest.mark.parametrize("value", [None, 7, b"7", ["7"], {"number": "7"}])
@pytest.mark.parametrize("channel", ["email", "phone", "social", "push"])
def test_an_address_that_is_not_text_is_refused(channel: str, value: object) -> None:
    with pytest.raises(InvalidInput) as refused:
        address(channel, value)
    assert refused.value.path == "value"


@always_the_same
@given(st.text(max_size=40), st.sampled_from(["social", "push"]))
def test_the_normal_form_of_a_normal_form_is_itself(raw: str, channel: str) -> None:
    try:
        once = address(channel, raw)
    except InvalidIdentifier:
        return
    assert address(channel, once.normal) == once


def test_an_anonymous_id_may_have_a_source() -> None:
    def anonymous(source: str | None) -> Identifier:
        return identifier_of(IdentifierKind.ANONYMOUS, "c-9F", source=source, region=None, normal_forms=FORMS)

    assert anonymous(None) == anonymous("") == Identifier(kind=IdentifierKind.ANONYMOUS, normal="c-9F")
    assert anonymous("web").source == "web"


def test_an_email_address_says_all_whatever_source_is_named_beside_it() -> None:
    named = identifier_of(
        IdentifierKind.EMAIL, "Ann@example.test", source="web", region=None, normal_forms=FORMS
    )
    assert named == address("email", "ann@example.test")


def test_phone_and_sms_contact_points_stand_for_one_profile() -> None:
    assert address("phone", "030 123456", "DE") == address("sms", "+49 30 123456")


def test_one_value_of_different_kinds_is_different_identifiers() -> None:
    kinds = {address(channel, "ann@example.test").kind for channel in ("email", "social", "push")}
    assert kinds == {IdentifierKind.EMAIL, IdentifierKind.SOCIAL, IdentifierKind.PUSH}


@pytest.mark.parametrize("channel", ["", "fax", "EMAIL", "web"])
def test_an_unknown_channel_has_no_address(channel: str) -> None:
    with pytest.raises(InvalidIdentifier) as refused:
        address(channel, "x")
    assert refused.value.path == "channel"


def test_a_postal_address_is_no_identifier_of_a_touchpoint() -> None:
    with pytest.raises(InvalidIdentifier) as refused:
        identifier_of(IdentifierKind.POST, "Main Street 5", source=None, region=None, normal_forms=FORMS)
    assert refused.value.path == "kind"


MAIN_STREET = {"lines": ["Main Street 5"], "city": "Berlin", "postal_code": "10115", "country": "DE"}


def test_postal_addresses_differing_in_case_spaces_and_blank_lines_are_one() -> None:
    untidy = {
        "lines": ["", " MAIN\u00a0 street\n5"], "city": "berlin ", "postal_code": "10115", "country": "de"
    }  # fmt: skip
    assert address("post", untidy) == address("post", MAIN_STREET)


@pytest.mark.parametrize("field", ["lines", "city", "postal_code", "country"])
def test_each_field_tells_postal_addresses_apart(field: str) -> None:
    other = MAIN_STREET | {field: ["Main Street 6"] if field == "lines" else "other"}
    assert address("post", other) != address("post", MAIN_STREET)


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("Main Street 5", "value"),
        (None, "value"),
        (MAIN_STREET | {"floor": "2"}, "value"),
        (MAIN_STREET | {"lines": "Main Street 5"}, "value.lines"),
        (MAIN_STREET | {"lines": [" ", ""]}, "value.lines"),
        (MAIN_STREET | {"lines": ["ok", 5]}, "value.lines.1"),
        (MAIN_STREET | {"lines": ["ok", "a\0b"]}, "value.lines.1"),
        (MAIN_STREET | {"city": 7}, "value.city"),
        (MAIN_STREET | {"city": "\ud800"}, "value.city"),
        (MAIN_STREET | {"country": "\x1b"}, "value.country"),
        (MAIN_STREET | {"lines": ["x" * 300, "y" * 300]}, "value"),
    ],
)
def test_a_postal_address_that_is_none_is_refused_with_its_path(value: object, path: str) -> None:
    with pytest.raises(InvalidPostalAddress) as refused:
        address("post", value)
    assert refused.value.path == path


@always_the_same
@given(st.lists(st.text(max_size=20), max_size=3), st.text(max_size=20))
def test_the_normal_form_of_a_normal_postal_address_is_itself(lines: list[str], city: str) -> None:
    try:
        once = address("post", {"lines": lines, "city": city})
    except InvalidPostalAddress:
        return
    assert address("post", json.loads(once.normal)) == once


def test_only_emails_phones_and_external_ids_link() -> None:
    assert set(LINKING_KINDS) == {IdentifierKind.EMAIL, IdentifierKind.PHONE, IdentifierKind.EXTERNAL_ID}


def test_two_external_ids_of_one_source_contradict_and_nothing_else_does() -> None:
    assert (
        strong_kind(external_id("1", "shop")) == strong_kind(external_id("2", "shop")) == "external_id:shop"
    )
    assert strong_kind(external_id("1", "erp")) == "external_id:erp"
    assert strong_kind(address("email", "ann@example.test")) is None
    assert strong_kind(address("phone", "+49 30 123456")) is None
    assert strong_kind(Identifier(kind=IdentifierKind.ANONYMOUS, normal="c-9F", source="web")) is None


def test_the_value_of_an_identifier_stays_out_of_logs() -> None:
    assert "ann" not in repr(address("email", "ann@example.test"))


EVERYBODYS_NUMBERS = [
    "0", "0000", "000-000", "00000000-0000-0000-0000-000000000000", "1111111", "9999999999", "fffffff",
    "123456789", "1234567", "0123456789", "987654321", "12345678901", "null", "NULL", "(null)", "None", "n/a",
    "N.A.", "#N/A", "NaN", "unknown", "<unknown>", "undefined", "test", "TEST", "anonymous", "-", "--",
    "?", "...",
    "not available", "[object Object]", "guest", "xxx", "Desconocido", "ANÓNIMO",
]  # fmt: skip


@pytest.mark.parametrize("number", EVERYBODYS_NUMBERS)
def test_an_external_id_that_everybody_shares_is_blocked(number: str) -> None:
    assert is_blocked(external_id(number))


@pytest.mark.parametrize(
    "number",
    [
        "1",
        "7",
        "11",
        "1111",
        "22222",
        "1234",
        "123456",
        "10000000",
        "2345678",
        "A-0000",
        "test-7",
        "null0",
        "🦄",
    ],
)
def test_an_external_id_that_one_customer_can_have_is_not_blocked(number: str) -> None:
    assert not is_blocked(external_id(number))


@pytest.mark.parametrize("kind", [IdentifierKind.ANONYMOUS, IdentifierKind.SOCIAL, IdentifierKind.PUSH])
def test_placeholders_are_blocked_whatever_their_kind(kind: IdentifierKind) -> None:
    assert is_blocked(Identifier(kind=kind, normal="unknown"))
    assert not is_blocked(Identifier(kind=kind, normal="9f3a"))


@pytest.mark.parametrize(
    "mailbox",
    [
        "noreply@shop.com", "no-reply@shop.com", "no.reply+7@shop.com", "NoReply-Orders@shop.com",
        "do_not_reply@shop.com", "mailer-daemon@shop.com", "null@shop.com", "none@none.com",
        "unknown@shop.com",
        "undefined@undefined.com", "anonymous@shop.com", "test@test.com", "Test@Test.example.test",
        "na@na.de",
        "n/a@n-a.com", "test@unknown.org", "a@a.a", "a@a.com", "xx@xx.de", "asdf@asdf.com", "abc@abc.com",
        "email@email.com", "000@shop.com", "-@shop.com", "x@y.z", "nobody@shop.com", "test+1@test.de",
    ],
)  # fmt: skip
def test_an_email_address_that_everybody_shares_is_blocked(mailbox: str) -> None:
    assert is_blocked(address("email", mailbox))


@pytest.mark.parametrize(
    "mailbox",
    [
        "ann@example.com", "ann@example.test", "test@example.com", "hugo@hugo.de", "info@shop.com", "a@b.com",
        "ann@test.com", "na@shop.com", "noreen@shop.com", "1234567@qq.com", "nullmann@shop.com",
        "abc@shop.com",
    ],
)  # fmt: skip
def test_an_email_address_that_someone_can_have_is_not_blocked(mailbox: str) -> None:
    assert not is_blocked(address("email", mailbox))


@pytest.mark.parametrize(
    ("number", "region"),
    [
        ("000000000", "DE"), ("0000000000", "US"), ("1111111111", "US"), ("+1 222 222 2222", None),
        ("999999999", "ES"), ("123456789", "ES"), ("0123456789", "DE"), ("0123456789", "US"),
        ("123 456 7890", "US"), ("987654321", "ES"), ("9876543210", "US"), ("+7 777 777 77 77", None),
        ("+49 30 0000000", None), ("+1 201 000 0000", None), ("+353 1 234 5678", None), ("12345", "DE"),
    ],
)  # fmt: skip
def test_a_phone_number_that_everybody_shares_is_blocked(number: str, region: str | None) -> None:
    assert is_blocked(address("phone", number, region))


@pytest.mark.parametrize(
    "number",
    [
        "+49 30 123456", "+49 177 7777777", "+1 201 555 0123", "+44 20 7946 0018", "+353 1 800 0000",
        "+1 212 345 6789"
    ],
)  # fmt: skip
def test_a_phone_number_that_someone_can_have_is_not_blocked(number: str) -> None:
    assert not is_blocked(address("phone", number))


def test_a_postal_address_of_nothing_but_placeholders_is_blocked() -> None:
    assert is_blocked(address("post", MAIN_STREET | {"lines": ["n/a", "-"]}))
    assert not is_blocked(address("post", MAIN_STREET | {"lines": ["n/a", "Main Street 5"]}))


@always_the_same
@given(
    st.sampled_from(["null", "unknown", "n/a", "0000"]), st.text("-_. <>()[]#*", max_size=5), st.booleans()
)
def test_case_and_punctuation_hide_no_placeholder(word: str, around: str, loud: bool) -> None:
    assert is_blocked(external_id(f"{around}{word.upper() if loud else word}{around}"))
