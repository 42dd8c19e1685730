"""A response is computed at most once for each position, and never twice at the same time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID

import pytest

from infrastructure.read_models import kept_responses
from projections.responses.reading import campaign_response
from tests.interfaces.conftest import Api
from tests.web import app_of
from tests.world import BEGIN, World

pytestmark = pytest.mark.speaks_sql


class Computing:
    """Counts how often a response is computed, and lets it wait."""

    def __init__(self) -> None:
        self.times = 0
        self.begun, self.may_end = Event(), Event()
        self.may_end.set()

    def __call__(self, *args: Any, **named: Any) -> Any:
        self.times += 1
        self.begun.set()
        assert self.may_end.wait(10)
        return campaign_response(*args, **named)

    def hold(self) -> None:
        self.begun.clear()
        self.may_end.clear()


@pytest.fixture
def computing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Computing]:
    computing = Computing()
    monkeypatch.setattr(kept_responses.reading, "campaign_response", computing)
    yield computing
    computing.may_end.set()


def sent(api: Api) -> tuple[UUID, list[UUID], list[UUID]]:
    """A campaign, to whom it was sent, and from whom it was held out."""
    world = api.world
    people = [world.customer(f"person{number}@example.org") for number in range(16)]
    campaign = world.campaign(hold_out=Decimal("0.5"), seed="s-1", attribution_window_days=3)
    run = world.start(campaign)
    world.run_to_end(world.dispatcher())
    world.clock.move(timedelta(days=7))
    held_out = [one for one, decision in world.decisions(run).items() if decision["outcome"] == "held_out"]
    return campaign, [one for one in people if one not in held_out], held_out


@pytest.fixture
def campaign(api: Api) -> UUID:
    """A campaign that was sent to some and held out from others; some of each bought."""
    campaign, treated, held_out = sent(api)
    for arm in (treated, held_out):
        for number, person in enumerate(arm[:3]):
            buy(api, person, after=timedelta(hours=20 * number))
    return campaign


def buy(api: Api, person: UUID, after: timedelta = timedelta(0)) -> None:
    line = {"sku": "LAMP", "quantity": 1, "amount": "10.00"}
    body = {"customer_id": str(person), "occurred_at": (BEGIN + after).isoformat(), "currency": "EUR"}
    api.stored("/api/orders", {**body, "lines": [line]})


def response(api: Api, campaign: UUID, path: str = "", **asked: str) -> Any:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return api.get(f"/api/campaigns/{campaign}/response{path}?{query}")


def test_a_response_is_computed_once_for_a_position(api: Api, campaign: UUID, computing: Computing) -> None:
    first = response(api, campaign)
    again, days = response(api, campaign), response(api, campaign, "/days")
    assert again == first
    assert (days["position"], days["computed_at"]) == (first["position"], first["computed_at"])
    assert computing.times == 1
    buy(api, api.customer())
    newer = response(api, campaign)
    assert int(newer["position"]) > int(first["position"])
    assert computing.times == 2


def test_the_days_add_up_to_the_arms(api: Api, campaign: UUID) -> None:
    arms, days = response(api, campaign)["arms"], response(api, campaign, "/days")["days"]
    assert [day["day"] for day in days] == [1, 2, 3]
    for place, arm in enumerate(arms):
        assert arm["converted"] > 0
        assert sum(day["arms"][place]["converted"] for day in days) == arm["converted"]


def test_extra_buyers_and_revenue_are_the_lift_of_all_treated_people(api: Api, campaign: UUID) -> None:
    shown = response(api, campaign)
    lift, treated = shown["lift"], shown["arms"][0]["people"]
    for name in ("estimate", "low", "high"):
        assert lift["extra_buyers"][name] == round(lift["conversion"][name] * treated)
    assert lift["extra_revenue"]["currency"] == "EUR"
    each = Decimal(lift["revenue_per_person"]["estimate"])
    assert abs(Decimal(lift["extra_revenue"]["estimate"]) - each * treated) < Decimal("0.05")


def test_an_older_response_is_shown_at_once_and_says_that_facts_have_come(
    api: Api, campaign: UUID, computing: Computing
) -> None:
    first = response(api, campaign)
    buy(api, api.customer())
    older = response(api, campaign, older="always")
    assert older == {**first, "outdated": True}
    assert computing.times == 1
    assert response(api, campaign, older="while_computing")["outdated"] is False
    assert computing.times == 2


def test_two_processes_never_compute_a_response_at_the_same_time(
    api: Api, database: Any, tmp_path: Any, campaign: UUID, computing: Computing
) -> None:
    first = response(api, campaign)
    buy(api, api.customer())
    api.fold()
    other_world = World(database, tmp_path, clock=api.world.clock)
    other = Api(other_world, app_of(other_world.services))
    computing.hold()
    with ThreadPoolExecutor() as threads:
        computed = threads.submit(_asked, api, campaign)
        assert computing.begun.wait(10)
        for older in ("while_computing", "always"):
            shown = _asked(other, campaign, older)
            assert (shown["position"], shown["outdated"]) == (first["position"], True)
        waiting = threads.submit(_asked, other, campaign)
        computing.may_end.set()
        assert waiting.result(10) == computed.result(10)
    assert computing.times == 2
    other_world.close()


def _asked(api: Api, campaign: UUID, older: str = "never") -> Any:
    answer = api.ask("GET", f"/api/campaigns/{campaign}/response?older={older}", fold=False)
    assert answer.status_code == 200, answer.data
    return answer.json


def test_who_waits_too_long_for_a_response_is_told_to_ask_again(
    api: Api, campaign: UUID, computing: Computing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_responses, "WAITS_AT_MOST", "50ms")
    api.fold()
    computing.hold()
    with ThreadPoolExecutor() as threads:
        computed = threads.submit(_asked, api, campaign)
        assert computing.begun.wait(10)
        refused = Api(api.world).ask("GET", f"/api/campaigns/{campaign}/response", fold=False)
        computing.may_end.set()
        computed.result(10)
    assert (refused.status_code, refused.json["type"]) == (503, "/problems/response-being-computed")  # type: ignore[index]
    assert "Retry-After" in refused.headers


def test_what_another_version_of_the_code_computed_is_not_used(
    api: Api, campaign: UUID, computing: Computing, monkeypatch: pytest.MonkeyPatch
) -> None:
    response(api, campaign)
    monkeypatch.setattr(kept_responses, "_CODE", "another version")
    response(api, campaign, older="always")
    assert computing.times == 2


def test_what_was_computed_for_another_currency_is_not_used(
    api: Api, database: Any, tmp_path: Path, computing: Computing
) -> None:
    campaign, *_ = sent(api)
    first = response(api, campaign)
    with closing(World(database, tmp_path, clock=api.world.clock, FARLEY_CURRENCY="USD")) as other_world:
        other = response(Api(other_world, app_of(other_world.services)), campaign)
    shown = [one["lift"]["revenue_per_person"]["currency"] for one in (first, other)]
    assert (shown, computing.times) == (["EUR", "USD"], 2)


def test_what_is_refused(api: Api, campaign: UUID) -> None:
    answer = api.ask("GET", f"/api/campaigns/{campaign}/response?older=sometimes")
    assert (answer.status_code, answer.json["errors"][0]["path"]) == (422, "older")  # type: ignore[index]
    nowhere = "/api/campaigns/00000000-0000-4000-8000-000000000001/response/days"
    assert api.ask("GET", nowhere).status_code == 404
