"""Suppressions and their policy over HTTP: imposed, listed, lifted, shown to whoever they bind."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.interfaces.conftest import Api

ANN, BEN = {"channel": "email", "value": "ann@example.com"}, {"channel": "email", "value": "ben@example.org"}


def impose(api: Api, reason: str = "OPERATOR_EXCLUDED", **body: Any) -> str:
    """`body` with the scope's fields beside the others."""
    others = {name: body.pop(name) for name in ("until", "note", "occurred_at") if name in body}
    told = api.stored("/api/suppressions", {"scope": body, "reason": reason, **others})
    return str(told["suppression_id"])


def listed(api: Api, query: str = "") -> list[str]:
    return [one["suppression_id"] for one in api.get(f"/api/suppressions{query}")["items"]]


def test_a_suppression_is_shown_as_it_was_imposed(api: Api) -> None:
    ann = api.customer(contact_points=[ANN])
    one = impose(
        api,
        customer_id=str(ann),
        channel="email",
        purpose="marketing",
        brand="north",
        until="2026-04-01T00:00:00Z",
        note="Call first",
    )
    shown = api.get(f"/api/suppressions/{one}")
    assert shown["scope"] == {
        "kind": "customer",
        "customer_id": str(ann),
        "address": None,
        "domain": None,
        "channel": "email",
        "purpose": "marketing",
        "brand": "north",
    }
    assert (shown["reason"], shown["note"], shown["in_force"]) == ("OPERATOR_EXCLUDED", "Call first", True)
    assert shown["until"] == shown["expires_at"] == "2026-04-01T00:00:00Z"
    assert shown["imposed_by"].startswith("key:")
    assert (shown["lifted_at"], shown["lifted_by"], shown["lift_reason"]) == (None, None, None)
    assert api.get("/api/suppressions")["items"] == [shown]


def test_05_a_lifted_suppression_stays_in_the_list_with_who_when_and_why(api: Api) -> None:
    one = impose(api, address="ann@example.com", note="a wish")
    before = api.get(f"/api/suppressions/{one}")
    api.world.clock.move(timedelta(hours=1))
    lifting = api.post(f"/api/suppressions/{one}/liftings", {"reason": "a mistake"})
    assert (lifting.status_code, lifting.json["suppression_id"]) == (200, one)
    after = api.get(f"/api/suppressions/{one}")
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"in_force", "lifted_at", "lifted_by", "lift_reason"}
    assert (after["lift_reason"], after["lifted_at"]) == ("a mistake", "2026-03-02T13:00:00Z")
    assert api.post(f"/api/suppressions/{one}/liftings", {"reason": "again"}).status_code == 200
    assert api.get(f"/api/suppressions/{one}") == after
    assert (listed(api), listed(api, "?in_force=false"), listed(api, "?in_force=true")) == ([one], [one], [])


def test_suppressions_are_found_by_customer_address_domain_reason_and_force(api: Api) -> None:
    ann, ben = api.customer(contact_points=[ANN]), api.customer(contact_points=[BEN])
    of_ann = impose(api, "LEGAL_HOLD", customer_id=str(ann))
    of_address = impose(api, "HARD_BOUNCE", address="Ann@Example.com")
    of_domain = impose(api, "DOMAIN_BLOCKED", domain="EXAMPLE.com.")
    of_ben = impose(api, customer_id=str(ben), until="2026-03-02T13:00:00Z")
    assert listed(api) == [of_ben, of_domain, of_address, of_ann]
    assert listed(api, f"?customer_id={ann}") == [of_domain, of_address, of_ann]
    assert listed(api, f"?customer_id={ben}") == [of_ben]
    assert listed(api, "?address=ann@example.com") == [of_address]
    assert listed(api, "?domain=example.com") == [of_domain]
    assert listed(api, "?reason=LEGAL_HOLD") == [of_ann]
    assert listed(api, f"?customer_id={ann}&reason=HARD_BOUNCE") == [of_address]
    assert listed(api, f"?customer_id={ben}&address=ann@example.com") == []
    api.world.clock.move(timedelta(hours=1))
    assert listed(api, "?in_force=true") == [of_domain, of_address, of_ann]
    assert listed(api, "?in_force=false") == [of_ben]


