"""Suppressions and the suppression policy: what the pages show, and what the forms do."""

from datetime import timedelta
from typing import Any

import pytest

from tests.interfaces.console.conftest import Console, Person
from tests.interfaces.console.desk import told

SUPPRESSIONS, POLICY = "/console/suppressions", "/console/policy"


@pytest.fixture
def maria(console: Console) -> Person:
    return console.person("maria")


@pytest.fixture
def admin(console: Console) -> Person:
    return console.person("ada", "administrator")


def after(console: Console, person: Person, path: str, fields: dict[str, Any]) -> str:
    """Sends a form and returns the page that it leads to."""
    response = person.sends(path, fields)
    assert response.status_code == 303, response.text
    console.world.fold()
    return person.sees(str(response.location)).text


def test_without_suppressions_the_page_says_what_it_is_for(maria: Person) -> None:
    assert "Nobody is stopped" in maria.sees(SUPPRESSIONS).text
    assert "No such suppression" in maria.sees(f"{SUPPRESSIONS}?reason=DECEASED").text


def test_an_address_is_stopped_and_freed_again_with_a_reason(console: Console, maria: Person) -> None:
    fields = {
        "kind": "address",
        "value": "ana@example.org",
        "reason": "OPERATOR_EXCLUDED",
        "note": "She called.",
    }
    page = after(console, maria, f"{SUPPRESSIONS}/new", fields)
    assert "ana@example.org" in page
    assert "She called." in page
    (one,) = items(console, "in_force=true")
    lifting = f"{SUPPRESSIONS}/{one['suppression_id']}/lift"
    assert "ana@example.org" in maria.sees(lifting).text
    refused = maria.sends(lifting, {"reason": " "})
    assert refused.status_code == 422
    page = after(console, maria, lifting, {"reason": "She asked for it."})
    assert "ana@example.org" not in page
    ended = maria.sees(f"{SUPPRESSIONS}?in_force=false").text
    assert "She asked for it." in ended
    (one,) = items(console, "in_force=false")
    assert (one["lifted_by"], one["lift_reason"]) == ("person:maria", "She asked for it.")


def items(console: Console, query: str) -> list[dict[str, Any]]:
    """Returns suppressions as the API lists them."""
    key = console.world.services.access.create(f"reader of {query}", ["admin"])[1]
    answer = console.app.test_client().get(
        f"/api/suppressions?{query}", headers={"Authorization": f"Bearer {key}"}
    )
    found: list[dict[str, Any]] = answer.json["items"]  # type: ignore[index]
    return found


def test_a_domain_is_stopped_and_found_by_its_filter(console: Console, maria: Person) -> None:
    fields = {"kind": "domain", "value": "example.net", "reason": "DOMAIN_BLOCKED"}
    after(console, maria, f"{SUPPRESSIONS}/new", fields)
    assert "example.net" in maria.sees(f"{SUPPRESSIONS}?domain=example.net&reason=DOMAIN_BLOCKED").text
    assert "No such suppression" in maria.sees(f"{SUPPRESSIONS}?domain=example.org").text


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"kind": "address", "value": "", "reason": "OPERATOR_EXCLUDED"}, "Who or what"),
        ({"kind": "address", "value": "no address", "reason": "OPERATOR_EXCLUDED"}, "no address"),
        ({"kind": "domain", "value": "example.net", "reason": "DECEASED"}, "example.net"),
        ({"kind": "address", "value": "ana@example.org", "reason": "SUNSHINE"}, "ana@example.org"),
    ],
)
def test_what_is_refused_keeps_what_was_typed(
    console: Console, maria: Person, fields: dict[str, str], says: str
) -> None:
    before = console.log_length()
    response = maria.sends(f"{SUPPRESSIONS}/new", fields)
    assert response.status_code == 422
    assert says in response.text
    assert console.log_length() == before


def test_a_customers_suppression_leads_to_the_customer(console: Console, maria: Person) -> None:
    customer = console.world.customer("ana@example.org")
    told(console, "/api/suppressions", {"scope": {"customer_id": str(customer)}, "reason": "DECEASED"})
    assert f"/console/people/{customer}" in maria.get(SUPPRESSIONS).text


def test_a_new_version_of_the_policy_stands_beside_the_one_before(console: Console, admin: Person) -> None:
    fields = adopted(admin)
    page = after(
        console,
        admin,
        f"{POLICY}/new",
        {**fields, "cooling_off_days.high": "45", "note": "After <the> audit."},
    )
    assert "Version 2 beside version 1" in page
    assert "45 days" in page
    assert "After <the> audit." in page
    differing = page.count("differs")
    assert differing == 1


def test_a_planned_version_is_withdrawn_before_it_takes_effect(console: Console, admin: Person) -> None:
    later = (console.world.clock.now() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    page = after(console, admin, f"{POLICY}/new", {**adopted(admin), "takes_effect_at": later})
    assert "planned" in page
    assert "at position" in page
    page = after(console, admin, f"{POLICY}/2/withdraw", {"reason": "A mistake."})
    assert "A mistake." in page
    assert admin.sends(f"{POLICY}/1/withdraw", {"reason": ""}).status_code == 409


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("cooling_off_days.high", "many"),
        ("cooling_off_days.high", "-1"),
        ("reasons.HARD_BOUNCE.expires_after_days", "0"),
        ("takes_effect_at", "2001-01-01T00:00"),
    ],
)
def test_a_version_that_cannot_be_is_refused_at_its_field(
    console: Console, admin: Person, field: str, typed: str
) -> None:
    fields, before = adopted(admin), console.log_length()
    response = admin.sends(f"{POLICY}/new", {**fields, field: typed})
    assert response.status_code == 422
    assert f'href="#{field}"' in response.text
    assert typed in response.text
    assert console.log_length() == before


def adopted(admin: Person) -> dict[str, Any]:
    """Returns the form for a new version as it is filled in: what is in effect."""
    inputs = [of for tag, of in admin.sees(f"{POLICY}/new").tags if tag == "input" and of.get("name")]
    typed = {of["name"]: of["value"] for of in inputs if of["type"] in ("text", "datetime-local")}
    ticked: dict[str, Any] = {}
    for of in inputs:
        if of["type"] == "checkbox" and "checked" in of:
            ticked.setdefault(of["name"], []).append(of["value"])
    return {**typed, **ticked}
