"""The histories of people, complaints, campaigns and runs, with filters in the address."""

import pytest

from tests.interfaces.console.conftest import Console
from tests.interfaces.console.deciding import Run
from tests.interfaces.console.desk import complained
from tests.interfaces.public.conftest import Page


def links(page: Page) -> set[str]:
    return {str(given.get("href")) for tag, given in page.tags if tag == "a"}


def test_the_history_of_a_person_is_paged_and_filtered_by_the_address(console: Console) -> None:
    run = Run(console)
    ada = console.person("ada", "auditor")
    person = f"/console/people/{run.bob}"
    history = f"{person}/history"
    assert history in links(ada.sees(person))
    page = ada.sees(history)
    for said in ("Customer registered", "Consent given", "Complaint opened", "Part of the audience decided"):
        assert said in page.text, said
    assert f"/console/facts/{run.complained}" in links(page)
    filtered = ada.sees(f"{history}?type=complaints.ComplaintOpened&last_position={run.complained}")
    facts = {link for link in links(filtered) if "/facts/" in link}
    assert f"/console/facts/{run.complained}" in facts
    assert f"/console/facts/{run.complained + 1}" not in facts
    assert "No fact is like that" in ada.sees(f"{history}?actor=nobody").text


def test_complaints_campaigns_and_runs_have_histories(console: Console) -> None:
    run = Run(console)
    _, complaint = complained(console)
    ada = console.person("ada", "auditor")
    assert f"{complaint}/history" in links(ada.sees(complaint))
    assert "Complaint opened" in ada.sees(f"{complaint}/history").text
    assert "Campaign approved" in ada.sees(f"/console/campaigns/{run.campaign_id}/history").text
    assert "Run finished" in ada.sees(f"{run.path}/history").text


@pytest.mark.parametrize(
    ("query", "field"),
    [("since=nonsense", "since"), ("type=nonsense", "type"), ("first_position=0", "first_position")],
)
def test_a_filter_that_cannot_be_read_is_said_at_its_field(console: Console, query: str, field: str) -> None:
    run = Run(console)
    ada = console.person("ada", "auditor")
    page = ada.sees(f"/console/people/{run.bob}/history?{query}", 422)
    assert f"#{field}" in links(page)


def test_whoever_may_not_read_histories_sees_no_way_to_them(console: Console) -> None:
    customer, complaint = complained(console)
    maria = console.person("maria", "agent")
    for path in (f"/console/people/{customer}", complaint):
        assert not [link for link in links(maria.sees(path)) if link.endswith("/history")]
        assert maria.get(f"{path}/history").status_code == 403
