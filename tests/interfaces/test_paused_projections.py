"""An answer names the projections that it reads and that are paused; what they would know is not said to be missing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from interfaces.http import waiting
from interfaces.http.auth import ACTION, is_question
from interfaces.http.blueprint import GIVES
from interfaces.http.paused import READS, WHERE_FOUND
from projections.decision_facts.reading import DECIDES_ON
from projections.engine import runner
from projections.engine.definitions import PROJECTIONS, projection
from projections.engine.runner import resume
from tests.interfaces.campaigning import consenting, started
from tests.interfaces.conftest import Api
from tests.interfaces.pausing import names_in, paused
from tests.interfaces.tour import BODIES, WITHOUT_ID, path_of, rules, tour
from tests.statements import of_role, statements

MESSAGE = {"channel": "email", "purpose": "marketing", "message_class": "promotional"}
NOBODY = UUID(int=1)
TEXT = re.compile(r"'[^']*'|--[^\n]*")
"""A text or a comment of SQL."""
READ_FROM = re.compile(r"\b(?:from|join)\s+\"?(\w+)")


def fold(api: Api) -> None:
    api.world.runner.catch_up()


def get(api: Api, path: str, **headers: str) -> Any:
    return api.ask("GET", path, fold=False, **headers)


def test_the_360_names_the_paused_projections_that_it_reads(api: Api) -> None:
    ann = api.customer(name="Ann")
    api.fold()
    assert "paused_projections" not in api.get(f"/api/customers/{ann}")
    with paused(api, "complaints", "segments") as position:
        api.complaint(ann)
        fold(api)
        shown = get(api, f"/api/customers/{ann}")
        assert shown.json["paused_projections"] == [{"name": "complaints", "position": str(position)}]
        assert shown.headers["Farley-Paused-Projections"] == "complaints"
        assert shown.json["complaints"]["total"] == 0
    shown = api.ask("GET", f"/api/customers/{ann}")
    assert shown.json["complaints"]["total"] == 1
    assert "paused_projections" not in shown.json
    assert "Farley-Paused-Projections" not in shown.headers


def test_a_projection_that_a_fact_paused_is_named_too(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = api.customer(name="Ann")
    api.fold()
    cannot_fold(monkeypatch, "complaints")
    api.complaint(ann)
    fold(api)
    monkeypatch.undo()
    try:
        assert names_in(get(api, f"/api/customers/{ann}")) == ["complaints"]
        assert names_in(get(api, "/api/complaints")) == ["complaints"]
    finally:
        resume(api.world.projector, "complaints", skip=False, operator="olga")


def test_a_projection_that_waits_for_a_paused_one_is_named_too(api: Api) -> None:
    api.customer(name="Ann")
    api.fold()
    with paused(api, "identity"):
        preview = api.ask("POST", "/api/audiences/preview", {"audience": {"all": []}}, fold=False)
        assert names_in(preview) == ["audience"]


def test_the_position_of_a_preview_is_the_lowest_of_the_projections_that_it_reads(api: Api) -> None:
    ann = api.customer(name="Ann")
    api.fold()
    audience = {"audience": {"all": []}}
    message = {**audience, "channel": "email", "purpose": "marketing"}

    def position(ask: dict[str, Any]) -> int:
        return int(api.ask("POST", "/api/audiences/preview", ask, fold=False).json["position"])

    with paused(api, "consent", "segments") as at:
        api.complaint(ann)
        fold(api)
        head = api.log_length()
        assert (position(audience), position({**audience, "explain": str(ann)})) == (head, head)
        assert position(message) == at < head
    with paused(api, "customers") as at:
        api.complaint(ann)
        fold(api)
        head = api.log_length()
        assert (position(audience), position({**audience, "explain": str(ann)})) == (head, at)
    with paused(api, "segments"):
        campaign = api.campaign()
        fold(api)
        preview = get(api, f"/api/campaigns/{campaign}/preview").json
        assert (position(message), int(preview["position"])) == (api.log_length(), api.log_length())


def test_the_360_is_one_statement_with_a_paused_projection_too(api: Api) -> None:
    ann = api.customer(name="Ann")
    api.fold()
    with paused(api, "orders"):
        get(api, f"/api/customers/{ann}")
        with statements(of_role("farley_reader")) as read:
            assert names_in(get(api, f"/api/customers/{ann}")) == ["orders"]
    assert len(read) == 1


def test_lists_and_single_things_name_what_they_read(api: Api) -> None:
    campaign_id = api.campaign()
    api.fold()
    with paused(api, "campaigns"):
        api.campaign(name="Summer")
        fold(api)
        listed = get(api, "/api/campaigns")
        assert (len(listed.json["items"]), names_in(listed)) == (1, ["campaigns"])
        for path in (f"/api/campaigns/{campaign_id}", f"/api/campaigns/{campaign_id}/preview"):
            assert names_in(get(api, path)) == ["campaigns"]
        assert names_in(get(api, "/api/segments")) == []


def test_a_posted_question_names_what_it_reads_and_again_when_it_is_replayed(api: Api) -> None:
    ann = api.customer(name="Ann")
    api.fold()
    ask = {"customer_id": str(ann), **MESSAGE}
    with paused(api, "consent"):
        first = api.ask("POST", "/api/eligibility", ask, fold=False, Idempotency_Key="a")
    again = api.ask("POST", "/api/eligibility", ask, Idempotency_Key="a")
    assert names_in(first) == names_in(again) == ["consent"]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert names_in(api.post("/api/eligibility", ask)) == []


def test_an_answer_from_the_log_alone_names_none(api: Api) -> None:
    ann = api.customer(name="Ann")
    api.fold()
    now = api.world.clock.now().isoformat().replace("+00:00", "Z")
    with paused(api, *PROJECTIONS):
        for path in (
            f"/api/customers/{ann}",
            f"/api/customers/{ann}/timeline",
            f"/api/complaints?customer_id={ann}",
        ):
            mark = "&" if "?" in path else "?"
            assert names_in(get(api, f"{path}{mark}known_at={now}")) == []
            head = api.client.head(
                f"{path}{mark}known_at={now}", headers={"Authorization": f"Bearer {api.key}"}
            )
            assert "Farley-Paused-Projections" not in head.headers
        past = {"audience": {"all": []}, "known_at": now}
        asked = api.ask("POST", "/api/audiences/preview", past, fold=False)
        assert (asked.status_code, names_in(asked)) == (202, [])


def test_a_question_about_the_past_needs_only_what_it_reads_of_today(api: Api) -> None:
    """Eligibility in the past looks up today whose id it is. All else is folded from the log."""
    ann = api.customer(name="Ann")
    api.fold()
    now = api.world.clock.now().isoformat().replace("+00:00", "Z")
    past = {"customer_id": str(ann), **MESSAGE, "at": now, "known_to_position": "1"}
    preview = {"audience": {"all": []}, "known_at": now}
    explained = {**preview, "explain": str(ann)}
    with paused(api, "audience", "consent", "campaigns", "customers"):
        assert names_in(api.ask("POST", "/api/eligibility", past, fold=False)) == ["customers"]
        campaign_id = api.campaign()
        fold(api)
        asked: dict[str, Any] = {"fold": False, "Farley_Wait_For": str(api.log_length())}
        for path, body, status in (
            ("/api/audiences/preview", preview, 202),
            ("/api/audiences/preview", explained, 503),
            ("/api/eligibility", past, 503),
        ):
            assert api.ask("POST", path, body, **asked).status_code == status, body
        of_campaign = {**past, "campaign_id": str(campaign_id)}
        missing = api.ask("POST", "/api/eligibility", of_campaign, fold=False)
        assert (missing.status_code, missing.json["detail"]) == (
            404,
            "No campaign had this id at that instant.",
        )


# Waiting


def test_a_position_that_a_paused_projection_has_not_reached_is_refused_at_once(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "LONGEST_SECONDS", 0.0)
    ann = api.customer(name="Ann")
    api.fold()
    with paused(api, "complaints") as position:
        api.complaint(ann)
        fold(api)
        head = str(api.log_length())
        for path in (f"/api/customers/{ann}", "/api/complaints"):
            refused = get(api, path, Farley_Wait_For=head)
            assert (refused.status_code, refused.json["type"]) == (503, "/problems/projection-paused")
            assert refused.json["paused_projections"] == [{"name": "complaints", "position": str(position)}]
            assert refused.json["position"] == head
            assert "farley project status" in refused.json["detail"]
            assert int(refused.headers["Retry-After"]) >= 10
            assert names_in(get(api, path, Farley_Wait_For=str(position))) == ["complaints"]
        assert get(api, "/api/campaigns", Farley_Wait_For=head).status_code == 200


def fold_during_the_wait(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the projector folds when a question begins to wait."""
    reading = api.world.services.reading
    wait_for = reading.wait_for

    def folded_meanwhile(*arguments: Any, **named: Any) -> None:
        fold(api)
        wait_for(*arguments, **named)

    monkeypatch.setattr(reading, "wait_for", folded_meanwhile)


