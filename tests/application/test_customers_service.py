"""Use cases of customers."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from application.catalogue.commands import DeclareAttribute
from application.catalogue.service import CatalogueService
from application.customers.commands import (
    AddContactPoint,
    AddExternalId,
    CorrectCustomerDetails,
    GivenContactPoint,
    GivenExternalId,
    LinkProfile,
    RegisterCustomer,
    RemoveContactPoint,
    UnlinkProfile,
)
from application.customers.identities import Identities
from application.customers.service import CustomersService
from application.receipts import ReceiptExists
from application.requests import Answer, IdempotencyKey, Request
from domain.aggregates import Aggregate
from domain.customers.errors import (
    ContactPointNotFound,
    CustomerNotFound,
    LinkNotFound,
    RegistrationForgotten,
    ReservedForIdentifiers,
    SelfLink,
)
from domain.customers.events import (
    ContactPointAdded,
    ContactPointRemoved,
    CustomerDetailsCorrected,
    CustomerRegistered,
    ExternalIdAdded,
    IdentifierHolderAdded,
    IdentifierHolderRemoved,
    ProfileLinked,
    ProfileUnlinked,
)
from domain.errors import Conflict, DifferentContent, InFuture, InvalidInput, PreconditionFailed
from domain.facts import Fact, derived_id
from domain.identifiers.errors import (
    InvalidEmailAddress,
    InvalidIdentifier,
    InvalidPhoneNumber,
    InvalidPostalAddress,
)
from infrastructure.phone_and_email.normal_forms import LibraryNormalForms
from tests.application.memory_links import MemoryLinks
from tests.application.setting import ANNA, ID_KEY, NOW, STRANGER, Setting, of, request, shown

BERTA, CARL = (UUID(f"00000000-0000-4000-8000-0000000000{number}") for number in ("b1", "c1"))
EMAIL = GivenContactPoint(channel="email", value="Berta@Example.com")
SHOP_7, SHOP_8 = (GivenExternalId(source="shop", number=number) for number in ("7", "8"))
POST = GivenContactPoint(channel="post", value={"lines": ["Calle Mayor 1"], "city": "Madrid"})
PERSON = RegisterCustomer(customer_id=BERTA, kind="person")
IDENTITIES = Identities(ID_KEY, LibraryNormalForms(), "ES")
BY_EMAIL = IDENTITIES.address_of("email", "berta@example.com")[0]
BY_SHOP_7, BY_SHOP_8 = (IDENTITIES.number_of("shop", number)[0] for number in ("7", "8"))


@pytest.fixture
def setting() -> Setting:
    return Setting()


@pytest.fixture
def links(setting: Setting) -> MemoryLinks:
    return MemoryLinks(setting.store)


@pytest.fixture
def customers(setting: Setting, links: MemoryLinks) -> CustomersService:
    return CustomersService(
        store=setting.store, ids=setting.ids, links=links, identities=IDENTITIES, whose=setting.whose
    )


def register(customers: CustomersService, customer_id: UUID | None = BERTA, **values: Any) -> Answer:
    return customers.register_customer(replace(PERSON, customer_id=customer_id, **values), request())


def add(customers: CustomersService, given: GivenContactPoint, customer_id: UUID = BERTA) -> UUID:
    command = AddContactPoint(customer_id=customer_id, contact_point=given)
    return UUID(customers.add_contact_point(command, request()).body["contact_point_id"])


def link(customers: CustomersService, customer_id: UUID, profile_id: UUID) -> Answer:
    return customers.link_profile(LinkProfile(customer_id=customer_id, profile_id=profile_id), request())


def unlink(customers: CustomersService, customer_id: UUID, profile_id: UUID) -> Answer:
    return customers.unlink_profile(UnlinkProfile(customer_id=customer_id, profile_id=profile_id), request())


def names(facts: list[Fact]) -> list[str]:
    return [type(fact).__name__ for fact in facts]


def live(links: MemoryLinks) -> set[tuple[UUID, UUID, str]]:
    return {(one.profile_id, one.other_id, one.basis) for one in links.live()}


# Registering


def test_registering_answers_with_the_id_the_version_and_the_position(
    customers: CustomersService, setting: Setting
) -> None:
    answer = register(customers, None)
    assert shown(answer) == (True, False, 2)
    assert (answer.body, answer.version) == ({"customer_id": str(UUID(int=1))}, 1)


def test_a_customer_is_registered_reached_numbered_and_linked_in_one_save(
    customers: CustomersService, setting: Setting, links: MemoryLinks
) -> None:
    saves = setting.store.saves
    register(customers, contact_points=(EMAIL, POST), external_ids=(SHOP_7,), name="Berta", country="es")
    assert setting.store.saves == saves + 1
    assert names(setting.told()) == [
        "CustomerRegistered",
        "ExternalIdAdded",
        "ContactPointAdded",
        "ContactPointAdded",
        "ProfileLinked",
        "ProfileLinked",
    ]
    registered = setting.told()[0]
    assert isinstance(registered, CustomerRegistered)
    assert (registered.name, registered.country) == ("Berta", "ES")
    assert live(links) == {(BY_EMAIL, BERTA, "identifier"), (BY_SHOP_7, BERTA, "identifier")}


def test_a_new_customer_asks_the_log_for_no_link(customers: CustomersService, links: MemoryLinks) -> None:
    register(customers, None, contact_points=(EMAIL,), external_ids=(SHOP_7, SHOP_8))
    assert links.reads == 0


def test_an_address_is_kept_as_written_with_the_region_it_was_read_with(
    customers: CustomersService, setting: Setting
) -> None:
    phone = GivenContactPoint(channel="phone", value=" 612 34 56 78 ", label="preferred")
    register(customers, contact_points=(EMAIL, phone, POST))
    points = [fact for fact in setting.told() if isinstance(fact, ContactPointAdded)]
    assert [(point.value, point.region) for point in points] == [
        ("Berta@Example.com", None),
        ("612 34 56 78", "ES"),
        (POST.value, None),
    ]
    assert points[1].label == "preferred"
    assert points[1].address_id == IDENTITIES.address_of("sms", "+34612345678")[0]
    assert points[0].contact_point_id == derived_id("contact-point", BERTA, "email", BY_EMAIL)


@pytest.mark.parametrize(
    ("value", "mailability", "domains"),
    [
        ("Ann@Mail.Bücher.example", "anywhere", ("mail.bücher.example", "bücher.example")),
        ("jürgen@example.org", "with_smtputf8", ("example.org",)),
        ("ann@shop.co.uk", "anywhere", ("shop.co.uk", "co.uk")),
        ("ann@shop.invalid", "nowhere", ("shop.invalid",)),
    ],
)
def test_34_the_fact_says_whether_mail_can_be_sent_to_the_address_and_in_which_domains_it_is(
    customers: CustomersService, setting: Setting, value: str, mailability: str, domains: tuple[str, ...]
) -> None:
    point = GivenContactPoint(channel="email", value=value)
    register(customers, contact_points=(point,))
    (added,) = (fact for fact in setting.told() if isinstance(fact, ContactPointAdded))
    assert added.mailability == mailability
    assert added.domain_ids == tuple(IDENTITIES.domain_of(domain)[0] for domain in domains)


def test_34_of_a_phone_number_the_fact_says_neither(customers: CustomersService, setting: Setting) -> None:
    point = GivenContactPoint(channel="sms", value="+34 612 345 678")
    register(customers, contact_points=(point,))
    (added,) = (fact for fact in setting.told() if isinstance(fact, ContactPointAdded))
    assert (added.mailability, added.domain_ids) == (None, ())


def test_attributes_that_are_not_declared_plain_are_personal(
    customers: CustomersService, setting: Setting
) -> None:
    tier = DeclareAttribute(name="tier", scope="customer", type="text")
    CatalogueService(store=setting.store).declare_attribute(tier, request())
    register(customers, attributes={"tier": "gold", "shoe": 38}, birth_date="1980-12-31")
    registered = setting.told()[-1]
    assert isinstance(registered, CustomerRegistered)
    assert (registered.attributes, registered.personal_attributes) == ({"tier": "gold"}, {"shoe": 38})
    assert (registered.birth_date, registered.year_of_birth) == ("1980-12-31", 1980)


@pytest.mark.parametrize(
    ("values", "error", "path"),
    [
        ({"kind": "robot"}, InvalidInput, "kind"),
        ({"language": "x"}, InvalidInput, "language"),
        ({"time_zone": "Madrid"}, InvalidInput, "time_zone"),
        ({"birth_date": "2026-03-04"}, InvalidInput, "birth_date"),
        ({"occurred_at": NOW + timedelta(minutes=6)}, InFuture, "occurred_at"),
        (
            {"contact_points": (EMAIL, replace(EMAIL, value="berta"))},
            InvalidEmailAddress,
            "contact_points.1.value",
        ),
        ({"contact_points": (replace(EMAIL, channel="fax"),)}, InvalidIdentifier, "contact_points.0.channel"),
        ({"contact_points": (replace(EMAIL, label=""),)}, InvalidInput, "contact_points.0.label"),
        (
            {"contact_points": (GivenContactPoint(channel="sms", value="12"),)},
            InvalidPhoneNumber,
            "contact_points.0.value",
        ),
        (
            {"contact_points": (replace(POST, value={"city": "Madrid"}),)},
            InvalidPostalAddress,
            "contact_points.0.value.lines",
        ),
        ({"external_ids": (SHOP_7, replace(SHOP_8, number=" "))}, InvalidIdentifier, "external_ids.1.number"),
        ({"external_ids": (replace(SHOP_8, source=""),)}, InvalidIdentifier, "external_ids.0.source"),
    ],
)
def test_a_registration_that_is_wrong_in_itself_is_refused_with_its_path(
    customers: CustomersService,
    setting: Setting,
    values: dict[str, Any],
    error: type[InvalidInput],
    path: str,
) -> None:
    with pytest.raises(error) as refused:
        register(customers, **values)
    assert refused.value.path == path
    assert setting.told() == []


REGISTRATION: dict[str, Any] = {
    "name": "Berta",
    "attributes": {"shoe": 38},
    "contact_points": (EMAIL,),
    "external_ids": (SHOP_7,),
}


def test_the_same_registration_again_is_a_duplicate(customers: CustomersService, setting: Setting) -> None:
    register(customers, **REGISTRATION)
    later = request(correlation_id=CARL)
    customers.add_contact_point(AddContactPoint(customer_id=BERTA, contact_point=POST), later)
    head = setting.store.head()
    again = customers.register_customer(
        replace(PERSON, **REGISTRATION), request(received_at=NOW + timedelta(days=1))
    )
    assert shown(again) == (False, True, head)
    assert again.body == {"customer_id": str(BERTA), "duplicate": True}
    assert setting.store.head() == head


@pytest.mark.parametrize(
    "content",
    [
        REGISTRATION,
        {"name": "Berta"},
        {"attributes": {"shoe": 38}},
        {"contact_points": (EMAIL,)},
        {"external_ids": (SHOP_7,)},
    ],
)
def test_a_forgotten_registration_again_is_refused_and_stores_nothing(
    customers: CustomersService, setting: Setting, content: dict[str, Any]
) -> None:
    register(customers, **content)
    setting.store.forget(BERTA)
    head = setting.store.head()
    for again in (content, {"name": "Bertha", "contact_points": (POST,)}):
        with pytest.raises(RegistrationForgotten):
            customers.register_customer(
                replace(PERSON, **again), request(received_at=NOW + timedelta(days=1))
            )
    assert setting.store.head() == head


def test_a_registration_without_anything_personal_is_a_duplicate_also_after_forgetting(
    customers: CustomersService, setting: Setting
) -> None:
    register(customers)
    setting.store.forget(BERTA)
    assert register(customers).duplicate


@pytest.mark.parametrize(
    "other",
    [
        {"kind": "organisation"},
        {"name": "Bertha"},
        {"contact_points": ()},
        {"contact_points": (EMAIL, POST)},
        {"contact_points": (replace(EMAIL, label="preferred"),)},
        {"external_ids": (SHOP_7, SHOP_8)},
        {"occurred_at": NOW - timedelta(days=1)},
    ],
)
def test_the_same_id_with_another_content_names_the_first_position(
    customers: CustomersService, setting: Setting, other: dict[str, Any]
) -> None:
    content: dict[str, Any] = {"name": "Berta", "contact_points": (EMAIL,), "external_ids": (SHOP_7,)}
    register(customers, **content)
    head = setting.store.head()
    with pytest.raises(DifferentContent) as refused:
        register(customers, **content | other)
    assert refused.value.details == {"position": "2"}
    assert setting.store.head() == head


def test_two_registrations_at_once_end_as_one_and_a_duplicate(
    customers: CustomersService, setting: Setting
) -> None:
    setting.store.meanwhile = lambda: register(customers, contact_points=(EMAIL,)) and None
    assert register(customers, contact_points=(EMAIL,)).duplicate
    assert names(setting.told()) == ["CustomerRegistered", "ContactPointAdded", "ProfileLinked"]


def test_two_customers_who_take_an_address_at_once_share_it(
    customers: CustomersService, setting: Setting, links: MemoryLinks
) -> None:
    setting.store.meanwhile = lambda: register(customers, CARL, contact_points=(EMAIL,)) and None
    register(customers, contact_points=(EMAIL,))
    assert names(setting.told())[-2:] == ["IdentifierHolderAdded", "ProfileUnlinked"]
    assert live(links) == set()


def test_a_request_that_was_answered_stores_nothing_again(
    customers: CustomersService, setting: Setting
) -> None:
    keyed = request(idempotency_key=IdempotencyKey(subject="shop", key="1", fingerprint=b"x"))
    customers.register_customer(replace(PERSON, customer_id=None, contact_points=(EMAIL,)), keyed)
    head = setting.store.head()
    with pytest.raises(ReceiptExists):
        customers.register_customer(replace(PERSON, customer_id=None, contact_points=(EMAIL,)), keyed)
    assert setting.store.head() == head


# Details


def test_details_are_corrected_on_the_version_that_was_named(
    customers: CustomersService, setting: Setting
) -> None:
    correction = CorrectCustomerDetails(
        customer_id=ANNA, details={"language": "ES", "birth_date": None}, attributes={"shoe": 38}
    )
    answer = customers.correct_customer_details(correction, request(expected=of(1)))
    (fact,) = setting.told()
    assert isinstance(fact, CustomerDetailsCorrected)
    assert (fact.corrected, fact.language) == (("language", "attributes"), "es")
    assert (fact.personal_attributes, answer.version) == ({"shoe": 38}, 2)
    with pytest.raises(PreconditionFailed):
        customers.correct_customer_details(correction, request(expected=of(1)))
    assert customers.correct_customer_details(correction, request()).version == 2
    assert len(setting.told()) == 1


def correct(customers: CustomersService, customer_id: UUID, name: str, **asked: Any) -> Answer:
    command = CorrectCustomerDetails(customer_id=customer_id, details={"name": name})
    return customers.correct_customer_details(command, request(**asked))


def test_under_a_merged_id_the_canonical_profile_is_corrected(
    customers: CustomersService, setting: Setting
) -> None:
    register(customers, contact_points=(EMAIL,))
    link(customers, BERTA, ANNA)
    for merged in (BERTA, BY_EMAIL):
        answer = correct(customers, merged, f"by {merged}", expected=None)
        fact = setting.told()[-1]
        assert isinstance(fact, CustomerDetailsCorrected)
        assert fact.customer_id == ANNA
        assert answer.body == {"customer_id": str(ANNA), "asked_for": str(merged)}
    assert correct(customers, ANNA, "by her own").body == {"customer_id": str(ANNA)}


def test_under_a_merged_id_a_version_counts_with_the_stream_that_it_is_of(
    customers: CustomersService, setting: Setting
) -> None:
    """A version alone may be another profile's: the link may have come or gone since it was shown."""
    register(customers)
    link(customers, ANNA, BERTA)
    of_anna = {"expected": of(1, ANNA)}
    for stale in ({"expected": of(1)}, {"expected": of(1, BERTA)}):
        with pytest.raises(PreconditionFailed) as refused:
            correct(customers, BERTA, "Anne", **stale)
        assert refused.value.details == {"version": 1}
    assert correct(customers, BERTA, "Anne", **of_anna).version == 2
    unlink(customers, ANNA, BERTA)
    head = setting.store.head()
    with pytest.raises(PreconditionFailed):
        correct(customers, BERTA, "Berta", expected=of(1, ANNA))
    assert setting.store.head() == head
    assert correct(customers, BERTA, "Berta", expected=of(1)).body == {"customer_id": str(BERTA)}


