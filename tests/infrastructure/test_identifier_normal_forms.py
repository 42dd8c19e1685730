import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.identifiers import (
    Identifier,
    IdentifierKind,
    address_identifier,
    domain_identifier,
    domains_of_address,
    identifier_of,
    numbering_plans,
    profile_id,
)
from domain.identifiers.errors import (
    InvalidDomain,
    InvalidEmailAddress,
    InvalidIdentifier,
    InvalidPhoneNumber,
    NoCountryCode,
    PhoneExtension,
)
from domain.identifiers.numbering_plans import is_respelled, present_spelling
from infrastructure.phone_and_email import normal_forms
from infrastructure.phone_and_email.normal_forms import LibraryNormalForms
from infrastructure.phone_and_email.ordinary_phones import is_ordinary_phone
from tests.amounts import amount

GOLDEN = Path(__file__).parents[1] / "domain" / "golden_identifiers.json"
SAMPLES: list[dict[str, Any]] = json.loads(GOLDEN.read_text())
ID_KEY = bytes(range(32))
FORMS = LibraryNormalForms()

LETTERS = "abcdefghijklmnopqrstuvwxyz"
mailboxes = st.text(LETTERS + "0123456789_-+", min_size=1, max_size=20)
domains = st.sampled_from(["example.test", "mail.example.co.uk", "bücher.example", "xn--bcher-kva.example"])
addresses = st.builds("{}@{}".format, mailboxes, domains)
any_text = st.text(min_size=1, max_size=20)
regions = st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS))
always_the_same = settings(derandomize=True, deadline=None)


def identifier_of_sample(given_by_client: dict[str, Any]) -> Identifier:
    if "domain" in given_by_client:
        return domain_identifier(given_by_client["domain"], FORMS)
    region, value = given_by_client.get("region"), given_by_client["value"]
    if "channel" in given_by_client:
        return address_identifier(given_by_client["channel"], value, region=region, normal_forms=FORMS)
    kind = IdentifierKind(given_by_client["kind"])
    source = given_by_client.get("source")
    return identifier_of(kind, value, source=source, region=region, normal_forms=FORMS, drop_extension=True)


def profile_of(raw: str) -> object:
    return profile_id(Identifier(kind=IdentifierKind.EMAIL, normal=FORMS.email(raw)), ID_KEY)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: ascii(sample["given"]))
def test_a_normal_form_is_for_ever(sample: dict[str, Any]) -> None:
    kept = Identifier(kind=IdentifierKind(sample["kind"]), normal=sample["normal"], source=sample["source"])
    assert identifier_of_sample(sample["given"]) == kept


def test_there_are_samples_of_every_kind() -> None:
    assert len(SAMPLES) >= 90
    assert {sample["kind"] for sample in SAMPLES} == set(IdentifierKind)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: ascii(sample["given"]))
def test_a_kept_normal_form_read_again_is_itself(sample: dict[str, Any]) -> None:
    if sample["kind"] == "email":
        assert FORMS.email(sample["normal"]) == sample["normal"]
    if sample["kind"] == "phone":
        assert FORMS.phone(sample["normal"], "US") == sample["normal"]
    if sample["kind"] == "domain":
        assert FORMS.domain(sample["normal"]) == sample["normal"]


@pytest.mark.parametrize(
    "address", [sample["given"]["value"] for sample in SAMPLES if sample["kind"] == "email"], ids=ascii
)
def test_the_domain_of_an_address_is_the_domain_as_it_is_told_alone(address: str) -> None:
    identifier = Identifier(kind=IdentifierKind.EMAIL, normal=FORMS.email(address))
    told_alone = address.rpartition("@")[2].strip("\u200b ")
    assert domains_of_address(identifier)[0] == domain_identifier(f"{told_alone}.", FORMS)


def test_other_identifiers_have_no_domain() -> None:
    assert domains_of_address(Identifier(kind=IdentifierKind.PHONE, normal="+4930123456")) == ()


@pytest.mark.parametrize(
    ("address", "domains"),
    [
        ("ann@shop.example", ["shop.example"]),
        ("ann@mail.shop.example", ["mail.shop.example", "shop.example"]),
        ("ann@a.b.co.uk", ["a.b.co.uk", "b.co.uk", "co.uk"]),
    ],
)
def test_an_address_has_its_domain_and_the_parents_but_for_the_last_label(
    address: str, domains: list[str]
) -> None:
    identifier = Identifier(kind=IdentifierKind.EMAIL, normal=address)
    assert [one.normal for one in domains_of_address(identifier)] == domains


