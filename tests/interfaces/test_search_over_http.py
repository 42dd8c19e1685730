"""Finding people by the words of their names and towns."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn
from uuid import UUID

import psycopg
import pytest

from domain.errors import StoreUnavailable
from infrastructure.name_index import following, index
from projections.engine.runner import pause, resume
from tests.interfaces.conftest import Api


def living_in(city: str, postal_code: str = "46001") -> dict[str, Any]:
    value = {"lines": ["Calle 1"], "city": city, "postal_code": postal_code, "country": "ES"}
    return {"channel": "post", "value": value}


def search(api: Api, words: str, **more: Any) -> Any:
    return api.stored("/api/customers/search", {"words": words, **more})


def found(api: Api, words: str, **more: Any) -> list[UUID]:
    return [UUID(person["customer_id"]) for person in search(api, words, **more)["items"]]


def test_a_family_name_and_a_town_find_the_person_and_nobody_else(api: Api) -> None:
    ana = api.customer(name="Ana García Núñez", contact_points=[living_in("València")])
    api.customer(name="Eva García", contact_points=[living_in("Madrid", "28001")])
    api.customer(name="Ben Valencia", contact_points=[living_in("Bilbao", "48001")])
    answer = search(api, "GARCIA valencia")
    (person,) = answer["items"]
    assert person == {
        "customer_id": str(ana),
        "kind": "person",
        "name": "Ana García Núñez",
        "towns": [{"city": "València", "postal_code": "46001", "country": "ES"}],
        "matched": [{"word": "garcia", "of": ["name"]}, {"word": "valencia", "of": ["town"]}],
        "last_active_at": person["last_active_at"],
    }
    assert answer["more"] is False
    assert found(api, "46001 núñez") == [ana]
    assert found(api, "garcia bilbao") == []


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("José María Núñez", "jose nunez"),
        ("Jose Nunez", "JOSÉ NÚÑEZ"),
        ("Weiß", "weiss"),
        ("Weiss", "weiß"),
        ("Łukasz Żółć", "lukasz zolc"),
        ("Lukasz", "Łukasz"),
        ("Søren Ægir", "soren aegir"),
        ("İpek Kılıç", "ipek kilic"),
        ("Anne-Marie O’Brien", "marie o'brien"),
        ("Anne-Marie O’Brien", "obrien annemarie"),
        ("García-Lorca", "lorca"),
        ("Ana García Núñez", "núñez garcía"),
        ("Maria de la O", "de la o"),
        ("Иван Петров", "ИВАН"),
        ("Ｊｏｓé", "jose"),
        ("Jose\u0301", "josé"),
        ("김철수", "김철수"),
    ],
)
def test_people_are_found_however_the_name_is_spelled(api: Api, name: str, asked: str) -> None:
    person = api.customer(name=name)
    api.customer(name="Xaver Quandt")
    assert found(api, asked) == [person]


def test_words_are_whole_and_all_of_them_have_to_match(api: Api) -> None:
    api.customer(name="Ana García")
    assert found(api, "garc") == found(api, "ana garcía madrid") == found(api, "garcíaana") == []


def test_an_organisation_is_found_too(api: Api) -> None:
    firm = api.customer(kind="organisation", name="Müller & Söhne GmbH")
    assert found(api, "muller sohne") == [firm]


def test_a_name_that_was_corrected_is_found_and_the_earlier_one_is_not(api: Api) -> None:
    ana = api.customer(name="Ana García")
    eva = api.customer(name="Eva García")
    assert set(found(api, "garcía")) == {ana, eva}
    etag = api.ask("GET", f"/api/customers/{ana}").headers["ETag"]
    assert api.ask("PATCH", f"/api/customers/{ana}", {"name": "Ana Ruiz"}, If_Match=etag).status_code == 200
    assert (found(api, "ana ruiz"), found(api, "ana garcía"), found(api, "garcía")) == ([ana], [], [eva])
    etag = api.ask("GET", f"/api/customers/{ana}").headers["ETag"]
    assert api.ask("PATCH", f"/api/customers/{ana}", {"name": None}, If_Match=etag).status_code == 200
    assert found(api, "ruiz") == []


def test_a_town_is_found_while_its_address_is_live(api: Api) -> None:
    ana = api.customer(name="Ana", contact_points=[living_in("Valencia")])
    ben = api.customer(name="Ben", contact_points=[living_in("Valencia")])
    points = api.get(f"/api/customers/{ana}")["contact_points"]
    path = f"/api/customers/{ana}/contact-points/{points[0]['contact_point_id']}"
    assert api.ask("DELETE", path, {}).status_code == 200
    api.stored(f"/api/customers/{ana}/contact-points", living_in("Bilbao", "48001"))
    assert (found(api, "valencia"), found(api, "bilbao"), found(api, "ana 48001")) == ([ben], [ana], [ana])


def test_the_words_may_be_of_several_profiles_of_a_person_while_they_are_linked(api: Api) -> None:
    ana = api.customer(name="Ana García")
    other = api.customer(name="A. G.", contact_points=[living_in("Valencia")])
    assert found(api, "garcía valencia") == []
    api.world.link(ana, other)
    (person,) = search(api, "garcía valencia")["items"]
    assert (person["customer_id"], person["name"]) == (str(ana), "Ana García")
    assert [town["city"] for town in person["towns"]] == ["Valencia"]
    assert found(api, "ana") == found(api, "g valencia") == [ana]
    api.world.unlink(ana, other)
    assert (found(api, "garcía valencia"), found(api, "ana"), found(api, "valencia")) == ([], [ana], [other])


def test_a_forgotten_person_is_not_found_from_then_on_and_comes_back_under_a_new_name_only(api: Api) -> None:
    ana = api.customer(name="Ana García", contact_points=[living_in("Valencia")])
    ben = api.customer(name="Ben García", contact_points=[living_in("Valencia")])
    assert set(found(api, "garcía valencia")) == {ana, ben}
    api.world.web.keys.forget([ana])
    assert found(api, "garcía") == found(api, "valencia") == found(api, "46001") == [ben]
    assert found(api, "ana") == []
    etag = api.ask("GET", f"/api/customers/{ana}").headers["ETag"]
    assert api.ask("PATCH", f"/api/customers/{ana}", {"name": "Ana Ruiz"}, If_Match=etag).status_code == 200
    assert (found(api, "ruiz"), found(api, "ana garcía"), found(api, "valencia")) == ([ana], [], [ben])


def test_whoever_was_active_last_comes_first_and_the_answer_says_that_there_are_more(api: Api) -> None:
    people = [
        api.customer(name=f"Ana {number}", occurred_at=f"2026-02-0{number}T10:00:00Z") for number in (1, 2, 3)
    ]
    api.complaint(people[0])
    answer = search(api, "ana", limit=2)
    assert [person["customer_id"] for person in answer["items"]] == [str(people[0]), str(people[2])]
    assert answer["more"] is True
    assert found(api, "ana", limit=3) == [people[0], people[2], people[1]]
    assert search(api, "ana", limit=3)["more"] is False


@pytest.mark.parametrize(
    ("body", "path", "code"),
    [
        ({}, "words", "required"),
        ({"words": ""}, "words", "shorter"),
        ({"words": " -'. "}, "words", "no_words"),
        ({"words": "a b c d e f g h i j k"}, "words", "too_many_words"),
        ({"words": "a" * 501}, "words", "longer"),
        ({"words": ["ana"]}, "words", "invalid"),
        ({"words": "ana", "limit": 0}, "limit", "out_of_range"),
        ({"words": "ana", "limit": 101}, "limit", "out_of_range"),
        ({"words": "ana", "town": "Valencia"}, "town", "unknown"),
    ],
)
def test_what_is_wrong_with_a_search_is_said_at_its_field(
    api: Api, body: dict[str, Any], path: str, code: str
) -> None:
    refused = api.post("/api/customers/search", body)
    assert refused.status_code == 422
    assert [error["path"] for error in refused.json["errors"]] == [path], (refused.json, code)


def test_a_repeated_key_is_answered_anew_and_keeps_no_name(api: Api) -> None:
    ana = api.customer(name="Ana García")
    body = {"words": "ana garcía"}
    first = api.post("/api/customers/search", body, Idempotency_Key="k")
    again = api.post("/api/customers/search", body, Idempotency_Key="k")
    assert (first.json, again.headers["Idempotent-Replayed"]) == (again.json, "true")
    other = api.post("/api/customers/search", {"words": "ana"}, Idempotency_Key="k")
    assert (other.status_code, other.json["type"]) == (409, "/problems/key-reused")
    kept = str(_receipts(api)).lower()
    assert "'k'" in kept and "ana" not in kept and "garc" not in kept
    api.world.web.keys.forget([ana])
    assert api.post("/api/customers/search", body, Idempotency_Key="k").json["items"] == []


def test_without_the_databases_a_repeated_key_gets_no_answer_either(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.customer(name="Ana")
    assert api.post("/api/customers/search", {"words": "ana"}, Idempotency_Key="k").status_code == 200
    for module in (following, index):
        monkeypatch.setattr(module, "borrowed", _away)
    for key in ("k", "l"):
        refused = api.post("/api/customers/search", {"words": "ana"}, Idempotency_Key=key)
        assert (refused.status_code, "Retry-After" in refused.headers) == (503, True)


def test_only_who_may_read_customers_may_search(api: Api) -> None:
    api.customer(name="Ana")
    body = {"words": "ana"}
    assert (
        api.ask("POST", "/api/customers/search", body, key=api.key_for("customers:read")).status_code == 200
    )
    assert api.ask("POST", "/api/customers/search", body, key=api.key_for("write")).status_code == 403


def test_a_paused_projection_that_may_lack_somebody_is_named(api: Api) -> None:
    api.customer(name="Ana")
    assert len(found(api, "ana")) == 1
    with _customers_paused(api):
        assert api.ask("POST", "/api/customers/search", {"words": "ana"}, fold=False).json[
            "paused_projections"
        ] == [{"name": "customers", "position": "1"}]
        api.customer(name="Eva")
        api.world.runner.catch_up()
        refused = api.ask("POST", "/api/customers/search", {"words": "eva"}, fold=False)
        assert (refused.status_code, refused.json["type"]) == (503, "/problems/projection-paused")
    assert len(found(api, "eva")) == 1


def _receipts(api: Api) -> list[Any]:
    with psycopg.connect(api.world.database.url) as connection:
        return connection.execute("select subject, key, answer from log.receipts").fetchall()


@contextmanager
def _customers_paused(api: Api) -> Iterator[None]:
    pause(api.world.projector, "customers", operator="olga")
    try:
        yield
    finally:
        resume(api.world.projector, "customers", skip=False, operator="olga")


def _away(*_: object) -> NoReturn:
    raise StoreUnavailable()