def test_a_correction_finds_out_anew_whose_it_is_when_somebody_else_saved_first(
    customers: CustomersService, setting: Setting
) -> None:
    register(customers)
    link(customers, ANNA, BERTA)

    def meanwhile() -> None:
        correct(customers, ANNA, "Anna")
        unlink(customers, ANNA, BERTA)

    setting.store.meanwhile = meanwhile
    answer = correct(customers, BERTA, "Berta")
    fact = setting.told()[-1]
    assert isinstance(fact, CustomerDetailsCorrected)
    assert (fact.customer_id, answer.body) == (BERTA, {"customer_id": str(BERTA)})


def test_a_linked_profiles_contact_point_is_removed_from_the_profile_that_has_it(
    customers: CustomersService, setting: Setting
) -> None:
    register(customers)
    point = add(customers, EMAIL)
    remove = RemoveContactPoint(customer_id=ANNA, contact_point_id=point)
    with pytest.raises(ContactPointNotFound):
        customers.remove_contact_point(remove, request())
    link(customers, ANNA, BERTA)
    before = setting.store.head()
    answer = customers.remove_contact_point(remove, request())
    removed = next(fact for fact in setting.store.log[before:] if isinstance(fact, ContactPointRemoved))
    assert (removed.customer_id, removed.contact_point_id) == (BERTA, point)
    assert (answer.body, answer.version) == ({"customer_id": str(BERTA)}, None)


