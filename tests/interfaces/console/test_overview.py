"""The overview: what its address names, what it shows, and where its figures lead."""

import re

from tests.interfaces.console.conftest import Console
from tests.interfaces.console.desk import complained, ordered, registered
from tests.interfaces.public.conftest import Page

OVERVIEW = "/console/overview"


def links(page: Page) -> list[str]:
    return [str(given["href"]) for tag, given in page.tags if tag == "a" and "href" in given]


def figure(page: Page, name: str) -> list[str]:
    """Returns the figures of the row with this name: these days, before, and the change."""
    row = re.search(rf"\b{name} (\d\S*) (\S+) (\S+)", page.text)
    assert row is not None, page.text
    return list(row.groups())


def test_the_overview_shows_these_days_beside_as_many_before(console: Console) -> None:
    complained(console)
    ordered(console, registered(console, "Ana"))
    page = console.person("manager", "analyst").sees(f"{OVERVIEW}?from=2026-02-15&to=2026-03-02")
    assert "15 Feb 2026 – 2 Mar 2026" in page.text
    assert "beside 30 Jan 2026 – 14 Feb 2026" in page.text
    assert figure(page, "Opened")[:2] == ["1", "0"]
    assert figure(page, "Orders")[:2] == ["1", "0"]
    assert "€172.80" in page.text or "€86.40" in page.text


def test_a_figure_leads_to_the_list_of_what_it_counts(console: Console) -> None:
    complained(console, "Parcel lost")
    manager = console.person("manager", "analyst")
    page = manager.sees(f"{OVERVIEW}?from=2026-03-01&to=2026-03-02")
    (opened,) = [path for path in links(page) if path.startswith("/console/complaints?status")]
    (orders,) = [path for path in links(page) if path.startswith("/console/orders?")]
    assert "Parcel lost" in manager.sees(opened).text
    later = manager.sees(f"{OVERVIEW}?from=2026-03-03&to=2026-03-04")
    (opened,) = [path for path in links(later) if path.startswith("/console/complaints?status")]
    assert "Parcel lost" not in manager.sees(opened).text
    assert manager.get(orders).status_code == 200


def test_a_channel_or_brand_narrows_the_figures_and_stays_in_the_address(console: Console) -> None:
    complained(console)
    manager = console.person("manager", "analyst")
    page = manager.sees(f"{OVERVIEW}?channel=phone")
    assert figure(page, "Opened")[0] == "1"
    assert figure(manager.sees(f"{OVERVIEW}?channel=web"), "Opened")[0] == "0"
    assert "New customers not known" in page.text
    assert any("channel=phone" in path and "from=" in path for path in links(page))
    (narrowed, *_) = [path for path in links(manager.sees(OVERVIEW)) if "channel=phone" in path]
    assert figure(manager.sees(narrowed), "Opened")[0] == "1"


def test_days_that_are_refused_are_shown_again_with_the_error(console: Console) -> None:
    manager = console.person("manager", "analyst")
    for query in ("from=2026-03-02&to=2026-03-01", "from=nonsense", "from=1900-01-01", "time_zone=Mars"):
        page = manager.sees(f"{OVERVIEW}?{query}", 422)
        assert "One thing must be corrected" in page.text
    typed = {
        given.get("value") for tag, given in manager.sees(f"{OVERVIEW}?from=x", 422).tags if tag == "input"
    }
    assert "x" in typed


def test_only_who_may_read_figures_sees_the_overview(console: Console) -> None:
    agent = console.person("maria", "agent")
    assert OVERVIEW not in links(agent.sees("/console"))
    agent.sees(OVERVIEW, 403)
    assert OVERVIEW in links(console.person("berta", "approver").sees("/console"))
