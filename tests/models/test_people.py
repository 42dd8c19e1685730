"""Customers, their identifiers, links and consents: answers over HTTP against the plain reference."""

from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from tests.amounts import amount
from tests.databases import Databases
from tests.models.machine import Told, how, stories
from tests.models.peopled import ADDRESSES, CUSTOMERS, PeopledMachine, addresses, customers

NAMES = ("Ana", "Bo")


class PeopleMachine(PeopledMachine):
    @initialize(has=st.sets(addresses, max_size=2))
    def two_are_registered(self, has: set[str]) -> None:
        self.register_customer(CUSTOMERS[0], NAMES[0], [ADDRESSES[0]], Told.ONCE)
        self.register_customer(CUSTOMERS[1], NAMES[1], sorted(has), Told.ONCE)

    @rule(customer=customers, name=st.sampled_from(NAMES), has=st.sets(addresses, max_size=2), told=how)
    def register(self, customer: UUID, name: str, has: set[str], told: Told) -> None:
        self.register_customer(customer, name, sorted(has), told)

    @rule(customer=customers, name=st.sampled_from(NAMES), stale=st.booleans())
    def correct_the_name(self, customer: UUID, name: str, stale: bool) -> None:
        """Of linked customers a correction is of the canonical one: here only unlinked ones are corrected."""
        if self.people.person(customer) & set(CUSTOMERS) != {customer}:
            return
        path = f"/api/customers/{customer}"
        if customer not in self.people.names:
            self.expect(404, self._client.ask("PATCH", path, {"name": name}, If_Match='"1"'))
            return
        self.expect(428, self._client.ask("PATCH", path, {"name": name}))
        seen = '"99"' if stale else self.etag(path)
        self.expect(412 if stale else 200, self._client.ask("PATCH", path, {"name": name}, If_Match=seen))
        if not stale:
            self.people.names[customer] = name

    @rule(address=addresses)
    def look_up(self, address: str) -> None:
        found = self.ask(f"/api/customers?email={address}")["items"]
        expected = {frozenset(self.people.person(one)) for one in self.people.holders(address)}
        assert {frozenset(self.people.person(UUID(one["customer_id"]))) for one in found} == expected
        assert len(found) == len(expected)


@pytest.mark.long
@pytest.mark.timeout(amount(7_200, quick=600))
def test_people(monkeypatch: pytest.MonkeyPatch, databases: Databases, tmp_path: Path) -> None:
    stories(PeopleMachine, monkeypatch, databases, tmp_path, quick=6, full=300)
