"""The 360 is the answer of one moment, and costs a bounded number of statements."""

from typing import Any
from uuid import UUID

import pytest

from tests.interfaces.conftest import Api
from tests.interfaces.tour import TOUCHPOINT, declare_names
from tests.statements import in_transactions_of, statements

pytestmark = pytest.mark.speaks_sql

MOST = 12
IN_SNAPSHOTS = in_transactions_of("farley_reader")


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
def test_a_360_with_its_verdicts_is_at_most_twelve_statements_in_one_snapshot(
    api: Api, sharing: bool
) -> None:
    customer = known_customer(api, sharing=sharing)
    with statements(IN_SNAPSHOTS) as read:
        shown = api.ask("GET", f"/api/customers/{customer}").json
    assert shown is not None and shown["eligibility"]
    assert len(read) <= MOST


@pytest.mark.parametrize("after", range(1, MOST))
def test_a_360_read_while_a_complaint_is_opened_is_of_the_moment_before_it(api: Api, after: int) -> None:
    customer = known_customer(api)
    opened = []

    def complain() -> None:
        opened.append(api.world.complain(customer))
        api.fold()

    with statements(IN_SNAPSHOTS, complain, after):
        before: Any = api.ask("GET", f"/api/customers/{customer}").json
    assert before["complaints"]["total"] == 0
    assert marketing_mail(before)["verdict"] == "eligible"
    assert int(before["position"]) < opened[0]
    behind = api.get(f"/api/customers/{customer}")
    assert behind["complaints"]["total"] == 1
    assert marketing_mail(behind)["reasons"] == ["OPEN_COMPLAINT"]
    assert int(behind["position"]) == opened[0]