def test_a_detail_that_is_wrong_in_itself_is_not_corrected(
    customers: CustomersService, setting: Setting
) -> None:
    with pytest.raises(InvalidInput) as refused:
        customers.correct_customer_details(
            CorrectCustomerDetails(customer_id=ANNA, details={"country": "ZZ"}), request()
        )
    assert refused.value.path == "country"
    assert setting.told() == []


def test_commands_about_a_customer_that_nobody_registered_are_refused(
    customers: CustomersService, setting: Setting
) -> None:
    point = derived_id("contact-point", STRANGER, "email", BY_EMAIL)
    commands: list[Any] = [
        lambda: customers.correct_customer_details(CorrectCustomerDetails(customer_id=STRANGER), request()),
        lambda: add(customers, EMAIL, STRANGER),
        lambda: customers.remove_contact_point(
            RemoveContactPoint(customer_id=STRANGER, contact_point_id=point), request()
        ),
        lambda: customers.add_external_id(AddExternalId(customer_id=STRANGER, external_id=SHOP_7), request()),
        lambda: link(customers, STRANGER, ANNA),
        lambda: unlink(customers, STRANGER, ANNA),
        lambda: link(customers, ANNA, STRANGER),
    ]
    for command in commands:
        with pytest.raises(CustomerNotFound):
            command()
    assert setting.told() == []