def test_04_a_blocked_domain_is_shown_of_whoever_is_in_a_subdomain(api: Api) -> None:
    ann = api.customer(contact_points=[{"channel": "email", "value": "ann@mail.example.com"}])
    ben = api.customer(contact_points=[BEN])
    of_domain = impose(api, "DOMAIN_BLOCKED", domain="example.com")
    api.fold()
    for one, blocked in ((ann, True), (ben, False)):
        verdicts = api.get(f"/api/customers/{one}")["eligibility"]
        assert ["DOMAIN_BLOCKED" in verdict["reasons"] for verdict in verdicts] == [blocked] * len(verdicts)
    below = impose(api, "DOMAIN_BLOCKED", domain="eu.mail.example.com")
    assert listed(api, f"?customer_id={ann}") == [of_domain]
    assert listed(api, f"?customer_id={ben}") == []
    assert listed(api, "?domain=eu.mail.example.com") == [below]


def test_a_domains_suppressions_are_in_the_timeline_and_history_of_those_whom_they_concern(api: Api) -> None:
    ann = api.customer(contact_points=[{"channel": "email", "value": "ann@mail.example.com"}])
    ben = api.customer(contact_points=[BEN])
    of_domain = impose(api, "DOMAIN_BLOCKED", domain="example.com")
    api.stored(f"/api/suppressions/{of_domain}/liftings", {"reason": "a mistake"})
    kinds = ["suppression_lifted", "suppression"]
    types = ["suppressions.SuppressionImposed", "suppressions.SuppressionLifted"]
    for customer_id, shown in ((ann, True), (ben, False)):
        path = f"/api/customers/{customer_id}"
        entries = [entry for entry in api.get(f"{path}/timeline")["items"] if entry["about"] == "suppression"]
        facts = [fact for fact in api.get(f"{path}/history")["items"] if fact["type"] in types]
        assert [entry["kind"] for entry in entries] == (kinds if shown else [])
        assert [fact["type"] for fact in facts] == (types if shown else [])
        assert not shown or entries[1]["details"]["address"] == facts[0]["data"]["address"] == "example.com"


def test_a_linked_profiles_suppressions_are_the_persons(api: Api) -> None:
    ann, other = api.customer(contact_points=[ANN]), api.customer()
    one = impose(api, customer_id=str(other))
    api.stored(f"/api/customers/{ann}/links", {"profile_id": str(other)})
    assert listed(api, f"?customer_id={ann}") == listed(api, f"?customer_id={other}") == [one]


def test_the_list_comes_in_parts_the_last_imposed_first(api: Api) -> None:
    made = [impose(api, address=f"{number}@example.com") for number in range(5)]
    first = api.get("/api/suppressions?limit=2")
    second = api.get(f"/api/suppressions?limit=3&cursor={first['next_cursor']}")
    found = [one["suppression_id"] for part in (first, second) for one in part["items"]]
    assert (found, second["next_cursor"]) == (made[::-1], None)


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("reason=NO_CONSENT", "reason"),
        ("in_force=yes", "in_force"),
        ("address=12", "address"),
        ("domain=a@b.example", "domain"),
        ("customer_id=7", "customer_id"),
        ("scope=customer", "scope"),
        ("cursor=x", "cursor"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_by_its_path(api: Api, query: str, path: str) -> None:
    response = api.ask("GET", f"/api/suppressions?{query}")
    assert (response.status_code, response.json["errors"][0]["path"]) == (422, path)


def test_what_is_unknown_is_not_found_and_nothing_is_stored(api: Api) -> None:
    before, unknown = api.log_length(), uuid4()
    body = {"scope": {"customer_id": str(unknown)}, "reason": "LEGAL_HOLD"}
    assert api.post("/api/suppressions", body).status_code == 404
    assert api.post(f"/api/suppressions/{unknown}/liftings", {"reason": "why"}).status_code == 404
    assert api.ask("GET", f"/api/suppressions/{unknown}").status_code == 404
    assert api.ask("GET", f"/api/suppressions?customer_id={unknown}").status_code == 404
    assert api.log_length() == before


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"scope": {}, "reason": "LEGAL_HOLD"}, "scope"),
        ({"scope": {"address": "a@b.example", "domain": "b.example"}, "reason": "LEGAL_HOLD"}, "scope"),
        ({"scope": {"address": "a@b.example", "purpose": ""}, "reason": "LEGAL_HOLD"}, "scope.purpose"),
        (
            {
                "scope": {
                    "address": "a@b.example",
                    "identifier": {"kind": "email", "value": "a@b.example"},
                },
                "reason": "LEGAL_HOLD",
            },
            "scope",
        ),
        (
            {"scope": {"identifier": {"kind": "email", "value": "a@@b"}}, "reason": "LEGAL_HOLD"},
            "scope.identifier.value",
        ),
        ({"scope": {"identifier": {"kind": "email"}}, "reason": "LEGAL_HOLD"}, "scope.identifier.value"),
        ({"scope": {"address": "a@b.example"}, "reason": "DOMAIN_BLOCKED"}, "scope"),
        ({"scope": {"domain": "b.example"}, "reason": "SPAM_COMPLAINT"}, "scope"),
        ({"scope": {"address": "a@b.example"}, "reason": "FREQUENCY_CAP"}, "reason"),
        (
            {"scope": {"address": "a@b.example"}, "reason": "LEGAL_HOLD", "until": "2026-03-02T12:00:00Z"},
            "until",
        ),
        (
            {
                "scope": {"address": "a@b.example"},
                "reason": "SPAM_COMPLAINT",
                "until": "2030-01-01T00:00:00Z",
            },
            "until",
        ),
    ],
)
def test_a_suppression_that_makes_no_sense_is_refused_by_its_path(
    api: Api, body: dict[str, Any], path: str
) -> None:
    before = api.log_length()
    response = api.post("/api/suppressions", body)
    assert (response.status_code, response.json["errors"][0]["path"]) == (422, path)
    assert api.log_length() == before


