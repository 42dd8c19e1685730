"""The page of one fact, and the positions that lead to it."""

from tests.interfaces.console.conftest import Console
from tests.interfaces.console.desk import QUEUE, complained, registered
from tests.interfaces.public.conftest import Page

COMPLAINT = {"text": "We look into it."}


def links(page: Page) -> set[str]:
    return {str(given.get("href")) for tag, given in page.tags if tag == "a"}


def test_a_fact_says_what_happened_when_by_whom_and_what_followed(console: Console) -> None:
    customer, path = complained(console)
    opened = console.log_length()
    maria = console.person("maria", "agent", "auditor")
    version = next(g["value"] for _, g in maria.sees(f"{path}/answer").tags if g.get("name") == "version")
    maria.sends(f"{path}/answer", {**COMPLAINT, "version": str(version)})
    page = maria.sees(f"/console/facts/{opened}")
    for said in ("Complaint opened", "delivery", "Parcel lost", "Complaint answered", "person:maria"):
        assert said in page.text, said
    assert {path, f"/console/people/{customer}", f"/console/facts/{opened + 1}"} <= links(page)
    assert "Nothing followed" in maria.sees(f"/console/facts/{opened + 1}").text


def test_a_position_leads_to_its_fact_for_whoever_may_read_facts(console: Console) -> None:
    _, path = complained(console)
    opened = f"/console/facts/{console.log_length()}"
    assert opened in links(console.person("ada", "auditor").sees(path))
    maria = console.person("maria", "agent")
    page = maria.sees(path)
    assert opened not in links(page)
    assert "position" in [given.get("class") for _, given in page.tags]
    assert maria.get(opened).status_code == 403
    assert not [link for link in links(maria.sees(QUEUE)) if "/facts/" in link]


def test_what_was_forgotten_is_named_on_the_page(console: Console) -> None:
    ana = registered(console, "Ana García")
    at = console.world.positions_of("customers.CustomerRegistered", ana)[0]
    ada = console.person("ada", "auditor")
    assert "Ana García" in ada.sees(f"/console/facts/{at}").text
    console.world.web.keys.forget([ana])
    page = ada.sees(f"/console/facts/{at}").text
    assert "Ana" not in page
    assert "forgotten" in page


def test_a_position_without_a_fact_has_a_page_that_says_so(console: Console) -> None:
    ada = console.person("ada", "auditor")
    for position in ("0", "999999", "9" * 30):
        assert "There is nothing here" in ada.sees(f"/console/facts/{position}", 404).text
