"""Runs: what happens to people and processes between the decision and the handover: against the plain reference.

The reference says at each position of the log whom a message may reach. No message passes a stop, each goes once,
everyone who got none has the reasons that the reference gives, and every run balances.
"""

from contextlib import suppress
from copy import deepcopy
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from application.dispatch.dispatcher import Dispatcher
from application.mail import Delivery, OutgoingMail, SendResult
from domain.messages.events import MessageHandedOver
from domain.runs.events import RunAudienceRecorded
from infrastructure.mail.departures import OneByOne
from projections.engine import batch
from tests.amounts import amount
from tests.databases import Databases
from tests.interfaces.conftest import CAMPAIGN
from tests.models.machine import Cut, Told, body, how, stories
from tests.models.reference.people import People
from tests.models.stopping import StoppingMachine

OPEN = ("pending", "deferred")
WITHOUT_END = timedelta(hours=72)
REACHED = {"ALREADY_CONTACTED", "DUPLICATE_ADDRESS_IN_RUN"}
"""Somebody else of the run, or an earlier run, may have reached the person or the address."""
RESULTS = st.sampled_from([SendResult.ACCEPTED] * 3 + list(SendResult))
CUTS = st.tuples(st.sampled_from(["save", "handover", "hop"]), st.booleans())


class Hop:
    """The next hop. It does with each mail what it was told last."""

    name = "smtp"

    def __init__(self) -> None:
        self.result = SendResult.ACCEPTED
        self.cut: bool | None = None
        """Whether its sender is cut, after the mail was taken or before."""
        self.taken: list[str] = []
        """The recipients of accepted mails, and of those whose outcome nobody knows."""

    def send(self, mail: OutgoingMail, *, begin_before: float) -> Delivery:
        if self.cut is False:
            raise Cut
        if self.result in (SendResult.ACCEPTED, SendResult.UNKNOWN):
            self.taken.append(mail.recipient)
        if self.cut:
            raise Cut
        return Delivery(result=self.result)


