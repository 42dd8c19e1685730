"""Names in templates: what is unknown is refused, and what nobody may have is named."""

from typing import Any

import pytest

from tests.interfaces.campaigning import consenting, etag
from tests.interfaces.conftest import CAMPAIGN, Api

LINK = "\n{{ unsubscribe_url }}"


def declare(
    api: Api, name: str, type: str = "text", *, scope: str = "customer", personal: bool = False
) -> None:
    attribute = {"name": name, "scope": scope, "type": type, "personal": personal}
    api.stored("/api/attributes", attribute)


def drafted(api: Api, body: str, **details: Any) -> Any:
    template = {"subject": "Hello", "body": body + LINK}
    return api.post("/api/campaigns", {**CAMPAIGN, "template": template, **details})


def doubtful(answer: dict[str, Any]) -> tuple[list[str], list[str]]:
    return answer["undeclared_attributes"], answer["absent_attributes"]


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("custmer.name", "name"),
        ("frist_name", "name"),
        ("naem", "name"),
        ("contry", "country"),
        ("attribute.tier", "attributes.tier"),
        ("tierr", "attributes.tier"),
        ("customer.attributes.tier", "attributes.tier"),
        ("unsubscribe", "unsubscribe_url"),
    ],
)
@pytest.mark.parametrize("use", ["{{ %s }}", "{{ %s | default: 'x' }}", "{%% if %s %%}x{%% endif %%}"])
def test_an_unknown_name_is_refused_at_the_draft_with_its_line_and_the_nearest_known_name(
    api: Api, name: str, nearest: str, use: str
) -> None:
    declare(api, "tier")
    length = api.log_length()
    refused = drafted(api, f"Hi\n{use % name}")
    (error,) = refused.json["errors"]
    assert (refused.status_code, error["path"], error["code"]) == (422, "template.body", "invalid_template")
    expected = f"line 2: unknown: {name}; the nearest known name is {nearest}. A template may name "
    assert error["message"].startswith(expected)
    assert api.log_length() == length


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("customer.name", "name"),
        ("customer.nmae", "name"),
        ("customer.attributes.name", "attributes.name"),
    ],
)
def test_a_field_is_suggested_before_an_attribute_of_the_same_name(api: Api, name: str, nearest: str) -> None:
    declare(api, "name")
    (error,) = drafted(api, f"Hi {{{{ {name} }}}}").json["errors"]
    assert f"unknown: {name}; the nearest known name is {nearest}." in error["message"]


@pytest.mark.parametrize(
    "name", ["name.first", "country.code", "attributes.tier.level", "unsubscribe_url.path"]
)
def test_an_unknown_field_of_a_known_value_is_refused_at_the_draft(api: Api, name: str) -> None:
    declare(api, "tier")
    refused = drafted(api, f"Hi {{% if {name} %}}x{{% endif %}}")
    value = name.rpartition(".")[0]
    (error,) = refused.json["errors"]
    assert (refused.status_code, error["path"]) == (422, "template.body")
    assert error["message"].startswith(f"line 1: unknown: {name}; {value} has no fields")


def test_what_a_template_may_name_is_accepted(api: Api) -> None:
    declare(api, "tier")
    body = (
        "{{ name | default: '-' }} {% if attributes.tier.size > 4 %}{{ attributes['tier'] }}{% endif %}"
        "{% assign x = 1 %}{{ x }}{% if attributes.pet.name %}{{ attributes.pets[0].name }}{% endif %}"
        "{% for pair in attributes %}{{ pair[0] }}{{ forloop.index }}{% endfor %}"
    )
    assert drafted(api, body).status_code == 201


def test_attributes_that_nobody_may_have_are_named_by_draft_revision_approval_and_preview(api: Api) -> None:
    declare(api, "tier")
    declare(api, "score", "number")
    declare(api, "weight", "number", scope="order")
    consenting(api, "ann", attributes={"tier": "gold", "pet": "cat"})
    api.customer(name="no consent", attributes={"score": 3})
    api.fold()
    body = "Hi {% for n in (1..2) %}{{ attributes.tier }}{% endfor %}"
    body += "{% if attributes.tierr and attributes.pet %}x{% endif %}"
    answer = drafted(api, body + "{{ attributes.score | default: attributes.weight | default: '' }}").json
    assert doubtful(answer) == (["pet", "tierr", "weight"], [])
    path = f"/api/campaigns/{answer['campaign_id']}"
    preview = api.get(f"{path}/preview")["rendering"]
    assert doubtful(preview) == (["pet", "tierr", "weight"], ["tierr", "weight"])
    revised = api.ask(
        "PATCH", path, {"template": {"subject": "a", "body": body + LINK}}, If_Match=etag(api, path)
    )
    assert doubtful(revised.json) == (["pet", "tierr"], [])
    approved = api.stored(f"{path}/approvals", If_Match=etag(api, path))
    assert doubtful(approved) == (["pet", "tierr"], [])


def test_a_declared_attribute_that_no_customer_has_is_named_until_somebody_has_it(api: Api) -> None:
    declare(api, "tier")
    declare(api, "doctor", personal=True)
    consenting(api, "ann", attributes={"doctor": "House"})
    api.fold()
    body = "Hi {{ attributes.tier | default: '' }}{{ attributes.doctor | default: '' }}"
    answer = drafted(api, body).json
    assert doubtful(answer) == ([], ["tier"])
    path = f"/api/campaigns/{answer['campaign_id']}/preview"
    assert doubtful(api.get(path)["rendering"]) == ([], ["tier"])
    api.customer(name="bob", attributes={"tier": "gold"})
    api.fold()
    assert doubtful(drafted(api, body).json) == ([], [])
    assert doubtful(api.get(path)["rendering"]) == ([], [])


def test_without_anybody_to_write_to_the_preview_calls_no_encrypted_attribute_absent(api: Api) -> None:
    declare(api, "tier")
    answer = drafted(api, "Hi {{ attributes.tier | default: attributes.pet }}").json
    api.fold()
    preview = api.get(f"/api/campaigns/{answer['campaign_id']}/preview")["rendering"]
    assert (preview["sample"], *doubtful(preview)) == (0, ["pet"], ["tier"])
