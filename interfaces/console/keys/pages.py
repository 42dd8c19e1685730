"""Keys and people: who may do what, who is signed in, and what was done to keys."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Response

from application.access.keys import KeyKind, KeyState
from interfaces.console.asking import ask, may
from interfaces.console.browsers import browser_name
from interfaces.console.formats import Formats
from interfaces.console.languages import Texts
from interfaces.console.paths import path_of_key
from interfaces.console.rooms import ROOT, Room
from interfaces.console.showing import formats, own_texts, show
from interfaces.http.current import this_request

room = Room("keys")
HERE = f"{ROOT}/keys"
MAKE, ROTATE, REVOKE = "keys.make_key", "keys.rotate_key", "keys.revoke_key"
LINK, END = "sessions.make_sign_in_link", "sessions.end_session"
NEWEST = "20"
"""How many changes a page shows."""
FILTERS = ("kind", "state")
STATE_LOOKS = {KeyState.LIVE: "ok", KeyState.EXPIRED: "warn", KeyState.REVOKED: "neutral"}
Answer = Mapping[str, Any]


@room.page("/keys", "keys:read")
def keys_page() -> Response:
    """Shows the keys of clients and people, who is signed in, and what was done last. The filters are in the query."""
    t, f, given = own_texts(), formats(), this_request().args
    chosen = {name: given[name] for name in FILTERS if given.get(name)}
    paged = {"cursor": given["cursor"]} if given.get("cursor") else {}
    listed = ask("keys.list_keys", {**chosen, **paged})
    cursor = listed["next_cursor"]
    return show(
        "keys",
        rows=[_row(one, t, f) for one in listed["items"]],
        filters=[_filter("kind", KeyKind, chosen, t), _filter("state", KeyState, chosen, t)],
        filtered=bool(chosen),
        next_page=f"{HERE}?{urlencode({**chosen, 'cursor': cursor})}" if cursor else None,
        sessions=_sessions({}, t, f),
        changes=_changes({}, t, f),
        may_make=may(MAKE),
        may_end=may(END),
    )


@room.page("/keys/<uuid:key_id>", "keys:read")
def key_page(key_id: UUID) -> Response:
    """Shows one key: whose it is, what it may do, its owner's sessions, and what was done to it."""
    t, f = own_texts(), formats()
    key = ask("keys.show_key", key_id=key_id)
    is_person, is_live = key["kind"] == KeyKind.PERSON, key["state"] == KeyState.LIVE
    return show(
        "key",
        title=key["name"],
        kind=t.word("key_kind", key["kind"]),
        state=(t.word("key_state", key["state"]), STATE_LOOKS[KeyState(key["state"])]),
        details=list(_details(key, t, f)),
        here=path_of_key(key_id),
        may_rotate=may(ROTATE),
        may_revoke=key["state"] != KeyState.REVOKED and may(REVOKE),
        may_link=is_person and is_live and may(LINK),
        is_person=is_person,
        sessions=_sessions({"person": key["name"]}, t, f) if is_person else [],
        may_end=may(END),
        changes=_changes({"key_id": str(key_id)}, t, f),
    )


def may_do(key: Answer, t: Texts) -> str:
    """Returns the roles of a person, or the scopes of a client, as a text."""
    return ", ".join([t.word("role", role) for role in key["roles"]] or key["scopes"])


def _row(key: Answer, t: Texts, f: Formats) -> dict[str, Any]:
    return {
        "href": path_of_key(key["key_id"]),
        "name": key["name"],
        "kind": t.word("key_kind", key["kind"]),
        "may": may_do(key, t),
        "state": t.word("key_state", key["state"]),
        "look": STATE_LOOKS[KeyState(key["state"])],
        "last_used": f.moment(key["last_used"]) if key["last_used"] else None,
        "expires": f.moment(key["expires_at"]) if key["expires_at"] else None,
    }


def _details(key: Answer, t: Texts, f: Formats) -> Any:
    yield t("keys.may"), may_do(key, t)
    yield t("keys.created"), f.instant(key["created_at"])
    yield t("keys.last_used"), f.instant(key["last_used"]) if key["last_used"] else t("keys.never_used")
    yield t("keys.expires"), f.instant(key["expires_at"]) if key["expires_at"] else t("keys.never")
    if key["revoked_at"]:
        yield t("keys.revoked"), f.instant(key["revoked_at"])


def _filter(
    name: str, words: type[KeyKind] | type[KeyState], chosen: Mapping[str, str], t: Texts
) -> dict[str, Any]:
    """Returns a row of links that choose which keys the page shows."""
    values = [("", t("keys.all")), *((str(word), t.word(f"key_{name}", word)) for word in words)]
    return {
        "label": t(f"keys.{name}"),
        "items": [
            {
                "text": text,
                "href": f"{HERE}?{urlencode({key: one for key, one in {**chosen, name: value}.items() if one})}",
                "current": chosen.get(name, "") == value,
                "count": None,
            }
            for value, text in values
        ],
    }


def _sessions(query: dict[str, str], t: Texts, f: Formats) -> list[dict[str, Any]]:
    return [
        {
            "person": one["person"],
            "browser": browser_name(one["browser"]) or t("account.unknown_browser"),
            "begun": f.moment(one["began_at"]),
            "last_used": f.moment(one["last_used"]),
            "end": f"{HERE}/sessions/{one['session_id']}/end",
        }
        for one in ask("sessions.list_sessions", query)["items"]
    ]


def _changes(query: dict[str, str], t: Texts, f: Formats) -> list[dict[str, Any]]:
    return [
        {
            "text": t(f"access_change.{one['change']}", owner=one["owner"].partition(":")[2]),
            "operator": one["operator"],
            "at": f.moment(one["happened_at"]),
            "href": path_of_key(one["key_id"]),
        }
        for one in ask("keys.list_access_changes", {**query, "limit": NEWEST})["items"]
    ]