@pytest.mark.parametrize(
    "written",
    [
        *("", " ", ".", "x", "a..b", "-a.com", "a b.com", "a\0b.com", "ann@example.com", "@example.com"),
        *("example.com..", "[127.0.0.1]", "192.168.0.1", "<example.com>", f"{'x' * 300}.com"),
    ],
    ids=ascii,
)
def test_what_is_no_domain_is_refused(written: str) -> None:
    with pytest.raises(InvalidDomain):
        FORMS.domain(written)


def test_no_client_may_name_a_domain_as_an_identifier() -> None:
    with pytest.raises(InvalidIdentifier) as refused:
        identifier_of(IdentifierKind.DOMAIN, "example.com", source=None, region=None, normal_forms=FORMS)
    assert refused.value.path == "kind"


@always_the_same
@given(
    addresses, st.randoms(use_true_random=False), st.sampled_from(["", " ", "\t", "\r\n", "\u00a0", "\ufeff"])
)
def test_case_and_white_space_around_do_not_change_whose_address_it_is(
    address: str, chance: Any, edge: str
) -> None:
    shouted = "".join(chance.choice((letter, letter.upper())) for letter in address)
    assert profile_of(f"{edge}{shouted}{edge}") == profile_of(address)


@always_the_same
@given(addresses, addresses)
def test_different_mailboxes_or_domains_are_different_addresses(one: str, other: str) -> None:
    spelled = [address.replace("bücher", "xn--bcher-kva") for address in (one, other)]
    assert (FORMS.email(one) == FORMS.email(other)) == (spelled[0] == spelled[1])


@settings(always_the_same, max_examples=amount(500, quick=100))
@given(st.one_of(addresses, st.builds("{}@{}.example".format, any_text, any_text), any_text))
def test_the_normal_form_of_a_normal_address_is_itself(raw: str) -> None:
    try:
        once = FORMS.email(raw)
    except InvalidEmailAddress:
        return
    assert FORMS.email(once) == once
    assert once.rpartition("@")[2].isascii()


@pytest.mark.parametrize(
    "mark", list("\u00ad\u034f\u061c\u180e\u200b\u200e\u2060\u2064\u2800\u3164\ufeff\ufff9"), ids=ascii
)
def test_invisible_characters_inside_a_value_make_no_other_identifier(mark: str) -> None:
    assert FORMS.email(f"a{mark}nn@exam{mark}ple.com") == "ann@example.com"
    assert FORMS.domain(f"exam{mark}ple.com") == "example.com"
    assert FORMS.phone(f"+34 91{mark}1 234 567{mark}", None) == "+34911234567"
    for kind in (IdentifierKind.EXTERNAL_ID, IdentifierKind.SOCIAL, IdentifierKind.PUSH):
        written = {"kind": kind, "value": f"AB{mark}12", "source": f"sh{mark}op"}
        assert identifier_of_sample(written).normal == "AB12"
        assert identifier_of_sample(written).source in ("shop", "")


@pytest.mark.parametrize("turn", list("\u202a\u202e\u2066\u2069"), ids=ascii)
def test_a_value_that_is_shown_in_another_order_is_refused(turn: str) -> None:
    for kind, value in (
        ("email", "a{}nn@example.com"),
        ("phone", "+34 911{} 234 567"),
        ("external_id", "AB{}12"),
    ):
        with pytest.raises(InvalidInput):
            identifier_of_sample({"kind": kind, "value": value.format(turn), "source": "shop"})


@pytest.mark.parametrize("address", ["a\u200dnn@example.com", "info@نامه\u200cای.com"], ids=ascii)
def test_a_joiner_inside_an_address_is_refused_because_it_may_stand_for_another_one(address: str) -> None:
    with pytest.raises(InvalidEmailAddress):
        FORMS.email(address)


def test_no_provider_s_tricks_are_applied() -> None:
    spellings = ["a.nn@gmail.com", "ann@gmail.com", "ann+news@gmail.com", "ann@googlemail.com"]
    assert [FORMS.email(address) for address in spellings] == spellings


def test_sharp_s_in_a_domain_is_not_double_s() -> None:
    assert FORMS.email("ann@straße.example") != FORMS.email("ann@strasse.example")


