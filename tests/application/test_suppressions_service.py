"""Suppressions as use cases: whom they bind, how they end."""

from typing import Any
from uuid import UUID

import pytest

from application.customers.identities import Identities
from application.customers.whose import GivenIdentifier
from application.suppressions.commands import GivenScope, ImposeSuppression, LiftSuppression
from application.suppressions.service import SuppressionsService
from domain.customers.errors import CustomerNotFound
from domain.errors import FarleyError, InvalidInput
from domain.identifiers.errors import InvalidDomain, InvalidEmailAddress, InvalidPhoneNumber
from domain.suppressions.errors import SuppressionNotFound
from domain.suppressions.events import SuppressionImposed, SuppressionLifted
from infrastructure.phone_and_email.normal_forms import LibraryNormalForms
from tests.application.setting import ANNA, BY_EMAIL, ID_KEY, STRANGER, Setting, declare, request, shown

IDENTITIES = Identities(ID_KEY, LibraryNormalForms(), "ES")


@pytest.fixture
def setting() -> Setting:
    return Setting()


@pytest.fixture
def service(setting: Setting) -> SuppressionsService:
    return SuppressionsService(
        store=setting.store, ids=setting.ids, whose=setting.whose, identities=IDENTITIES
    )


def impose(service: SuppressionsService, reason: str = "OPERATOR_EXCLUDED", **scope: Any) -> UUID:
    command = ImposeSuppression(scope=GivenScope(**scope), reason=reason, note="as asked")
    return UUID(service.impose_suppression(command, request()).body["suppression_id"])


def imposed(setting: Setting) -> SuppressionImposed:
    (fact,) = setting.told()
    assert isinstance(fact, SuppressionImposed)
    return fact


def test_a_suppression_of_a_customer_is_said_of_the_customer(
    setting: Setting, service: SuppressionsService
) -> None:
    impose(service, customer_id=ANNA, channel="sms", purpose="survey", brand="north")
    fact = imposed(setting)
    assert (fact.customer_id, fact.scope, fact.address, fact.note) == (ANNA, "customer", None, "as asked")
    assert (fact.only_channel, fact.only_purpose, fact.only_brand) == ("sms", "survey", "north")


def test_a_suppression_is_imposed_whether_its_names_are_declared_or_not(
    setting: Setting, service: SuppressionsService
) -> None:
    declare(setting.store, brand="North")
    impose(service, customer_id=ANNA, purpose="Lottery", brand="NORTH")
    fact = setting.told()[-1]
    assert isinstance(fact, SuppressionImposed)
    assert (fact.only_purpose, fact.only_purpose_folded) == ("Lottery", "lottery")
    assert (fact.only_brand, fact.only_brand_folded) == ("North", "north")


def test_a_suppression_of_an_identifier_is_said_of_the_profile_it_stands_for(
    setting: Setting, service: SuppressionsService
) -> None:
    impose(service, "DECEASED", identifier=BY_EMAIL, channel="sms")
    fact = imposed(setting)
    assert (fact.customer_id, fact.scope) == (setting.profile_by_email(), "customer")
    assert (fact.address, fact.only_channel) == (None, "sms")


@pytest.mark.parametrize(
    ("address", "channel", "kind"),
    [
        (" Anna@Example.com ", None, ("email", "anna@example.com")),
        ("anna@example.com", "email", ("email", "anna@example.com")),
        ("91 123 45 67", None, ("phone", "+34911234567")),
        ("91 123 45 67", "sms", ("phone", "+34911234567")),
        ("@anna@social.example", "social", ("social", "@anna@social.example")),
    ],
)
def test_an_address_is_of_its_channel_else_of_what_it_looks_like(
    setting: Setting, service: SuppressionsService, address: str, channel: str | None, kind: tuple[str, str]
) -> None:
    impose(service, address=address, channel=channel)
    fact = imposed(setting)
    assert fact.customer_id == IDENTITIES.profile_of(*kind, None)[0]
    assert (fact.scope, fact.address, fact.only_channel) == ("address", address.strip(), channel)


def test_a_domain_is_one_however_it_is_written(setting: Setting, service: SuppressionsService) -> None:
    for written in ("Bücher.example", "XN--BCHER-KVA.example."):
        impose(service, "DOMAIN_BLOCKED", domain=written)
    facts = setting.told()
    assert {fact.scope for fact in facts} == {"domain"}  # type: ignore[attr-defined]
    ids = {fact.customer_id for fact in facts}  # type: ignore[attr-defined]
    assert ids == {IDENTITIES.domain_of("bücher.example")[0]}
    address = IDENTITIES.address_of("email", "ann@BÜCHER.example")[1]
    assert ids == {IDENTITIES.domain_ids_of(address)[0]}


