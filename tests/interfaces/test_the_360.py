"""The 360 is the answer of one moment, and costs one statement."""

from typing import Any
from uuid import UUID

import pytest

from tests.interfaces.conftest import Api
from tests.interfaces.tour import TOUCHPOINT, declare_names
from tests.statements import of_role, statements

pytestmark = pytest.mark.speaks_sql


def known_customer(api: Api, *, sharing: bool = False) -> UUID:
    """Someone with contact points, a consent, a touchpoint, an order and a link; `sharing` an address with others."""
    customer = api.customer(
        name="Ann",
        attributes={"shoe_size": 38},
        contact_points=[
            {"channel": "email", "value": "ann@example.com"},
            {"channel": "phone", "value": "030 901820"},
        ],
        external_ids=[{"source": "erp", "number": "4711"}],
    )
    granted = {"purpose": "marketing", "channel": "email", "evidence": {"source": "shop"}}
    api.stored(f"/api/customers/{customer}/consents", granted)
    declare_names(api)
    api.stored(
        "/api/touchpoints", {**TOUCHPOINT, "identifier": {"kind": "email", "value": "ann@example.com"}}
    )
    lines = [{"sku": "A", "quantity": 2, "amount": "19.90"}]
    api.stored("/api/orders", {"customer_id": str(customer), "lines": lines})
    for _ in range(20 if sharing else 0):
        api.customer(contact_points=[{"channel": "email", "value": "ann@example.com"}])
    api.fold()
    return customer


def marketing_mail(shown: Any) -> Any:
    (verdict,) = (v for v in shown["eligibility"] if (v["channel"], v["purpose"]) == ("email", "marketing"))
    return verdict


@pytest.mark.parametrize("sharing", [False, True])
def test_a_360_with_its_verdicts_is_one_statement(api: Api, sharing: bool) -> None:
    customer = known_customer(api, sharing=sharing)
    with statements(of_role("farley_reader")) as read:
        shown = api.ask("GET", f"/api/customers/{customer}", fold=False).json
    assert shown is not None and shown["eligibility"]
    assert len(read) == 1


def test_a_look_up_is_one_statement(api: Api) -> None:
    known_customer(api, sharing=True)
    with statements(of_role("farley_reader")) as read:
        found = api.ask("GET", "/api/customers?email=ann@example.com", fold=False).json
    assert found is not None and len(found["items"]) == 21
    assert len(read) == 1


def test_a_version_asked_for_by_another_id_is_that_of_the_moment_of_the_360(api: Api) -> None:
    customer = known_customer(api)
    other = api.customer(name="Ann")
    api.stored(f"/api/customers/{other}/links", {"profile_id": str(customer)})
    api.fold()
    merged = api.get(f"/api/customers/{customer}")["customer_id"]
    alias = other if merged == str(customer) else customer

    def rename() -> None:
        api.ask("PATCH", f"/api/customers/{merged}", {"name": "Anna"}, If_Match="*")
        api.fold()

    with statements(of_role("farley_reader"), rename, 1):
        before = api.ask("GET", f"/api/customers/{alias}", fold=False)
    after = api.ask("GET", f"/api/customers/{alias}")
    assert (before.json or {})["name"] == "Ann" and (after.json or {})["name"] == "Anna"
    assert before.headers["ETag"] != after.headers["ETag"]
    assert stale(api, merged, before.headers["ETag"])


def stale(api: Api, customer: str, etag: str) -> bool:
    refused = api.ask("PATCH", f"/api/customers/{customer}", {"name": "Anne"}, If_Match=etag)
    return refused.status_code == 412


def test_a_360_read_while_a_complaint_is_opened_is_of_the_moment_before_it(api: Api) -> None:
    customer = known_customer(api)
    opened = []

    def complain() -> None:
        opened.append(api.world.complain(customer))
        api.fold()

    with statements(of_role("farley_reader"), complain, 1):
        before: Any = api.ask("GET", f"/api/customers/{customer}", fold=False).json
    assert before["complaints"]["total"] == 0
    assert marketing_mail(before)["verdict"] == "eligible"
    assert int(before["position"]) < opened[0]
    after = api.get(f"/api/customers/{customer}")
    assert after["complaints"]["total"] == 1
    assert marketing_mail(after)["reasons"] == ["OPEN_COMPLAINT"]
    assert int(after["position"]) == opened[0]
