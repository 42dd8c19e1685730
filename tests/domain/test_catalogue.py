"""The rules of what an installation declares."""

from collections.abc import Callable
from difflib import SequenceMatcher
from functools import partial
from typing import Any

import pytest

from domain.catalogue.attribute_types import AttributeScope
from domain.catalogue.catalogue import Catalogue
from domain.catalogue.errors import NameTaken, UndeclaredName
from domain.catalogue.events import AttributeDeclared, NameDeclared
from domain.catalogue.names import NameKind
from domain.errors import InvalidInput
from domain.nearest import MOST_COMPARED
from tests.domain.scenario import Given, Outcome, begun, given, now, told

TIER: dict[str, Any] = {"name": "tier", "scope": "customer", "type": "text"}
DECLARED = told(AttributeDeclared, **TIER, personal=False)


def catalogue(*attributes: tuple[str, str, bool]) -> Given:
    """A catalogue with touchpoint attributes: name, type, whether personal."""
    return given(
        *(
            told(AttributeDeclared, name=name, scope="touchpoint", type=type_name, personal=personal)
            for name, type_name, personal in attributes
        )
    )


def first(**declared: Any) -> Outcome:
    """What the first declaration of an installation does."""
    empty = Catalogue.empty()

    def declare() -> Catalogue:
        if "scope" in declared:
            empty.declare_attribute(now(), **declared)
        else:
            empty.declare_name(now(), **declared)
        return empty

    return begun(declare)


def split(stands: Given, values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any] | None]:
    found = []
    stands.when(
        lambda c: found.append(c.split(AttributeScope.TOUCHPOINT, values, "properties"))
    ).then_nothing()
    return found[0].plain, found[0].personal


OFERTAS = told(NameDeclared, kind="topic", name="Ofertas")


def declare(kind: NameKind, name: str, description: str | None = None) -> Callable[[Catalogue], str]:
    return lambda c: c.declare_name(now(), kind=kind, name=name, description=description)


def test_marketing_survey_and_service_are_there_from_the_first() -> None:
    purposes = Catalogue.empty().names_of(NameKind.PURPOSE)
    assert [one.name for one in purposes] == ["marketing", "service", "survey"]
    for name in ("marketing", "survey", "service"):
        first(kind=NameKind.PURPOSE, name=name).then_nothing()


@pytest.mark.parametrize("kind", list(NameKind))
def test_a_name_is_declared_once(kind: NameKind) -> None:
    declared = told(NameDeclared, kind=kind.value, name="win-back", description="come back")
    first(kind=kind, name="win-back", description="come back").then(declared)
    given(declared).when(declare(kind, "win-back", "come back")).then_nothing()
    given(declared).when(declare(kind, "win-back")).then_nothing()


def test_a_description_is_added_but_never_changed() -> None:
    bare = told(NameDeclared, kind="purpose", name="win-back")
    described = told(NameDeclared, kind="purpose", name="win-back", description="come back")
    given(bare).when(declare(NameKind.PURPOSE, "Win-Back", "come back")).then(described)
    given(bare, described).when(declare(NameKind.PURPOSE, "win-back", "stay away")).then_refused(NameTaken)


@pytest.mark.parametrize("name", ["", " ", "x" * 101, "x\n"])
def test_a_declared_name_is_short_plain_text(name: str) -> None:
    first(kind=NameKind.BRAND, name=name).then_refused(InvalidInput, path="name")


@pytest.mark.parametrize(
    ("declared", "other"),
    [
        ("Ofertas", "ofertas"),
        ("Straße", "STRASSE"),
        ("Año nuevo", "AN\u0303O NUEVO"),
        ("ΟΔΟΣ", "οδος"),
        ("News", "Ne\u200bws"),
    ],
)
def test_a_name_in_another_spelling_of_its_case_is_the_same_name(declared: str, other: str) -> None:
    stands = given(told(NameDeclared, kind="topic", name=declared))
    stands.when(declare(NameKind.TOPIC, other)).then_nothing()
    names: list[str] = []
    stands.when(lambda c: names.append(c.spelled(NameKind.TOPIC, f" {other}", "topic"))).then_nothing()
    assert names == [declared]


def test_a_name_of_one_kind_is_no_name_of_another() -> None:
    given(OFERTAS).when(lambda c: c.spelled(NameKind.BRAND, "Ofertas", "brand")).then_refused(
        UndeclaredName, path="brand"
    )


def test_the_refusal_of_an_undeclared_name_names_the_nearest() -> None:
    with pytest.raises(UndeclaredName) as refused:
        Catalogue.empty().spelled(NameKind.PURPOSE, "MARKETTING", "purpose")
    assert (refused.value.path, refused.value.code) == ("purpose", "undeclared_name")
    assert refused.value.message == (
        "This purpose is not declared. The nearest is marketing. Declare a new one by POST /api/purposes."
    )


