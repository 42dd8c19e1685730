"""The keys of client applications and of people."""

from typing import Any
from uuid import UUID

from application.access.keys import ApiKey, KeyKind, KeyQuestion
from application.access.service import MakeKey
from application.requests import Answer
from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.access.keys_schemas import (
    AccessChangesOut,
    ChangesQuery,
    KeyMadeOut,
    KeyOut,
    KeyRevokedOut,
    KeysOut,
    KeysQuery,
    MakeKeyIn,
    RotateKeyIn,
)
from interfaces.http.current import services, subject
from interfaces.http.keeping import with_first_receipt, with_secret
from interfaces.http.paging import Instant, page, place_of
from interfaces.http.requests_in import command_request
from interfaces.http.schemas.common import NoQuery, NothingIn

keys = Routes("keys", "The keys of client applications and of people, and what was done to them.")
KEYS = "/api/keys"
A_KEY = f"{KEYS}/<uuid:key_id>"


@keys.command(KEYS, MakeKeyIn, KeyMadeOut, status=201, location=A_KEY)
@action("keys:write")
def make_key(body: Body) -> Answer:
    """Makes a key. The answer shows it this once; a repeated Idempotency-Key makes no second one."""
    return with_secret(
        lambda: services().managing_access.make_key(MakeKey(**body), command_request(), subject()), "key"
    )


@keys.command(f"{A_KEY}/rotations", RotateKeyIn, KeyMadeOut, status=201, location=A_KEY)
@action("keys:write")
def rotate_key(body: Body, key_id: UUID) -> Answer:
    """Makes a further key of the same client or person. The old one works until it is revoked."""
    return with_secret(
        lambda: services().managing_access.rotate_key(
            key_id, body.get("expires_at"), command_request(), subject()
        ),
        "key",
    )


@keys.command(f"{A_KEY}/revocations", NothingIn, KeyRevokedOut)
@action("keys:write")
def revoke_key(body: Body, key_id: UUID) -> Answer:
    """Revokes a key. It works no more within a second, and the sessions that rest on it end with the next click."""
    return with_first_receipt(lambda: services().managing_access.revoke_key(key_id, command_request()))


@keys.question(KEYS, KeysQuery, KeysOut)
@action("keys:read")
def list_keys(query: Body) -> dict[str, Any]:
    """Lists keys, also those that have expired or were revoked, the newest first."""
    asked = {name: query[name] for name in ("kind", "name", "state", "expires_before") if name in query}
    question = KeyQuestion(
        limit=query["limit"] + 1, before=place_of(query.get("cursor"), tuple[Instant, UUID]), **asked
    )
    shown = page(services().access.some(question), query["limit"], lambda key: key.place)
    return {**shown, "items": [_shown(key) for key in shown["items"]]}


@keys.question(A_KEY, NoQuery, KeyOut)
@action("keys:read")
def show_key(query: Body, key_id: UUID) -> dict[str, Any]:
    """Returns a key, without its secret."""
    return _shown(services().managing_access.key(key_id))


@keys.question(f"{KEYS}/history", ChangesQuery, AccessChangesOut)
@action("keys:read")
def list_access_changes(query: Body) -> dict[str, Any]:
    """Lists who made and revoked keys, made sign-in links and ended sessions of others, the newest first."""
    limit, before = query["limit"], place_of(query.get("cursor"), int)
    done = services().access_changes.newest(limit + 1, before, query.get("key_id"))
    return page(done, limit, lambda change: change.number)


def _shown(key: ApiKey) -> dict[str, Any]:
    """Returns the fields of KeyOut."""
    return {
        "key_id": key.key_id,
        "kind": KeyKind.PERSON if key.owner.is_person else KeyKind.CLIENT,
        "name": key.owner.name,
        "scopes": key.owner.scopes,
        "roles": key.owner.roles,
        "state": key.state,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "last_used": key.last_used,
    }
