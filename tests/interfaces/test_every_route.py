"""What holds for every route alike."""

from interfaces.http.app import create_app
from interfaces.http.auth import ACTION, ANYBODY_KNOWN, PUBLIC
from interfaces.http.blueprint import TAKES
from interfaces.http.schemas.base import BodyIn, QueryIn
from tests.interfaces.conftest import Api
from tests.interfaces.tour import (
    BODIES,
    FORMS,
    UPLOADS,
    WITHOUT_FACTS,
    WITHOUT_ID,
    path_of,
    rules,
    stops,
    tour,
)

ASKING = (
    "segments.preview_audience",
    "jobs.cancel_job",
    "eligibility.ask_eligibility",
    "customer-search.search_customers",
    "replays.replay_run",
    "replays.replay_decision",
)
BY_JOBS = ("imports.run_import",)
"""Commands whose facts a job states later."""
NOT_NOW = ("health.show_ready", "imports.download_refused")
"""Questions that the tour leaves without an answer: no process runs, and no row was refused."""
ACCEPTED = (200, 201, 202)


def test_the_tour_has_every_command(api: Api) -> None:
    commands = {endpoint for endpoint, (method, _) in rules(api).items() if method != "GET"}
    assert commands == set(BODIES) | FORMS | UPLOADS


def test_the_tour_uses_every_field_of_every_command(api: Api) -> None:
    for endpoint, body in BODIES.items():
        fields = api.app.view_functions[endpoint].__dict__[TAKES]().fields
        known = {field.data_key or name for name, field in fields.items()}
        assert known - set(body) <= {"customer_id", "identifier", "contact_point_id", "scopes"}, endpoint


def test_every_command_of_the_tour_is_accepted_and_says_its_position(api: Api) -> None:
    for stop in tour(api):
        before = api.log_length()
        response = stop.ask(api)
        assert response.status_code in ACCEPTED, (stop, response.data)
        assert response.headers["Farley-Position"] == response.json["position"]
        assert int(response.json["position"]) <= api.log_length()
        asks = api.app.view_functions[stop.endpoint].__dict__[ACTION].endswith(":read")
        no_fact = stop.endpoint in WITHOUT_FACTS or stop.endpoint in BY_JOBS
        assert (api.log_length() > before) is not (asks or no_fact), stop


def test_every_question_is_answered_after_the_tour(api: Api) -> None:
    ids = WITHOUT_ID | {"position": "1"}
    for stop in tour(api):
        stop.ask(api)
        ids |= api.last_ids
    ids["customer_id"] = BODIES["customers.register_customer"]["customer_id"]
    for endpoint, (method, _) in rules(api).items():
        path = path_of(api, endpoint, ids)
        if method == "GET" and "<path:" not in path and "<token>" not in path:
            api.fold()
            response = api.ask("GET", path)
            assert response.status_code == 200 or endpoint in NOT_NOW, (endpoint, response.data)


def test_every_route_declares_its_action(api: Api) -> None:
    for endpoint, view in api.app.view_functions.items():
        declared = view.__dict__.get(ACTION)
        assert declared in (PUBLIC, ANYBODY_KNOWN) or declared.partition(":")[2] in ("read", "write"), (
            endpoint
        )


def test_only_these_routes_need_no_key(api: Api) -> None:
    views = api.app.view_functions
    public = {endpoint for endpoint, view in views.items() if view.__dict__[ACTION] == PUBLIC}
    assert public == {
        "health.show_live",
        "health.show_ready",
        "health.show_metrics",
        "docs.show_openapi",
        "docs.show_docs",
        "docs.show_asset",
        "assets.show_file",
        "preferences.show_preferences",
        "preferences.save_preferences",
        "clicks.show_click",
        "clicks.follow_click",
        "console_assets.show_asset",
        "console_home.root",
        "console_home.get_with_slash",
        "console_sign_in.get_sign_in_page",
        "console_sign_in.post_sign_in",
        "console_sign_in.get_link_page",
        "console_sign_in.post_use_link",
    }


def test_a_route_that_declares_nothing_is_refused(api: Api) -> None:
    api = Api(api.world, create_app(api.world.services))
    api.app.add_url_rule("/undeclared", view_func=lambda: "never", endpoint="undeclared")
    assert api.ask("GET", "/undeclared").status_code == 403
    assert api.client.get("/undeclared").status_code == 401


def test_what_comes_in_and_what_goes_out_have_schemas_of_their_own(api: Api) -> None:
    for endpoint, (method, _) in rules(api).items():
        takes = api.app.view_functions[endpoint].__dict__.get(TAKES)
        if takes is not None:
            assert issubclass(takes, QueryIn if method == "GET" else BodyIn), endpoint


def test_without_a_valid_key_every_route_answers_401_and_stores_nothing(api: Api) -> None:
    before = api.log_length()
    for stop in stops(api):
        for authorization in (
            "",
            "Bearer",
            "Bearer frl_unknown",
            f"Basic {api.key}",
            "Bearer ü",
            "Bearer " * 999,
        ):
            response = stop.ask(api, Authorization=authorization)
            assert response.status_code == 401, stop
            assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert api.log_length() == before


def test_a_revoked_key_is_refused_at_once(api: Api) -> None:
    key_id, key = api.world.services.access.create("leaver", ["admin"])
    assert api.ask("GET", "/api/purposes", key=key).status_code == 200
    api.world.services.access.revoke(key_id)
    assert api.ask("GET", "/api/purposes", key=key).status_code == 401


def test_a_key_may_do_what_its_scopes_name_and_nothing_else(api: Api) -> None:
    actions = sorted({view.__dict__[ACTION] for view in api.app.view_functions.values()})
    actions = [action for action in actions if action not in (PUBLIC, ANYBODY_KNOWN)]
    keys = {action: api.key_for(action) for action in actions}
    before = api.log_length()
    for endpoint, (method, _) in rules(api).items():
        needed = api.app.view_functions[endpoint].__dict__[ACTION]
        for action in actions if needed != PUBLIC else ():
            response = api.client.open(
                path_of(api, endpoint, WITHOUT_ID),
                method=method,
                data=b'{"no_such_field": 1}' if method != "GET" else None,
                headers={"Authorization": f"Bearer {keys[action]}", "Content-Type": "application/json"},
            )
            assert (response.status_code == 403) is (action != needed), (endpoint, action)
    assert api.log_length() == before


def test_cve_2026_41160_a_command_that_is_refused_has_written_nothing(api: Api) -> None:
    """EspoCRM wrote first and answered 403 then."""
    reader = api.key_for("read")
    for stop in tour(api):
        before, asks = api.log_length(), stop.endpoint in ASKING
        response = stop.ask(api, Authorization=f"Bearer {reader}")
        assert (response.status_code == 403) is not asks, stop
        assert api.log_length() == before
        stop.ask(api)


def test_a_scope_of_all_reading_reads_and_does_not_write(api: Api) -> None:
    key = api.key_for("read")
    assert api.ask("GET", "/api/purposes", key=key).status_code == 200
    assert api.ask("POST", "/api/purposes", {"name": "x"}, key=key).status_code == 403
    assert api.ask("POST", "/api/audiences/preview", {"audience": {"all": []}}, key=key).status_code == 200