@pytest.mark.parametrize(
    ("scope", "error", "path"),
    [
        ({}, InvalidInput, "scope"),
        ({"customer_id": ANNA, "address": "anna@example.com"}, InvalidInput, "scope"),
        ({"address": "anna@example.com", "domain": "example.com"}, InvalidInput, "scope"),
        ({"customer_id": ANNA, "address": "a@example.com", "domain": "b.example"}, InvalidInput, "scope"),
        ({"customer_id": ANNA, "identifier": BY_EMAIL}, InvalidInput, "scope"),
        ({"identifier": BY_EMAIL, "domain": "example.com"}, InvalidInput, "scope"),
        (
            {"identifier": GivenIdentifier(kind="email", value="anna@@example")},
            InvalidEmailAddress,
            "scope.identifier.value",
        ),
        ({"identifier": BY_EMAIL, "purpose": " "}, InvalidInput, "scope.purpose"),
        ({"address": "anna@@example"}, InvalidEmailAddress, "scope.address"),
        ({"address": "12"}, InvalidPhoneNumber, "scope.address"),
        ({"address": "anna@example.com", "channel": "sms"}, InvalidPhoneNumber, "scope.address"),
        ({"domain": "anna@example.com"}, InvalidDomain, "scope.domain"),
        ({"domain": "example.com", "channel": "sms"}, InvalidInput, "scope.channel"),
        ({"customer_id": ANNA, "channel": "web"}, InvalidInput, "scope.channel"),
        ({"customer_id": ANNA, "brand": " "}, InvalidInput, "scope.brand"),
    ],
)
def test_a_scope_that_is_wrong_in_itself_is_refused_by_its_path(
    setting: Setting,
    service: SuppressionsService,
    scope: dict[str, Any],
    error: type[FarleyError],
    path: str,
) -> None:
    with pytest.raises(InvalidInput) as refused:
        impose(service, **scope)
    assert type(refused.value) is error
    assert refused.value.path == path
    assert setting.told() == []


def test_a_customer_nobody_registered_is_not_found(setting: Setting, service: SuppressionsService) -> None:
    with pytest.raises(CustomerNotFound):
        impose(service, customer_id=STRANGER)
    assert setting.told() == []


def test_05_a_lifting_says_why_and_leaves_what_was_imposed(
    setting: Setting, service: SuppressionsService
) -> None:
    suppression_id = impose(service, customer_id=ANNA)
    lifting = LiftSuppression(suppression_id=suppression_id, reason="was not meant")
    answer = service.lift_suppression(lifting, request(actor="key:desk"))
    first, lifted = setting.told()
    assert isinstance(first, SuppressionImposed)
    assert isinstance(lifted, SuppressionLifted)
    assert (lifted.reason, lifted.actor, lifted.customer_id) == ("was not meant", "key:desk", ANNA)
    assert (answer.body, shown(answer)) == ({"suppression_id": str(suppression_id)}, (False, False, 3))
    service.lift_suppression(lifting, request())
    assert setting.told() == [first, lifted]


def test_a_lifting_of_what_was_never_imposed_is_refused(service: SuppressionsService) -> None:
    for unknown in (STRANGER, ANNA):
        with pytest.raises(SuppressionNotFound):
            service.lift_suppression(LiftSuppression(suppression_id=unknown, reason="why"), request())


def test_a_lifting_needs_a_reason(setting: Setting, service: SuppressionsService) -> None:
    suppression_id = impose(service, customer_id=ANNA)
    with pytest.raises(InvalidInput) as refused:
        service.lift_suppression(LiftSuppression(suppression_id=suppression_id, reason="  "), request())
    assert (refused.value.path, len(setting.told())) == ("reason", 1)


def test_two_liftings_at_once_are_one(setting: Setting, service: SuppressionsService) -> None:
    suppression_id = impose(service, customer_id=ANNA)
    lifting = LiftSuppression(suppression_id=suppression_id, reason="once")
    setting.store.meanwhile = lambda: service.lift_suppression(lifting, request())
    service.lift_suppression(lifting, request())
    assert len(setting.told()) == 2