def test_the_same_key_and_body_impose_once(api: Api) -> None:
    body = {"scope": {"address": "ann@example.com"}, "reason": "LEGAL_HOLD"}
    first = api.post("/api/suppressions", body, Idempotency_Key="k1")
    again = api.post("/api/suppressions", body, Idempotency_Key="k1")
    assert (again.json, again.headers["Idempotent-Replayed"]) == (first.json, "true")
    assert first.headers["Location"] == f"/api/suppressions/{first.json['suppression_id']}"
    assert len(listed(api)) == 1


def kinds(api: Api, customer_id: UUID) -> list[str]:
    return [entry["kind"] for entry in api.get(f"/api/customers/{customer_id}/timeline")["items"]]


def history(api: Api, customer_id: UUID) -> list[str]:
    items = api.get(f"/api/customers/{customer_id}/history")["items"]
    return [fact["type"] for fact in items if fact["type"].startswith("suppressions.")]


def test_a_suppression_and_its_lifting_are_in_the_timeline_and_the_history(api: Api) -> None:
    ann, ben = api.customer(contact_points=[ANN]), api.customer(contact_points=[BEN])
    one = impose(api, customer_id=str(ann), channel="email", note="no calls")
    api.stored(f"/api/suppressions/{one}/liftings", {"reason": "a mistake"})
    assert kinds(api, ann) == ["suppression_lifted", "suppression"]
    assert history(api, ann) == ["suppressions.SuppressionImposed", "suppressions.SuppressionLifted"]
    lifted, imposed = api.get(f"/api/customers/{ann}/timeline")["items"]
    assert (imposed["about"], imposed["channel"], imposed["details"]["note"]) == (
        "suppression",
        "email",
        "no calls",
    )
    assert (imposed["details"]["reason_code"], lifted["details"]["reason"]) == (
        "OPERATOR_EXCLUDED",
        "a mistake",
    )
    assert (kinds(api, ben), history(api, ben)) == ([], [])


def test_a_suppression_of_an_address_shows_for_whoever_has_it_or_registers_it_later(api: Api) -> None:
    impose(api, "HARD_BOUNCE", address="ann@example.com")
    ann, ben = api.customer(contact_points=[ANN]), api.customer(contact_points=[BEN])
    assert (kinds(api, ann), history(api, ann)) == (["suppression"], ["suppressions.SuppressionImposed"])
    assert api.get(f"/api/customers/{ann}/timeline?kind=suppression")["items"][0]["details"]["address"] == (
        "ann@example.com"
    )
    assert (kinds(api, ben), history(api, ben)) == ([], [])


def test_a_suppression_of_somebody_never_registered_binds_whoever_registers_later(api: Api) -> None:
    """`identifier` stands for `customer_id`: the person is meant, and not the address alone."""
    email = {"kind": "email", "value": "Ann@Example.com"}
    number = {"kind": "external_id", "source": "erp", "value": "4711"}
    one = impose(api, "DECEASED", identifier=email)
    other = impose(api, identifier=number, channel="email", purpose="marketing")
    shown = api.get(f"/api/suppressions/{one}")
    assert (shown["scope"]["kind"], shown["scope"]["address"]) == ("customer", None)
    assert shown["scope"]["customer_id"] == shown["profile_id"]
    phone = {"channel": "sms", "value": "030 901820"}
    ann = api.customer(contact_points=[ANN, phone], external_ids=[{"source": "erp", "number": "4711"}])
    ben = api.customer(contact_points=[BEN])
    assert (listed(api, f"?customer_id={ann}"), listed(api, f"?customer_id={ben}")) == ([other, one], [])
    assert kinds(api, ann) == ["suppression", "suppression"]
    verdicts = {(v["channel"], v["purpose"]): v for v in api.get(f"/api/customers/{ann}")["eligibility"]}
    assert {"DECEASED", "OPERATOR_EXCLUDED"} <= set(verdicts["email", "marketing"]["reasons"])
    assert "DECEASED" in verdicts["sms", "service"]["reasons"]
    assert "OPERATOR_EXCLUDED" not in verdicts["email", "service"]["reasons"]