# Contact points and external ids


def test_the_same_contact_point_again_answers_with_the_same_id(
    customers: CustomersService, setting: Setting
) -> None:
    command = AddContactPoint(customer_id=ANNA, contact_point=EMAIL)
    first = customers.add_contact_point(command, request())
    spelled_otherwise = replace(command, contact_point=replace(EMAIL, value="BERTA@example.com "))
    again = customers.add_contact_point(spelled_otherwise, request())
    assert (first.created, again.created) == (True, False)
    assert first.body == again.body
    assert names(setting.told()) == ["ContactPointAdded", "ProfileLinked"]
    labelled = replace(command, contact_point=replace(EMAIL, label="preferred"))
    assert customers.add_contact_point(labelled, request()).version == 3
    assert names(setting.told()) == ["ContactPointAdded", "ProfileLinked", "ContactPointAdded"]


def test_a_blocked_address_links_nobody(customers: CustomersService, setting: Setting) -> None:
    add(customers, GivenContactPoint(channel="email", value="noreply@example.com"), ANNA)
    customers.add_external_id(
        AddExternalId(customer_id=ANNA, external_id=GivenExternalId(source="shop", number="000")), request()
    )
    assert names(setting.told()) == ["ContactPointAdded", "ExternalIdAdded"]


@pytest.mark.parametrize("channel", ["post", "social", "push"])
def test_an_address_of_another_kind_links_nobody(
    customers: CustomersService, setting: Setting, channel: str
) -> None:
    given = POST if channel == "post" else GivenContactPoint(channel=channel, value="berta")
    for customer_id in (ANNA, BERTA):
        register(customers, customer_id) if customer_id == BERTA else None
        add(customers, given, customer_id)
    assert names(setting.told()) == ["ContactPointAdded", "CustomerRegistered", "ContactPointAdded"]


