"""Health in the console: what is wrong, and what an operator does to a projection."""

from structlog.testing import capture_logs

from infrastructure.processes.projector import run_projector
from projections.engine.runner import pause
from tests.interfaces.console.conftest import Console
from tests.processes.looping import looping
from tests.processes.up import eventually

HEALTH = "/console/health"
ORDERS = f"{HEALTH}/projections/orders"


def test_it_shows_each_part_and_each_projection(console: Console) -> None:
    console.world.fold()
    page = console.person("ana", "administrator").sees(HEALTH).text
    for shown in (
        "Database of the keys",
        "Dispatcher",
        "timeline",
        "nothing leaves this computer",
        "unknown outcome 0",
    ):
        assert shown in page
    assert "NOT_RUNNING" in page


def test_a_projection_is_paused_and_let_go_on_by_the_projector(console: Console) -> None:
    console.world.fold()
    ana = console.person("ana", "administrator")
    assert "folds nothing more" in ana.sees(f"{ORDERS}/pause").text
    sent = ana.sends(f"{ORDERS}/pause")
    assert "The projector does it in a moment" in ana.sees(sent.location).text
    assert "waits for the projector" in ana.sees(HEALTH).text
    with capture_logs(), looping(run_projector, console.world.located):
        assert eventually(lambda: "Let it go on" in ana.sees(ORDERS).text)
        ana.sends(f"{ORDERS}/retry")
        assert eventually(lambda: "Let it go on" not in ana.sees(ORDERS).text.partition("Asked for")[0])
    assert "person:ana" in ana.sees(HEALTH).text


def test_a_step_that_is_not_possible_any_more_says_why(console: Console) -> None:
    console.world.fold()
    ana = console.person("ana", "administrator")
    pause(console.world.projector, "orders", operator="olga")
    refused = ana.sends(f"{ORDERS}/pause")
    assert refused.status_code == 409
    assert "paused already" in refused.text
    assert "The projection met no fact" in ana.sends(f"{ORDERS}/skip").text


def test_the_page_asks_again_and_gets_nothing_while_nothing_changes(console: Console) -> None:
    console.world.fold()
    auditor = console.person("olga", "auditor")
    page = auditor.sees(ORDERS)
    (asks,) = [given["hx-get"] for _, given in page.tags if given.get("hx-get")]
    assert asks is not None
    assert auditor.get(asks, HX_Request="true").status_code == 204
    pause(console.world.projector, "orders", operator="olga")
    part = auditor.get(asks, HX_Request="true")
    assert part.status_code == 200
    assert "is paused by an operator" in part.text
    assert "<html" not in part.text


def test_an_auditor_looks_on_and_an_agent_sees_nothing(console: Console) -> None:
    console.world.fold()
    auditor, agent = console.person("olga", "auditor"), console.person("maria", "agent")
    assert "Pause" not in auditor.sees(ORDERS).text
    auditor.sees(f"{ORDERS}/pause", 403)
    agent.sees(HEALTH, 403)
    assert HEALTH not in agent.get("/console").text


def test_a_projection_that_there_is_not_is_a_page(console: Console) -> None:
    ana = console.person("ana", "administrator")
    ana.sees(f"{HEALTH}/projections/none", 404)
    assert ana.sends(f"{HEALTH}/projections/none/pause").status_code == 404
