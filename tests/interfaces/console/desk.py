"""What the tests of an agent's desk need first: customers, orders and complaints that a shop told."""

from uuid import UUID

from tests.interfaces.console.conftest import Console

QUEUE = "/console/complaints"
PHONE = "+34 961 555 014"


def told(console: Console, path: str, body: dict[str, object], **headers: str) -> dict[str, str]:
    """Tells something over HTTP as a shop does. `headers` by their names with underscores."""
    key = console.world.services.access.create(f"shop {console.log_length()}", ["admin"])[1]
    client = console.app.test_client()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    response = client.post(path, json=body, headers={"Authorization": f"Bearer {key}", **named})
    assert response.status_code < 300, response.text
    console.world.fold()
    console.world.services.names.catch_up(console.log_length(), 5.0)
    answer: dict[str, str] = response.json
    return answer


def registered(console: Console, name: str, **points: str) -> UUID:
    given = [{"channel": channel, "value": value} for channel, value in points.items()]
    body = {"kind": "person", "name": name, "contact_points": given}
    return UUID(told(console, "/api/customers", body)["customer_id"])


def ordered(console: Console, customer: UUID, number: str = "1001-5531") -> str:
    body = {
        "source": "shop",
        "number": number,
        "customer_id": str(customer),
        "occurred_at": "2026-02-21T11:05:00Z",
        "currency": "EUR",
        "lines": [{"sku": "BLANKET", "quantity": 2, "amount": "86.40"}],
    }
    return told(console, "/api/orders", body)["order_id"]


def complained(console: Console, subject: str = "Parcel lost", severity: str = "high") -> tuple[UUID, str]:
    """Returns a customer with a new complaint, and the path of the complaint's page."""
    agent = console.visitor(f"somebody who told {subject}", "administrator")
    customer = console.world.customer(f"{subject.replace(' ', '.')}@example.org")
    response = agent.client.post(
        "/api/complaints",
        json={
            "customer_id": str(customer),
            "category": "delivery",
            "severity": severity,
            "channel": "phone",
            "subject": subject,
        },
        headers={"Authorization": f"Bearer {agent.key}"},
    )
    console.world.fold()
    return customer, f"{QUEUE}/{response.json['complaint_id']}"  # type: ignore[index]