def test_one_number_for_phone_and_sms_counts_once(
    customers: CustomersService, setting: Setting, links: MemoryLinks
) -> None:
    by_phone, by_sms = (
        add(customers, GivenContactPoint(channel=channel, value=value), ANNA)
        for channel, value in (("phone", "612345678"), ("sms", "+34 612 345 678"))
    )
    assert names(setting.told()) == ["ContactPointAdded", "ProfileLinked", "ContactPointAdded"]
    remove = RemoveContactPoint(customer_id=ANNA, contact_point_id=by_phone)
    customers.remove_contact_point(remove, request())
    assert len(live(links)) == 1
    customers.remove_contact_point(replace(remove, contact_point_id=by_sms), request())
    assert live(links) == set()


def test_removing_a_contact_point_lets_its_address_go(
    customers: CustomersService, setting: Setting, links: MemoryLinks
) -> None:
    point = add(customers, EMAIL, ANNA)
    remove = RemoveContactPoint(customer_id=ANNA, contact_point_id=point)
    customers.remove_contact_point(remove, request())
    told = setting.told()[2:]
    assert [type(fact) for fact in told] == [ContactPointRemoved, IdentifierHolderRemoved, ProfileUnlinked]
    assert customers.remove_contact_point(remove, request()).version == 3
    assert len(setting.told()) == 5
    add(customers, EMAIL, ANNA)
    assert live(links) == {(BY_EMAIL, ANNA, "identifier")}
    with pytest.raises(ContactPointNotFound):
        customers.remove_contact_point(replace(remove, contact_point_id=BY_EMAIL), request())


