"""What the clients of a trial do: people who register, visit, buy and complain, and a campaign to ten of them."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from tests.faults.trials.client import Client
from tests.faults.trials.history import Command

PEOPLE = 10
"""In the audience of a trial's run."""
COMPLAIN = 3
"""How many of them complain while the run is being decided and sent."""
BATCH = 20
ATTRIBUTE = "trial"
LEAD_SECONDS = 0.8
"""From the planning of the run to its instant."""
LATE = (timedelta(0), timedelta(seconds=40), timedelta(hours=72))
"""How late the facts of other systems arrive."""


class Walker:
    """Tells of one person after the other, until it is stopped."""

    def __init__(self, client: Client, rng: Random, stop: threading.Event) -> None:
        self._client, self._rng, self._stop = client, rng, stop

    def run(self) -> None:
        while not self._stop.is_set():
            for command in self._commands_of_a_person():
                self._client.tell(command)
                if self._stop.wait(self._rng.uniform(0, 0.1)):
                    return

    def _commands_of_a_person(self) -> Sequence[Command]:
        """Visits and orders may arrive before the registration of the person that they are about."""
        person, rng = new_id(self._rng), self._rng
        early = [touchpoint(person, rng), order(person, rng), batch(new_id(rng), rng)]
        late = [consent(person, rng), complaint(person, rng)]
        rng.shuffle(early)
        at = rng.randrange(len(early) + 1)
        rest = [*early[at:], *late]
        rng.shuffle(rest)
        return [*early[:at], registration(person, rng, f"w-{person}@example.org"), *rest]


@dataclass(frozen=True, kw_only=True)
class Campaigned:
    """The run of a trial: its members with their addresses."""

    number: int
    campaign_id: str
    run_id: str
    members: Mapping[UUID, str]

    @property
    def path(self) -> str:
        return f"/api/campaigns/{self.campaign_id}/runs/{self.run_id}"


class Campaigner:
    """Registers ten people and plans a run for them. Some of them complain meanwhile."""

    def __init__(self, client: Client, rng: Random, number: int) -> None:
        self._client, self._rng, self._number = client, rng, number
        self.campaigned: Campaigned | None = None

    def run(self) -> None:
        members = {new_id(self._rng): f"t{self._number}p{n}@example.org" for n in range(PEOPLE)}
        for person, address in members.items():
            self._client.tell(registration(person, self._rng, address, trial=self._number))
            self._client.tell(consent(person, self._rng, key=True))
        campaign_id = self._approved()
        if campaign_id is None:
            return
        planned = self._client.tell(self._schedule(campaign_id))
        if planned.answer is not None:
            self.campaigned = Campaigned(
                number=self._number,
                campaign_id=campaign_id,
                run_id=planned.answer["run_id"],
                members=members,
            )
            self._complain(list(members))

    def _approved(self) -> str | None:
        drafted = self._client.tell(
            Command(
                path="/api/campaigns",
                body=campaign(self._number),
                subject=new_id(self._rng),
                facts={},
                key=new_key(self._rng),
            )
        )
        if drafted.answer is None:
            return None
        campaign_id: str = drafted.answer["campaign_id"]
        self._client.tell(
            Command(
                path=f"/api/campaigns/{campaign_id}/approvals",
                body={},
                subject=UUID(campaign_id),
                facts={},
                key=new_key(self._rng),
                if_match="*",
            )
        )
        return campaign_id

    def _schedule(self, campaign_id: str) -> Command:
        at = datetime.now(UTC) + timedelta(seconds=LEAD_SECONDS)
        return Command(
            path=f"/api/campaigns/{campaign_id}/schedules",
            body={"at": at.isoformat()},
            subject=UUID(campaign_id),
            facts={},
            key=new_key(self._rng),
        )

    def _complain(self, members: Sequence[UUID]) -> None:
        for person in self._rng.sample(members, COMPLAIN):
            threading.Event().wait(self._rng.uniform(0, 0.5))
            self._client.tell(complaint(person, self._rng, key=True))


