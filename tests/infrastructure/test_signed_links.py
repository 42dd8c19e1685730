"""Signed links: nobody but the installation makes one, and each leads where it was made for."""

import base64
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.link_targets import InvalidLinkTarget
from infrastructure.cryptography.signed_links import HmacLinks
from tests.domain.targets import GOOD, OPEN

LINKS = HmacLinks(b"i" * 32, "https://farley.example/crm/")
OTHERS = HmacLinks(b"j" * 32, "https://farley.example/crm")
MESSAGE = UUID(int=0x1234)
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
TARGET = "https://shop.example/offer?x=1"
often = settings(max_examples=300, derandomize=True, deadline=None, database=None)


def token_of(url: str) -> str:
    return url.rpartition("/")[2]


UNSUBSCRIBE = token_of(LINKS.unsubscribe_url(MESSAGE))
CLICK = token_of(LINKS.click_url(MESSAGE, TARGET))
FORM = LINKS.form_token(UNSUBSCRIBE, UUID(int=9), AT)


def test_the_links_of_a_message_are_the_same_for_ever() -> None:
    assert LINKS.unsubscribe_url(MESSAGE) == (
        "https://farley.example/crm/u/AAAAAAAAAAAAAAAAAAASNEXVi4ZIcIy5_oNIqNsRNpE"
    )
    assert CLICK == "AAAAAAAAAAAAAAAAAAASNL81ea4tHX4FUlj8rz2G9_ZodHRwczovL3Nob3AuZXhhbXBsZS9vZmZlcj94PTE"


@often
@given(st.uuids(), st.sampled_from(list(GOOD)))
def test_a_link_says_what_it_was_made_for(message_id: UUID, url: str) -> None:
    assert LINKS.message_of(token_of(LINKS.unsubscribe_url(message_id))) == message_id
    followed = LINKS.followed(token_of(LINKS.click_url(message_id, url)))
    assert followed is not None
    assert (followed.message_id, followed.url) == (message_id, url)


@pytest.mark.parametrize("url", OPEN)
def test_no_link_is_made_to_what_is_no_target(url: str) -> None:
    with pytest.raises(InvalidLinkTarget):
        LINKS.click_url(MESSAGE, url)


def test_a_signed_target_that_is_none_is_not_followed() -> None:
    """As it would be of an installation whose rule for targets was laxer once."""
    target = b"javascript:alert(1)"
    raw = MESSAGE.bytes + LINKS._mac(b"c", MESSAGE.bytes + target) + target
    assert LINKS.followed(base64.urlsafe_b64encode(raw).rstrip(b"=").decode()) is None


def is_refused(token: str) -> bool:
    return LINKS.message_of(token) is None and LINKS.followed(token) is None


@often
@given(st.sampled_from([UNSUBSCRIBE, CLICK]), st.data())
def test_a_forged_cut_or_extended_token_is_nobodys(token: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("ABCDXYZabcxyz0189-_=+/ .é\0"))
    extended = token[:place] + letter + token[place:]
    changed = token[:place] + letter + token[place + 1 :]
    for forged in (token[:place], token[place + 1 :], extended, token + letter, letter + token):
        assert is_refused(forged), forged
    assert is_refused(changed) is (changed != token)


@often
@given(st.text(max_size=80) | st.binary(max_size=80).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_no_text_is_a_token_by_chance(text: str) -> None:
    assert is_refused(text)
    assert LINKS.form_nonce(UNSUBSCRIBE, text, AT) is None


@often
@given(st.sampled_from(list(GOOD)), st.sampled_from(list(GOOD)))
def test_the_target_of_one_link_cannot_be_put_into_another(one: str, other: str) -> None:
    signed = base64.urlsafe_b64decode(token_of(LINKS.click_url(MESSAGE, one)) + "==")[:32]
    forged = base64.urlsafe_b64encode(signed + other.encode()).rstrip(b"=").decode()
    assert (LINKS.followed(forged) is None) is (one != other)


def test_one_kind_of_link_is_not_another() -> None:
    assert LINKS.followed(UNSUBSCRIBE) is None
    assert LINKS.message_of(CLICK) is None
    assert is_refused(FORM)
    for one in (UNSUBSCRIBE, CLICK):
        assert OTHERS.message_of(one) is None
        assert OTHERS.followed(one) is None


def test_a_form_is_good_for_its_page_and_a_day() -> None:
    assert LINKS.form_nonce(UNSUBSCRIBE, FORM, AT) == UUID(int=9)
    assert LINKS.form_nonce(UNSUBSCRIBE, FORM, AT + timedelta(hours=24)) == UUID(int=9)
    assert LINKS.form_nonce(UNSUBSCRIBE, FORM, AT + timedelta(hours=24, seconds=1)) is None
    assert LINKS.form_nonce(UNSUBSCRIBE, FORM, AT - timedelta(minutes=2)) is None
    assert LINKS.form_nonce(CLICK, FORM, AT) is None
    assert LINKS.form_nonce("ü", FORM, AT) is None
    assert OTHERS.form_nonce(UNSUBSCRIBE, FORM, AT) is None


@often
@given(st.integers(0, len(FORM) - 1), st.sampled_from("ABCDXYZabcxyz0189-_="))
def test_a_forged_form_token_is_refused(place: int, letter: str) -> None:
    changed = FORM[:place] + letter + FORM[place + 1 :]
    assert (LINKS.form_nonce(UNSUBSCRIBE, changed, AT) is None) is (changed != FORM)
    for forged in (FORM[:place], FORM + letter):
        assert LINKS.form_nonce(UNSUBSCRIBE, forged, AT) is None