def test_a_second_customer_at_an_address_makes_it_nobodys(
    customers: CustomersService, setting: Setting, links: MemoryLinks
) -> None:
    add(customers, EMAIL, ANNA)
    register(customers, contact_points=(EMAIL,))
    shared, ended = setting.told()[-2:]
    assert isinstance(shared, IdentifierHolderAdded)
    assert isinstance(ended, ProfileUnlinked)
    assert (shared.customer_id, shared.holder_id) == (BY_EMAIL, BERTA)
    assert (ended.customer_id, ended.other_profile_id, ended.basis) == (BY_EMAIL, ANNA, "identifier")
    assert live(links) == set()


def test_when_one_customer_is_left_at_an_address_it_is_theirs(
    customers: CustomersService, links: MemoryLinks
) -> None:
    point = add(customers, EMAIL, ANNA)
    register(customers, contact_points=(EMAIL,))
    customers.remove_contact_point(RemoveContactPoint(customer_id=ANNA, contact_point_id=point), request())
    assert live(links) == {(BY_EMAIL, BERTA, "identifier")}


def test_the_same_external_id_again_changes_nothing(customers: CustomersService, setting: Setting) -> None:
    command = AddExternalId(customer_id=ANNA, external_id=SHOP_7)
    first = customers.add_external_id(command, request())
    again = customers.add_external_id(replace(command, external_id=replace(SHOP_7, number=" 7 ")), request())
    assert (first.created, again.created) == (True, False)
    assert first.body == again.body == {"customer_id": str(ANNA), "profile_id": str(BY_SHOP_7)}
    assert [type(fact) for fact in setting.told()] == [ExternalIdAdded, ProfileLinked]