def test_a_projection_that_is_paused_during_the_wait_is_named(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = api.customer(name="Ann")
    api.fold()
    cannot_fold(monkeypatch, "complaints")
    api.complaint(ann)
    fold_during_the_wait(api, monkeypatch)
    try:
        for path in ("/api/complaints", f"/api/customers/{ann}"):
            refused = get(api, path, Farley_Wait_For=str(api.log_length()))
            assert (refused.status_code, refused.json["type"]) == (503, "/problems/projection-paused")
    finally:
        monkeypatch.undo()
        resume(api.world.projector, "complaints", skip=False, operator="olga")


def test_a_projection_that_is_paused_during_the_wait_for_the_newest_fact_is_named(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The customer is too new for the first try, and the wait for them meets the fact that pauses `timeline`."""
    api.customer(name="Bob")
    api.fold()
    cannot_fold(monkeypatch, "timeline")
    ann = api.customer(name="Ann")
    api.complaint(ann)
    fold_during_the_wait(api, monkeypatch)
    try:
        path = f"/api/customers/{ann}/timeline"
        assert names_in(api.ask("GET", path, key=api.key_for("read"), fold=False)) == ["timeline"]
    finally:
        monkeypatch.undo()
        resume(api.world.projector, "timeline", skip=False, operator="olga")


def test_what_a_resumed_projection_has_yet_to_fold_is_not_left_out(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another thread saw the position as reached before the projection was resumed."""
    ann = api.customer(name="Ann")
    api.fold()
    with paused(api, "complaints"):
        api.complaint(ann)
        fold(api)
    monkeypatch.setattr(api.world.services.reading, "wait_for", lambda *_, **__: None)
    head = str(api.log_length())
    other = api.key_for("read")
    for path in ("/api/complaints", f"/api/customers/{ann}"):
        for key, waits_for in ((api.key, {}), (other, {"Farley_Wait_For": head})):
            behind = api.ask("GET", path, key=key, fold=False, **waits_for)
            assert (behind.status_code, behind.json["type"]) == (503, "/problems/projection-behind")
            assert behind.json["position"] == head
    fold(api)
    assert get(api, f"/api/customers/{ann}", Farley_Wait_For=head).json["complaints"]["total"] == 1


def test_what_a_paused_projection_may_hold_is_not_said_to_be_missing(api: Api) -> None:
    api.customer(name="Bob")
    api.fold()
    with paused(api, "customers") as position:
        ann = api.customer(name="Ann")
        fold(api)
        for path in (f"/api/customers/{ann}", f"/api/customers/{ann}/timeline"):
            refused = get(api, path)
            assert (refused.status_code, refused.json["type"]) == (503, "/problems/projection-paused")
            assert refused.json["paused_projections"] == [{"name": "customers", "position": str(position)}]
        ask = {"customer_id": str(ann), **MESSAGE}
        assert api.ask("POST", "/api/eligibility", ask, fold=False).status_code == 503
    assert api.ask("GET", f"/api/customers/{ann}").status_code == 200


def test_what_the_log_does_not_have_is_missing(api: Api) -> None:
    """Whether `identity` links the id to a customer, only its fold knows."""
    api.customer(name="Bob")
    campaign_id = api.campaign()
    api.fold()
    with paused(api, "campaigns", "complaints", "customers", "orders", "suppression"):
        new = api.campaign(name="New")
        ordered = {"customer_id": str(UUID(int=2)), "lines": [{"sku": "A", "quantity": 1, "amount": "1.00"}]}
        order_id = api.stored("/api/orders", ordered)["order_id"]
        fold(api)
        for path in (
            f"/api/customers/{NOBODY}",
            f"/api/customers/{NOBODY}/history",
            f"/api/complaints/{NOBODY}",
            f"/api/orders/{NOBODY}",
            f"/api/suppressions/{NOBODY}",
            f"/api/campaigns/{NOBODY}",
            f"/api/campaigns/{NOBODY}/runs",
            f"/api/campaigns/{campaign_id}/runs/{NOBODY}",
        ):
            assert get(api, path).status_code == 404, path
        ask = {"customer_id": str(NOBODY), **MESSAGE}
        assert api.ask("POST", "/api/eligibility", ask, fold=False).status_code == 404
        for path in (f"/api/campaigns/{new}", f"/api/campaigns/{new}/runs", f"/api/orders/{order_id}"):
            assert get(api, path).status_code == 503, path
    api.fold()
    with paused(api, "identity"):
        api.customer(name="Cem")
        assert get(api, f"/api/customers/{NOBODY}").status_code == 503


def test_a_profile_that_is_linked_to_a_customer_whom_the_log_has_is_not_said_to_be_missing(api: Api) -> None:
    """The visitor has no stream in the log; the customer whom the address makes them is not folded."""
    address = {"kind": "email", "value": "ann@example.org"}
    visit = {"source": "shop", "message_id": "1", "channel": "web", "direction": "inbound", "kind": "visit"}
    visited = {**visit, "occurred_at": "2026-01-01T00:00:00Z", "identifier": address}
    visitor = api.stored("/api/touchpoints", visited)["customer_id"]
    api.fold()
    with paused(api, "customers"):
        api.customer(name="Ann", contact_points=[{"channel": "email", "value": "ann@example.org"}])
        fold(api)
        assert get(api, f"/api/customers/{visitor}").status_code == 503
    api.fold()
    assert get(api, f"/api/customers/{visitor}").status_code == 200


def test_nobody_is_found_only_where_no_paused_projection_may_hold_them(api: Api) -> None:
    def registered(name: str) -> str:
        address = f"{name}@example.org"
        api.customer(name=name, contact_points=[{"channel": "email", "value": address}])
        return f"/api/customers?email={address}"

    bob, nobody = registered("bob"), "/api/customers?email=nobody@example.org"
    api.fold()
    for name in ("customers", "identity"):
        with paused(api, name) as position:
            assert get(api, nobody).json["items"] == []
            api.customer(name="Dora")
            fold(api)
            refused = get(api, nobody)
            assert (refused.status_code, refused.json["type"]) == (503, "/problems/projection-paused")
            assert refused.json["paused_projections"] == [{"name": name, "position": str(position)}]
            found = get(api, bob)
            assert (len(found.json["items"]), names_in(found)) == (1, [name])
        api.fold()
    with paused(api, "customers"):
        ann = registered("ann")
        fold(api)
        assert get(api, ann).status_code == 503
    api.fold()
    assert (len(get(api, ann).json["items"]), get(api, nobody).json["items"]) == (1, [])


def test_a_question_that_reads_no_projection_does_not_wait(api: Api) -> None:
    api.customer(name="Ann")
    head = str(api.log_length())
    for path in ("/api/projections/history", "/api/attributes"):
        assert get(api, path, Farley_Wait_For=head).status_code == 200, path
        assert get(api, path, Farley_Wait_For=f"{head}0").status_code == 422, path
    job = get(api, f"/api/jobs/{NOBODY}", Farley_Wait_For=head)
    assert (job.status_code, job.json["type"]) == (404, "/problems/job-not-found")


def test_what_all_projections_that_would_hold_it_do_not_have_is_missing(api: Api) -> None:
    """The customer is looked for in `customers` and `identity` only."""
    api.customer(name="Bob")
    api.fold()
    with paused(api, "orders"):
        api.customer(name="Ann")
        fold(api)
        assert get(api, f"/api/customers/{NOBODY}").status_code == 404
    api.fold()
    with paused(api, "customers"):
        assert get(api, f"/api/customers/{NOBODY}").status_code == 404


def test_a_run_names_the_paused_projections_for_which_it_waits(api: Api) -> None:
    consenting(api, "ann")
    campaign_id, run = started(api)
    later = api.world.clock.now() + timedelta(minutes=4)
    other = api.campaign(name="Later")
    api.stored(f"/api/campaigns/{other}/approvals", If_Match='"1"')
    planned = api.stored(f"/api/campaigns/{other}/runs", {"planned_for": later.isoformat()})
    assert "waits_for_projections" not in api.get(run)
    with paused(api, "customers", "audience", "orders") as position:
        assert "waits_for_projections" not in get(api, run).json, "they lack nothing yet"
        consenting(api, "bob")
        fold(api)
        api.world.dispatcher().advance()
        fold(api)
        shown = get(api, run).json
        assert shown["state"] == "planned"
        waited = [{"name": name, "position": str(position)} for name in ("customers", "audience")]
        assert shown["waits_for_projections"] == waited
        (listed,) = get(api, f"/api/campaigns/{campaign_id}/runs").json["items"]
        assert listed["waits_for_projections"] == waited
        not_due = get(api, f"/api/campaigns/{other}/runs/{planned['run_id']}").json
        assert (not_due["state"], "waits_for_projections" in not_due) == ("planned", False)
    api.fold()
    api.world.run_to_end(api.world.dispatcher())
    assert "waits_for_projections" not in api.get(run)


def test_a_stale_version_from_a_paused_projection_is_refused_with_the_projection_and_the_version(
    api: Api,
) -> None:
    campaign, other = (f"/api/campaigns/{api.campaign(name=name)}" for name in ("Spring", "Summer"))
    api.fold()
    etag = api.ask("GET", campaign).headers["ETag"]
    with paused(api, "campaigns", "orders") as position:
        api.stored(f"{campaign}/approvals", If_Match=etag)
        fold(api)
        seen = get(api, campaign)
        assert (seen.headers["ETag"], names_in(seen)) == (etag, ["campaigns"])
        stale: Any = api.ask("PATCH", campaign, {"name": "Autumn"}, If_Match=etag, fold=False)
        assert stale.status_code == 412
        assert stale.json["paused_projections"] == [{"name": "campaigns", "position": str(position)}]
        assert stale.json["version"] == "2"
        assert f"campaigns at position {position}. The current version is 2." in stale.json["detail"]
    api.fold()
    assert api.ask("GET", campaign).headers["ETag"] == '"2"'
    stale = api.ask("PATCH", campaign, {"name": "Autumn"}, If_Match=etag)
    assert (stale.status_code, "paused_projections" in stale.json) == (412, False)
    assert api.ask("GET", other).headers["ETag"] == etag


@pytest.mark.parametrize("rechecks", [False, True])
def test_a_run_that_has_its_audience_waits_for_it_only_to_look_again_who_matches(
    api: Api, rechecks: bool
) -> None:
    consenting(api, "ann")
    _, run = started(api, recheck_segment=rechecks)
    dispatcher = api.world.dispatcher()
    while api.get(run)["state"] == "planned":
        dispatcher.advance()
    with paused(api, "audience"):
        consenting(api, "bob")
        fold(api)
        waited = [one["name"] for one in get(api, run).json.get("waits_for_projections", [])]
        assert waited == (["audience"] if rechecks else [])


# Every route


def test_every_question_declares_exactly_the_projections_whose_tables_it_reads(api: Api) -> None:
    ids = WITHOUT_ID | {"position": "1"}
    for stop in tour(api):
        stop.ask(api)
        ids |= api.last_ids
    ids["customer_id"] = BODIES["customers.register_customer"]["customer_id"]
    api.fold()
    tables = tables_by_projection(api)
    for question in questions(api, ids):
        # A response that is kept reads nothing.
        api.world.database.execute("delete from operation.kept_responses")
        with statements(of_role("farley_reader")) as executed:
            assert question.ask(api).status_code == 200, question
        named = set(READ_FROM.findall(TEXT.sub("", " ".join(executed))))
        read = {name for name in tables if tables[name] & named}
        # The position of a decision is the lowest of all these, also without a campaign.
        assert question.declared(api) in (read, read | {*DECIDES_ON}), (question, read)


def test_every_answer_to_a_question_can_name_paused_projections(api: Api) -> None:
    for endpoint, view in api.app.view_functions.items():
        if view.__dict__.get(READS):
            assert "paused_projections" in view.__dict__[GIVES]().fields, endpoint


def test_whatever_is_looked_for_is_in_projections_of_this_installation() -> None:
    assert {name for kept in WHERE_FOUND.values() for name in kept.projections} <= set(PROJECTIONS)


@dataclass(frozen=True)
class Question:
    """A question, and the parameters that decide what it reads."""

    endpoint: str
    method: str
    path: str
    asked: dict[str, Any]

    def ask(self, api: Api) -> Any:
        headers = {"Authorization": f"Bearer {api.key}"}
        if self.method == "POST":
            return api.client.post(self.path, json=self.asked, headers=headers)
        return api.client.get(self.path, query_string=self.asked, headers=headers)

    def declared(self, api: Api) -> set[str]:
        names, given = api.app.view_functions[self.endpoint].__dict__.get(READS, ((), {}))
        return {
            *names,
            *(name for parameter in given if parameter in self.asked for name in given[parameter]),
        }


def questions(api: Api, ids: dict[str, str]) -> Iterator[Question]:
    """Every question, also with each parameter by which it reads more."""
    audience, customer_id = {"audience": {"all": []}}, ids["customer_id"]
    posted: dict[str, list[dict[str, Any]]] = {
        "customer-search.search_customers": [{"words": "anna"}],
        "segments.preview_audience": [
            audience,
            {**audience, "channel": "email", "purpose": "marketing"},
            {**audience, "explain": customer_id},
            {**audience, "sample": 1},
        ],
        "eligibility.ask_eligibility": [
            {"customer_id": customer_id, **MESSAGE},
            {"customer_id": customer_id, **MESSAGE, "campaign_id": ids["campaign_id"]},
        ],
    }
    for endpoint, (method, _) in rules(api).items():
        view = api.app.view_functions[endpoint].__dict__
        if method == "GET" and is_question(view[ACTION]) and endpoint != "imports.download_refused":
            path, _, query = path_of(api, endpoint, ids).partition("?")
            first = dict(pair.split("=") for pair in query.split("&") if pair)
            for parameter in ("", *view.get(READS, ((), {}))[1]):
                yield Question(
                    endpoint, method, path, {**first, **({parameter: ids[parameter]} if parameter else {})}
                )
        for body in posted.get(endpoint, ()):
            yield Question(endpoint, method, path_of(api, endpoint, ids), body)


def tables_by_projection(api: Api) -> dict[str, set[str]]:
    rows = api.world.projector.execute(
        "select p.name, c.relname from operation.projections p"
        " join pg_class c on c.relnamespace = ('read_' || p.name || '_' || p.version)::regnamespace and c.relkind = 'r'"
    ).fetchall()
    tables: dict[str, set[str]] = {name: set() for name, _ in rows}
    for name, table in rows:
        tables[name].add(table)
    return tables


def cannot_fold(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """From now on the projection cannot fold any fact that it reads."""

    def failing(*_: Any) -> None:
        raise ValueError("not now")

    broken = replace(projection(name), python_fold=failing, statements=())
    monkeypatch.setattr(runner, "projection", lambda named: broken if named == name else projection(named))
