"""The rules of a customer."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, cast
from uuid import UUID

import pytest
from babel import Locale

from domain import cldr
from domain.customers.customer import Customer
from domain.customers.details import country_code, latest_birth, spelled
from domain.customers.errors import ContactPointNotFound
from domain.customers.events import (
    ContactPointAdded,
    ContactPointRemoved,
    CustomerDetailsCorrected,
    CustomerRegistered,
    ExternalIdAdded,
)
from domain.customers.languages import language_tag, three_letters
from domain.customers.mailability import Mailability
from domain.errors import InvalidInput
from domain.facts import CustomerFact, Fact, derived_id
from tests.domain.scenario import STREAM, Told, begun, given, minute, now
from tests.domain.scenario import told as told_of_anyone

TODAY = date(2026, 3, 2)
ADDRESS, NUMBER, OTHER_NUMBER, DOMAIN = (UUID(int=number) for number in (1, 2, 3, 4))
POINT = derived_id("contact-point", STREAM, "email", ADDRESS)
SMS_POINT = derived_id("contact-point", STREAM, "sms", ADDRESS)


def told(fact_class: type[CustomerFact], **values: Any) -> Told:
    return told_of_anyone(fact_class, **{"customer_id": STREAM} | values)


REGISTERED = told(
    CustomerRegistered,
    kind="person",
    name="Anna",
    language="es",
    attributes={"tier": "gold"},
    personal_attributes={"shoe": 38},
    at=minute(0),
)
ADDED = told(
    ContactPointAdded,
    contact_point_id=POINT,
    channel="email",
    address_id=ADDRESS,
    value="a@b.example",
    domain_ids=(DOMAIN,),
    mailability=Mailability.ANYWHERE,
)
REMOVED = told(ContactPointRemoved, contact_point_id=POINT, channel="email", address_id=ADDRESS)
NUMBERED = told(ExternalIdAdded, source="shop", profile_id=NUMBER, number="7")


def registered(**values: Any) -> Customer:
    content: dict[str, Any] = {"kind": "person", "details": {}, "attributes": {}, "personal_attributes": None}
    return Customer.register(STREAM, now(), **content | values)


def correcting(plain: Any = (), personal: Any = None, *, at: int = 1_000, **details: Any) -> Any:
    return lambda customer: customer.correct_details(
        now(minute(at)), details=details, attributes=dict(plain), personal_attributes=personal
    )


def adding(at: int = 1_000, **values: Any) -> Any:
    point: dict[str, Any] = {
        "channel": "email",
        "address_id": ADDRESS,
        "value": "a@b.example",
        "domain_ids": (DOMAIN,),
        "mailability": Mailability.ANYWHERE,
    }
    return lambda customer: customer.add_contact_point(now(minute(at)), **point | values)


def numbering(customer: Customer) -> None:
    customer.add_external_id(now(), source="shop", number="7", profile_id=NUMBER)


def removing(contact_point_id: UUID = POINT) -> Any:
    return lambda customer: customer.remove_contact_point(contact_point_id, now())


def loaded(*facts: Told) -> Customer:
    customer: Any = None
    for version, one in enumerate(facts, start=1):
        customer = one.fact(version).mutate(customer)
    return cast(Customer, customer)


# Registering


@pytest.mark.parametrize("kind", ["person", "organisation"])
def test_a_customer_is_registered_with_what_is_known(kind: str) -> None:
    details = {"name": "Anna", "birth_date": "1980-12-31", "year_of_birth": 1980, "country": "ES"}
    begun(lambda: registered(kind=kind, details=details, personal_attributes={"shoe": 38})).then(
        told(CustomerRegistered, kind=kind, attributes={}, **details, personal_attributes={"shoe": 38})
    )


def test_only_persons_and_organisations_can_be_customers() -> None:
    begun(lambda: registered(kind="robot")).then_refused(InvalidInput, path="kind")


def test_what_a_customer_was_registered_with_is_what_the_same_request_added() -> None:
    customer = registered()
    adding(label="preferred")(customer)
    customer.add_external_id(now(), source="shop", number="7", profile_id=NUMBER)
    customer.add_external_id(now(minute(2_000)), source="crm", number="8", profile_id=OTHER_NUMBER)
    assert customer.registered_with == {POINT: "preferred", NUMBER: None}


# Details


def test_details_are_spelled_in_one_way_and_a_birth_date_brings_its_year() -> None:
    given_details = {"country": "es", "language": "ES-mx", "time_zone": "Europe/Madrid", "name": "Ä. O'Neil"}
    assert spelled(given_details, TODAY) == given_details | {"country": "ES", "language": "es-MX"}
    assert spelled({"birth_date": "1980-12-31"}, TODAY) == {"birth_date": "1980-12-31", "year_of_birth": 1980}
    assert spelled({"birth_date": None}, TODAY) == {"birth_date": None, "year_of_birth": None}
    assert spelled({"birth_date": "1899-01-01"}, TODAY)["year_of_birth"] == 1899


@pytest.mark.parametrize(
    ("tag", "normal"),
    [
        ("EN", "en"),
        ("es-mx", "es-MX"),
        ("pt-br", "pt-BR"),
        ("zh-hans", "zh-Hans"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("ast", "ast"),
        ("bfi", "bfi"),
        ("qaa", "qaa"),
        ("QTZ-es", "qtz-ES"),
        ("spa", "es"),
        ("SPA-mx", "es-MX"),
        ("ger", "de"),
        ("iw", "he"),
        ("in-ID", "id-ID"),
        ("mo", "ro"),
        ("sh", "sr-Latn"),
        ("sh-Cyrl", "sr-Cyrl"),
        ("prs", "fa-AF"),
        ("zh-yue-HK", "yue-HK"),
        ("zh-cmn-hans", "zh-Hans"),
        ("zh-tw", "zh-TW"),
        ("en-uk", "en-GB"),
        ("es-724", "es-ES"),
        ("de-DD", "de-DE"),
        ("de-u-co-phonebk", "de-u-co-phonebk"),
        ("ca-valencia", "ca-valencia"),
        ("de-1996", "de-1996"),
        ("de-x-plattdt", "de-x-plattdt"),
    ],
)
def test_a_language_tag_has_one_canonical_form(tag: str, normal: str) -> None:
    assert language_tag(tag) == normal == language_tag(normal)


def test_the_canonical_form_of_every_replaced_code_is_its_own() -> None:
    for old in cldr.aliases("languages"):
        assert language_tag(old) == language_tag(language_tag(old)) != old
    for old in cldr.aliases("regions"):
        assert language_tag(f"en-{old}") == language_tag(language_tag(f"en-{old}")) != f"en-{old}"


@pytest.mark.parametrize("tag", ["xqz", "xqz-ES", "zh-xqz", "quu", "zz", "en-xqz"])
def test_a_language_that_is_not_registered_is_refused(tag: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        language_tag(tag)
    assert (refused.value.path, refused.value.code) == ("language", "invalid_language")


def test_every_registered_language_is_known() -> None:
    known = {name for code in ("en", "es") for name in Locale(code).languages if len(name) == 3}
    assert known <= three_letters() | cldr.aliases("languages").keys()
    assert len(three_letters()) == 8072


def test_three_letters_after_a_language_are_no_country() -> None:
    with pytest.raises(InvalidInput):
        language_tag("es-ESP")


def test_33_a_late_correction_is_stored_once_and_what_counts_already_is_not() -> None:
    newer = told(CustomerDetailsCorrected, corrected=("name",), name="Anne", at=minute(9))
    late = told(CustomerDetailsCorrected, corrected=("name",), name="Annie", at=minute(5))
    at_five = correcting(name="Annie", at=5)
    given(REGISTERED, newer).when(at_five).then(late)
    given(REGISTERED, newer, late).when(at_five).then_nothing()
    given(REGISTERED, newer).when(correcting(name="Anne")).then_nothing()
    given(REGISTERED, newer).when(correcting(name="Anna")).then(
        told(CustomerDetailsCorrected, corrected=("name",), name="Anna")
    )


def test_33_a_label_that_was_said_before_the_newest_one_is_stored_and_told_again_changes_nothing() -> None:
    newest, late = (
        replace(ADDED, values=ADDED.values | {"label": "work"}, at=minute(9)),
        adding(label="home", at=5),
    )
    stored = replace(newest, values=ADDED.values | {"label": "home"}, at=minute(5))
    given(REGISTERED, newest).when(late).then(stored)
    given(REGISTERED, newest, stored).when(late).then_nothing()
    given(REGISTERED, newest).when(adding(label="work")).then_nothing()


def test_kosovo_is_a_country() -> None:
    assert country_code("xk") == "XK"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("language", "e"),
        ("language", "español"),
        ("language", "es_MX"),
        ("language", "en-" + "x" * 9),
        ("language", "en" + "-abcdefgh" * 4),
        ("language", "zzzzz"),
        ("language", "zz"),
        ("language", "english"),
        ("language", "english-US"),
        ("language", "1n"),
        ("language", "en-"),
        ("language", "en-USA1-US"),
        ("language", "en-US-GB"),
        ("language", "en-u"),
        ("language", "x-klingon"),
        ("language", "und"),
        ("language", "MUL"),
        ("language", "zxx-ES"),
        ("language", "mis"),
        ("country", "Spain"),
        ("country", "ZZ"),
        ("country", ""),
        ("time_zone", "Madrid"),
        ("time_zone", "../../etc/passwd"),
        ("time_zone", "localtime"),
        ("time_zone", "Factory"),
        ("time_zone", "+02:00"),
        ("birth_date", "31.12.1980"),
        ("birth_date", "1980-02-30"),
        ("birth_date", "19801231"),
        ("birth_date", "2026-03-03"),
        ("name", " "),
        ("name", "a\x00b"),
        ("name", "x" * 501),
    ],
)
def test_a_detail_that_is_wrong_in_itself_is_refused_with_its_path(name: str, value: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        spelled({name: value}, TODAY)
    assert refused.value.path == name


def test_a_birth_date_is_refused_while_no_time_zone_has_its_day() -> None:
    for hour, accepted in ((9, date(2026, 3, 2)), (10, date(2026, 3, 3))):
        assert latest_birth(datetime(2026, 3, 2, hour, tzinfo=UTC)) == accepted


def test_a_detail_that_there_is_not_is_refused() -> None:
    with pytest.raises(InvalidInput):
        spelled({"year_of_birth": 1980}, TODAY)


# Correcting


def test_a_correction_names_what_it_corrects_and_nothing_else() -> None:
    given(REGISTERED).when(correcting(name="Ana", country="ES", language="es")).then(
        told(CustomerDetailsCorrected, corrected=("country", "name"), name="Ana", country="ES")
    )


def test_a_correction_back_at_the_instant_of_the_correction_counts_and_told_again_changes_nothing() -> None:
    there = told(CustomerDetailsCorrected, corrected=("name",), name="Ana")
    back = told(CustomerDetailsCorrected, corrected=("name",), name="Anna")
    at_once = replace(REGISTERED, at=minute(1_000))
    given(at_once, replace(there, at=minute(1_000))).when(correcting(name="Anna")).then(back)
    told_before = (at_once, replace(there, at=minute(1_000)), replace(back, at=minute(1_000)))
    given(*told_before).when(correcting(name="Anna")).then_nothing()
    given(*told_before).when(correcting(name="Ana")).then(there)


def test_a_detail_is_emptied_by_naming_it() -> None:
    given(REGISTERED).when(correcting(name=None, language="es")).then(
        told(CustomerDetailsCorrected, corrected=("name",))
    )


def test_a_birth_date_and_its_year_are_corrected_together() -> None:
    given(REGISTERED).when(correcting(birth_date="1980-12-31", year_of_birth=1980)).then(
        told(
            CustomerDetailsCorrected,
            corrected=("birth_date", "year_of_birth"),
            birth_date="1980-12-31",
            year_of_birth=1980,
        )
    )


def test_correcting_to_what_is_known_changes_nothing() -> None:
    given(REGISTERED).when(correcting(name="Anna", country=None)).then_nothing()
    given(REGISTERED).when(correcting({"tier": "gold", "size": None}, {"shoe": 38})).then_nothing()
    corrected = told(CustomerDetailsCorrected, corrected=("name",), name="Ana")
    given(REGISTERED, corrected).when(correcting(name="Ana")).then_nothing()
    given(REGISTERED, corrected).when(correcting(name="Anna")).then(
        told(CustomerDetailsCorrected, corrected=("name",), name="Anna")
    )


def test_attributes_are_corrected_one_by_one() -> None:
    given(REGISTERED).when(correcting({"tier": None, "size": 3}, {"shoe": 38, "hat": "M"})).then(
        told(
            CustomerDetailsCorrected,
            corrected=("attributes",),
            attributes={"tier": None, "size": 3},
            personal_attributes={"hat": "M"},
        )
    )


def test_an_attribute_that_was_declared_plain_since_is_told_anew() -> None:
    given(REGISTERED).when(correcting({"shoe": 38})).then(
        told(CustomerDetailsCorrected, corrected=("attributes",), attributes={"shoe": 38})
    )
    moved = told(CustomerDetailsCorrected, corrected=("attributes",), attributes={"shoe": 38})
    given(REGISTERED, moved).when(correcting({"shoe": 38})).then_nothing()


# Contact points


def test_a_contact_points_id_follows_from_customer_channel_and_address() -> None:
    given(REGISTERED).when(adding(label="preferred", region="ES")).then(
        told(
            ContactPointAdded,
            contact_point_id=POINT,
            channel="email",
            address_id=ADDRESS,
            value="a@b.example",
            domain_ids=(DOMAIN,),
            mailability=Mailability.ANYWHERE,
            label="preferred",
            region="ES",
        )
    )
    assert adding()(loaded(REGISTERED, ADDED)) == POINT


def test_adding_a_contact_point_again_changes_nothing_but_its_label() -> None:
    labelled = told(**_parts(ADDED) | {"label": "preferred"})
    given(REGISTERED, ADDED).when(adding()).then_nothing()
    given(REGISTERED, ADDED).when(adding(label="preferred")).then(labelled)
    given(REGISTERED, labelled).when(adding()).then_nothing()
    given(REGISTERED, labelled).when(adding(label="preferred")).then_nothing()


def test_a_removed_contact_point_can_be_added_again() -> None:
    given(REGISTERED, ADDED, REMOVED).when(adding()).then(ADDED)


@pytest.mark.parametrize(
    ("values", "path"),
    [({"channel": "fax"}, "channel"), ({"label": ""}, "label"), ({"label": "x" * 51}, "label")],
)
def test_a_contact_point_that_is_wrong_in_itself_is_refused(values: dict[str, Any], path: str) -> None:
    given(REGISTERED).when(adding(**values)).then_refused(InvalidInput, path=path)


def test_a_contact_point_is_removed_once() -> None:
    given(REGISTERED, ADDED).when(removing()).then(REMOVED)
    given(REGISTERED, ADDED, REMOVED).when(removing()).then_nothing()


def test_a_contact_point_the_customer_never_had_is_not_found() -> None:
    given(REGISTERED, ADDED).when(removing(SMS_POINT)).then_refused(ContactPointNotFound)
    with pytest.raises(ContactPointNotFound):
        loaded(REGISTERED, ADDED).contact_point(SMS_POINT)
    assert loaded(REGISTERED, ADDED, REMOVED).contact_point(POINT).removed


def test_an_address_is_held_while_any_contact_point_has_it() -> None:
    by_sms = told(**_parts(ADDED) | {"contact_point_id": SMS_POINT, "channel": "sms"})
    assert not loaded(REGISTERED).holds(ADDRESS)
    assert loaded(REGISTERED, ADDED).holds(ADDRESS)
    assert loaded(REGISTERED, ADDED, by_sms, REMOVED).holds(ADDRESS)
    assert not loaded(REGISTERED, ADDED, REMOVED).holds(ADDRESS)
    assert loaded(REGISTERED, NUMBERED).holds(NUMBER)


def test_a_forgotten_contact_point_is_added_again_once() -> None:
    forgotten = replace(ADDED, values={**ADDED.values, "value": None})
    given(REGISTERED, forgotten).when(adding()).then(ADDED)
    given(REGISTERED, forgotten, ADDED).when(adding()).then_nothing()
    given(REGISTERED, forgotten, REMOVED).when(removing()).then_nothing()


# External ids


def test_a_forgotten_external_id_is_added_again_once() -> None:
    forgotten = replace(NUMBERED, values={**NUMBERED.values, "number": None})
    given(REGISTERED, forgotten).when(numbering).then(NUMBERED)
    given(REGISTERED, forgotten, NUMBERED).when(numbering).then_nothing()


def test_an_external_id_is_added_once() -> None:
    given(REGISTERED).when(numbering).then(NUMBERED)
    given(REGISTERED, NUMBERED).when(numbering).then_nothing()


def test_external_ids_are_known_in_the_order_in_which_they_came() -> None:
    second = told(ExternalIdAdded, source="crm", profile_id=OTHER_NUMBER, number="8")
    customer = loaded(REGISTERED, NUMBERED, second)
    assert customer.numbered_before(OTHER_NUMBER) == {NUMBER: "shop"}
    assert customer.numbered_before(NUMBER) == {}
    assert customer.numbered_before(ADDRESS) == {NUMBER: "shop", OTHER_NUMBER: "crm"}


def _parts(one: Told) -> dict[str, Any]:
    fact_class: type[Fact] = one.fact_class
    return {"fact_class": fact_class, **one.values}
