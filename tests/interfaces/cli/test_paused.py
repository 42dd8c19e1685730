"""The verbs that read the read models name those that are paused."""

import json
from collections.abc import Iterator
from importlib import import_module
from uuid import UUID

import pytest

from application.services import Services
from domain.errors import ProjectionBehind, ProjectionPaused
from interfaces.cli.history import all_facts
from interfaces.cli.paused import refuse_behind
from projections.engine.runner import resume
from projections.history.reading import StoredFact
from tests.interfaces.cli.conftest import Operator
from tests.world import World

history = import_module("interfaces.cli.history")


def test_counts_of_an_audience_name_the_paused_projections_that_they_read(
    world: World, operator: Operator
) -> None:
    world.customer("ana@example.org")
    position = world.fold()
    for name in ("identity", "consent"):
        operator.gets("project", "pause", name)
    criteria = '{"all": []}'
    assert "paused" not in operator.gets("audience", criteria)
    world.customer("ben@example.org")
    assert f"paused: audience at position {position} (" in operator.gets("audience", criteria)
    message = ("--channel", "email", "--purpose", "marketing")
    preview = json.loads(operator.gets("audience", criteria, *message, "--json"))
    assert [one["name"] for one in preview["paused_projections"]] == ["audience", "identity", "consent"]


def test_a_verdict_and_a_history_name_the_paused_projections_that_they_read(
    world: World, operator: Operator
) -> None:
    ana = str(world.customer("ana@example.org"))
    position = world.fold()
    assert "paused" not in operator.gets("explain", ana) + operator.gets("history", ana)
    for name in ("campaigns", "orders"):
        operator.gets("project", "pause", name)
    assert "paused" not in operator.gets("explain", ana) + operator.gets("history", ana)
    world.customer("ben@example.org")
    assert f"paused: campaigns at position {position} (" in operator.gets("explain", ana)
    assert f"paused: campaigns at position {position} (" in operator.gets("history", ana)
    in_the_past = (
        "explain",
        ana,
        "--at",
        f"{world.clock.now():%Y-%m-%dT%H:%M:%SZ}",
        "--known-to",
        str(position),
    )
    assert "paused" not in operator.gets(*in_the_past)
    operator.gets("project", "pause", "customers")
    world.customer("cem@example.org")
    assert f"paused: customers at position {position} (" in operator.gets(*in_the_past)


def test_a_verdict_about_a_campaign_also_names_the_paused_audience(world: World, operator: Operator) -> None:
    ana = str(world.customer("ana@example.org"))
    campaign = str(world.campaign(recheck_segment=True))
    world.fold()
    operator.gets("project", "pause", "audience")
    assert "paused:" not in operator.gets("explain", ana, "--campaign", campaign), "it lacks nothing yet"
    world.customer("ben@example.org")
    assert "paused: audience" in operator.gets("explain", ana, "--campaign", campaign)
    assert "paused:" not in operator.gets("explain", ana)


def test_a_projection_that_is_resumed_while_the_history_is_read_is_named(
    world: World, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = world.customer("ana@example.org")
    position = world.fold()
    operator.gets("project", "pause", "campaigns")
    world.customer("ben@example.org")

    def resumed_after(services: Services, profile_id: UUID) -> Iterator[StoredFact]:
        yield from all_facts(services, profile_id)
        resume(world.projector, "campaigns", skip=False, operator="olga")
        world.fold()

    monkeypatch.setattr(history, "all_facts", resumed_after)
    assert f"paused: campaigns at position {position} (" in operator.gets("history", str(ana))


# Forgetting a person


def test_nobody_is_forgotten_while_a_paused_projection_may_lack_a_profile_of_the_person(
    world: World, operator: Operator
) -> None:
    ana, visitor = (world.customer(f"{name}@example.org", name=name) for name in ("ana", "visitor"))
    position = world.fold()
    operator.gets("project", "pause", "identity")
    world.link(visitor, ana)
    world.runner.catch_up()
    refused = operator.is_refused("keys", "forget", str(ana), "--yes")
    assert isinstance(refused, ProjectionPaused)
    head = world.web.store.head()
    assert f"paused before position {head}: identity at position {position}" in refused.message
    assert "`farley project retry identity`" in refused.message
    for whom in (ana, visitor):
        assert "(forgotten)" not in operator.gets("history", str(whom))
    operator.gets("project", "retry", "identity")
    world.fold()
    operator.gets("keys", "forget", str(ana), "--yes")
    for whom in (ana, visitor):
        assert "name: (forgotten)" in operator.gets("history", str(whom))


def test_nobody_is_forgotten_by_an_address_whose_holders_a_paused_projection_may_lack(
    world: World, operator: Operator
) -> None:
    ana = world.customer("ana@example.org", name="Ana")
    position = world.fold()
    operator.gets("project", "pause", "customers")
    bea = world.customer("bea@example.org", name="Bea")
    world.add_address(bea, "ana@example.org")
    world.runner.catch_up()
    refused = operator.is_refused("keys", "forget", "ana@example.org", "--yes")
    assert isinstance(refused, ProjectionPaused)
    assert f"customers at position {position}" in refused.message
    assert "(forgotten)" not in operator.gets("history", str(ana))


def test_a_person_is_forgotten_although_a_paused_projection_is_not_read_or_lacks_nothing(
    world: World, operator: Operator
) -> None:
    ana = world.customer("ana@example.org", name="Ana")
    for name in ("customers", "orders"):
        operator.gets("project", "pause", name)
    world.complain(ana)
    world.runner.catch_up()
    operator.gets("project", "pause", "identity")
    operator.gets("keys", "forget", str(ana), "--yes")
    assert "name: (forgotten)" in operator.gets("history", str(ana))


def test_a_projection_that_goes_on_after_a_pause_is_not_taken_for_whole(world: World) -> None:
    world.customer("ana@example.org")
    with pytest.raises(ProjectionBehind):
        refuse_behind(world.services, ("identity",), world.web.store.head())
