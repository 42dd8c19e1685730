"""The messages of refusals say what is wrong and what to do."""

from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.interfaces.conftest import CAMPAIGN, Api
from tests.world import World

TEMPLATE = {"subject": "Hello", "body": "Hello {{ unsubscribe_url }}"}


def refusal(response: Any, status: int) -> str:
    """Returns the detail and the messages of a problem."""
    problem: Any = response.json
    assert response.status_code == status, problem
    return " ".join([problem["title"], problem["detail"], *(e["message"] for e in problem.get("errors", ()))])


@pytest.mark.parametrize(
    ("country", "expected"),
    [
        ("UK", "The nearest is GB."),
        ("Spain", "a code of two letters (ISO 3166), such as ES. The nearest is ES."),
    ],
)
def test_a_country_of_a_customer_that_has_no_such_code_is_refused_with_the_nearest(
    api: Api, country: str, expected: str
) -> None:
    assert expected in refusal(api.post("/api/customers", {"kind": "person", "country": country}), 422)


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("contry", "contry is no field. The nearest is country."),
        ("attributes.Points", "attributes.Points is not declared"),
    ],
)
def test_an_unknown_field_of_criteria_is_refused_with_the_nearest(
    api: Api, field: str, expected: str
) -> None:
    api.stored("/api/attributes", {"name": "points", "scope": "customer", "type": "number"})
    criteria = {"field": field, "op": "exists"}
    message = refusal(api.post("/api/segments", {"name": "s", "criteria": criteria}), 422)
    assert expected in message
    assert "The nearest is" in message


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/api/customers", {"kind": "person", "langage": "es"}, "not known here. The nearest is language."),
        (
            "/api/customers",
            {"kind": "person", "external_ids": [{"source": "erp", "value": "1"}]},
            "not known here. Known are: number, source.",
        ),
        ("/api/customers?emails=ann@example.org", None, "not known here. The nearest is email."),
    ],
)
def test_an_unknown_field_is_refused_with_the_nearest_or_those_that_are_known(
    api: Api, path: str, body: dict[str, Any] | None, expected: str
) -> None:
    answered = api.ask("GET", path) if body is None else api.post(path, body)
    assert expected in refusal(answered, 422)


def test_only_for_some_of_many_unknown_fields_the_known_ones_are_told(api: Api) -> None:
    unknown = "&".join(f"unknown{number}=1" for number in range(50))
    told = [error["message"] for error in api.ask("GET", f"/api/customers?{unknown}").json["errors"]]
    assert len(told) == 50
    assert sum("Known are: email, external_id, phone." in message for message in told) == 10


def test_the_names_of_a_large_object_are_not_all_listed(api: Api) -> None:
    errors = api.post("/api/touchpoints", {"xyz": 1}).json["errors"]
    assert [error["message"] for error in errors if error["path"] == "xyz"] == [
        "This field is not known here."
    ]


def test_a_path_with_something_else_than_a_uuid_says_that_ids_are_uuids(api: Api) -> None:
    assert "UUIDs" in refusal(api.ask("GET", "/api/customers/ann"), 404)


def test_if_match_is_asked_for_by_the_name_of_the_header_that_has_it(api: Api) -> None:
    path = f"/api/customers/{api.customer()}"
    assert "ETag" in refusal(api.ask("PATCH", path, {"name": "Ann"}), 428)
    for malformed in ("3", "banana"):
        assert 'such as "3"' in refusal(api.ask("PATCH", path, {"name": "Ann"}, If_Match=malformed), 422)


def test_a_customer_registered_again_with_other_content_is_told_of_the_correction(api: Api) -> None:
    customer = {"kind": "person", "customer_id": str(uuid4())}
    api.stored("/api/customers", customer)
    assert "PATCH" in refusal(api.post("/api/customers", {**customer, "name": "Ann"}), 409)


def test_money_as_a_number_is_to_be_written_as_text(api: Api) -> None:
    line = {"sku": "A", "quantity": 1, "amount": 12.5}
    order = {"source": "shop", "number": "1", "currency": "EUR", "lines": [line]}
    assert 'write it as text: "12.50"' in refusal(api.post("/api/orders", order), 422)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"message_class": "service"}, "unsubscribe_url is known only in the body of a promotional e-mail"),
        ({"from": "not an address"}, "Not one e-mail address that mail can be sent to."),
    ],
)
def test_content_of_a_campaign_is_refused_by_what_is_wrong_with_it(
    api: Api, change: dict[str, Any], expected: str
) -> None:
    message = refusal(api.post("/api/campaigns", {**CAMPAIGN, "template": TEMPLATE, **change}), 422)
    assert expected in message
    assert "line break" not in message


