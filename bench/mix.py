"""What the benchmark's clients send: the same for the same seed."""

import itertools
import json
import random
from collections.abc import Iterator
from typing import Any

NEW_PEOPLE = 0.1
"""The share of touchpoints that are a new person's."""
CHANNELS = (("web", "inbound", "visit"), ("email", "outbound", "message"), ("phone", "inbound", "call"))
LANGUAGES = ("de", "es", "en")
COUNTRIES = ("DE", "ES", "MX", "AR", "US")


class People:
    """People with an e-mail address and a phone number, known by number from 0."""

    def __init__(self, number: int, seed: int = 1) -> None:
        self.number = number
        self._random = random.Random(seed)
        self._new = itertools.count(number)

    def somebody(self) -> int:
        """Returns a person: a new one in a tenth of the calls."""
        if self._random.random() < NEW_PEOPLE:
            return next(self._new)
        return self._random.randrange(self.number)

    def identifier(self, person: int) -> dict[str, str]:
        """Returns the person's address or number: by half each."""
        return self.email(person) if self._random.random() < 0.5 else self.phone(person)

    @staticmethod
    def email(person: int) -> dict[str, str]:
        return {"kind": "email", "value": f"person{person}@example.org"}

    @staticmethod
    def phone(person: int) -> dict[str, str]:
        return {"kind": "phone", "value": f"+49301{person:07d}"}


def customer(person: int) -> dict[str, Any]:
    """Returns a person to register, with three identifiers: an address, a number and a number of the shop."""
    return {
        "kind": "person",
        "name": f"Person {person}",
        "language": LANGUAGES[person % len(LANGUAGES)],
        "country": COUNTRIES[person % len(COUNTRIES)],
        "contact_points": [
            {"channel": "email", "value": People.email(person)["value"]},
            {"channel": "phone", "value": People.phone(person)["value"]},
        ],
        "external_ids": [{"source": "shop", "number": str(person)}],
    }


def consent(person: int) -> dict[str, Any]:
    """Returns the consent of a registered person to e-mail for marketing."""
    return {
        "identifier": People.email(person),
        "channel": "email",
        "purpose": "marketing",
        "evidence": {"source": "form", "text": "I would like news by e-mail."},
        "occurred_at": "2026-01-05T09:00:00Z",
    }


def order(people: People) -> dict[str, Any]:
    """Returns a new order of somebody with two lines."""
    number = next(_numbers)
    line = {"quantity": 1 + number % 3, "amount": f"{10 + number % 90}.00"}
    return {
        "source": "bench",
        "number": f"{people.number}-{number}",
        "identifier": people.identifier(people.somebody()),
        "currency": "EUR",
        "lines": [{**line, "sku": f"A{number % 97}"}, {**line, "sku": f"B{number % 89}"}],
        "occurred_at": f"2026-02-{number % 28 + 1:02d}T12:00:00Z",
    }


def complaint(person: int) -> dict[str, Any]:
    """Returns a complaint of this person by e-mail."""
    return {
        "identifier": People.email(person),
        "category": "delivery",
        "severity": "high",
        "channel": "email",
    }


_numbers = itertools.count()


def touchpoint(people: People, person: int | None = None) -> dict[str, Any]:
    """Returns a new touchpoint with an identifier and two undeclared properties."""
    number = next(_numbers)
    channel, direction, kind = CHANNELS[number % len(CHANNELS)]
    return {
        "source": "bench",
        "message_id": f"{people.number}-{number}",
        "identifier": people.identifier(people.somebody() if person is None else person),
        "channel": channel,
        "direction": direction,
        "kind": kind,
        "occurred_at": f"2026-01-{number % 28 + 1:02d}T12:00:00Z",
        "properties": {"page": f"/products/{number % 997}", "referrer": "newsletter"},
    }


def touchpoints(people: People) -> Iterator[bytes]:
    """Yields bodies of touchpoints without end."""
    while True:
        yield json.dumps(touchpoint(people)).encode()


def batches(people: People, size: int) -> Iterator[bytes]:
    """Yields bodies of batches without end."""
    while True:
        yield as_batch([touchpoint(people) for _ in range(size)])


def as_batch(single: list[dict[str, Any]]) -> bytes:
    """Returns the body of a batch of these touchpoints."""
    return json.dumps({"touchpoints": single}).encode()