@pytest.mark.parametrize(
    "name", ["example.test", "intranet.local", "shop.invalid", "shop.localhost", "hidden.onion"]
)
def test_names_for_special_use_identify_as_well(name: str) -> None:
    assert FORMS.email(f"Ann@{name}") == f"ann@{name}"


@pytest.mark.parametrize(
    "raw",
    [
        "", "  ", "ann", "@", "ann@", "@example.com", "ann@example", "ann@localhost", "ann@@example.com",
        "ann@exa mple.com", "an n@example.com", "ann@.example.com", "ann@example..com", "ann@example.com.",
        "a..n@example.com", ".ann@example.com", "ann.@example.com", "ann@-x.com", "ann@x_y.com",
        "ann@1.2.3.4",
        "ann@[127.0.0.1]", '"a b"@example.com', "Ann <ann@example.com>",
        "mailto:ann@example.com,bob@example.com",
        "ann@example.com, bob@example.com", "ann@example.com;bob@example.com", "ann＠example.com",
        "ann@☃.example", "ann@xn--a.example", "ann@ab--cd.example", "\u0308a@example.com",
        "a\0nn@example.com",
        "ann@exam\0ple.com", "ann\n@example.com", "ann@example.com\nBcc: x@example.com",
        "a\ud800@example.com",
        "a\u202enn@example.com", "a" * 321, f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 63}.{'e' * 63}.com",
        f"ann@{'ü' * 63}.example",
    ],
    ids=ascii,
)  # fmt: skip
def test_what_is_no_email_address_is_refused(raw: str) -> None:
    with pytest.raises(InvalidEmailAddress) as refused:
        FORMS.email(raw)
    assert refused.value.__cause__ is None
    unusable = re.search("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]", raw.strip())
    named = (
        f"The character U+{ord(unusable.group()):04X} cannot stand in this value: leave it out."
        if unusable
        else ""
    )
    assert refused.value.message == (named or InvalidEmailAddress.__doc__)


def test_a_national_number_is_read_with_the_region() -> None:
    assert FORMS.phone("030 123456", "DE") == "+4930123456"
    assert FORMS.phone("020 7946 0018", "gb ") == "+442079460018"


def test_a_plus_before_a_dialled_prefix_is_read_with_the_region() -> None:
    assert (
        FORMS.phone("+0049 171 1234567", "DE")
        == FORMS.phone("\uff0b0049 171 1234567", "DE")
        == "+491711234567"
    )


def test_an_international_number_is_the_same_in_every_region() -> None:
    assert {FORMS.phone("+49 30 123456", region) for region in (None, "", "DE", "US", "XX")} == {
        "+4930123456"
    }


@pytest.mark.parametrize("region", [None, "", "XX", "Germany", "49"])
def test_a_national_number_without_a_known_region_is_refused(region: str | None) -> None:
    with pytest.raises(InvalidPhoneNumber):
        FORMS.phone("030 123456", region)


@pytest.mark.parametrize(
    ("raw", "region", "national"),
    [
        ("030 123456", None, True),
        ("030 123456", "", True),
        ("12", "DE", False),
        ("030 123456", "XX", False),
        ("+999 123456", None, False),
        ("\uff0b999 123456", None, False),
        ("hello", None, False),
        ("-", None, False),
        ("Ana", None, False),
    ],
)
def test_only_a_number_that_lacks_its_region_is_refused_for_its_missing_country_code(
    raw: str, region: str | None, national: bool
) -> None:
    with pytest.raises(InvalidPhoneNumber) as refused:
        FORMS.phone(raw, region)
    assert isinstance(refused.value, NoCountryCode) == national
    assert (refused.value.code == "no_country_code") == national


@pytest.mark.parametrize(
    "raw",
    [
        "", " ", "-", "0", "n/a", "abc", "+", "++", "+999 123456", "911", "+49" + "1" * 20, "1" * 513,
        "030\x00123456",
        "030\t123456", "030 123456\ud800", "030 123456 Mueller", "030 123456 abc", "1-800-FLOWERS",
        "030 123456 / 0171 2345678", "ann@example.com", "2024-13-45T99:99",
    ],
    ids=ascii,
)  # fmt: skip
def test_what_is_no_phone_number_is_refused(raw: str) -> None:
    with pytest.raises(InvalidPhoneNumber):
        FORMS.phone(raw, "US")


