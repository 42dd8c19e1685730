"""The bodies of the demo's requests. Purchases are real; names, addresses, consents, complaints simulated."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import cycle
from uuid import NAMESPACE_URL, uuid5

from demo.api import Post
from demo.cdnow import Purchase

SOURCE = "cdnow"
CONSENTED_AT = "1998-07-01T00:00:00Z"
SEVERITIES = ("high", "normal", "low")
TROUBLES = ("damaged CD", "wrong CD", "late delivery", "charged twice")
SHARE = "0.4"
"""The hold-out's share. It is large, so that the interval is useful with a few hundred people."""
SEED = "music"
COST = "0.05"
"""The cost of one message, in dollars."""
DESCRIPTION = "I call to complain about a product and now they try to sell me another: don't you listen?"


def address_of(number: str) -> str:
    """The simulated e-mail address of a CDNOW customer."""
    return f"customer-{number}@mail.example"


def customer_id_of(number: str) -> str:
    """Returns the id of a CDNOW customer: the same in every demo, so that the hold-out is the same too."""
    return str(uuid5(NAMESPACE_URL, f"https://shop.example/customers/{number}"))


def registrations(numbers: Iterable[str]) -> Iterator[Post]:
    for number in numbers:
        yield (
            "/api/customers",
            {
                "customer_id": customer_id_of(number),
                "kind": "person",
                "name": f"Customer {number}",
                "external_ids": [{"source": SOURCE, "number": number}],
                "contact_points": [{"channel": "email", "value": address_of(number), "label": "simulated"}],
            },
        )


def orders(bought: Iterable[Purchase]) -> Iterator[Post]:
    for purchase in bought:
        yield (
            "/api/orders",
            {
                "source": SOURCE,
                "number": f"line {purchase.line}",
                "identifier": {"kind": "external_id", "source": SOURCE, "value": purchase.customer},
                "occurred_at": f"{purchase.day}T00:00:00Z",
                "currency": "USD",
                "lines": [{"sku": "CD", "quantity": purchase.cds, "amount": str(purchase.dollars)}],
            },
        )


def consents(ids: Mapping[str, str]) -> Iterator[Post]:
    """Yields a consent of each customer whose number does not end in 0. `ids` holds customer ids by number."""
    for number, customer_id in ids.items():
        if not number.endswith("0"):
            yield (
                f"/api/customers/{customer_id}/consents",
                {
                    "channel": "email",
                    "purpose": "marketing",
                    "evidence": {"source": "demo", "text": "simulated"},
                    "occurred_at": CONSENTED_AT,
                },
            )


def complaints(ids: Sequence[str]) -> Iterator[Post]:
    """Yields a complaint of each of these customers; only the first one has a text of its own."""
    for index, (customer_id, severity, trouble) in enumerate(
        zip(ids, cycle(SEVERITIES), cycle(TROUBLES), strict=False)
    ):
        yield (
            "/api/complaints",
            {
                "source": "demo",
                "number": str(index + 1),
                "customer_id": customer_id,
                "category": trouble,
                "severity": severity,
                "channel": "phone",
                "subject": "simulated",
                "description": DESCRIPTION if index == 0 else "simulated",
            },
        )


def closing() -> Mapping[str, str]:
    return {"root_cause": "simulated", "outcome": "upheld"}


def campaign(more_than: str) -> Mapping[str, object]:
    """Returns a cross-selling campaign to customers who spent more than `more_than` dollars, with a hold-out."""
    return {
        "name": f"Cross-sell to those who spent more than ${more_than}",
        "message_class": "promotional",
        "purpose": "marketing",
        "channel": "email",
        "audience": {"spent": {"op": "gt", "value": more_than, "currency": "USD"}},
        "hold_out": SHARE,
        "seed": SEED,
        "attribution_window_days": 14,
        "cost_per_contact": COST,
        "currency": "USD",
        "template": {
            "subject": "{{ name }}, new records for you",
            "body": "Dear {{ name }},\n\nwho liked what you bought also likes these records:\n"
            '{{ "https://shop.example/new" | track }}\n\nNo more of these: {{ unsubscribe_url }}\n',
        },
    }
