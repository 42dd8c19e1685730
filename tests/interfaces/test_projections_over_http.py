"""The history of projections over HTTP."""

import psycopg

from projections.engine.runner import pause, resume
from tests.interfaces.conftest import Api

HISTORY = "/api/projections/history"


def test_what_was_done_to_projections_is_listed_page_by_page_the_newest_first(api: Api) -> None:
    api.customer(name="Ann")
    position = str(api.world.fold())
    assert api.get(HISTORY) == {"items": [], "next_cursor": None}
    for name in ("orders", "timeline"):
        pause(api.world.projector, name, operator="olga")
        resume(api.world.projector, name, skip=False, operator="otto")
    first = api.get(f"{HISTORY}?limit=3")
    second = api.get(f"{HISTORY}?limit=3&cursor={first['next_cursor']}")
    done = [*first["items"], *second["items"]]
    assert [(one["action"], one["projections"], one["operator"]) for one in done] == [
        ("retry", ["timeline"], "otto"),
        ("pause", ["timeline"], "olga"),
        ("retry", ["orders"], "otto"),
        ("pause", ["orders"], "olga"),
    ]
    assert {(one["position"], one["result"], one["note"]) for one in done} == {(position, "done", None)}
    assert second["next_cursor"] is None


def test_interventions_of_one_instant_are_listed_once_each_over_all_pages(api: Api) -> None:
    for name in ("orders", "timeline", "consent"):
        pause(api.world.projector, name, operator="olga")
        resume(api.world.projector, name, skip=False, operator="otto")
    api.world.projector.execute(
        "insert into operation.rebuilds (operator, projections) values ('otto', '{orders}')"
    )
    with psycopg.connect(api.world.database.url, autocommit=True) as owner:
        owner.execute("update operation.interventions set happened_at = '2026-03-01T00:00:00Z'")
        owner.execute("update operation.rebuilds set began_at = '2026-03-01T00:00:00Z'")
    whole = api.get(HISTORY)["items"]
    assert sorted(one["action"] for one in whole) == ["pause"] * 3 + ["rebuild"] + ["retry"] * 3
    paged, cursor = [], ""
    while cursor is not None:
        part = api.get(f"{HISTORY}?limit=1{cursor and '&cursor='}{cursor}")
        paged += part["items"]
        cursor = part["next_cursor"]
    assert paged == whole


def test_it_is_answered_while_nobody_folds(api: Api) -> None:
    api.customer(name="Ann")
    assert api.ask("GET", HISTORY, fold=False).status_code == 200


def test_it_names_operators_only_to_keys_with_its_scope(api: Api) -> None:
    assert api.ask("GET", HISTORY, key=api.key_for("projections:read")).status_code == 200
    assert api.ask("GET", HISTORY, key=api.key_for("history:read")).status_code == 403