class Handovers:
    """The log's lock, at which the process may be cut."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self.cut: bool | None = None

    def hand_over(self, pending: Any, **of: Any) -> Any:
        if self.cut is False:
            raise Cut
        positions = self._real.hand_over(pending, **of)
        if self.cut:
            raise Cut
        return positions


class RunsMachine(StoppingMachine):
    def __init__(self, databases: Databases, home: Path) -> None:
        self.hop, self.at_work = Hop(), None
        self.history: dict[int, People] = {}
        """What was true at each position after which the projector may stop."""
        self.runs: dict[UUID, datetime] = {}
        """When each run was planned for."""
        self.cancelled: int | None = None
        super().__init__(databases, home)

    @initialize()
    def all_are_registered_and_allow_mail(self) -> None:
        super().all_are_registered_and_allow_mail()
        answer = self.tell("/api/campaigns", CAMPAIGN)
        self.path = f"/api/campaigns/{answer.json['campaign_id']}"
        self.expect(200, self.tell(f"{self.path}/approvals", {}, If_Match=self.etag(self.path)))
        self.start(scheduled=False, told=Told.ONCE)

    # Commands

    @rule(scheduled=st.booleans(), told=how)
    def start(self, scheduled: bool, told: Told) -> None:
        """Starts a run, or plans one for now. One may be open at a time."""
        if self.cancelled or self.now in self.runs.values():
            return
        if self._open_run() is not None:
            self.expect(409, self.tell(f"{self.path}/runs", {}, told))
            return
        if scheduled:
            answer = self.tell(f"{self.path}/schedules", body(at=self.now), told)
            self.world.fold()
            scheduler = self.world.scheduling.scheduler()
            if scheduler.tick() == 0:
                return  # the campaign is paused: the run waits within its grace
            scheduler.release()
        else:
            answer = self.tell(f"{self.path}/runs", {}, told)
        self.runs[UUID(answer.json["run_id"])] = self.now

    @rule(told=how)
    def pause(self, told: Told) -> None:
        self.expect(409 if self.cancelled else 200, self.tell(f"{self.path}/pauses", {}, told))

    @rule(told=how)
    def resume(self, told: Told) -> None:
        self.expect(409 if self.cancelled else 200, self.tell(f"{self.path}/resumptions", {}, told))

    @precondition(lambda self: len(self.runs) > 1)
    @rule(told=how)
    def cancel(self, told: Told) -> None:
        self.expect(200, self.tell(f"{self.path}/cancellations", {}, told))
        self.cancelled = self.cancelled or self.world.head()

    @rule(complaint=StoppingMachine.complaints, told=how)
    def close(self, complaint: UUID, told: Told) -> None:
        content = {"root_cause": "courier", "outcome": "upheld"}
        self.take_a_step_of(complaint, "closings", content, None, told)

    # Time and processes

    @rule(seconds=st.sampled_from([1, 60, 70, 3_600, 86_400]))
    def time_passes(self, seconds: int) -> None:
        """Shorter than in other stories: after 72 hours a run is over."""
        super().time_passes(seconds)

    @rule(result=RESULTS, steps=st.integers(1, 4), folded=st.booleans())
    def the_dispatcher_advances(self, result: SendResult, steps: int, folded: bool) -> None:
        """Some steps, each after a fold, or one while the projector lags behind."""
        self.hop.result = result
        for _ in range(steps if folded else 1):
            if folded:
                self.world.fold()
            self._dispatcher().advance()
            self.world.keep_lease()
            self.note_what_is_true_now()

    @rule(result=RESULTS, steps=st.integers(3, 6))
    def the_dispatcher_goes_on(self, result: SendResult, steps: int) -> None:
        self.the_dispatcher_advances(result, steps, folded=True)

    @rule(result=RESULTS, cut=CUTS)
    def the_dispatcher_is_cut(self, result: SendResult, cut: tuple[str, bool]) -> None:
        """It is cut where its step takes effect, before or after. The next one knows nothing but what is stored."""
        self.world.fold()
        dispatcher, self.hop.result = self._dispatcher(), result
        where, after = cut
        if where == "save":
            with self.cut(self.world.sending.recorder, append=after), suppress(Cut):
                dispatcher.advance()
        else:
            place: Any = self.hop if where == "hop" else self.handovers
            place.cut = after
            with suppress(Cut):
                dispatcher.advance()
            place.cut = None
        self.begin_anew()

    def begin_anew(self) -> None:
        super().begin_anew()
        if self.at_work is not None:
            self.at_work = None
            self.world.expire_lease()

    @rule(commands=st.integers(1, 3))
    def the_projector_folds_some_facts(self, commands: int) -> None:
        """Up to the end of a command or of a dispatcher's step: between them the reference says nothing."""
        folded = self.world.run_reading().position()
        ahead = sorted(position for position in self.history if position > folded)[:commands]
        for position in ahead[-1:]:
            runner = self.world.runner
            runner._size = position - folded
            runner.fold_next()
            runner._size = batch.LIVE_SIZE

    @invariant()
    def note_what_is_true_now(self) -> None:
        head = self.world.head()
        if head not in self.history:
            self.history[head] = deepcopy(self.people)

    # Comparisons

    def check(self) -> None:
        self._bring_to_an_end()
        super().check()
        self.note_what_is_true_now()
        log = self.world.facts()
        handed = [(one.position, one.fact) for one in log if isinstance(one.fact, MessageHandedOver)]
        for position, fact in handed:
            self._check_no_stop_was_passed(position - 1, fact)
        assert len(set(self.hop.taken)) == len(self.hop.taken), "two messages went to one address"
        read = {
            one.fact.originator_id: one.fact.read_position
            for one in log
            if isinstance(one.fact, RunAudienceRecorded)
        }
        for run_id in self.runs:
            self._check_run(run_id, read.get(run_id), [fact for _, fact in handed])

    def _bring_to_an_end(self) -> None:
        """Nothing fails any more: an open run comes to its end by itself."""
        self.hop.result = SendResult.ACCEPTED
        if not self.cancelled:
            self.tell(f"{self.path}/resumptions", {})
        for _ in range(10):
            self.world.run_to_end(self._dispatcher())
            if self._open_run() is None:
                return
            self.clock.move(timedelta(hours=1))  # until what is deferred is tried again
        raise AssertionError("the run does not come to its end")

    def _check_no_stop_was_passed(self, position: int, fact: MessageHandedOver) -> None:
        people, address = self._at(position), fact.values["recipient"]
        person = people.person(fact.member_id)
        assert address in people.addresses(person)
        stops = people.stops_at(person, address, fact.occurred_at)
        assert not stops, f"the handover at {position + 1} passed {stops}"

    def _check_run(self, run_id: UUID, read_position: int | None, handed: list[MessageHandedOver]) -> None:
        run = self.ask(f"{self.path}/runs/{run_id}")
        assert run["balanced"] and run["state"] in ("finished", "cancelled")
        decisions = self.ask(f"{self.path}/runs/{run_id}/decisions?limit=500")["items"]
        if read_position is None:
            assert self.cancelled and not decisions
            return
        people = self._at(read_position)
        members = [frozenset(people.person(UUID(one["customer_id"]))) for one in decisions]
        assert len(members) == run["audience"] == len(set(members)), "somebody is in the run twice"
        assert set(members) == {frozenset(people.person(one)) for one in people.names}
        for one in decisions:
            assert one["outcome"] not in OPEN
            if one["outcome"] == "suppressed":
                self._check_reasons(run_id, one, handed)

    def _check_reasons(self, run_id: UUID, one: dict[str, Any], handed: list[MessageHandedOver]) -> None:
        member, at = UUID(one["customer_id"]), datetime.fromisoformat(one["decided_at"])
        position, codes = int(one["read_position"]), {reason["code"] for reason in one["reasons"]}
        people = self._at(position)
        expected = people.stops(member, at)
        expected |= {"EXPIRED"} if at >= self.runs[run_id] + WITHOUT_END else set()
        expected |= {"CAMPAIGN_CANCELLED"} if self.cancelled and self.cancelled <= position else set()
        assert codes - REACHED == expected, (one, expected)
        others = [fact for fact in handed if fact.member_id != member or fact.run_id != run_id]
        owners = [who for who, what in people.holdings if what == people.chosen(people.person(member), at)]
        assert "ALREADY_CONTACTED" not in codes or others
        assert "DUPLICATE_ADDRESS_IN_RUN" not in codes or others or len(owners) > 1

    # Small questions

    def _at(self, position: int) -> People:
        """What was true when the log ended at this position."""
        return self.history[max(known for known in self.history if known <= position)]

    def _dispatcher(self) -> Dispatcher:
        if self.at_work is None:
            self.handovers = Handovers(self.world.handovers())
            self.at_work = self.world.dispatcher(departures=OneByOne(self.hop), handovers=self.handovers)
        return self.at_work

    def _open_run(self) -> UUID | None:
        runs = [
            UUID(run["run_id"])
            for run in self.ask(f"{self.path}/runs?limit=500")["items"]
            if run["finished_at"] is None
        ]
        assert len(runs) <= 1
        return runs[0] if runs else None


@pytest.mark.long
@pytest.mark.timeout(amount(7_200, quick=600))
def test_runs(monkeypatch: pytest.MonkeyPatch, databases: Databases, tmp_path: Path) -> None:
    stories(RunsMachine, monkeypatch, databases, tmp_path, quick=6, full=300)