def new_id(rng: Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)


def new_key(rng: Random) -> str:
    return f"{rng.getrandbits(64):016x}"


def registration(person: UUID, rng: Random, address: str, *, trial: int | None = None) -> Command:
    """It has an identity of its own, the customer id; every other one also has a key."""
    return Command(
        path="/api/customers",
        body={
            "customer_id": str(person),
            "kind": "person",
            "name": "Pat",
            "contact_points": [{"channel": "email", "value": address}],
            **({} if trial is None else {"attributes": {ATTRIBUTE: trial}}),
        },
        subject=person,
        facts={"customers.CustomerRegistered": 1, "customers.ContactPointAdded": 1},
        key=_perhaps(rng),
    )


def consent(person: UUID, rng: Random, *, key: bool = False) -> Command:
    with_key = new_key(rng) if key else _perhaps(rng)
    return Command(
        path=f"/api/customers/{person}/consents",
        body={"channel": "email", "purpose": "marketing", "evidence": {"source": "shop", "text": "yes"}},
        subject=person,
        facts={"customers.ConsentGranted": 1},
        key=with_key,
        repeatable=with_key is not None,
    )


def complaint(person: UUID, rng: Random, *, key: bool = False) -> Command:
    with_key = new_key(rng) if key else _perhaps(rng)
    return Command(
        path="/api/complaints",
        body={
            "customer_id": str(person),
            "category": "delivery",
            "severity": "high",
            "channel": "phone",
            "description": "It did not come.",
        },
        subject=person,
        facts={"complaints.ComplaintOpened": 1},
        key=with_key,
        repeatable=with_key is not None,
    )


def touchpoint(person: UUID, rng: Random) -> Command:
    return Command(
        path="/api/touchpoints",
        body=_touchpoint(person, rng),
        subject=person,
        facts={"touchpoints.TouchpointRecorded": 1},
        key=_perhaps(rng),
    )


def batch(subject: UUID, rng: Random) -> Command:
    return Command(
        path="/api/touchpoints/batch",
        body={"touchpoints": [_touchpoint(subject, rng) for _ in range(BATCH)]},
        subject=subject,
        facts={"touchpoints.TouchpointRecorded": BATCH},
        key=_perhaps(rng),
    )


def order(person: UUID, rng: Random) -> Command:
    return Command(
        path="/api/orders",
        body={
            "source": "shop",
            "number": new_key(rng),
            "customer_id": str(person),
            "occurred_at": _instant(rng),
            "lines": [{"sku": "A-1", "quantity": 2, "amount": f"{rng.randrange(1, 900)}.00"}],
        },
        subject=person,
        facts={"orders.OrderPlaced": 1},
        key=_perhaps(rng),
    )


def campaign(number: int) -> dict[str, Any]:
    return {
        "name": f"Trial {number}",
        "message_class": "promotional",
        "purpose": "marketing",
        "channel": "email",
        "audience": {"field": f"attributes.{ATTRIBUTE}", "op": "eq", "value": number},
        "template": {
            "subject": "Hello {{ name }}",
            "body": "Dear {{ name }}. No more: {{ unsubscribe_url }}",
        },
    }


def declarations() -> Iterator[tuple[str, dict[str, str]]]:
    yield "/api/attributes", {"name": ATTRIBUTE, "scope": "customer", "type": "number"}


def _touchpoint(person: UUID, rng: Random) -> dict[str, Any]:
    return {
        "source": "shop",
        "message_id": new_key(rng),
        "channel": "web",
        "direction": "inbound",
        "kind": "visit",
        "customer_id": str(person),
        "occurred_at": _instant(rng),
        "properties": {"page": new_key(rng)},
    }


def _instant(rng: Random) -> str:
    return (datetime.now(UTC) - rng.choice(LATE)).isoformat()


def _perhaps(rng: Random) -> str | None:
    """An Idempotency-Key in two of three commands."""
    return new_key(rng) if rng.random() < 0.67 else None
