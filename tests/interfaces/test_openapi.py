"""The OpenAPI document says what the app does, and can be browsed without the world."""

import hashlib
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from schemathesis.core.jsonschema.patterns import update_quantifier

from domain.criteria.fields import FIELDS, PLACES_IN_360
from domain.customers.details import COUNTRIES, CustomerKind
from interfaces.http.auth import ACTION, PUBLIC
from interfaces.http.blueprint import GIVES, LATER, TAKES
from interfaces.http.preconditions import IF_MATCH
from interfaces.http.service.docs_routes import ASSETS, FOLDER
from tests.interfaces.conftest import Api
from tests.interfaces.tour import rules, uploaded


@pytest.fixture
def document(api: Api) -> dict[str, Any]:
    response = api.client.get("/openapi.json")
    assert response.status_code == 200
    return response.json  # type: ignore[return-value]


def operation_of(document: dict[str, Any], rule: str, method: str) -> dict[str, Any]:
    path = re.sub(r"<(?:[a-z]+:)?([a-z_]+)>", r"{\1}", rule)
    found: dict[str, Any] = document["paths"][path][method.lower()]
    return found


def every(node: Any) -> Iterator[tuple[str, Any]]:
    """All members anywhere in the document."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield name, value
            yield from every(value)
    elif isinstance(node, list):
        for value in node:
            yield from every(value)


def test_every_route_is_in_the_document_and_no_other(api: Api, document: dict[str, Any]) -> None:
    items = document["paths"].items()
    documented = {(path, method) for path, item in items for method in item if method != "parameters"}
    routes = {
        (re.sub(r"<(?:[a-z]+:)?([a-z_]+)>", r"{\1}", rule), method.lower())
        for endpoint, (method, rule) in rules(api).items()
        if not endpoint.startswith(("docs.", "assets."))
    }
    assert documented == routes


def test_the_document_is_openapi_3_1_and_each_reference_leads_somewhere(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    assert {"title", "version"} <= document["info"].keys()
    references = [value for name, value in every(document) if name == "$ref"]
    assert references
    for reference in references:
        node: Any = document
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]


def test_each_operation_is_whole(document: dict[str, Any]) -> None:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method == "parameters":
                continue
            assert operation["summary"], (path, method)
            assert operation["responses"]
            parameters = [*item.get("parameters", []), *operation.get("parameters", [])]
            resolved = [_resolved(document, parameter) for parameter in parameters]
            in_path = {one["name"] for one in resolved if one["in"] == "path"}
            assert in_path == set(re.findall(r"\{([a-z_]+)\}", path)), path
            assert all("schema" in one for one in resolved)


def test_errors_are_documented_as_the_problems_that_they_are(document: dict[str, Any]) -> None:
    for path, item in document["paths"].items():
        if not path.startswith("/api/"):
            continue
        for method, operation in item.items():
            if method == "parameters":
                continue
            statuses = {status for status in operation["responses"] if status >= "400"}
            assert {"400", "401", "403", "404", "414", "422", "431", "500", "503"} <= statuses, (path, method)
            for status in statuses:
                described = _resolved(document, operation["responses"][status])
                assert set(described["content"]) == {"application/problem+json"}


def test_a_post_says_its_idempotency_key_and_a_get_its_waiting(api: Api, document: dict[str, Any]) -> None:
    for endpoint, (method, rule) in rules(api).items():
        view = api.app.view_functions[endpoint]
        if view.__dict__[ACTION] == PUBLIC:
            continue
        parameters = operation_of(document, rule, method)["parameters"]
        names = {_resolved(document, parameter)["name"] for parameter in parameters}
        assert ("Idempotency-Key" in names) is (method == "POST")
        assert ("Farley-Wait-For" in names) is view.__dict__[ACTION].endswith(":read")
        assert ("If-Match" in names) is bool(view.__dict__.get(IF_MATCH))


def test_what_goes_in_and_out_is_documented_by_the_schemas_that_are_used(
    api: Api, document: dict[str, Any]
) -> None:
    for endpoint, (method, rule) in rules(api).items():
        view = api.app.view_functions[endpoint].__dict__
        if GIVES not in view:
            continue
        operation = operation_of(document, rule, method)
        for status in (status for status in operation["responses"] if status < "300"):
            answer = operation["responses"][status]["content"]["application/json"]["schema"]
            gives = (view.get(LATER) if status == "202" else None) or view[GIVES]
            assert answer["$ref"].endswith(f"/{gives.__name__}"), endpoint
        if method == "PUT":
            assert set(operation["requestBody"]["content"]) == {"application/octet-stream"}
        elif method != "GET":
            body = operation["requestBody"]["content"]["application/json"]["schema"]
            assert body["$ref"].endswith(f"/{view[TAKES].__name__.removesuffix('In')}"), endpoint


def test_public_pages_are_documented_as_forms_and_pages_without_a_key(document: dict[str, Any]) -> None:
    for path in ("/u/{token}", "/c/{token}"):
        item = document["paths"][path]
        for method in ("get", "post"):
            assert item[method]["security"] == []
            for described in item[method]["responses"].values():
                assert set(described["content"]) == {"text/html"}
        forms = item["post"]["requestBody"]["content"]
        assert set(forms) == {"application/x-www-form-urlencoded"}
        assert {"403", "404", "413", "503"} <= item["post"]["responses"].keys()


def test_public_pages_document_their_language_and_what_a_form_may_be_refused_for(
    document: dict[str, Any],
) -> None:
    for path in ("/u/{token}", "/c/{token}"):
        for method in ("get", "post"):
            (language,) = document["paths"][path][method]["parameters"]
            assert (language["name"], language["in"]) == ("lang", "query")
            assert language["schema"]["enum"] == ["en", "es"]
    assert "422" in document["paths"]["/u/{token}"]["post"]["responses"]


def test_refusals_are_as_long_as_they_are_and_the_document_says_so(
    api: Api, document: dict[str, Any]
) -> None:
    problem, field = (document["components"]["schemas"][name] for name in ("ProblemOut", "FieldErrorOut"))
    unknown = {"field": "shoe_size", "op": "eq", "value": 1}
    run = f"/api/campaigns/{UUID(int=1)}/runs/{UUID(int=1)}"
    refused = [
        api.post("/api/audiences/preview", {"audience": unknown}),
        api.post("/api/audiences/preview", {"audience": {"did": {"kind": "dance"}}}),
        api.ask("GET", f"{run}/decisions?reason=NOBODY_KNOWS"),
        api.post("/api/suppressions", {"scope": {"domain": "a.example"}, "reason": "NO"}),
    ]
    longest = 0
    for response in refused:
        told: dict[str, Any] = response.json  # type: ignore[assignment]
        assert response.status_code == 422
        texts = [(problem, "detail", told["detail"])]
        texts += [(field, name, one[name]) for one in told["errors"] for name in ("path", "code", "message")]
        for schema, name, text in texts:
            described = schema["properties"][name]
            assert described.get("minLength", 0) <= len(text) <= described.get("maxLength", len(text)), text
            longest = max(longest, len(text))
    assert longest > 200


def test_money_is_documented_as_a_decimal_string(document: dict[str, Any]) -> None:
    refund = document["components"]["schemas"]["RefundOrder"]["properties"]["amount"]
    assert refund["type"] == "string"
    assert re.fullmatch(refund["pattern"], "12.50")


def test_unknown_fields_are_documented_as_refused(document: dict[str, Any]) -> None:
    assert document["components"]["schemas"]["RegisterCustomer"]["additionalProperties"] is False


def test_every_schema_says_what_it_is(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert [name for name, schema in schemas.items() if not schema.get("description")] == []
    assert "additionalProperties" not in schemas["ProblemOut"]


def test_the_page_runs_only_scripts_of_ours(api: Api) -> None:
    page = api.client.get("/docs")
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "http" not in policy
    assert "<script>" not in page.text
    assert re.findall(r'(?:src|href)="([^"]+)"', page.text) == [
        "/docs/swagger-ui/swagger-ui.css",
        "data:,",
        "/docs/swagger-ui/swagger-ui-bundle.js",
        "/docs/docs.js",
    ]
    for name in ASSETS:
        assert api.client.get(f"/docs/{name}").status_code == 200


def test_the_page_has_no_other_files(api: Api) -> None:
    for name in ("../app.py", "..%2fapp.py", "README.md", "docs.html", "swagger-ui/none.js"):
        assert api.client.get(f"/docs/{name}").status_code == 404


def test_vendored_files_are_those_that_the_readme_names() -> None:
    readme = (FOLDER / "README.md").read_text()
    named = dict(re.findall(r"^\| (\S+) \| ([0-9a-f]{64}) \|$", readme, re.MULTILINE))
    vendored = {str(path.relative_to(FOLDER)) for path in (FOLDER / "swagger-ui").iterdir()}
    assert set(named) == vendored
    for name, digest in named.items():
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == digest, name


def _resolved(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in node:
        return node
    found: Any = document
    for step in node["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found  # type: ignore[no-any-return]


def test_criteria_say_what_ne_and_unknown_values_do(document: dict[str, Any]) -> None:
    for schema, field in (
        ("DefineSegment", "criteria"),
        ("PreviewAudience", "audience"),
        ("DraftCampaign", "audience"),
    ):
        said = document["components"]["schemas"][schema]["properties"][field]["description"]
        assert "`ne` is met by people who have another value, not by people\nwho have none" in said


def test_a_creation_links_to_what_can_be_done_with_what_it_made(document: dict[str, Any]) -> None:
    links = document["paths"]["/api/complaints"]["post"]["responses"]["201"]["links"]
    assert links["close_complaint"] == {
        "operationId": "close_complaint",
        "parameters": {"complaint_id": "$response.body#/complaint_id", "If-Match": "$response.header.ETag"},
    }
    assert links.keys() > {"show_complaint", "respond_to_complaint"}
    names = [
        value["operationId"]
        for item in document["paths"].values()
        for value in item.values()
        if isinstance(value, dict)
    ]
    assert len(names) == len(set(names))
    assert {
        link["operationId"] for name, link in every(document) if name in links and "operationId" in link
    } <= {*names}


def test_rules_between_fields_are_documented(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    of_whom = {"oneOf": [{"required": ["customer_id"]}, {"required": ["identifier"]}]}
    for name in ("RecordTouchpoint", "PlaceOrder", "OpenComplaint", "GrantConsentOf"):
        assert of_whom in schemas[name]["allOf"], name
    assert schemas["WithdrawConsentOf"]["oneOf"] == of_whom["oneOf"]
    assert document["paths"]["/api/withdrawals"]["post"]["requestBody"]["required"] is True


def test_criteria_are_documented_by_the_names_that_they_know(document: dict[str, Any]) -> None:
    criteria = document["components"]["schemas"]["Criteria"]["anyOf"]
    forms = {name for form in criteria for name in form["required"]}
    assert {"all", "any", "not", "field", "did", "did_not", "spent", "segment"} <= forms
    fields = {name for form in criteria for name in _named_fields(form)}
    assert {*FIELDS, *PLACES_IN_360} == fields


def _named_fields(form: dict[str, Any]) -> list[str]:
    field = form["properties"].get("field", {"anyOf": []})
    return [name for one in field["anyOf"] for name in one.get("enum", [])]


@pytest.mark.parametrize(("field", "values"), [("kind", list(CustomerKind)), ("country", sorted(COUNTRIES))])
def test_criteria_list_the_values_of_a_field_that_has_few(
    document: dict[str, Any], field: str, values: list[str]
) -> None:
    criteria = document["components"]["schemas"]["Criteria"]["anyOf"]
    compared = [form["properties"] for form in criteria if field in _named_fields(form)]
    assert {"enum": sorted(values)} in [form["value"] for form in compared]
    assert {"type": "string"}.items() <= next(
        form["value"] for form in compared if form["op"] == {"const": "contains"}
    ).items()
    assert all("enum" in form["value"] for form in compared if "eq" in form["op"].get("enum", []))


def test_schemathesis_leaves_the_patterns_of_long_texts_as_they_are(document: dict[str, Any]) -> None:
    """With the length written into it, as `{0,19999}`, a pattern takes half a second to compile."""
    patterns = [schema for _, schema in every(document) if isinstance(schema, dict) and "pattern" in schema]
    texts = [schema for schema in patterns if schema.get("maxLength", 0) > 500]
    assert texts
    for schema in texts:
        written = update_quantifier(schema["pattern"], schema.get("minLength"), schema["maxLength"])
        assert written == schema["pattern"]


# Examples


def test_the_examples_in_the_document_are_accepted_in_their_order(api: Api, document: dict[str, Any]) -> None:
    """An order is cancelled after its refund: its example gives the order that the others change."""
    schemas = document["components"]["schemas"]
    examples = {name: schema["examples"][0] for name, schema in schemas.items() if "examples" in schema}
    api.world.clock.move(timedelta(days=7))
    order_id = api.stored("/api/orders", examples.pop("PlaceOrder"))["order_id"]
    for name, path in {
        "RefundOrder": f"/api/orders/{order_id}/refunds",
        "CancelOrder": f"/api/orders/{order_id}/cancellations",
        "DefineSegment": "/api/segments",
        "PreviewAudience": "/api/audiences/preview",
        "MakeKey": "/api/keys",
        "RunImport": f"/api/imports/{uploaded(api)}/runs",
        "SendCampaignTest": f"/api/campaigns/{api.campaign()}/tests",
    }.items():
        assert api.post(path, examples.pop(name)).status_code in (200, 201, 202), name
    segment = (
        f"/api/segments/{api.stored('/api/segments', {'name': 'all', 'criteria': {'all': []}})['segment_id']}"
    )
    assert api.ask("PATCH", segment, examples.pop("ReviseSegment"), If_Match="*").status_code == 200
    assert not examples, "every example is sent"
