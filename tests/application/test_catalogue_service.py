"""Use cases of the catalogue."""

import pytest

from application.catalogue.commands import DeclareAttribute, DeclareName
from application.catalogue.declared import Declared
from application.catalogue.service import CatalogueService
from domain.catalogue.attribute_types import AttributeScope
from domain.catalogue.catalogue import CATALOGUE, Attribute, Catalogue
from domain.catalogue.errors import NameTaken, UndeclaredName
from domain.catalogue.names import NameKind
from tests.application.memory_store import MemoryStore
from tests.application.setting import request, shown

WIN_BACK = DeclareName(kind=NameKind.PURPOSE, name="win-back", description="come back")
TIER = DeclareAttribute(name="tier", scope="customer", type="text")


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def catalogue(store: MemoryStore) -> CatalogueService:
    return CatalogueService(store=store)


def test_a_declared_name_may_be_used_from_then_on(store: MemoryStore, catalogue: CatalogueService) -> None:
    declared = Declared(store)
    with pytest.raises(UndeclaredName):
        declared.required(NameKind.PURPOSE, "win-back", "purpose")
    assert shown(catalogue.declare_name(WIN_BACK, request())) == (True, False, 1)
    assert declared.required(NameKind.PURPOSE, " WIN-back", "purpose") == "win-back"
    assert [(one.name, one.description) for one in catalogue.names(NameKind.PURPOSE)] == [
        ("marketing", None),
        ("service", None),
        ("survey", None),
        ("win-back", "come back"),
    ]


def test_a_name_that_the_process_remembers_needs_no_reading(
    store: MemoryStore, catalogue: CatalogueService
) -> None:
    catalogue.declare_name(WIN_BACK, request())
    declared = Declared(store)
    declared.required(NameKind.PURPOSE, "win-back", "purpose")
    store.unreadable.add(Catalogue.stream_of(CATALOGUE))
    assert declared.required(NameKind.PURPOSE, "Win-Back", "purpose") == "win-back"


def test_declaring_again_changes_nothing(store: MemoryStore, catalogue: CatalogueService) -> None:
    for _ in range(2):
        catalogue.declare_name(WIN_BACK, request())
        catalogue.declare_attribute(TIER, request())
        catalogue.declare_name(DeclareName(kind=NameKind.PURPOSE, name="Marketing"), request())
    assert store.head() == 2
    assert shown(catalogue.declare_attribute(TIER, request())) == (False, False, 2)


def test_a_name_declared_in_another_spelling_is_answered_as_it_was_declared(
    catalogue: CatalogueService,
) -> None:
    catalogue.declare_name(DeclareName(kind=NameKind.TOPIC, name="Ofertas"), request())
    again = catalogue.declare_name(DeclareName(kind=NameKind.TOPIC, name="ofertas"), request())
    assert again.body["name"] == "Ofertas"


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
    store.meanwhile = lambda: catalogue.declare_name(WIN_BACK, request())
    catalogue.declare_attribute(TIER, request())
    assert "win-back" in [one.name for one in catalogue.names(NameKind.PURPOSE)]
    assert Declared(store).split(AttributeScope.CUSTOMER, {"tier": "gold", "x": 1}, "attributes").plain == {
        "tier": "gold"
    }
