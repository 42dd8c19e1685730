"""Customers over HTTP: registered, found, shown, linked, and kept apart."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.interfaces.conftest import Api
from tests.interfaces.tour import TOUCHPOINT, declare_names

pytestmark = pytest.mark.speaks_sql

ANN = {"channel": "email", "value": "Ann@Example.com"}


def touch(api: Api, message_id: str, **whose: Any) -> Any:
    declare_names(api)
    told = {name: value for name, value in TOUCHPOINT.items() if name != "identifier"}
    return api.stored("/api/touchpoints", {**told, "message_id": message_id, **whose})


def body_of(api: Api, customer_id: UUID) -> bytes:
    api.fold()
    response = api.ask("GET", f"/api/customers/{customer_id}")
    assert response.status_code == 200
    return response.data


def test_a_registered_customer_is_found_and_shown(api: Api) -> None:
    answer = api.post(
        "/api/customers",
        {
            "kind": "person",
            "name": "Ann",
            "birth_date": "1980-02-29",
            "contact_points": [{**ANN, "label": "preferred"}, {"channel": "phone", "value": "030 901820"}],
            "external_ids": [{"source": "erp", "number": "47:11"}],
            "attributes": {"shoe_size": 38},
        },
    )
    customer_id = answer.json["customer_id"]  # type: ignore[index]
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/customers/{customer_id}"
    shown = api.get(f"/api/customers/{customer_id}")
    assert (shown["name"], shown["birth_date"], shown["year_of_birth"]) == ("Ann", "1980-02-29", 1980)
    assert shown["attributes"] == {"shoe_size": 38}
    assert [point["value"] for point in shown["contact_points"]] == ["Ann@Example.com", "030 901820"]
    assert int(shown["position"]) == int(answer.json["position"])  # type: ignore[index]
    for query in (
        "email=ANN@example.com",
        "phone=%2B49%2030%20901820",
        "phone=+4930901820",
        "phone=030901820",
        "external_id=erp:47:11",
    ):
        found = api.get(f"/api/customers?{query}")["items"]
        assert [one["customer_id"] for one in found] == [customer_id], query
    assert api.get("/api/customers?email=bob@example.com")["items"] == []


def test_facts_by_any_identifier_are_one_360(api: Api) -> None:
    touch(api, "web", identifier={"kind": "email", "value": "ann@example.com"})
    ann = api.customer(
        contact_points=[ANN, {"channel": "phone", "value": "030 901820"}],
        external_ids=[{"source": "erp", "number": "4711"}],
    )
    touch(api, "call", identifier={"kind": "phone", "value": "(030) 90 18 20"})
    api.stored(
        "/api/orders",
        {
            "identifier": {"kind": "external_id", "source": "erp", "value": "4711"},
            "lines": [{"sku": "A", "quantity": 2, "amount": "19.90"}],
        },
    )
    complaint = {"identifier": {"kind": "email", "value": "ann@example.com"}}
    api.stored("/api/complaints", {**complaint, "category": "x", "severity": "low", "channel": "email"})
    shown = api.get(f"/api/customers/{ann}")
    assert shown["touchpoints"]["total"] == 2
    assert shown["orders"]["count"] == 1
    assert shown["orders"]["value"] == [{"currency": "EUR", "amount": "19.90"}]
    assert (shown["complaints"]["open"], shown["complaints"]["last"]["severity"]) == (1, "low")
    verdicts = {(v["channel"], v["purpose"]): v for v in shown["eligibility"]}
    assert "OPEN_COMPLAINT" in verdicts["email", "marketing"]["reasons"]
    kinds = [entry["kind"] for entry in api.get(f"/api/customers/{ann}/timeline")["items"]]
    assert sorted(kinds) == ["complaint", "order", "other", "other"]


def test_linking_and_unlinking_return_the_360_to_the_same_bytes(api: Api) -> None:
    ann = api.customer(name="Ann", contact_points=[ANN])
    bob = api.customer(name="Bob", attributes={"hobby": "chess"})
    touch(api, "a", customer_id=str(ann))
    touch(api, "b", customer_id=str(bob), occurred_at="2026-02-01T00:00:00Z")
    api.stored(f"/api/customers/{bob}/withdrawals", {})
    before = {one: body_of(api, one) for one in (ann, bob)}
    api.stored(f"/api/customers/{ann}/links", {"profile_id": str(bob)})
    linked = api.get(f"/api/customers/{bob}")
    assert (linked["customer_id"], linked["asked_for"]) == (str(ann), str(bob))
    assert linked["touchpoints"]["total"] == 2
    assert linked["name"] == "Ann"
    assert linked["attributes"] == {"hobby": "chess"}
    assert api.ask("DELETE", f"/api/customers/{ann}/links/{bob}").status_code == 200
    assert {one: body_of(api, one) for one in (ann, bob)} == before


def test_a_merged_id_reaches_the_same_timeline_and_history(api: Api) -> None:
    ann, bob = api.customer(name="Ann"), api.customer(name="Bob")
    touch(api, "a", customer_id=str(bob))
    api.stored(f"/api/customers/{ann}/links", {"profile_id": str(bob)})
    for question in ("timeline", "history"):
        by_ann, by_bob = (api.get(f"/api/customers/{one}/{question}") for one in (ann, bob))
        assert by_bob.pop("asked_for") == str(bob)
        assert by_ann == by_bob
        assert by_ann["customer_id"] == str(ann)


def test_a_second_customer_of_an_address_shows_nothing_of_the_first(api: Api) -> None:
    touch(api, "early", identifier={"kind": "email", "value": "ann@example.com"})
    ann = api.customer(name="Ann", contact_points=[ANN])
    bob = api.customer(name="Bob", contact_points=[{**ANN, "label": "Ann's"}])
    touch(api, "late", identifier={"kind": "email", "value": "ann@example.com"})
    for one, other in ((ann, bob), (bob, ann)):
        shown = api.get(f"/api/customers/{one}")
        assert shown["touchpoints"]["total"] == 0
        assert str(other) not in str(shown)
        facts = api.get(f"/api/customers/{one}/history")["items"]
        added = [fact for fact in facts if fact["type"] == "customers.ContactPointAdded"]
        assert {fact["data"]["customer_id"] for fact in added} == {str(one)}
        assert all(fact["data"].get("name") in (None, shown["name"]) for fact in facts)
    found = api.get("/api/customers?email=ann@example.com")["items"]
    assert {one["customer_id"] for one in found} == {str(ann), str(bob)}


def test_a_corrected_detail_is_shown_and_null_empties_it(api: Api) -> None:
    ann = api.customer(name="Ann", country="DE", attributes={"hobby": "chess", "size": 7})
    api.fold()
    path = f"/api/customers/{ann}"
    change = {"country": None, "name": "Anna", "attributes": {"hobby": None}}
    etag = api.ask("GET", path).headers["ETag"]
    assert api.ask("PATCH", path, change, If_Match=etag).status_code == 200
    shown = api.get(path)
    assert (shown["name"], shown["country"], shown["attributes"]) == ("Anna", None, {"size": 7})


def linked(api: Api) -> tuple[UUID, UUID]:
    """Ann, and Bob, of whom somebody said that he is Ann; each with an e-mail address."""
    ann = api.customer(name="Ann", contact_points=[ANN])
    bob = api.customer(name="Bob", contact_points=[{"channel": "email", "value": "bob@example.com"}])
    api.stored(f"/api/customers/{ann}/links", {"profile_id": str(bob)})
    return ann, bob


def test_an_opt_out_at_any_contact_point_that_is_shown_is_stored_and_shown(api: Api) -> None:
    ann, bob = linked(api)
    points = {
        one["customer_id"]: one["contact_point_id"]
        for one in api.get(f"/api/customers/{ann}")["contact_points"]
    }
    grant = {"purpose": "marketing", "evidence": {"source": "form"}}
    for asked, owner in ((ann, bob), (bob, ann)):
        at = {"contact_point_id": points[str(owner)]}
        told = api.stored(f"/api/customers/{asked}/withdrawals", at)
        assert told["customer_id"] == str(owner)
        api.stored("/api/withdrawals", {"customer_id": str(asked), **at, "purpose": "marketing"})
        api.stored(f"/api/customers/{asked}/consents", {**at, **grant})
    for one in (ann, bob):
        said = api.get(f"/api/customers/{one}")["consents"]
        assert {each["contact_point_id"] for each in said} == set(points.values())
        nobodys = {"contact_point_id": str(uuid4())}
        assert api.post(f"/api/customers/{one}/withdrawals", nobodys).status_code == 404
    api.ask("DELETE", f"/api/customers/{ann}/links/{bob}")
    at = {"contact_point_id": points[str(bob)]}
    assert api.post(f"/api/customers/{ann}/withdrawals", at).status_code == 404


def test_a_linked_profiles_contact_point_is_removed_under_the_id_it_is_shown_by(api: Api) -> None:
    ann, bob = linked(api)
    (point,) = (
        one["contact_point_id"]
        for one in api.get(f"/api/customers/{ann}")["contact_points"]
        if one["customer_id"] == str(bob)
    )
    path = f"/api/customers/{ann}/contact-points"
    assert api.ask("DELETE", f"{path}/{uuid4()}").status_code == 404
    removed = api.ask("DELETE", f"{path}/{point}")
    assert (removed.status_code, removed.json["customer_id"]) == (200, str(bob))
    assert "ETag" not in removed.headers  # that would be another stream's than the one asked for
    assert [one["value"] for one in api.get(f"/api/customers/{ann}")["contact_points"]] == [ANN["value"]]


def etag_of(api: Api, customer_id: UUID) -> str:
    api.fold()
    return api.ask("GET", f"/api/customers/{customer_id}").headers["ETag"]


def named(api: Api, customer_id: UUID) -> str:
    return str(api.get(f"/api/customers/{customer_id}")["name"])


def test_a_correction_under_a_merged_id_corrects_what_is_shown_there(api: Api) -> None:
    ann, bob = linked(api)
    for merged in (bob, UUID(api.get(f"/api/customers/{ann}")["profiles"][0])):
        path, name = f"/api/customers/{merged}", f"By {merged}"
        corrected = api.ask("PATCH", path, {"name": name}, If_Match=etag_of(api, merged))
        assert corrected.status_code == 200, corrected.data
        assert corrected.json["customer_id"] == str(ann)
        assert corrected.json.get("asked_for") == (str(merged) if merged != ann else None)
        assert corrected.headers["ETag"] == etag_of(api, merged)
        assert named(api, ann) == named(api, bob) == name
    api.ask("DELETE", f"/api/customers/{ann}/links/{bob}")
    assert named(api, bob) == "Bob"


def test_a_link_between_looking_and_correcting_never_leads_a_correction_astray(api: Api) -> None:
    """Both streams are at one version throughout, so that the version alone would not tell them apart."""
    ann, bob = linked(api)
    path, link = f"/api/customers/{bob}", f"/api/customers/{ann}/links"
    as_ann = etag_of(api, bob)
    api.ask("DELETE", f"{link}/{bob}")
    as_bob = etag_of(api, bob)
    assert as_bob == etag_of(api, ann) != as_ann
    before = api.log_length()
    assert api.ask("PATCH", path, {"name": "Anne"}, If_Match=as_ann).status_code == 412
    assert api.log_length() == before
    api.stored(link, {"profile_id": str(bob)})
    assert api.ask("PATCH", path, {"name": "Bobby"}, If_Match=as_bob).status_code == 412
    assert (named(api, ann), named(api, bob)) == ("Ann", "Ann")
    assert api.ask("PATCH", path, {"name": "Anne"}, If_Match=as_ann).status_code == 200
    assert named(api, bob) == "Anne"
    assert api.ask("PATCH", path, {"name": "Any"}, If_Match="*").status_code == 200


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("email=xx", "email"),
        ("phone=12", "phone"),
        ("external_id=4711", "external_id"),
        ("external_id=:4711", "external_id"),
        ("external_id=erp:", "external_id"),
        ("email=a@b.example&phone=12", "email"),
    ],
)
def test_a_search_that_makes_no_sense_is_refused_by_its_parameter(api: Api, query: str, path: str) -> None:
    response = api.ask("GET", f"/api/customers?{query}")
    assert (response.status_code, response.json["errors"][0]["path"]) == (422, path)


def test_a_plus_that_was_not_escaped_is_read_where_it_can_mean_nothing_else_and_else_explained(
    api: Api,
) -> None:
    ann = api.customer(contact_points=[ANN])
    touch(api, "t", customer_id=str(ann))
    api.post("/api/suppressions", {"address": "+34911234567", "reason_code": "LEGAL_HOLD"})
    timeline = f"/api/customers/{ann}/timeline"
    for since in ("2026-03-02T13:00:00+01:00", "2026-03-02+13:00+01", "20260302T130000+0100"):
        assert api.get(f"{timeline}?since={since}") == api.get(f"{timeline}?since=2026-03-02T12:00:00Z")
    assert api.ask("GET", f"{timeline}?since=2026-03-02+13:00").status_code == 422
    for query in ("customers?email=ann+news@example.com", "suppressions?address=ann+news@example.com"):
        response = api.ask("GET", f"/api/{query}")
        (error,) = response.json["errors"]
        assert (response.status_code, "Write + as %2B in a URL." in error["message"]) == (422, True), error


def test_a_language_nobody_speaks_is_refused_by_its_path(api: Api) -> None:
    for language in ("zzzzz", "zz", "english", "en_US"):
        response = api.post("/api/customers", {"kind": "person", "language": language})
        error = response.json["errors"][0]
        assert (response.status_code, error["path"], error["code"]) == (422, "language", "invalid_language")
    for language in ("es-MX", "zh-Hans", "pt-BR", "ast"):
        ann = api.customer(language=language)
        assert api.get(f"/api/customers/{ann}")["language"] == language


def test_nobody_can_register_under_the_profile_of_an_address_and_its_holder_keeps_it(api: Api) -> None:
    identifier = {"kind": "email", "value": "ann@example.com"}
    profile = touch(api, "t", identifier=identifier)["customer_id"]
    api.stored("/api/withdrawals", {"identifier": identifier})
    ann = api.customer(contact_points=[ANN])
    refused = api.post("/api/customers", {"kind": "person", "customer_id": profile})
    error = refused.json["errors"][0]  # type: ignore[index]
    assert (refused.status_code, error["path"], error["code"]) == (422, "customer_id", "reserved")
    shown = api.get(f"/api/customers/{profile}")
    assert shown["customer_id"] == str(ann)
    assert [said["granted"] for said in shown["consents"]] == [False]


def test_an_unknown_customer_is_404_but_for_touchpoints_and_orders(api: Api) -> None:
    nobody = uuid4()
    told = touch(api, "t", customer_id=str(nobody))
    assert told["customer_known"] is False
    order = {"customer_id": str(nobody), "lines": [{"sku": "A", "quantity": 1, "amount": "1.00"}]}
    assert api.stored("/api/orders", order)["customer_known"] is False
    api.fold()
    complaint = {"customer_id": str(nobody), "category": "x", "severity": "low", "channel": "web"}
    assert api.post("/api/complaints", complaint).status_code == 404
    assert api.post(f"/api/customers/{nobody}/withdrawals", {}).status_code == 404
    assert api.post("/api/withdrawals", {"customer_id": str(nobody)}).status_code == 404
    assert api.post(f"/api/customers/{nobody}/contact-points", ANN).status_code == 404
    assert api.ask("GET", f"/api/customers/{nobody}").status_code == 404
    assert api.ask("GET", f"/api/customers/{nobody}/timeline").status_code == 404
    topics = [fact["type"] for fact in api.get(f"/api/customers/{nobody}/history")["items"]]
    assert topics == ["touchpoints.TouchpointRecorded", "orders.OrderPlaced"]


def test_someone_never_registered_can_opt_out_and_it_binds_whoever_registers(api: Api) -> None:
    email = {"kind": "email", "value": "ann@example.com"}
    api.stored("/api/withdrawals", {"identifier": email, "reason": "spam"})
    ann = api.customer(contact_points=[ANN])
    (said,) = api.get(f"/api/customers/{ann}")["consents"]
    assert (said["granted"], said["channel"], said["purpose"]) == (False, None, None)
    grant = {"channel": "email", "purpose": "marketing", "evidence": {"source": "form"}}
    api.stored(f"/api/customers/{ann}/consents", grant)
    assert (
        api.post("/api/consents", {**grant, "identifier": email, "customer_id": str(ann)}).status_code == 422
    )


def test_an_undeclared_purpose_is_refused_until_it_is_declared(api: Api) -> None:
    ann = api.customer()
    grant = {"channel": "email", "purpose": "loyalty", "evidence": {"source": "form"}}
    refused = api.post(f"/api/customers/{ann}/consents", grant)
    assert refused.status_code == 422
    assert refused.json["errors"][0]["path"] == "purpose"  # type: ignore[index]
    api.stored("/api/purposes", {"name": "loyalty"})
    assert api.post(f"/api/customers/{ann}/consents", grant).status_code == 200


@pytest.mark.parametrize(
    ("currency", "amount", "shown"),
    [("EUR", "12.5", "12.50"), ("JPY", "100", "100"), ("KWD", "1.25", "1.250")],
)
def test_money_goes_out_with_the_minor_units_of_its_currency(
    api: Api, currency: str, amount: str, shown: str
) -> None:
    ann = api.customer()
    order = {"customer_id": str(ann), "lines": [{"sku": "A", "quantity": 1, "amount": amount}]}
    api.stored("/api/orders", {**order, "currency": currency})
    value = api.get(f"/api/customers/{ann}")["orders"]["value"]
    assert value == [{"currency": currency, "amount": shown}]
    assert api.post("/api/orders", {**order, "currency": "JPY"}).status_code == (
        422 if "." in amount else 201
    )


def test_currencies_are_never_added(api: Api) -> None:
    ann = api.customer()
    for currency in ("EUR", "USD", "EUR"):
        line = {"sku": "A", "quantity": 1, "amount": "10.00"}
        api.stored("/api/orders", {"customer_id": str(ann), "currency": currency, "lines": [line]})
    value = api.get(f"/api/customers/{ann}")["orders"]["value"]
    assert value == [{"currency": "EUR", "amount": "20.00"}, {"currency": "USD", "amount": "10.00"}]


def test_a_forgotten_person_is_unreadable_and_nobody_else_changes(api: Api) -> None:
    ann = api.customer(name="Ann", contact_points=[ANN], attributes={"hobby": "chess"})
    bob = api.customer(name="Bob", contact_points=[{"channel": "email", "value": "bob@example.com"}])
    touch(api, "t", customer_id=str(ann), properties={"page": "secret"})
    shown, other = api.get(f"/api/customers/{ann}"), body_of(api, bob)
    keys = api.world.web.keys
    keys.forget([UUID(profile) for profile in shown["profiles"]])
    forgotten = api.get(f"/api/customers/{ann}")
    assert (forgotten["name"], forgotten["attributes"]) == (None, {})
    assert [point["value"] for point in forgotten["contact_points"]] == [None]
    assert forgotten["touchpoints"]["total"] == 1
    facts = api.get(f"/api/customers/{ann}/history")["items"]
    hidden = {fact["type"]: fact["forgotten"] for fact in facts if fact["forgotten"]}
    assert hidden == {
        "customers.CustomerRegistered": ["name", "personal_attributes"],
        "customers.ContactPointAdded": ["value"],
        "touchpoints.TouchpointRecorded": ["personal_properties"],
    }
    for readable in ("Ann", "chess", "secret"):
        assert readable not in str(facts) + str(api.get(f"/api/customers/{ann}/timeline"))
    assert body_of(api, bob) == other


def test_the_history_has_every_fact_in_order_with_who_said_it(api: Api) -> None:
    key = api.key_for("admin", name="desk")
    ann = api.ask("POST", "/api/customers", {"kind": "person", "name": "Ann"}, key=key).json["customer_id"]
    api.ask("POST", f"/api/customers/{ann}/withdrawals", {"occurred_at": "1999-01-01T00:00:00Z"}, key=key)
    registered, withdrawn = api.get(f"/api/customers/{ann}/history")["items"]
    assert registered["type"] == "customers.CustomerRegistered"
    assert registered["data"]["name"] == "Ann"
    assert withdrawn["type"] == "customers.ConsentWithdrawn"
    assert withdrawn["occurred_at"] == "1999-01-01T00:00:00Z"
    assert withdrawn["recorded_at"] == "2026-03-02T12:00:00Z"
    assert {registered["actor"], withdrawn["actor"]} == {"key:desk"}
    assert (registered["version"], withdrawn["version"]) == (1, 1)


def test_a_forgotten_person_who_comes_back_is_shown_with_what_was_stated_again(api: Api) -> None:
    number = {"source": "shop", "number": "7"}
    ann = api.customer(name="Ann", contact_points=[ANN], external_ids=[number])
    path = f"/api/customers/{ann}"
    api.world.web.keys.forget([UUID(profile) for profile in api.get(path)["profiles"]])
    refused = api.post("/api/customers", {"kind": "person", "customer_id": str(ann), "name": "Ann"})
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/registration-forgotten")
    assert api.ask("PATCH", path, {"name": "Anna"}, If_Match=etag_of(api, ann)).status_code == 200
    for added, again in ((f"{path}/contact-points", ANN), (f"{path}/external-ids", number)):
        before = api.log_length()
        assert api.post(added, again).status_code == 201
        assert api.log_length() == before + 1
        assert (api.post(added, again).status_code, api.log_length()) == (200, before + 1)
    shown = api.get(path)
    assert shown["name"] == "Anna"
    assert [point["value"] for point in shown["contact_points"]] == [ANN["value"]]
    assert [external_id["number"] for external_id in shown["external_ids"]] == ["7"]


def test_a_timeline_says_the_position_of_its_newest_fact(api: Api) -> None:
    ann = api.customer(name="Ann")
    timeline = f"/api/customers/{ann}/timeline"
    assert api.get(timeline)["position"] == "0"
    opened = api.stored(
        "/api/complaints",
        {"customer_id": str(ann), "category": "delivery", "severity": "low", "channel": "phone"},
    )
    api.customer(name="Bob")
    shown = api.ask("GET", timeline)
    assert shown.json["position"] == shown.headers["Farley-Position"] == opened["position"]
    assert api.get(f"/api/customers/{ann}")["position"] == opened["position"]
