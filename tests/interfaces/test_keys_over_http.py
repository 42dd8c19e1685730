"""Keys, sign-in links and sessions over HTTP: shown once, never given beyond one's own rights, and noted."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from application.access.keys import AccessScope
from application.access.roles import actions_of
from tests.interfaces.conftest import Api

KEYS, LINKS, SESSIONS = "/api/keys", "/api/sign-in-links", "/api/sessions"
HISTORY = f"{KEYS}/history"


def made(api: Api, **body: Any) -> Any:
    return api.stored(KEYS, body)


def signed_in(api: Api, name: str = "maria", *roles: str) -> tuple[UUID, str]:
    """Returns a session of somebody new, and its secret."""
    key = api.world.services.access.create_for_person(name, roles or ("agent",))[1]
    secret = api.world.services.sessions.sign_in(key, "a browser")
    assert secret is not None
    return api.world.services.sessions.of_person(name)[0].session_id, secret


def history(api: Api) -> list[tuple[str, str]]:
    """What the administrator did, the oldest first."""
    done = api.get(HISTORY)["items"]
    return [(one["change"], one["owner"]) for one in reversed(done) if one["operator"].startswith("key:key ")]


def test_a_key_of_a_client_is_shown_once_and_works(api: Api) -> None:
    answer = made(api, name="shop", scopes=["orders:read"])
    assert api.ask("GET", "/api/orders", key=answer["key"]).status_code == 200
    assert api.ask("GET", "/api/complaints", key=answer["key"]).status_code == 403
    shown = api.get(f"{KEYS}/{answer['key_id']}")
    assert (shown["kind"], shown["name"], shown["scopes"], shown["roles"], shown["state"]) == (
        "client",
        "shop",
        ["orders:read"],
        [],
        "live",
    )
    assert shown["last_used"] is not None
    assert answer["key"] not in str(api.get(KEYS))


def test_a_person_has_roles_and_signs_in_with_the_key(api: Api) -> None:
    answer = made(api, name="maria", roles=["agent", "analyst"])
    assert api.world.services.sessions.sign_in(answer["key"], "a browser") is not None
    shown = api.get(f"{KEYS}/{answer['key_id']}")
    assert (shown["kind"], shown["roles"]) == ("person", ["agent", "analyst"])


def test_a_repeated_request_makes_no_second_key_and_shows_none(api: Api) -> None:
    body = {"name": "shop", "scopes": ["orders:read"]}
    first = api.post(KEYS, body, Idempotency_Key="k-1")
    again = api.post(KEYS, body, Idempotency_Key="k-1")
    assert again.status_code == first.status_code == 201
    assert again.json == {**first.json, "key": None}
    assert again.headers["Idempotent-Replayed"] == "true"
    assert [key["name"] for key in api.get(f"{KEYS}?name=shop")["items"]] == ["shop"]
    other = api.post(KEYS, {**body, "name": "till"}, Idempotency_Key="k-1")
    assert other.status_code == 409
    assert other.json["type"] == "/problems/key-reused"


def test_a_repetition_whose_receipt_was_lost_makes_no_second_key(api: Api) -> None:
    body = {"name": "shop", "scopes": ["orders:read"]}
    api.post(KEYS, body, Idempotency_Key="k-1")
    with psycopg.connect(api.world.database.url, autocommit=True) as owner:
        owner.execute("delete from log.receipts")
    again = api.post(KEYS, body, Idempotency_Key="k-1")
    assert again.status_code == 409
    assert again.json["type"] == "/problems/key-made-already"
    assert len(api.get(f"{KEYS}?name=shop")["items"]) == 1


def test_no_key_and_no_link_is_stored(api: Api) -> None:
    key = api.post(KEYS, {"name": "maria", "roles": ["agent"]}, Idempotency_Key="k-1").json["key"]
    link = api.post(LINKS, {"person": "maria"}, Idempotency_Key="k-2").json["link"]
    with psycopg.connect(api.world.database.url) as owner:
        rows = owner.execute(
            "select r::text from log.receipts r union all select k::text from access.api_keys k"
            " union all select l::text from access.sign_in_links l union all select c::text from access.changes c"
        ).fetchall()
    assert rows
    for secret in (key, link.rpartition("/")[2]):
        for form in (secret, secret.encode().hex()):
            assert not any(form in row[0] for row in rows)


def test_a_rotation_gives_the_same_owner_a_further_key_until_the_old_one_is_revoked(api: Api) -> None:
    old = made(api, name="shop", scopes=["orders:read"])
    new = api.stored(f"{KEYS}/{old['key_id']}/rotations", {})
    third = api.post(f"{KEYS}/{old['key_id']}/rotations", {})
    assert third.json["type"] == "/problems/too-many-keys"
    api.stored(f"{KEYS}/{old['key_id']}/revocations")
    assert api.ask("GET", "/api/orders", key=old["key"]).status_code == 401
    assert api.ask("GET", "/api/orders", key=new["key"]).status_code == 200
    assert api.get(f"{KEYS}/{old['key_id']}")["state"] == "revoked"
    assert api.stored(f"{KEYS}/{old['key_id']}/revocations")["duplicate"] is True
    assert [key["key_id"] for key in api.get(f"{KEYS}?name=shop&state=live")["items"]] == [new["key_id"]]


def test_a_revoked_key_ends_the_sessions_that_rest_on_it_at_once(api: Api) -> None:
    _, secret = signed_in(api)
    (key,) = api.get(f"{KEYS}?name=maria")["items"]
    assert api.world.services.sessions.signed_in(secret) is not None
    api.stored(f"{KEYS}/{key['key_id']}/revocations")
    assert api.world.services.sessions.signed_in(secret) is None
    assert api.get(SESSIONS)["items"] == []


def test_a_link_signs_the_person_in_once(api: Api) -> None:
    made(api, name="maria", roles=["agent"])
    link = api.stored(LINKS, {"person": "maria"})["link"]
    assert link.startswith(f"{api.world.services.public_url}/console/sign-in/")
    secret = link.rpartition("/")[2]
    assert api.world.services.sessions.sign_in_by_link(secret, "a browser") is not None
    assert api.world.services.sessions.sign_in_by_link(secret, "a browser") is None


def test_a_link_is_for_people_with_a_live_key(api: Api) -> None:
    made(api, name="shop", scopes=["orders:read"])
    for person in ("shop", "nobody"):
        refused = api.post(LINKS, {"person": person})
        assert refused.status_code == 404
        assert refused.json["type"] == "/problems/person-not-found"


def test_sessions_of_everybody_are_listed_page_by_page_and_ended(api: Api) -> None:
    maria, secret = signed_in(api)
    otto, _ = signed_in(api, "otto")
    first = api.get(f"{SESSIONS}?limit=1")
    second = api.get(f"{SESSIONS}?limit=1&cursor={first['next_cursor']}")
    listed = [(one["person"], one["session_id"]) for one in (*first["items"], *second["items"])]
    assert listed == [("otto", str(otto)), ("maria", str(maria))]
    assert [one["person"] for one in api.get(f"{SESSIONS}?person=maria")["items"]] == ["maria"]
    assert api.ask("DELETE", f"{SESSIONS}/{maria}").status_code == 200
    assert api.world.services.sessions.signed_in(secret) is None
    gone = api.ask("DELETE", f"{SESSIONS}/{maria}")
    assert gone.json["type"] == "/problems/session-not-found"
    assert [one["person"] for one in api.get(SESSIONS)["items"]] == ["otto"]


def test_each_change_says_who_made_it_to_whom_and_when(api: Api) -> None:
    key = made(api, name="maria", roles=["agent"])
    api.stored(LINKS, {"person": "maria"})
    session, _ = signed_in(api, "otto")
    api.ask("DELETE", f"{SESSIONS}/{session}")
    api.stored(f"{KEYS}/{key['key_id']}/revocations")
    assert history(api) == [
        ("key_made", "person:maria"),
        ("link_made", "person:maria"),
        ("session_ended", "person:otto"),
        ("key_revoked", "person:maria"),
    ]
    of_key = api.get(f"{HISTORY}?key_id={key['key_id']}&limit=1")
    assert [one["change"] for one in of_key["items"]] == ["key_revoked"]
    rest = api.get(f"{HISTORY}?key_id={key['key_id']}&cursor={of_key['next_cursor']}")
    assert [one["change"] for one in rest["items"]] == ["link_made", "key_made"]


def test_keys_are_listed_page_by_page_by_kind_state_and_expiry(api: Api) -> None:
    now = datetime.now(UTC)  # by the database's clock keys expire
    soon, later = (now + timedelta(days=days) for days in (3, 300))
    made(api, name="soon", scopes=["read"], expires_at=soon.isoformat())
    made(api, name="later", scopes=["read"], expires_at=later.isoformat())
    made(api, name="maria", roles=["agent"])
    assert [key["name"] for key in api.get(f"{KEYS}?kind=person")["items"]] == ["maria"]
    until = (now + timedelta(days=14)).isoformat().replace("+", "%2B")
    assert [key["name"] for key in api.get(f"{KEYS}?state=live&expires_before={until}")["items"]] == ["soon"]
    paged, cursor = [], ""
    while cursor is not None:
        part = api.get(f"{KEYS}?limit=1{cursor and '&cursor='}{cursor}")
        paged += part["items"]
        cursor = part["next_cursor"]
    assert paged == api.get(KEYS)["items"]


@pytest.mark.parametrize(
    ("body", "path", "code"),
    [
        ({"name": "x"}, "scopes", "one_of_two"),
        ({"name": "x", "scopes": ["read"], "roles": ["agent"]}, "scopes", "one_of_two"),
        ({"name": "x", "scopes": []}, "scopes", "empty"),
        ({"name": "x", "scopes": ["orders:fly"]}, "scopes.0", "unknown_word"),
        ({"name": "x", "roles": ["king"]}, "roles.0", "unknown_word"),
        ({"name": " ", "scopes": ["read"]}, "name", "empty"),
        ({"scopes": ["read"]}, "name", "missing"),
        ({"name": "x", "scopes": ["read"], "expires_at": "2020-01-01T00:00:00Z"}, "expires_at", "in_past"),
        ({"name": "x", "scopes": ["read"], "key": "mine"}, "key", "unknown_field"),
    ],
)
def test_a_key_that_cannot_be_made_says_at_which_field(
    api: Api, body: dict[str, Any], path: str, code: str
) -> None:
    refused = api.post(KEYS, body)
    assert refused.status_code == 422
    assert [(error["path"], error["code"]) for error in refused.json["errors"]] == [(path, code)]


def test_what_is_not_there_is_not_found(api: Api) -> None:
    assert api.ask("GET", f"{KEYS}/{uuid4()}").json["type"] == "/problems/key-not-found"
    for step in ("rotations", "revocations"):
        assert api.post(f"{KEYS}/{uuid4()}/{step}").json["type"] == "/problems/key-not-found"


def test_nobody_gives_more_than_they_may_do_themselves(api: Api) -> None:
    manager = api.key_for("keys:write", "keys:read", "orders:read")
    admin = api.get(f"{KEYS}?state=live&limit=500")["items"][-1]
    made(api, name="chief", roles=["administrator"])
    api.stored(KEYS, {"name": "reader", "scopes": ["orders:read"]}, Authorization=f"Bearer {manager}")
    for path, body in (
        (KEYS, {"name": "x", "scopes": ["admin"]}),
        (KEYS, {"name": "x", "scopes": ["orders:write"]}),
        (KEYS, {"name": "x", "roles": ["administrator"]}),
        (f"{KEYS}/{admin['key_id']}/rotations", {}),
        (LINKS, {"person": "chief"}),
    ):
        refused = api.post(path, body, Authorization=f"Bearer {manager}")
        assert refused.status_code == 403, path
        assert refused.json["type"] == "/problems/gives-more"


def test_nobody_gets_a_key_or_a_link_of_somebody_who_may_do_more(api: Api) -> None:
    """All keys of an owner state facts under one name, and share receipts and jobs."""
    manager = api.key_for("keys:write", "orders:read", "complaints:read")
    made(api, name="shop", scopes=["orders:read", "orders:write"])
    made(api, name="chief", roles=["administrator"])
    made(api, name="chief", roles=["agent"])
    before = history(api)
    clerk = api.key_for("keys:write", *actions_of(["agent"]))
    for key, path, body in (
        (manager, KEYS, {"name": "shop", "scopes": ["orders:read"]}),
        (clerk, KEYS, {"name": "chief", "roles": ["agent"]}),
        (clerk, LINKS, {"person": "chief"}),
    ):
        refused = api.post(path, body, Authorization=f"Bearer {key}")
        assert (refused.status_code, refused.json["type"]) == (403, "/problems/gives-more"), body
    assert history(api) == before
    for name, roles in (
        ("shop", ["agent"]),
        ("otto", ["agent"]),
    ):  # a person is not the client of the same name
        api.stored(KEYS, {"name": name, "roles": roles}, Authorization=f"Bearer {clerk}")
        api.stored(LINKS, {"person": name}, Authorization=f"Bearer {clerk}")


def test_wide_scopes_do_not_reach_keys(api: Api) -> None:
    wide = api.key_for(AccessScope.READ, AccessScope.WRITE)
    assert api.ask("GET", KEYS, key=wide).status_code == 403
    assert api.ask("POST", KEYS, {"name": "x", "scopes": ["admin"]}, key=wide).status_code == 403
    assert api.ask("GET", KEYS, key=api.key_for("keys:read")).status_code == 200
