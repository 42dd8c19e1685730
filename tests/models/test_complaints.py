"""Complaints and prohibitions, of customers and of addresses, and whom they stop: against the plain reference."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.amounts import amount
from tests.databases import Databases
from tests.models.machine import Told, dates, how, stories
from tests.models.peopled import addresses
from tests.models.reference.complaints import LIFTS_AT_ONCE
from tests.models.stopping import StoppingMachine, severities

BODIES = {
    "responses": st.just({"text": "We look into it."}),
    "escalations": st.fixed_dictionaries(
        {"to": st.just("the board"), "reason": st.just("late")}, optional={"severity": severities}
    ),
    "resolutions": st.just({"summary": "A new parcel."}),
    "closings": st.fixed_dictionaries(
        {
            "root_cause": st.just("courier"),
            "outcome": st.sampled_from(["upheld", "rejected", *sorted(LIFTS_AT_ONCE)]),
        }
    ),
    "reopenings": st.just({"reason": "It came again."}),
}
steps = st.sampled_from([*BODIES, "closings", "closings", "reopenings"]).flatmap(
    lambda step: st.tuples(st.just(step), BODIES[step])
)


class ComplaintsMachine(StoppingMachine):
    @rule(complaint=StoppingMachine.complaints, step=steps, occurred_at=dates, told=how)
    def take_a_step(
        self, complaint: UUID, step: tuple[str, dict[str, str]], occurred_at: datetime | None, told: Told
    ) -> None:
        self.take_a_step_of(complaint, *step, occurred_at, told)

    @rule(complaint=StoppingMachine.complaints, step=steps)
    def take_a_step_that_is_out_of_date(self, complaint: UUID, step: tuple[str, dict[str, str]]) -> None:
        path = f"/api/complaints/{complaint}/{step[0]}"
        self.expect(428, self.tell(path, step[1]))
        self.expect(412, self.tell(path, step[1], If_Match='"99"'))

    @rule(target=StoppingMachine.complaints, address=addresses, told=how)
    def open_by_address(self, address: str, told: Told) -> UUID:
        """Whoever has or had the address is stopped, linked or not."""
        complaint = self.open(address, "low", None, told)
        self.check()
        return complaint

    @rule(complaint=StoppingMachine.complaints)
    def look_at_the_complaint(self, complaint: UUID) -> None:
        shown, expected = self.ask(f"/api/complaints/{complaint}"), self.people.complaints[complaint]
        for name in ("status", "severity", "outcome", "root_cause", "reopenings"):
            assert shown[name] == getattr(expected, name), name
        assert datetime.fromisoformat(shown["opened_at"]) == expected.opened_at
        told = [STEP_OF[step["step"]] for step in shown["steps"][1:]]
        assert told == [step[0] for step in expected.steps]
        late = [datetime.fromisoformat(step["occurred_at"]) < expected.opened_at for step in shown["steps"]]
        assert [step["late"] for step in shown["steps"]] == late

    @rule(status=st.sampled_from(["open", "closed", "resolved"]))
    def list_complaints(self, status: str) -> None:
        listed = self.ask(f"/api/complaints?status={status}&limit=500")["items"]
        expected = {str(one) for one, known in self.people.complaints.items() if known.status == status}
        assert {one["complaint_id"] for one in listed} == expected


STEP_OF = {
    "responded": "responses",
    "escalated": "escalations",
    "resolved": "resolutions",
    "closed": "closings",
    "reopened": "reopenings",
}


@pytest.mark.long
@pytest.mark.timeout(amount(7_200, quick=600))
def test_complaints(monkeypatch: pytest.MonkeyPatch, databases: Databases, tmp_path: Path) -> None:
    stories(ComplaintsMachine, monkeypatch, databases, tmp_path, quick=6, full=300)