def test_a_suppression_of_a_shared_address_shows_for_each_who_has_it(api: Api) -> None:
    """Nobody is linked to an address that two people have; other facts of it are neither's."""
    people = [api.customer(contact_points=[ANN]), api.customer(contact_points=[ANN])]
    one = impose(api, "SPAM_COMPLAINT", address="ann@example.com")
    api.stored(
        "/api/complaints",
        {
            "identifier": {"kind": "email", "value": "ann@example.com"},
            "category": "delivery",
            "severity": "low",
            "channel": "email",
        },
    )
    for person in people:
        assert (kinds(api, person), len(history(api, person))) == (["suppression"], 1)
        assert listed(api, f"?customer_id={person}") == [one]


def test_an_address_that_was_removed_takes_its_suppressions_along(api: Api) -> None:
    ann = api.customer(contact_points=[ANN])
    impose(api, "HARD_BOUNCE", address="ann@example.com")
    point = api.get(f"/api/customers/{ann}")["contact_points"][0]["contact_point_id"]
    api.ask("DELETE", f"/api/customers/{ann}/contact-points/{point}", {})
    assert (listed(api, f"?customer_id={ann}"), kinds(api, ann), len(listed(api))) == ([], [], 1)


def test_what_was_said_of_a_forgotten_address_cannot_be_read_but_still_stands(api: Api) -> None:
    one = impose(api, "HARD_BOUNCE", address="ann@example.com", note="550")
    shown = api.get(f"/api/suppressions/{one}")
    api.world.web.keys.forget([UUID(shown["profile_id"])])
    after = api.get(f"/api/suppressions/{one}")
    assert (after["scope"]["kind"], after["scope"]["address"], after["note"]) == ("address", None, None)
    assert (after["reason"], after["in_force"]) == ("HARD_BOUNCE", True)
    assert listed(api, "?address=ann@example.com") == [one]


# The policy


SAME = {"cooling_off_days": {"low": 7}}
"""What the first version says, too."""


def versions(api: Api) -> list[tuple[int, str]]:
    return [(one["version"], one["state"]) for one in api.get("/api/policies/suppression")["items"]]


def test_37_a_new_installation_has_version_1_in_effect(api: Api) -> None:
    (first,) = api.get("/api/policies/suppression")["items"]
    assert (first["version"], first["state"], first["takes_effect_at"]) == (1, "in_effect", None)
    assert first["cooling_off_days"] == {"low": 7, "normal": 14, "high": 30, "critical": 90}
    assert first["reasons"]["HARD_BOUNCE"] == {
        "stops": ["promotional", "service", "transactional", "recovery"],
        "expires_after_days": None,
    }
    assert first["reasons"]["SPAM_COMPLAINT"]["stops"] == ["promotional"]
    assert first["credit_purposes"] == ["credit"]


def test_14_a_version_takes_effect_at_its_instant_and_the_ones_before_stay_readable(api: Api) -> None:
    told = api.post(
        "/api/policies/suppression", {"takes_effect_at": "2026-03-05T00:00:00Z", **SAME, "note": "later"}
    )
    assert (told.status_code, told.json["version"]) == (201, 2)
    assert told.json["takes_effect_at"] == "2026-03-05T00:00:00Z"
    now = api.stored("/api/policies/suppression", {"cooling_off_days": {"low": 1}})
    assert (now["version"], now["takes_effect_at"]) == (3, "2026-03-02T12:00:00Z")
    assert versions(api) == [(3, "in_effect"), (2, "planned"), (1, "past")]
    api.world.clock.move(timedelta(days=3))
    assert versions(api) == [(3, "past"), (2, "in_effect"), (1, "past")]
    third, second, first = api.get("/api/policies/suppression")["items"]
    days = [one["cooling_off_days"]["low"] for one in (third, second, first)]
    assert (days, second["note"], second["adopted_at"]) == ([1, 7, 7], "later", "2026-03-02T12:00:00Z")


