"""Use cases of consents and withdrawals."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from application.customers.commands import (
    AddContactPoint,
    GivenContactPoint,
    GrantConsent,
    LinkProfile,
    RegisterCustomer,
    RemoveContactPoint,
    UnlinkProfile,
    WithdrawConsent,
)
from application.customers.identities import Identities
from application.customers.service import CustomersService
from application.customers.whose import GivenIdentifier
from domain.catalogue.catalogue import CATALOGUE, Catalogue
from domain.catalogue.errors import UndeclaredName
from domain.customers.errors import ContactPointNotFound, CustomerNotFound
from domain.customers.events import ConsentGranted, ConsentWithdrawn
from domain.errors import InFuture, InvalidInput
from infrastructure.phone_and_email.normal_forms import LibraryNormalForms
from tests.application.memory_links import MemoryLinks
from tests.application.setting import (
    ANNA,
    BY_EMAIL,
    ID_KEY,
    NOW,
    STRANGER,
    Setting,
    declare,
    request,
    shown,
)

EVIDENCE = {"source": "web form"}
GRANT = GrantConsent(customer_id=ANNA, purpose="marketing", channel="email", evidence=EVIDENCE)
WITHDRAWAL = WithdrawConsent(customer_id=ANNA)


@pytest.fixture
def setting() -> Setting:
    return Setting()


@pytest.fixture
def customers(setting: Setting) -> CustomersService:
    return CustomersService(
        store=setting.store,
        ids=setting.ids,
        links=MemoryLinks(setting.store),
        identities=Identities(ID_KEY, LibraryNormalForms(), "ES"),
        whose=setting.whose,
    )


@pytest.fixture
def sms_point(customers: CustomersService) -> UUID:
    command = AddContactPoint(
        customer_id=ANNA, contact_point=GivenContactPoint(channel="sms", value="612345678")
    )
    return UUID(customers.add_contact_point(command, request()).body["contact_point_id"])


def test_a_consent_is_stored_with_its_evidence(customers: CustomersService, setting: Setting) -> None:
    declare(setting.store, topic="lamps", brand="North")
    granted = replace(GRANT, topic="LAMPS", expires_at=NOW + timedelta(days=30), brand="north")
    answer = customers.grant_consent(granted, request())
    fact = setting.told()[-1]
    assert isinstance(fact, ConsentGranted)
    assert (fact.customer_id, fact.channel, fact.evidence) == (ANNA, "email", EVIDENCE)
    assert (fact.topic, fact.topic_folded, fact.brand, fact.brand_folded) == (
        "lamps",
        "lamps",
        "North",
        "north",
    )
    assert shown(answer) == (False, False, 4)
    assert answer.body == {"customer_id": str(ANNA)}


def test_a_withdrawal_is_stored_whether_its_names_are_declared_or_not(
    customers: CustomersService, setting: Setting
) -> None:
    declare(setting.store, topic="Ofertas")
    withdrawn = replace(WITHDRAWAL, purpose="Win-back", topic="OFERTAS", brand="North", division="Retail")
    customers.withdraw_consent(withdrawn, request())
    fact = setting.told()[-1]
    assert isinstance(fact, ConsentWithdrawn)
    assert (fact.purpose, fact.topic, fact.brand, fact.division) == ("Win-back", "Ofertas", "North", "Retail")
    assert (fact.purpose_folded, fact.topic_folded) == ("win-back", "ofertas")
    assert (fact.brand_folded, fact.division_folded) == ("north", "retail")


def test_a_withdrawal_is_stored_where_the_catalogue_cannot_be_read(
    customers: CustomersService, setting: Setting
) -> None:
    declare(setting.store, topic="Ofertas")
    setting.store.unreadable.add(Catalogue.stream_of(CATALOGUE))
    customers.withdraw_consent(replace(WITHDRAWAL, topic="ofertas"), request())
    fact = setting.told()[-1]
    assert isinstance(fact, ConsentWithdrawn)
    assert (fact.topic, fact.topic_folded) == ("ofertas", "ofertas")


def test_the_same_withdrawal_in_another_spelling_changes_nothing(
    customers: CustomersService, setting: Setting
) -> None:
    for topic in ("Ofertas", "ofertas"):
        dated = replace(WITHDRAWAL, topic=topic, occurred_at=NOW - timedelta(days=2))
        customers.withdraw_consent(dated, request())
    assert len(setting.told()) == 1


def test_a_withdrawal_may_leave_everything_open(customers: CustomersService, setting: Setting) -> None:
    customers.withdraw_consent(WITHDRAWAL, request())
    (fact,) = setting.told()
    assert isinstance(fact, ConsentWithdrawn)
    assert (fact.purpose, fact.channel, fact.contact_point_id, fact.topic) == (None, None, None, None)


def test_at_a_contact_point_its_channel_is_recorded(
    customers: CustomersService, setting: Setting, sms_point: UUID
) -> None:
    customers.grant_consent(replace(GRANT, channel=None, contact_point_id=sms_point), request())
    customers.withdraw_consent(replace(WITHDRAWAL, contact_point_id=sms_point), request())
    granted, withdrawn = setting.told()[-2:]
    assert isinstance(granted, ConsentGranted)
    assert isinstance(withdrawn, ConsentWithdrawn)
    assert (granted.channel, granted.contact_point_id) == ("sms", sms_point)
    assert (withdrawn.channel, withdrawn.contact_point_id) == ("sms", sms_point)


def test_a_removed_contact_point_takes_withdrawals_but_no_consents(
    customers: CustomersService, setting: Setting, sms_point: UUID
) -> None:
    customers.remove_contact_point(
        RemoveContactPoint(customer_id=ANNA, contact_point_id=sms_point), request()
    )
    with pytest.raises(ContactPointNotFound):
        customers.grant_consent(replace(GRANT, channel=None, contact_point_id=sms_point), request())
    customers.withdraw_consent(replace(WITHDRAWAL, contact_point_id=sms_point), request())
    assert isinstance(setting.told()[-1], ConsentWithdrawn)


def test_an_opt_out_of_someone_never_registered_is_stored_on_the_identifiers_profile(
    customers: CustomersService, setting: Setting
) -> None:
    answer = customers.withdraw_consent(replace(WITHDRAWAL, customer_id=None, identifier=BY_EMAIL), request())
    customers.grant_consent(replace(GRANT, customer_id=None, identifier=BY_EMAIL), request())
    withdrawn, granted = setting.told()
    assert isinstance(withdrawn, ConsentWithdrawn)
    assert isinstance(granted, ConsentGranted)
    assert withdrawn.customer_id == granted.customer_id == setting.profile_by_email()
    assert answer.body == {"customer_id": str(setting.profile_by_email()), "undeclared_names": []}


def test_what_was_said_before_with_the_same_date_changes_nothing(
    customers: CustomersService, setting: Setting
) -> None:
    dated = replace(GRANT, occurred_at=NOW - timedelta(days=3))
    for _ in range(2):
        customers.grant_consent(dated, request())
        customers.withdraw_consent(replace(WITHDRAWAL, occurred_at=NOW - timedelta(days=2)), request())
    assert [type(fact) for fact in setting.told()] == [ConsentGranted, ConsentWithdrawn]
    customers.withdraw_consent(WITHDRAWAL, request())
    assert len(setting.told()) == 3


def test_two_first_statements_at_once_are_both_kept(customers: CustomersService, setting: Setting) -> None:
    setting.store.meanwhile = lambda: customers.grant_consent(GRANT, request()) and None
    customers.withdraw_consent(WITHDRAWAL, request())
    assert [type(fact) for fact in setting.told()] == [ConsentGranted, ConsentWithdrawn]


@pytest.mark.parametrize(
    ("command", "error", "path"),
    [
        (replace(GRANT, purpose="win-back"), UndeclaredName, "purpose"),
        (replace(GRANT, topic="lamps"), UndeclaredName, "topic"),
        (replace(GRANT, brand="north"), UndeclaredName, "brand"),
        (replace(GRANT, division="retail"), UndeclaredName, "division"),
        (replace(GRANT, channel=None), InvalidInput, "channel"),
        (replace(GRANT, channel="fax"), InvalidInput, "channel"),
        (replace(WITHDRAWAL, channel="fax"), InvalidInput, "channel"),
        (replace(GRANT, evidence={"text": "yes"}), InvalidInput, "evidence.source"),
        (replace(GRANT, expires_at=NOW), InvalidInput, "expires_at"),
        (replace(GRANT, identifier=BY_EMAIL), InvalidInput, "customer_id"),
        (replace(WITHDRAWAL, customer_id=None), InvalidInput, "customer_id"),
        (
            replace(WITHDRAWAL, customer_id=None, identifier=GivenIdentifier(kind="fax", value="1")),
            InvalidInput,
            "identifier.kind",
        ),
        (replace(GRANT, occurred_at=NOW + timedelta(hours=1)), InFuture, "occurred_at"),
    ],
)
def test_what_is_wrong_in_itself_is_refused_with_its_path(
    customers: CustomersService, setting: Setting, command: Any, error: type[InvalidInput], path: str
) -> None:
    is_grant = isinstance(command, GrantConsent)
    with pytest.raises(error) as refused:
        (customers.grant_consent if is_grant else customers.withdraw_consent)(command, request())
    assert refused.value.path == path
    assert setting.told() == []


def test_a_contact_point_of_another_channel_or_customer_is_refused(
    customers: CustomersService, setting: Setting, sms_point: UUID
) -> None:
    head = setting.store.head()
    with pytest.raises(InvalidInput):
        customers.grant_consent(replace(GRANT, contact_point_id=sms_point), request())
    with pytest.raises(ContactPointNotFound):
        customers.grant_consent(replace(GRANT, contact_point_id=ANNA), request())
    with pytest.raises(ContactPointNotFound):
        nobody = replace(WITHDRAWAL, customer_id=None, identifier=BY_EMAIL, contact_point_id=sms_point)
        customers.withdraw_consent(nobody, request())
    assert setting.store.head() == head


def linked_points(customers: CustomersService) -> tuple[UUID, UUID]:
    """Berta, of whom somebody said that she is Anna, and the contact point that she brought."""
    email = GivenContactPoint(channel="email", value="berta@example.com")
    registering = RegisterCustomer(kind="person", contact_points=(email,))
    berta = UUID(customers.register_customer(registering, request()).body["customer_id"])
    customers.link_profile(LinkProfile(customer_id=ANNA, profile_id=berta), request())
    adding = AddContactPoint(customer_id=berta, contact_point=email)
    return berta, UUID(customers.add_contact_point(adding, request()).body["contact_point_id"])


def test_a_statement_at_a_linked_profiles_contact_point_is_stored_on_the_profile_that_has_it(
    customers: CustomersService, setting: Setting
) -> None:
    berta, point = linked_points(customers)
    answer = customers.withdraw_consent(replace(WITHDRAWAL, contact_point_id=point), request())
    customers.grant_consent(replace(GRANT, channel=None, contact_point_id=point), request())
    withdrawn, granted = setting.told()[-2:]
    assert isinstance(withdrawn, ConsentWithdrawn)
    assert isinstance(granted, ConsentGranted)
    assert withdrawn.customer_id == granted.customer_id == berta
    assert (withdrawn.channel, withdrawn.contact_point_id) == ("email", point)
    assert answer.body == {"customer_id": str(berta), "undeclared_names": []}


def test_a_contact_point_is_found_from_every_profile_of_the_person_until_they_are_unlinked(
    customers: CustomersService, setting: Setting, sms_point: UUID
) -> None:
    berta, _ = linked_points(customers)
    of_berta = replace(WITHDRAWAL, customer_id=berta, contact_point_id=sms_point)
    by_address = GivenIdentifier(kind="email", value="berta@example.com")
    for command in (of_berta, replace(of_berta, customer_id=None, identifier=by_address)):
        assert customers.withdraw_consent(command, request()).body == {
            "customer_id": str(ANNA),
            "undeclared_names": [],
        }
    customers.unlink_profile(UnlinkProfile(customer_id=ANNA, profile_id=berta), request())
    head = setting.store.head()
    with pytest.raises(ContactPointNotFound):
        customers.withdraw_consent(of_berta, request())
    assert setting.store.head() == head


def test_a_customer_that_nobody_registered_is_not_found(
    customers: CustomersService, setting: Setting
) -> None:
    with pytest.raises(CustomerNotFound):
        customers.grant_consent(replace(GRANT, customer_id=STRANGER), request())
    with pytest.raises(CustomerNotFound):
        customers.withdraw_consent(replace(WITHDRAWAL, customer_id=setting.profile_by_email()), request())
    assert setting.told() == []