def test_two_numbers_of_one_source_are_never_merged_by_a_machine(
    customers: CustomersService, setting: Setting, links: MemoryLinks
) -> None:
    register(customers, external_ids=(SHOP_7, SHOP_8, GivenExternalId(source="crm", number="8")))
    contradicted = [
        fact for fact in setting.told() if isinstance(fact, IdentifierHolderAdded) and fact.contradicts
    ]
    assert [(fact.customer_id, fact.holder_id) for fact in contradicted] == [(BY_SHOP_8, BERTA)]
    assert (BY_SHOP_7, BERTA, "identifier") in live(links)
    assert len(live(links)) == 2
    register(customers, CARL, external_ids=(SHOP_8,))
    assert len(live(links)) == 2


def test_the_numbers_of_one_person_are_those_of_all_their_profiles(
    customers: CustomersService, links: MemoryLinks
) -> None:
    register(customers, external_ids=(SHOP_7,))
    link(customers, ANNA, BERTA)
    customers.add_external_id(AddExternalId(customer_id=ANNA, external_id=SHOP_8), request())
    assert BY_SHOP_8 not in {one.profile_id for one in links.live()}


def test_an_address_does_not_merge_two_people_whose_numbers_differ(
    customers: CustomersService, setting: Setting, links: MemoryLinks
) -> None:
    register(customers, external_ids=(SHOP_7,))
    register(customers, CARL, contact_points=(EMAIL,), external_ids=(SHOP_8,))
    point = derived_id("contact-point", CARL, "email", BY_EMAIL)
    customers.remove_contact_point(RemoveContactPoint(customer_id=CARL, contact_point_id=point), request())
    link(customers, BERTA, BY_EMAIL)
    add(customers, EMAIL, CARL)
    contradicted = setting.told()[-1]
    assert isinstance(contradicted, IdentifierHolderAdded)
    assert contradicted.contradicts
    assert (BY_EMAIL, CARL, "identifier") not in live(links)


# Links


def test_a_link_is_stated_once_and_ends_once(
    customers: CustomersService, setting: Setting, links: MemoryLinks
) -> None:
    register(customers)
    assert shown(link(customers, ANNA, BERTA)) == (True, False, 3)
    assert live(links) == {(BERTA, ANNA, "stated")}
    assert shown(link(customers, ANNA, BERTA)) == (False, True, 3)
    assert shown(link(customers, BERTA, ANNA)) == (False, True, 3)
    unlink(customers, BERTA, ANNA)
    assert live(links) == set()
    with pytest.raises(LinkNotFound):
        unlink(customers, ANNA, BERTA)
    assert setting.store.head() == 4


def test_a_profile_that_only_has_facts_can_be_linked(customers: CustomersService, links: MemoryLinks) -> None:
    add(customers, POST, ANNA)
    address = IDENTITIES.address_of("post", POST.value)[0]
    link(customers, ANNA, address)
    assert live(links) == {(address, ANNA, "stated")}


def test_a_customer_is_not_linked_to_themselves(customers: CustomersService, setting: Setting) -> None:
    with pytest.raises(SelfLink):
        link(customers, ANNA, ANNA)
    assert setting.told() == []