def test_the_nearest_of_many_names_is_one_of_the_few_that_are_compared_letter_by_letter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = [f"{number:03} {'abcdefgh' * 12}" for number in range(1_000)]
    compared: list[float] = []
    ratio = SequenceMatcher.ratio
    monkeypatch.setattr(SequenceMatcher, "ratio", lambda pair: compared.append(ratio(pair)) or compared[-1])
    stands = given(*(told(NameDeclared, kind=NameKind.TOPIC, name=name) for name in names))
    refusal = stands.when(lambda c: c.spelled(NameKind.TOPIC, f"{names[501]}x", "topic")).refusal
    assert isinstance(refusal, UndeclaredName)
    assert f"The nearest is {names[501]}." in str(refusal.message)
    assert len(compared) <= MOST_COMPARED


def test_the_refusal_names_no_nearest_where_nothing_is_declared() -> None:
    with pytest.raises(
        UndeclaredName, match=r"This topic is not declared. Declare a new one by POST /api/topics."
    ):
        Catalogue.empty().spelled(NameKind.TOPIC, "Ofertas", "topic")


def test_an_attribute_is_declared_once() -> None:
    first(**TIER).then(DECLARED)
    given(DECLARED).when(lambda c: c.declare_attribute(now(), **TIER)).then_nothing()


@pytest.mark.parametrize("other", [{"type": "number"}, {"personal": True}])
def test_a_declared_attribute_gets_no_other_meaning(other: dict[str, Any]) -> None:
    given(DECLARED).when(lambda c: c.declare_attribute(now(), **TIER | other)).then_refused(NameTaken)


def test_the_same_name_in_another_scope_is_another_attribute() -> None:
    given(DECLARED).when(
        lambda c: c.declare_attribute(now(), **TIER | {"scope": "order", "type": "number"})
    ).then(told(AttributeDeclared, name="tier", scope="order", type="number", personal=False))


@pytest.mark.parametrize(
    ("other", "path"),
    [({"name": "a b"}, "name"), ({"scope": "company"}, "scope"), ({"type": "json"}, "type")],
)
def test_an_attribute_without_proper_name_scope_and_type_is_refused(other: dict[str, str], path: str) -> None:
    first(**TIER | other).then_refused(InvalidInput, path=path)


def test_only_what_is_declared_and_not_personal_is_plain() -> None:
    stands = catalogue(("page", "text", False), ("query", "text", True))
    values = {"page": "/lamps", "query": "my illness", "free": {"deep": [1]}}
    assert split(stands, values) == ({"page": "/lamps"}, {"query": "my illness", "free": {"deep": [1]}})
    assert split(stands, {"page": "/lamps"}) == ({"page": "/lamps"}, None)
    assert split(stands, {}) == ({}, None)


def test_what_is_declared_for_another_scope_stays_personal() -> None:
    assert split(given(DECLARED), {"tier": "gold"}) == ({}, {"tier": "gold"})


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("20240229T120000Z", "2024-02-29T12:00:00+00:00"),
        ("2024-060T12:00:00,5+01", "2024-02-29T11:00:00.500000+00:00"),
        ("2024-W09-4T24:00+0100", "2024-02-29T23:00:00+00:00"),
        ("2024-02-29T12:00+23:00", "2024-02-28T13:00:00+00:00"),
    ],
)
def test_an_instant_in_a_notation_that_postgres_does_not_read_is_stored_in_utc(
    written: str, stored: str
) -> None:
    assert split(catalogue(("x", "instant", False)), {"x": written}) == ({"x": stored}, None)


@pytest.mark.parametrize(
    ("type_name", "right", "wrong"),
    [
        ("text", ["", "gold", None], [1, True, ["a"], {}, "x" * 4_001]),
        ("number", [0, -1.5, 10**14, None], ["1", True, 1e15, float("nan"), float("inf"), [1]]),
        ("boolean", [True, False, None], [0, 1, "true"]),
        ("date", ["2024-02-29", "1900-01-01", None], ["2023-02-29", "20240229", "2024-2-9", 20240229]),
        (
            "instant",
            ["2024-02-29T12:00Z", "2024-02-29T12:00:00.5+01:00", None],
            ["2024-02-29T12:00:00", "2024-02-29", "0001-01-01T00:00:00+14:00", "2024-02-29T12:00+24:00", 1],
        ),
    ],
)
@pytest.mark.parametrize("personal", [False, True])
def test_a_value_of_another_type_is_refused_with_its_path(
    type_name: str, right: list[Any], wrong: list[Any], personal: bool
) -> None:
    stands = catalogue(("x", type_name, personal))
    for value in right:
        plain, sealed = split(stands, {"x": value})
        assert (sealed if personal else plain) == {"x": value}
    for value in wrong:
        command = partial(Catalogue.split, scope="touchpoint", values={"x": value}, path="properties")
        stands.when(command).then_refused(InvalidInput, path="properties.x")
