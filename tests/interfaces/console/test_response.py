"""The page of a response: its figures are those of the API to the digit."""

import csv
import io
import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.interfaces.console.campaigned import buy, campaigned
from tests.interfaces.console.conftest import Console
from tests.interfaces.public.conftest import Page


def asked(console: Console, campaign: UUID, path: str = "") -> Any:
    key = console.world.services.access.create(f"reader {path}", ["campaigns:read"])[1]
    answer = console.app.test_client().get(
        f"/api/campaigns/{campaign}/response{path}", headers={"Authorization": f"Bearer {key}"}
    )
    assert answer.status_code == 200, answer.text
    return answer.json


def euros(amount: str) -> str:
    return f"-€{amount[1:]}" if amount.startswith("-") else f"€{amount}"


def path_of(campaign: UUID) -> str:
    return f"/console/campaigns/{campaign}/response"


def test_the_figures_of_the_page_are_those_of_the_api(console: Console) -> None:
    campaign = campaigned(console, people=24, buyers=4)
    known = asked(console, campaign)
    text = console.person("manager", "analyst").sees(path_of(campaign)).text
    treated, held_out = known["arms"]
    for name, figure in (("People", "people"), ("Messages sent", "sent"), ("Bought", "converted")):
        assert f"{name} {treated[figure]} {held_out[figure]}" in text
    share = f"{treated['converted'] / treated['people']:.2%} {held_out['converted'] / held_out['people']:.2%}"
    assert f"Share that bought {share}" in text
    extra = known["lift"]["extra_buyers"]
    assert f"About {extra['estimate']} extra buyers, between {extra['low']} and {extra['high']}" in text
    money = {
        name: euros(value) for name, value in known["lift"]["extra_revenue"].items() if name != "currency"
    }
    assert f"About {money['estimate']} extra revenue, between {money['low']} and {money['high']}" in text
    assert f"{known['lift']['conversion']['estimate'] * 100:+.2f}".rstrip("0").rstrip(".") in text
    assert "Read with care" in text
    assert "Fewer than 100 people were written to." in text


def test_a_file_has_the_figures_as_the_api_writes_them(console: Console) -> None:
    campaign = campaigned(console, people=8, buyers=1)
    manager = console.person("manager", "analyst")
    known, days = asked(console, campaign), asked(console, campaign, "/days")
    response = manager.get(f"{path_of(campaign)}/arms.csv")
    assert "attachment" in response.headers["Content-Disposition"]
    rows = {row[0]: row[1:] for row in csv.reader(io.StringIO(response.text.lstrip("\ufeff")))}
    assert rows["converted"] == [str(arm["converted"]) for arm in known["arms"]]
    assert rows["revenue EUR"] == [arm["revenue"][0]["amount"] for arm in known["arms"]]
    table = list(csv.reader(io.StringIO(manager.get(f"{path_of(campaign)}/days.csv").text.lstrip("\ufeff"))))
    assert len(table) == 1 + 2 * len(days["days"])
    assert sum(int(row[2]) for row in table[1:]) == sum(arm["converted"] for arm in known["arms"])


def test_an_older_response_is_shown_with_its_position_and_the_live_part_brings_the_newer_one(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = campaigned(console, people=8, buyers=1)
    manager = console.person("manager", "analyst")
    first = manager.sees(path_of(campaign))
    assert "hx-get" not in str(first.tags)
    buy(console, console.world.customer("somebody@example.org"), 1)
    assert "facts have come since" in manager.sees(path_of(campaign)).text
    monkeypatch.setattr("interfaces.console.responses.pages.FRESH", timedelta(seconds=-1))
    older = manager.sees(path_of(campaign))
    assert "A newer response is being computed" in older.text
    (asks,) = [
        str(given["hx-get"])
        for _, given in older.tags
        if "hx-get" in given and "shown" in str(given["hx-get"])
    ]
    newer = manager.get(asks, HX_Request="true")
    assert newer.status_code == 200
    assert "hx-get" not in newer.text
    assert position(Page(newer.text).text) > position(older.text)


def position(text: str) -> int:
    """Returns the position up to which the response counts."""
    found = re.search(r"True up to ([\d ]+) ·", text)
    assert found is not None, text
    return int(found[1].replace(" ", ""))


def test_a_campaign_that_never_ran_has_no_response_yet(console: Console) -> None:
    campaign = console.world.campaign()
    console.world.fold()
    text = console.person("manager", "analyst").sees(path_of(campaign)).text
    assert "Nobody is counted yet" in text
    assert "Nobody was held out" in text


def test_what_is_no_campaign_is_no_page(console: Console) -> None:
    manager = console.person("manager", "analyst")
    manager.sees(path_of(UUID(int=7)), 404)
    console.person("maria", "agent").sees(path_of(UUID(int=7)), 403)