def test_14_a_version_in_the_past_is_refused_and_stores_nothing(api: Api) -> None:
    before = api.log_length()
    response = api.post("/api/policies/suppression", {"takes_effect_at": "2026-03-02T11:59:59Z", **SAME})
    error = response.json["errors"][0]
    assert (response.status_code, error["path"], error["code"]) == (422, "takes_effect_at", "in_past")
    assert api.log_length() == before


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, ""),
        ({"note": "nothing else"}, ""),
        ({"cooling_off_days": {"urgent": 1}}, "cooling_off_days.urgent"),
        ({"cooling_off_days": {"low": 3651}}, "cooling_off_days.low"),
        ({"reasons": {"NO_CONSENT": {}}}, "reasons.NO_CONSENT"),
        ({"reasons": {"DECEASED": {"stops": ["promotional"]}}}, "reasons.DECEASED.stops"),
        ({"reasons": {"DELINQUENT": {"stops": []}}}, "reasons.DELINQUENT.stops"),
        ({"reasons": {"DELINQUENT": {"stops": ["spam"]}}}, "reasons.DELINQUENT.stops.0"),
        ({"reasons": {"DELINQUENT": {"expires_after_days": 0}}}, "reasons.DELINQUENT.expires_after_days"),
        ({"credit_purposes": ["credit", "loans"]}, "credit_purposes.1"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused_by_its_path(
    api: Api, body: dict[str, Any], path: str
) -> None:
    before = api.log_length()
    response = api.post("/api/policies/suppression", body)
    assert (response.status_code, response.json["errors"][0]["path"]) == (422, path)
    assert api.log_length() == before


def test_versions_come_in_parts(api: Api) -> None:
    for _ in range(3):
        api.stored("/api/policies/suppression", SAME)
    first = api.get("/api/policies/suppression?limit=3")
    second = api.get(f"/api/policies/suppression?limit=3&cursor={first['next_cursor']}")
    found = [one["version"] for part in (first, second) for one in part["items"]]
    assert (found, second["next_cursor"]) == ([4, 3, 2, 1], None)


def test_a_policys_expiry_shows_beside_what_was_imposed_without_an_end(api: Api) -> None:
    one = impose(api, address="ann@example.com")
    assert api.get(f"/api/suppressions/{one}")["expires_at"] is None
    reasons = {"OPERATOR_EXCLUDED": {"expires_after_days": 2}}
    api.stored("/api/policies/suppression", {"reasons": reasons, "takes_effect_at": "2026-03-03T00:00:00Z"})
    assert api.get(f"/api/suppressions/{one}")["expires_at"] is None
    api.world.clock.move(timedelta(hours=47))
    shown = api.get(f"/api/suppressions/{one}")
    assert (shown["until"], shown["expires_at"], shown["in_force"]) == (None, "2026-03-04T12:00:00Z", True)
    api.world.clock.move(timedelta(hours=1))
    assert (api.get(f"/api/suppressions/{one}")["in_force"], listed(api, "?in_force=true")) == (False, [])


def test_the_answer_to_what_is_never_refused_for_a_name_lists_the_undeclared_names(api: Api) -> None:
    ann = str(api.customer())
    api.world.declare(brand="North", topic="News")
    complaint = {"customer_id": ann, "category": "delivery", "severity": "low", "channel": "phone"}
    stored = api.stored("/api/complaints", {**complaint, "brand": "Norht"})
    north = {"name": "Norht", "nearest": "North"}
    assert stored["undeclared_names"] == [{"path": "brand", **north}]
    suppression = {"scope": {"customer_id": ann, "brand": "Norht"}, "reason": "OPERATOR_EXCLUDED"}
    assert api.stored("/api/suppressions", suppression)["undeclared_names"] == [
        {"path": "scope.brand", **north}
    ]
    for path, whose in (
        (f"/api/customers/{ann}/withdrawals", {}),
        ("/api/withdrawals", {"customer_id": ann}),
    ):
        for topic, names in (("newz", [{"path": "topic", "name": "newz", "nearest": "News"}]), ("NEWS", [])):
            assert api.stored(path, {**whose, "topic": topic})["undeclared_names"] == names


def test_a_repeated_withdrawal_with_a_key_gets_the_same_hint(api: Api) -> None:
    ann = api.customer()
    path, body = f"/api/customers/{ann}/withdrawals", {"topic": "newz"}
    first, again = (api.stored(path, body, Idempotency_Key="once") for _ in range(2))
    assert first["undeclared_names"] == again["undeclared_names"] != []