def paths_of(response: Any) -> set[str]:
    problem: Any = response.json
    assert response.status_code == 422, problem
    return {error["path"] for error in problem["errors"]}


def test_all_undeclared_names_of_a_consent_are_listed(api: Api) -> None:
    names = dict.fromkeys(("purpose", "topic", "brand", "division"), "no such")
    consent = {
        "customer_id": str(api.customer()),
        "channel": "email",
        "evidence": {"source": "form"},
        **names,
    }
    assert paths_of(api.post("/api/consents", consent)) == set(names)


def test_all_attributes_of_another_type_than_declared_are_listed(api: Api) -> None:
    for name in ("points", "visits"):
        api.stored("/api/attributes", {"name": name, "scope": "customer", "type": "number"})
    customer = {"kind": "person", "attributes": {"points": "x", "visits": "y", "other": "z"}}
    assert paths_of(api.post("/api/customers", customer)) == {"attributes.points", "attributes.visits"}


def test_a_client_that_writes_a_number_without_its_country_is_told_how_to_write_it(
    database: Any, tmp_path: Path
) -> None:
    customer = {"kind": "person", "contact_points": [{"channel": "sms", "value": "030 123456"}]}
    with closing(World(database, tmp_path, FARLEY_REGION="")) as world:
        refused = refusal(Api(world).post("/api/customers", customer), 422)
    assert "A phone number without a country code: write it with + and its country code." in refused
    assert "FARLEY_" not in refused


WRONG_EMAIL = {"channel": "email", "value": "ana@"}
WRONG_IDENTIFIER = {"kind": "email", "value": "ana@"}
LINE = {"sku": "s", "quantity": "1", "amount": "1.00"}


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        (
            "/api/customers",
            {
                "kind": "robot",
                "country": "Spain",
                "contact_points": [{"channel": "fax", "value": "1"}, WRONG_EMAIL],
            },
            ["contact_points.0.channel", "contact_points.1.value", "country", "kind"],
        ),
        (
            "/api/customers",
            {"kind": "person", "language": "??", "contact_points": [WRONG_EMAIL, WRONG_EMAIL]},
            ["contact_points.0.value", "contact_points.1.value", "language"],
        ),
        ("/api/customers/{id}/contact-points", {**WRONG_EMAIL, "labl": "home"}, ["labl", "value"]),
        (
            "/api/touchpoints",
            {
                "source": "shop",
                "message_id": "1",
                "channel": "web",
                "direction": "inbound",
                "kind": "stroll",
                "occurred_at": "2026-01-01T00:00:00Z",
                "identifier": WRONG_IDENTIFIER,
            },
            ["identifier.value", "kind"],
        ),
        (
            "/api/orders",
            {
                "identifier": WRONG_IDENTIFIER,
                "occurred_at": "2026-01-01",
                "lines": [{**LINE, "amount": "1.001"}],
            },
            ["identifier.value", "lines.0.amount", "occurred_at"],
        ),
    ],
)
def test_one_answer_names_what_the_schema_and_what_the_domain_refuses(
    api: Api, path: str, body: dict[str, Any], expected: list[str]
) -> None:
    before = api.log_length()
    response = api.post(path.replace("{id}", str(uuid4())), body)
    assert response.status_code == 422
    problem: Any = response.json
    assert sorted(error["path"] for error in problem["errors"]) == expected
    assert api.log_length() == before


def test_a_single_wrong_value_is_named_once_and_a_right_body_with_margins_is_accepted(api: Api) -> None:
    problem: Any = api.post("/api/customers", {"kind": "person", "contact_points": [WRONG_EMAIL]}).json
    assert [error["path"] for error in problem["errors"]] == ["contact_points.0.value"]
    wrong_kind = {
        "kind": "robot",
        "country": " ES ",
        "contact_points": [{"channel": "email", "value": " a@b.es "}],
    }
    wrong: Any = api.post("/api/customers", wrong_kind).json
    assert [error["path"] for error in wrong["errors"]] == ["kind"]
