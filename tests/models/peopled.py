"""Commands about people that several models share, and the comparison of a person's 360 with the reference."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import rule
from werkzeug.test import TestResponse

from tests.databases import Databases
from tests.models.machine import Machine, Told, body, dates, how, uuid
from tests.models.reference.people import People

CUSTOMERS = tuple(uuid(number) for number in (1, 2, 3))
ADDRESSES = ("ann@example.com", "bob@example.com", "cy@example.com")
customers, addresses = st.sampled_from(CUSTOMERS), st.sampled_from(ADDRESSES)
profiles = st.one_of(customers, addresses)
FORM = {"source": "form"}


class PeopledMachine(Machine):
    def __init__(self, databases: Databases, home: Path) -> None:
        super().__init__(databases, home)
        self.people = People(preferred=ADDRESSES[0])
        self.points: dict[tuple[UUID, str], str] = {}
        """The ids of contact points."""
        self.registrations: dict[UUID, Any] = {}

    def tell(self, path: str, body: Any, told: Told = Told.ONCE, **headers: str) -> TestResponse:
        self.people.tick += 1
        return super().tell(path, body, told, **headers)

    # Commands

    def register_customer(self, customer: UUID, name: str, has: list[str], told: Told) -> None:
        content = {
            "customer_id": str(customer),
            "kind": "person",
            "name": name,
            "contact_points": [self._point(address) for address in has],
        }
        answer = self.tell("/api/customers", content, told)
        if customer in self.people.names:
            self.expect(200 if self.registrations[customer] == content else 409, answer)
            return
        self.expect(201, answer)
        self.registrations[customer], self.people.names[customer] = content, name
        for address in has:
            self.people.hold(customer, address)

    @rule(customer=customers, address=addresses, told=how)
    def add_address(self, customer: UUID, address: str, told: Told) -> None:
        answer = self.tell(f"/api/customers/{customer}/contact-points", self._point(address), told)
        if customer not in self.people.names:
            self.expect(404, answer)
            return
        self.expect(200 if self.people.holds(customer, address) else 201, answer)
        self.points[customer, address] = answer.json["contact_point_id"]
        self.people.hold(customer, address)

    @rule(customer=customers, address=addresses)
    def remove_address(self, customer: UUID, address: str) -> None:
        """The point of another profile of the person may be named, too; here it is always the customer's own."""
        point = self._point_of(customer, address)
        if point is None:
            return
        self.people.tick += 1
        self.expect(200, self._client.ask("DELETE", f"/api/customers/{customer}/contact-points/{point}", {}))
        self.people.give_up(customer, address)

    @rule(one=customers, other=customers, told=how)
    def link(self, one: UUID, other: UUID, told: Told) -> None:
        answer = self.tell(f"/api/customers/{one}/links", {"profile_id": str(other)}, told)
        if not {one, other} <= self.people.names.keys():
            self.expect(404, answer)
            return
        if one == other:
            self.expect(409, answer)
            return
        self.expect(200 if frozenset((one, other)) in self.people.stated else 201, answer)
        self.people.link(one, other)

    @rule(one=customers, other=customers)
    def unlink(self, one: UUID, other: UUID) -> None:
        self.people.tick += 1
        answer = self._client.ask("DELETE", f"/api/customers/{one}/links/{other}", {})
        if frozenset((one, other)) not in self.people.stated:
            self.expect(404, answer)
            return
        self.expect(200, answer)
        self.people.unlink(one, other)

    @rule(
        profile=profiles,
        granted=st.booleans(),
        address=st.one_of(st.none(), addresses),
        occurred_at=dates,
        lasts=st.sampled_from([None, None, timedelta(days=2)]),
        told=how,
    )
    def say(
        self,
        profile: UUID | str,
        granted: bool,
        address: str | None,
        occurred_at: datetime | None,
        lasts: timedelta | None,
        told: Told,
    ) -> None:
        """Gives or withdraws consent, for all addresses or for one contact point."""
        if granted:
            self.allow(profile, address, occurred_at=occurred_at, lasts=lasts, told=told)
        else:
            self.withdraw(profile, address, occurred_at=occurred_at, told=told)

    def allow(
        self,
        profile: UUID | str,
        address: str | None = None,
        *,
        occurred_at: datetime | None = None,
        lasts: timedelta | None = None,
        told: Told = Told.ONCE,
    ) -> None:
        point = self._point_of(profile, address)
        said_at = occurred_at or self.now
        expires_at = said_at + lasts if lasts is not None else None
        content = body(purpose="marketing", expires_at=expires_at, occurred_at=occurred_at)
        content |= {"contact_point_id": point} if point else {"channel": "email"}
        answer = self.tell("/api/consents", {**content, "evidence": FORM, **self.whose(profile)}, told)
        if self.expect_known(profile, answer):
            self.people.say(profile, True, address if point else None, said_at, expires_at)

    def withdraw(
        self, profile: UUID | str, address: str | None, *, occurred_at: datetime | None, told: Told
    ) -> None:
        point = self._point_of(profile, address)
        content = body(contact_point_id=point, occurred_at=occurred_at)
        answer = self.tell("/api/withdrawals", content | self.whose(profile), told)
        if self.expect_known(profile, answer):
            self.people.say(profile, False, address if point else None, occurred_at or self.now)

    @rule(customer=customers)
    def look_at(self, customer: UUID) -> None:
        self.check_360(customer)

    # Comparisons

    def check(self) -> None:
        for customer in CUSTOMERS:
            self.check_360(customer)

    def check_360(self, customer: UUID) -> None:
        if customer not in self.people.names:
            self.expect(404, self._client.ask("GET", f"/api/customers/{customer}"))
            return
        shown = self.ask(f"/api/customers/{customer}")
        person = self.people.person(customer)
        assert set(map(UUID, shown["profiles"])) & set(CUSTOMERS) == person & set(CUSTOMERS)
        held = {
            (str(who), what)
            for who, what in self.people.holdings
            if who in person and self.people.holds(who, what)
        }
        assert {(one["customer_id"], one["value"]) for one in shown["contact_points"]} == held
        if person & set(CUSTOMERS) == {customer}:
            assert shown["name"] == self.people.names[customer]
        of_person = [one for one in self.people.complaints.values() if one.profile in person]
        assert shown["complaints"]["total"] == len(of_person)
        assert shown["complaints"]["open"] == sum(one.status != "closed" for one in of_person)
        verdict = next(
            one for one in shown["eligibility"] if (one["channel"], one["purpose"]) == ("email", "marketing")
        )
        assert set(verdict["reasons"]) == self.people.stops(customer, self.now), self.people.__dict__

    # Small questions

    def whose(self, profile: UUID | str) -> dict[str, Any]:
        if isinstance(profile, UUID):
            return {"customer_id": str(profile)}
        return {"identifier": {"kind": "email", "value": profile}}

    def expect_known(self, profile: UUID | str, answer: TestResponse) -> bool:
        """Whether the profile can be told about: an address can, a customer must be registered."""
        known = isinstance(profile, str) or profile in self.people.names
        self.expect(200 if known else 404, answer)
        return known

    def _point(self, address: str) -> dict[str, Any]:
        label = {"label": "preferred"} if address == ADDRESSES[0] else {}
        return {"channel": "email", "value": address, **label}

    def _point_of(self, customer: UUID | str, address: str | None) -> str | None:
        """The id of the contact point that a customer has, read from the 360 if no answer told it."""
        if isinstance(customer, str) or address is None or not self.people.holds(customer, address):
            return None
        if (customer, address) not in self.points:
            for one in self.ask(f"/api/customers/{customer}")["contact_points"]:
                self.points[UUID(one["customer_id"]), one["value"]] = one["contact_point_id"]
        return self.points[customer, address]
