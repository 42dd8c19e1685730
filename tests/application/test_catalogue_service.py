"""Use cases of the catalogue."""

import pytest

from application.catalogue.commands import DeclareAttribute, DeclarePurpose
from application.catalogue.declared import Declared
from application.catalogue.service import CatalogueService
from domain.catalogue.catalogue import Attribute, Purpose, Scope
from domain.catalogue.errors import NameTaken, UndeclaredPurpose
from tests.application.memory_store import MemoryStore
from tests.application.setting import request, shown

WIN_BACK = DeclarePurpose(name="win-back", description="come back")
TIER = DeclareAttribute(name="tier", scope="customer", type="text")


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def catalogue(store: MemoryStore) -> CatalogueService:
    return CatalogueService(store=store)


def test_a_declared_purpose_may_be_named_from_then_on(
    store: MemoryStore, catalogue: CatalogueService
) -> None:
    with pytest.raises(UndeclaredPurpose):
        Declared(store).check_purpose("win-back")
    assert shown(catalogue.declare_purpose(WIN_BACK, request())) == (True, False, 1)
    Declared(store).check_purpose("win-back")
    assert catalogue.purposes() == (
        Purpose(name="marketing"),
        Purpose(name="service"),
        Purpose(name="survey"),
        Purpose(name="win-back", description="come back"),
    )


def test_declaring_again_changes_nothing(store: MemoryStore, catalogue: CatalogueService) -> None:
    for _ in range(2):
        catalogue.declare_purpose(WIN_BACK, request())
        catalogue.declare_attribute(TIER, request())
        catalogue.declare_purpose(DeclarePurpose(name="marketing"), request())
    assert store.head() == 2
    assert shown(catalogue.declare_attribute(TIER, request())) == (False, False, 2)


def test_another_meaning_of_a_name_is_refused(store: MemoryStore, catalogue: CatalogueService) -> None:
    catalogue.declare_attribute(TIER, request())
    with pytest.raises(NameTaken):
        catalogue.declare_attribute(
            DeclareAttribute(name="tier", scope="customer", type="text", personal=True), request()
        )
    assert store.head() == 1


def test_attributes_are_listed_by_scope_and_name(catalogue: CatalogueService) -> None:
    catalogue.declare_attribute(DeclareAttribute(name="page", scope="touchpoint", type="text"), request())
    catalogue.declare_attribute(TIER, request())
    assert catalogue.attributes() == (
        Attribute(scope="customer", name="tier", type="text"),
        Attribute(scope="touchpoint", name="page", type="text"),
    )


def test_two_first_declarations_at_once_are_both_kept(
    store: MemoryStore, catalogue: CatalogueService
) -> None:
    store.meanwhile = lambda: catalogue.declare_purpose(WIN_BACK, request())
    catalogue.declare_attribute(TIER, request())
    assert "win-back" in [purpose.name for purpose in catalogue.purposes()]
    assert Declared(store).split(Scope.CUSTOMER, {"tier": "gold", "x": 1}, "attributes").plain == {
        "tier": "gold"
    }