def test_a_shared_address_links_again_while_its_holders_are_linked(
    customers: CustomersService, setting: Setting, links: MemoryLinks
) -> None:
    add(customers, EMAIL, ANNA)
    register(customers, contact_points=(EMAIL,))
    before, saves = live(links), setting.store.saves
    link(customers, BERTA, ANNA)
    assert setting.store.saves == saves + 1
    assert live(links) == {(ANNA, BERTA, "stated"), (BY_EMAIL, ANNA, "identifier")}
    unlink(customers, BERTA, ANNA)
    assert live(links) == before


def test_holders_may_be_linked_over_others(customers: CustomersService, links: MemoryLinks) -> None:
    add(customers, EMAIL, ANNA)
    register(customers, contact_points=(EMAIL,))
    register(customers, CARL)
    link(customers, CARL, ANNA)
    assert (BY_EMAIL, ANNA, "identifier") not in live(links)
    link(customers, CARL, BERTA)
    assert (BY_EMAIL, ANNA, "identifier") in live(links)
    unlink(customers, CARL, ANNA)
    assert (BY_EMAIL, ANNA, "identifier") not in live(links)


def test_stating_what_the_identifier_says_and_taking_it_back_leaves_the_link(
    customers: CustomersService, links: MemoryLinks
) -> None:
    add(customers, EMAIL, ANNA)
    link(customers, ANNA, BY_EMAIL)
    assert live(links) == {(BY_EMAIL, ANNA, "stated")}
    unlink(customers, ANNA, BY_EMAIL)
    assert live(links) == {(BY_EMAIL, ANNA, "identifier")}


def test_unlinking_an_address_by_hand_lets_the_next_customer_have_it(
    customers: CustomersService, links: MemoryLinks
) -> None:
    add(customers, EMAIL, ANNA)
    unlink(customers, ANNA, BY_EMAIL)
    add(customers, EMAIL, ANNA)
    assert live(links) == set()
    register(customers, contact_points=(EMAIL,))
    assert live(links) == {(BY_EMAIL, BERTA, "identifier")}


@pytest.mark.parametrize("profile", [BY_EMAIL, BY_SHOP_7])
def test_nobody_is_registered_under_the_profile_of_an_identifier(
    customers: CustomersService, setting: Setting, links: MemoryLinks, profile: UUID
) -> None:
    add(customers, EMAIL, ANNA)
    before, head = live(links), setting.store.head()
    for points in ((), (EMAIL,)):
        with pytest.raises(ReservedForIdentifiers) as refused:
            register(customers, profile, contact_points=points)
        assert (refused.value.path, refused.value.code) == ("customer_id", "reserved")
    assert (live(links), setting.store.head()) == (before, head)


def test_a_link_that_ended_between_reading_and_saving_is_seen_afterwards(
    customers: CustomersService, setting: Setting, links: MemoryLinks
) -> None:
    add(customers, EMAIL, ANNA)
    register(customers)
    link(customers, ANNA, BERTA)
    setting.store.meanwhile = lambda: unlink(customers, ANNA, BERTA) and None
    add(customers, EMAIL, BERTA)
    assert live(links) == set()


def test_when_two_settle_at_once_the_later_one_settles_again(
    customers: CustomersService, setting: Setting, links: MemoryLinks, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(customers, EMAIL, ANNA)
    register(customers)
    link(customers, ANNA, BERTA)
    setting.store.meanwhile = lambda: unlink(customers, ANNA, BERTA) and None
    save, refused = setting.store.save, []

    def others_first(*aggregates: Aggregate, request: Request, answer: Answer) -> Answer:
        settling = answer == Answer() and aggregates
        if settling and not refused:
            refused.append(aggregates)
            raise Conflict()
        return save(*aggregates, request=request, answer=answer)

    monkeypatch.setattr(setting.store, "save", others_first)
    assert add(customers, EMAIL, BERTA)
    assert refused
    assert live(links) == set()
