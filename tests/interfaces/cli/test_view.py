"""`farley view`: the 360 at the command line, now and at a past moment."""

import json
from datetime import timedelta
from uuid import UUID

from domain.customers.errors import CustomerNotFound
from domain.errors import InFuture, InvalidInput
from tests.interfaces.cli.conftest import Operator
from tests.world import World


def test_an_operator_sees_the_360_of_now_and_what_was_known_before_a_complaint(
    world: World, operator: Operator
) -> None:
    ana = str(world.customer("ana@example.org"))
    before = world.clock.now()
    world.clock.move(timedelta(days=1))
    world.complain(world.customer("ben@example.org"))
    complained = world.complain(UUID(ana))
    world.fold()
    now = operator.gets("view", "ana@example.org")
    assert f"Customer {ana}" in now
    assert "email  ana@example.org" in now
    assert f"by all facts, the newest at position {complained}" in now
    assert "1 complaint, 1 open" in now
    assert "email marketing (promotional): suppressed OPEN_COMPLAINT" in now
    for option in ("--known-at", "--as-of"):
        then = operator.gets("view", ana, option, before.isoformat())
        assert "0 complaints, 0 open" in then
        assert "email marketing (promotional): eligible" in then
    assert f"by facts recorded by {before:%Y-%m-%dT%H:%M:%SZ}, the newest" in operator.gets(
        "view", ana, "--known-at", before.isoformat()
    )


def test_what_nobody_has_folded_yet_is_counted_beside_the_answer(world: World, operator: Operator) -> None:
    ana = world.customer("ana@example.org")
    world.fold()
    assert "by all facts" in operator.gets("view", str(ana))
    before = world.head()
    unfolded = world.complain(ana) - before
    now = operator.gets("view", str(ana))
    assert f"by the facts that are folded, without the newest {unfolded} (`farley project status`" in now
    assert "0 complaints, 0 open" in now
    previewed = operator.gets("audience", '{"all": []}')
    assert f"audience of 1, by the facts that are folded, without the newest {unfolded}" in previewed


def test_as_json_it_is_the_answer_over_http(world: World, operator: Operator) -> None:
    ana = str(world.customer("ana@example.org"))
    world.fold()
    answer = json.loads(operator.gets("view", ana, "--json"))
    assert answer["customer_id"] == ana
    assert [point["value"] for point in answer["contact_points"]] == ["ana@example.org"]
    assert answer["complaints"] == {"open": 0, "total": 0, "last": None}
    assert "facts" not in answer


def test_a_moment_before_the_customer_or_after_now_is_refused(world: World, operator: Operator) -> None:
    ana = str(world.customer("ana@example.org"))
    world.fold()
    missing = operator.is_refused("view", ana, "--known-at", "1990-01-01T00:00:00Z")
    assert isinstance(missing, CustomerNotFound)
    assert "No fact at all was recorded by 1990-01-01T00:00:00Z." in missing.message
    ahead = operator.is_refused("view", ana, "--as-of", "2999-01-01T00:00:00Z")
    assert isinstance(ahead, InFuture)
    assert "Leave as_of out" in ahead.message
    wrong = operator.is_refused("view", ana, "--as-of", "yesterday")
    assert isinstance(wrong, InvalidInput)
    assert wrong.path == "as_of"


def test_a_paused_projection_that_the_360_reads_is_named(world: World, operator: Operator) -> None:
    ana = world.customer("ana@example.org")
    position = world.fold()
    operator.gets("project", "pause", "complaints")
    operator.gets("project", "pause", "segments")
    assert "by all facts, the newest at" in operator.gets("view", str(ana)), "it lacks nothing yet"
    assert "paused_projections" not in json.loads(operator.gets("view", str(ana), "--json"))
    world.complain(ana)
    world.runner.catch_up()
    named = f"paused: complaints at position {position} (`farley project status` says what to do)"
    assert f"by the facts that are folded; {named}, the newest at" in operator.gets("view", str(ana))
    answer = json.loads(operator.gets("view", str(ana), "--json"))
    assert answer["paused_projections"] == [{"name": "complaints", "position": str(position)}]
    then = operator.gets("view", str(ana), "--known-at", world.clock.now().isoformat())
    assert "paused" not in then
    assert "1 complaint, 1 open" in then


def test_a_customer_whom_a_paused_projection_may_lack_is_missing_with_its_name(
    world: World, operator: Operator
) -> None:
    position = world.fold()
    operator.gets("project", "pause", "customers")
    ana = str(world.customer("ana@example.org"))
    world.runner.catch_up()
    for verb in ("view", "explain"):
        missing = operator.is_refused(verb, ana)
        assert isinstance(missing, CustomerNotFound)
        assert f"paused: customers at position {position}" in missing.message
