"""Customers over HTTP."""

from tests.interfaces.conftest import Api


def test_a_registered_customer_is_found_and_shown(api: Api) -> None:
    answer = api.post(
        "/api/customers",
        {
            "kind": "person",
            "name": "Ann",
            "birth_date": "1980-02-29",
            "contact_points": [{"channel": "email", "value": "Ann@Example.com", "label": "preferred"}],
            "external_ids": [{"source": "erp", "number": "4711"}],
            "attributes": {"shoe_size": 38},
        },
    )
    assert answer.status_code == 201
    customer_id = answer.json["customer_id"]
    assert answer.headers["Location"] == f"/api/customers/{customer_id}"
    assert answer.headers["Farley-Position"] == answer.json["position"]
    shown = api.get(f"/api/customers/{customer_id}")
    assert shown["name"] == "Ann"
    assert [i["customer_id"] for i in api.get("/api/customers?email=ann@example.com")["items"]] == [
        customer_id
    ]
    assert [i["customer_id"] for i in api.get("/api/customers?external_id=erp:4711")["items"]] == [
        customer_id
    ]