EXTENSIONS = (
    "x12", " x 12", "X12", "ext12", " ext. 12", " Ext: 12", " EXTN 12", " extension 12", " extensión 12",
    " extensio\u0301n 12", " xtn 12", ";ext=12", "#12", " #12", " ~12", " int 12", " anexo 12", " доб. 12", " ДОБ 12",
    ", 12", ",,12", ";12", " - 12#", " ｅｘｔ 12", "ｘ12", "＃12", " ext. 12#", " ext. " + "1" * 20,
)  # fmt: skip


@pytest.mark.parametrize("extension", EXTENSIONS, ids=ascii)
@pytest.mark.parametrize(
    ("number", "region"), [("+34 911 23 45 67", None), ("911 234 567", "ES"), ("tel:+34-911-234-567", "DE")]
)
def test_a_number_with_an_extension_is_refused_unless_the_extension_is_dropped(
    number: str, region: str | None, extension: str
) -> None:
    with pytest.raises(PhoneExtension, match="without the extension") as refused:
        FORMS.phone(number + extension, region)
    assert refused.value.code == "extension"
    assert FORMS.phone(number + extension, region, drop_extension=True) == "+34911234567"
    assert FORMS.phone(number, region) == "+34911234567"


@pytest.mark.parametrize("raw", ["+34 911 23 45 67 ext", "+34 911 23 45 67 x", "+34 911 23 45 67 DW 12"])
def test_letters_that_name_no_extension_are_refused_and_not_dialled(raw: str) -> None:
    for drop_extension in (False, True):
        with pytest.raises(InvalidPhoneNumber, match="Letters after the digits"):
            FORMS.phone(raw, "ES", drop_extension=drop_extension)


@always_the_same
@given(st.integers(min_value=1, max_value=10**13), st.integers(min_value=0, max_value=6), regions)
def test_the_normal_form_of_a_normal_number_is_itself(digits: int, zeros: int, region: str) -> None:
    try:
        once = FORMS.phone("0" * zeros + str(digits), region)
    except InvalidPhoneNumber:
        return
    assert once[0] == "+" and once[1:].isascii() and once[1:].isdigit()
    assert FORMS.phone(once, region) == FORMS.phone(once, None) == once


@settings(always_the_same, max_examples=amount(500, quick=100))
@given(st.text("0123456789+()-. /extEXT;=#abü\u0661\u200b", max_size=30), regions)
def test_odd_notations_are_read_or_refused_and_nothing_else(raw: str, region: str) -> None:
    try:
        once = FORMS.phone(raw, region)
    except InvalidPhoneNumber:
        return
    assert FORMS.phone(once, None) == once


def test_every_region_s_example_is_the_same_number_nationally_and_internationally() -> None:
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        example = phonenumbers.example_number(region)
        assert example is not None
        written = [
            phonenumbers.format_number(example, notation)
            for notation in (
                phonenumbers.PhoneNumberFormat.NATIONAL,
                phonenumbers.PhoneNumberFormat.INTERNATIONAL,
                phonenumbers.PhoneNumberFormat.RFC3966,
            )
        ]
        e164 = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
        assert {FORMS.phone(notation, region) for notation in written} == {present_spelling(e164)}, region


SUBSCRIBERS = {
    "Mexico": (
        "+525512345678",
        [("+52 1 55 1234 5678", None), ("+52 55 1234 5678", None), ("5215512345678", "MX")],
        [(f"{prefix}55 1234 5678", "MX") for prefix in ("", "1 ", "01 ", "02 ", "044 ", "045 ")],
    ),
    "Argentina": (
        "+543512345678",
        [("+54 9 351 234 5678", None), ("+54 351 234 5678", None), ("+54 9 351 15 234 5678", None)],
        [
            ("0351 15 234 5678", "AR"),
            ("351 15 234 5678", "AR"),
            ("351 234 5678", "AR"),
            ("9 351 2345678", "AR"),
        ],
    ),
    "Brazil": ("+5531987654321", [("+55 31 8765 4321", None)], [("(031) 8765-4321", "BR")]),
    "Colombia": ("+576012345678", [("+57 1 234 5678", None)], [("1 234 5678", "CO")]),
    "Côte d'Ivoire, mobile": ("+2250707123456", [("+225 07 12 34 56", None)], [("07 12 34 56", "CI")]),
    "Côte d'Ivoire, fixed": ("+2252720311234", [("+225 20 31 12 34", None)], [("20 31 12 34", "CI")]),
    "Benin": ("+2290197123456", [("+229 97 12 34 56", None)], [("97 12 34 56", "BJ")]),
    "Nigeria": ("+2342012270000", [("+234 1 227 0000", None)], [("01 227 0000", "NG")]),
    "Cameroon, mobile": ("+237677123456", [("+237 77 12 34 56", None)], [("77 12 34 56", "CM")]),
    "Cameroon, fixed": ("+237222221234", [("+237 22 22 12 34", None)], [("22 22 12 34", "CM")]),
    "Gabon": (
        "+24166123456",
        [("+241 06 12 34 56", None), ("+241 6 12 34 56", None)],
        [("06 12 34 56", "GA"), ("066 12 34 56", "GA")],
    ),
    "Ecuador": ("+593991234567", [("+593 9 123 4567", None)], [("09 123 4567", "EC")]),
    "Vietnam": ("+84701234567", [("+84 120 123 4567", None)], [("0120 123 4567", "VN")]),
}


