"""Complaints and prohibitions, of customers and of addresses, that models of complaints and of runs share."""

from datetime import datetime
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, consumes, initialize, rule

from tests.models.machine import Told, body, dates, how
from tests.models.peopled import ADDRESSES, CUSTOMERS, PeopledMachine, profiles
from tests.models.reference.complaints import COOLING_OFF, Complaint
from tests.models.reference.people import Ban

severities = st.sampled_from(sorted(COOLING_OFF))


class StoppingMachine(PeopledMachine):
    complaints = Bundle("complaints")
    bans = Bundle("bans")

    @initialize()
    def all_are_registered_and_allow_mail(self) -> None:
        """The first has an address of the last one, too, which is therefore linked to neither of them."""
        ann, bob, cy = ADDRESSES
        for customer, has in zip(CUSTOMERS, ([ann, cy], [bob], [cy]), strict=True):
            self.register_customer(customer, "Ana", has, Told.ONCE)
            self.allow(customer)

    @rule(target=complaints, profile=profiles, severity=severities, occurred_at=dates, told=how)
    def open(self, profile: UUID | str, severity: str, occurred_at: datetime | None, told: Told) -> UUID:
        content = {"category": "delivery", "severity": severity, "channel": "phone", **self.whose(profile)}
        answer = self.tell("/api/complaints", content | body(occurred_at=occurred_at), told)
        self.expect(201, answer)
        opened_at = occurred_at or self.now
        complaint = UUID(answer.json["complaint_id"])
        self.people.complaints[complaint] = Complaint(
            profile=profile, tick=self.people.tick, severity=severity, opened_at=opened_at, said_at=opened_at
        )
        return complaint

    @rule(target=bans, profile=profiles, told=how)
    def forbid(self, profile: UUID | str, told: Told) -> UUID:
        scope = {"address": profile} if isinstance(profile, str) else {"customer_id": str(profile)}
        answer = self.tell("/api/suppressions", {"scope": scope, "reason": "GLOBAL_DO_NOT_CONTACT"}, told)
        self.expect(201, answer)
        ban = UUID(answer.json["suppression_id"])
        self.people.bans[ban] = Ban(profile, self.people.tick)
        return ban

    @rule(ban=consumes(bans), told=how)
    def lift(self, ban: UUID, told: Told) -> None:
        self.expect(
            200, self.tell(f"/api/suppressions/{ban}/liftings", {"reason": "They asked for it."}, told)
        )
        del self.people.bans[ban]

    def take_a_step_of(
        self, complaint: UUID, step: str, content: dict[str, str], occurred_at: datetime | None, told: Told
    ) -> None:
        path = f"/api/complaints/{complaint}"
        seen = self.etag(path)
        answer = self.tell(f"{path}/{step}", content | body(occurred_at=occurred_at), told, If_Match=seen)
        self.expect(self.people.complaints[complaint].take(step, content, occurred_at, self.now), answer)
