"""Campaigns: which command is refused when, and what becomes of planned instants: against the reference."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, initialize, rule

from application.scheduling.scheduler import Scheduler
from tests.amounts import amount
from tests.databases import Databases
from tests.interfaces.conftest import CAMPAIGN
from tests.models.machine import Cut, Machine, Told, body, how, stories
from tests.models.reference.campaigns import HELD, Campaign

SECONDS_AHEAD = st.sampled_from([-60, 0, 1, 60, 3_600, 86_400])
GRACES = st.sampled_from([None, 0, 60])
DEFAULT_GRACE = 3_600
CHANGES = st.sampled_from([{"name": "Spring"}, {"name": "Autumn"}, {"hold_out": 0.1}])


class CampaignsMachine(Machine):
    campaigns = Bundle("campaigns")

    def __init__(self, databases: Databases, home: Path) -> None:
        super().__init__(databases, home)
        self.known: dict[UUID, Campaign] = {}
        self.schedulers = 0

    @initialize(target=campaigns)
    def one_is_approved(self) -> UUID:
        campaign = self._drafted(None, Told.ONCE)
        self._told(campaign, "approvals", {}, Told.ONCE, Campaign.approve)
        return campaign

    # Commands

    @rule(target=campaigns, days=st.sampled_from([None, 1, 8]), told=how)
    def draft(self, days: int | None, told: Told) -> UUID:
        return self._drafted(None if days is None else self.now + timedelta(days=days), told)

    @rule(campaign=campaigns, changes=CHANGES)
    def revise(self, campaign: UUID, changes: dict[str, Any]) -> None:
        path = f"/api/campaigns/{campaign}"
        self.expect(428, self._client.ask("PATCH", path, changes))
        self.expect(412, self._client.ask("PATCH", path, changes, If_Match='"99"'))
        answer = self._client.ask("PATCH", path, changes, If_Match=self.etag(path))
        self.expect(self.known[campaign].revise(changes, self.now), answer)

    @rule(campaign=campaigns, told=how)
    def approve(self, campaign: UUID, told: Told) -> None:
        self._told(campaign, "approvals", {}, told, Campaign.approve)

    @rule(campaign=campaigns, told=how)
    def start(self, campaign: UUID, told: Told) -> None:
        self._told(campaign, "runs", {}, told, lambda known: known.start(self.now))

    @rule(campaign=campaigns, ahead=SECONDS_AHEAD, grace=GRACES, told=how)
    def schedule(self, campaign: UUID, ahead: int, grace: int | None, told: Told) -> None:
        at = self.now + timedelta(seconds=ahead)
        stated = DEFAULT_GRACE if grace is None else grace
        content = body(at=at, grace_seconds=grace)
        if grace is None:  # stated or not, the grace of an instant that is planned already stays
            stated = self.known[campaign].schedules.get(at, stated)
        self._told(campaign, "schedules", content, told, lambda known: known.schedule(at, stated, self.now))

    @rule(campaign=campaigns, told=how)
    def pause(self, campaign: UUID, told: Told) -> None:
        self._told(campaign, "pauses", {"reason": "a look first"}, told, Campaign.pause)

    @rule(campaign=campaigns, told=how)
    def resume(self, campaign: UUID, told: Told) -> None:
        self._told(campaign, "resumptions", {}, told, Campaign.resume)

    @rule(campaign=campaigns, told=how)
    def cancel(self, campaign: UUID, told: Told) -> None:
        self._told(campaign, "cancellations", {"reason": "sold out"}, told, Campaign.cancel)

    # Processes

    @rule(cut=st.sampled_from([None, None, "before", "after"]))
    def the_scheduler_ticks(self, cut: str | None) -> None:
        """It may be cut as it decides a planned instant, before or after it appended. Then another one takes over."""
        self.world.fold()
        if cut is not None:
            self._tick_cut(append=cut == "after")
            self.begin_anew()
            self.world._leases.execute("update operation.leases set expires_at = '-infinity'")
            self.world.fold()
        scheduler = self._scheduler()
        scheduler.tick()
        self.world.fold()
        assert scheduler.tick() == 0, "a planned instant was decided twice"
        assert self._scheduler().tick() == 0, "a scheduler without the lease decided something"
        scheduler.release()
        for campaign in self.known.values():
            campaign.tick(self.now)

    @rule()
    def the_dispatcher_works_until_nothing_is_left(self) -> None:
        dispatcher = self.world.dispatcher()
        self.world.run_to_end(dispatcher)
        dispatcher.release()
        for campaign in self.known.values():
            campaign.dispatch()

    # Comparisons

    @rule(campaign=campaigns)
    def look_at(self, campaign: UUID) -> None:
        known, path = self.known[campaign], f"/api/campaigns/{campaign}"
        shown = self.ask(path)
        assert (shown["state"], shown["name"]) == (known.state(self.now), known.name)
        planned = self.ask(f"{path}/schedules?limit=500")["items"]
        assert {_instant(one["planned_for"]): (one["state"], one["cause"]) for one in planned} == {
            at: known.state_of_schedule(at) for at in known.schedules
        }
        runs = self.ask(f"{path}/runs?limit=500")["items"]
        shown_runs = {_instant(run["planned_for"]): (_state(run["state"]), run["cause"]) for run in runs}
        assert shown_runs == {
            at: (state, None) if state in HELD else ("missed", state) for at, state in known.runs.items()
        }
        assert all(run["balanced"] for run in runs)

    def check(self) -> None:
        for campaign in self.known:
            self.look_at(campaign)

    # Small questions

    def _drafted(self, ends_at: datetime | None, told: Told) -> UUID:
        answer = self.tell("/api/campaigns", CAMPAIGN | body(ends_at=ends_at), told)
        self.expect(201, answer)
        campaign = UUID(answer.json["campaign_id"])
        self.known[campaign] = Campaign(name=str(CAMPAIGN["name"]), ends_at=ends_at)
        return campaign

    def _told(
        self, campaign: UUID, what: str, content: Any, told: Told, reference: Callable[[Campaign], int]
    ) -> None:
        path = f"/api/campaigns/{campaign}"
        headers = {"If_Match": self.etag(path)} if what == "approvals" else {}
        self.expect(reference(self.known[campaign]), self.tell(f"{path}/{what}", content, told, **headers))

    def _scheduler(self) -> Scheduler:
        self.schedulers += 1
        return self.world.scheduling.scheduler(f"test:{self.schedulers}")

    def _tick_cut(self, *, append: bool) -> None:
        recorder: Any = self.world.scheduling.recorder
        with self.cut(recorder, append=append), pytest.raises(Cut):
            self._scheduler().tick()
            raise Cut  # there was nothing to decide


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _state(shown: str) -> str:
    return shown if shown in ("finished", "cancelled", "missed") else "open"


@pytest.mark.long
@pytest.mark.timeout(amount(7_200, quick=600))
def test_campaigns(monkeypatch: pytest.MonkeyPatch, databases: Databases, tmp_path: Path) -> None:
    stories(CampaignsMachine, monkeypatch, databases, tmp_path, quick=6, full=300)
