"""Each place of the menu is a page, and a phone leads to all of them."""

from itertools import takewhile

import pytest

from interfaces.console.menu import PLACES
from tests.interfaces.console.conftest import Console


def test_each_place_of_the_menu_is_a_page(console: Console) -> None:
    ana = console.person("ana", "administrator")
    for path in (place.href for _, places in PLACES for place in places):
        assert ana.get(path).status_code == 200, path


@pytest.mark.parametrize("role", ("agent", "marketer", "administrator"))
def test_on_a_phone_four_places_and_the_whole_menu_can_be_reached(console: Console, role: str) -> None:
    page = console.person("ana", role).sees("/console")
    tags = [(tag, given) for tag, given in page.tags if tag in ("nav", "a", "dialog")]
    bar = next(at for at, (_, given) in enumerate(tags) if given.get("class") == "phone-tabs")
    tabs = [given["href"] for _, given in takewhile(lambda one: one[0] == "a", tags[bar + 1 :])]
    assert len(tabs) <= 5
    assert tabs[-1] == "#menu"
    assert "menu" in [given.get("id") for tag, given in tags if tag == "nav"]
