"""What a key may be for: what some route asks for, and nothing else."""

import getpass

import pytest

from application.access.keys import ACTIONS, AccessScope, UnknownScope
from interfaces.http.auth import ACTION, ANYBODY_KNOWN, PUBLIC
from tests.interfaces.cli.conftest import Operator
from tests.web import app_of
from tests.world import World


def test_the_scopes_of_keys_are_what_the_routes_ask_for(world: World) -> None:
    views = app_of(world.services).view_functions.values()
    asked_for = {view.__dict__[ACTION] for view in views} - {PUBLIC, ANYBODY_KNOWN}
    assert sorted(asked_for) == list(ACTIONS)


@pytest.mark.parametrize(
    "scope", ["nope:write", "touchpoints:read", "orders", "admin:write", "Orders:write", ""]
)
def test_a_scope_that_nothing_asks_for_makes_no_key_and_those_there_are_are_named(
    world: World,
    operator: Operator,
    scope: str,
) -> None:
    refused = operator.is_refused("keys", "create", "zz", "--scope", "orders:write", "--scope", scope)
    assert isinstance(refused, UnknownScope)
    assert repr(scope) in refused.message
    assert all(known in refused.message for known in (*AccessScope, *ACTIONS))
    assert world.services.access.of_owner("zz") == []


@pytest.mark.parametrize("scope", [*AccessScope, "history:read", "approvals:write"])
def test_a_scope_that_something_asks_for_makes_a_key(world: World, operator: Operator, scope: str) -> None:
    operator.gets("keys", "create", "zz", "--scope", scope)
    assert [list(key.owner.scopes) for key in world.services.access.of_owner("zz")] == [[scope]]


def test_the_name_of_a_client_has_no_margins_and_one_unicode_form(world: World, operator: Operator) -> None:
    operator.gets("keys", "create", " Cafe\u0301 ", "--scope", "read")
    assert [key.owner.name for key in world.services.access.of_owner("Café")] == ["Café"]


def test_what_is_done_to_keys_is_noted_with_the_account_that_typed_it(
    world: World, operator: Operator
) -> None:
    operator.gets("keys", "create", "maria", "--person", "--role", "agent")
    (key,) = world.services.access.of_owner("maria", is_person=True)
    operator.gets("keys", "sign-in", "maria")
    operator.gets("keys", "revoke", str(key.key_id))
    done = world.services.access_changes.newest(3)
    assert [one.change for one in done] == ["key_revoked", "link_made", "key_made"]
    assert {(one.operator, one.owner) for one in done} == {(getpass.getuser(), "person:maria")}
