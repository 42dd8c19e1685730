"""Real customers with real complaints: at ten dates a campaign leaves out exactly whom an oracle leaves out.

Complaint number k is customer number k's. It was opened when it was received, closed fifteen days after it was
sent to the company; the one with an untimely response stays open.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from application.complaints.commands import CloseComplaint, OpenComplaint
from tests.acceptance.samples import cfpb, day, purchases
from tests.amounts import amount
from tests.world import World

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("cooling-off"), pytest.mark.timeout(600)]

FIRST = datetime(2013, 9, 1, tzinfo=UTC)
DATES = [FIRST + n * timedelta(days=18) for n in range(10)]
SEVERITY = {"Mortgage": "high", "Debt collection": "normal"}
LEFT_OUT = [262, 733, 699, 267, 29, 10, 5, 3, 2, 2]
"""Of the 1,000 complaints, at each of the dates."""
ONE_IN = amount(1, quick=10)
"""Of the customers, with their complaints."""
DAYS = {"high": 30, "normal": 14, "low": 7}


@dataclass(frozen=True, kw_only=True)
class Told:
    """A complaint as the file tells it."""

    opened: datetime
    closed: datetime | None
    severity: str

    def stops(self, at: datetime) -> bool:
        """The oracle: open, or closed less than its days ago; a closing before the opening counts from that."""
        if self.opened > at:
            return False
        if self.closed is None or self.closed > at:
            return True
        return at < max(self.closed, self.opened) + timedelta(days=DAYS[self.severity])


def told(row: dict[str, str]) -> Told:
    sent = day(row["date_sent_to_company"])
    untimely = row["company_response_to_consumer"] == "Untimely response"
    return Told(
        opened=day(row["date_received"]),
        closed=None if untimely else sent + timedelta(days=15),
        severity=SEVERITY.get(row["product"], "low"),
    )


@pytest.fixture
def world(database: Any, tmp_path: Path) -> Iterator[World]:
    world = World(database, tmp_path)
    world.clock.instant = datetime(2013, 8, 1, tzinfo=UTC)
    yield world
    world.close()


class Complaints:
    """Tells the world what has happened up to a date, in the order in which it happened."""

    def __init__(self, world: World, customers: list[UUID], complaints: list[Told]) -> None:
        self._world = world
        self._ids: dict[int, UUID] = {}
        steps = []
        for number, (customer, one) in enumerate(zip(customers, complaints, strict=False)):
            steps.append((one.opened, number, customer, one))
            if one.closed is not None:
                steps.append((max(one.closed, one.opened), number, customer, one))
        self._steps = sorted(steps, key=lambda step: step[0])

    def tell_until(self, at: datetime) -> None:
        while self._steps and self._steps[0][0] <= at:
            _, number, customer, one = self._steps.pop(0)
            if number in self._ids:
                self._close(self._ids[number], one)
            else:
                self._ids[number] = self._open(customer, one)

    def _open(self, customer: UUID, one: Told) -> UUID:
        command = OpenComplaint(
            customer_id=customer,
            category="finance",
            severity=one.severity,
            channel="web",
            occurred_at=one.opened,
        )
        answer = self._world.services.complaints.open_complaint(command, self._world.request())
        return UUID(answer.body["complaint_id"])

    def _close(self, complaint: UUID, one: Told) -> None:
        command = CloseComplaint(
            complaint_id=complaint, root_cause="lender", outcome="upheld", occurred_at=one.closed
        )
        self._world.services.complaints.close_complaint(command, self._world.request())


def test_2_at_ten_dates_exactly_those_with_an_open_or_cooling_complaint_are_left_out(world: World) -> None:
    numbers = sorted({purchase.customer for purchase in purchases()})[::ONE_IN]
    customers = [world.customer(f"c{number}@example.org") for number in numbers]
    rows = [told(row) for row in cfpb()][::ONE_IN]
    complaints = Complaints(world, customers, rows)
    for at in DATES:
        world.clock.instant = at
        complaints.tell_until(at)
        expected = {customers[k] for k, one in enumerate(rows) if one.stops(at)}
        assert suppressed_in_a_run(world, audience=len(customers)) == expected, at


def test_the_oracle_leaves_out_as_many_as_are_published() -> None:
    rows = [told(row) for row in cfpb()]
    assert (len(rows), sum(one.closed is None for one in rows)) == (1000, 1)
    assert [sum(one.stops(at) for one in rows) for at in DATES] == LEFT_OUT


def suppressed_in_a_run(world: World, *, audience: int) -> set[UUID]:
    """Whom a campaign to everybody suppresses; it is paused when all are decided, before it sends anything."""
    campaign = world.campaign()
    run_id, dispatcher = world.start(campaign), world.dispatcher()
    world.fold()
    while world.run(run_id)["state"] != "sending":
        dispatcher.advance()
        world.fold()
    world.pause(campaign)
    world.fold()
    dispatcher.release()
    run = world.run(run_id)
    assert run["balanced"]
    assert run["audience"] == audience
    with world.reading() as connection:
        rows = connection.execute(
            "select member_id, reasons from run_decision where run_id = %s and verdict <> 'eligible'",
            [run_id],
        ).fetchall()
    codes = {reason["code"] for row in rows for reason in row["reasons"]}
    assert codes <= {"OPEN_COMPLAINT", "COMPLAINT_COOLING_OFF"}
    return {row["member_id"] for row in rows}