@pytest.mark.parametrize("plan", SUBSCRIBERS)
def test_every_spelling_of_a_numbering_plan_is_one_subscriber(plan: str) -> None:
    present, international, national = SUBSCRIBERS[plan]
    for written, region in [(present, None), *international, *national]:
        assert FORMS.phone(written, region) == present, written


@pytest.mark.parametrize(
    "number",
    [
        *("+55 11 7712 3456", "+55 31 3221 1234", "+57 300 123 4567", "+234 803 123 4567", "+593 2 234 5678"),
        *("+84 28 1234 5678", "+84 83 123 4567", "+237 88 01 23 45", "+229 81 12 34 56", "+377 44 123 456"),
        *("+386 49 123 456", "+56 2 2123 4567", "+63 2 8123 4567", "+53 47 361234"),
    ],
)
def test_a_number_that_no_rule_knows_without_doubt_stays_as_it_is(number: str) -> None:
    assert FORMS.phone(number, None) == number.replace(" ", "")


def test_an_argentine_mobile_number_without_its_area_is_refused() -> None:
    with pytest.raises(InvalidPhoneNumber):
        FORMS.phone("15 2345 6789", "AR")


ORDINARY = st.one_of(
    st.from_regex(
        r"[a-z0-9_+.-]{1,66}@[a-z0-9-]{1,65}(\.[a-z0-9-]{1,20}){0,12}\.[a-z0-9]{1,5}", fullmatch=True
    ),
    st.from_regex(
        r"[a-z]{1,9}(\.[a-z0-9]{1,5})?@[a-z0-9-]{1,9}\.(test|local|localhost|arpa|onion|com)", fullmatch=True
    ),
)


@settings(max_examples=amount(1_500, quick=200), deadline=None)
@given(ORDINARY)
def test_an_ordinary_address_has_the_normal_form_that_the_library_gives_it(address: str) -> None:
    def normal_form(forms: LibraryNormalForms) -> str | None:
        try:
            return forms.email(address)
        except InvalidInput:
            return None

    forms = LibraryNormalForms()
    quickly = normal_form(forms)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(normal_forms, "_is_ordinary", lambda _: False)
        assert normal_form(forms) == quickly


def numbers_of(calling_code: int) -> Iterator[str]:
    """Yields numbers of this calling code of every length, some with a trunk prefix at their beginning."""
    chosen = random.Random(calling_code)
    for length in range(3, 13):
        for beginning in ("", "0", "1", "8", "9", "15"):
            rest = "".join(chosen.choices("0123456789", k=length - len(beginning)))
            yield f"+{calling_code}{beginning}{rest}"


@pytest.mark.parametrize("calling_code", sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE))
def test_an_ordinary_number_has_the_normal_form_that_the_library_gives_it(
    calling_code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ordinary = [number for number in numbers_of(calling_code) if is_ordinary_phone(number)]
    monkeypatch.setattr(normal_forms, "is_ordinary_phone", lambda _: False)
    assert [FORMS.phone(number, None) for number in ordinary] == ordinary
    assert [FORMS.phone(number, "AR") for number in ordinary] == ordinary


def test_most_numbers_are_ordinary() -> None:
    for number in ("+493012345678", "+34612345678", "+12125550123", "+442079460123"):
        assert is_ordinary_phone(number)
    for number in ("+4903012345678", "49301234567", "+49 30 1234567", "+5491123456789", "+999123456", None):
        assert not is_ordinary_phone(number)


def test_every_rule_of_a_numbering_plan_belongs_to_one_of_the_codes() -> None:
    for old, _ in numbering_plans._RULES:
        assert is_respelled("+" + re.match(r"\\\+(\d+)", old)[1])  # type: ignore[index]
