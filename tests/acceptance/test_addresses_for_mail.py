"""Who is written to where an address cannot be, and that a run, a preview and an answer agree about it.

See docs/semantics.md, rule 34.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from application.customers.commands import RemoveContactPoint
from application.previews.counting import Estimate, PreviewAudience
from tests.acceptance.suppressing import impose, reach, stopped
from tests.smtp_sink import SmtpSink
from tests.world import World

UNSENDABLE = (
    "nobody@example.invalid",
    "jürgen@example.org",
    "root@shop.localhost",
    f"{65 * 'a'}@example.org",
)
BLOCKED = ["DOMAIN_BLOCKED"]


@pytest.fixture
def utf8_sink() -> Iterator[SmtpSink]:
    with SmtpSink(smtputf8=True) as sink:
        yield sink


@pytest.fixture
def utf8_world(database: Any, tmp_path: Path, utf8_sink: SmtpSink) -> Iterator[World]:
    world = World(database, tmp_path, utf8_sink, FARLEY_SMTPUTF8="1")
    yield world
    world.close()


def ran(world: World, **campaign: Any) -> UUID:
    world.fold()
    run_id = world.start(world.campaign(**campaign))
    world.run_to_end(world.dispatcher())
    return run_id


def decided_only(world: World) -> tuple[UUID, Any]:
    """A run that is decided and has handed nothing over, with its dispatcher."""
    world.fold()
    run_id, dispatcher = world.start(world.campaign()), world.dispatcher()
    world.fold()
    while world.run(run_id)["state"] != "sending":
        dispatcher.advance()
        world.fold()
    return run_id, dispatcher


def estimate(world: World) -> Estimate:
    world.fold()
    everybody = {"field": "kind", "op": "eq", "value": "person"}
    ask = PreviewAudience(audience=everybody, channel="email", purpose="marketing")
    found = world.services.previews.preview_audience(ask).estimate
    assert found is not None
    return found


def recipients(sink: SmtpSink) -> list[str]:
    return sorted(recipient for mail in sink.received for recipient in mail.recipients)


def recorded(world: World, kind: str) -> set[bool]:
    """What the facts of this kind say of the next hop."""
    with world.reading() as connection:
        rows = connection.execute(
            "select data ->> 'smtputf8' as smtputf8 from log.facts where stored_name = %s", [kind]
        ).fetchall()
    return {row["smtputf8"] == "true" for row in rows}


def differences(world: World, run_id: UUID) -> list[Any]:
    return list(world.services.replaying.replay(run_id).differences)


@pytest.mark.parametrize("value", UNSENDABLE)
def test_34_an_older_address_is_chosen_where_the_newest_cannot_be_written_to(
    world: World, sink: SmtpSink, value: str
) -> None:
    ann = world.customer("ann@example.org")
    reach(world, ann, value)
    assert stopped(world, ann) == []
    assert estimate(world) == Estimate(reachable=1, loss={}, stopped_by={})
    ran(world)
    assert recipients(sink) == ["ann@example.org"]


def test_34_whoever_has_no_address_that_can_be_written_to_is_suppressed_and_never_fails(
    world: World, sink: SmtpSink
) -> None:
    people = [world.customer(value) for value in UNSENDABLE]
    assert [stopped(world, one) for one in people] == [["INVALID_CONTACT_POINT"]] * len(people)
    assert stopped(world, people[0], message_class="transactional") == ["INVALID_CONTACT_POINT"]
    assert estimate(world) == Estimate(
        reachable=0,
        loss={"INVALID_CONTACT_POINT": len(people)},
        stopped_by={"INVALID_CONTACT_POINT": len(people)},
    )
    run = world.run(run_id := ran(world))
    assert run["reasons"] == {"INVALID_CONTACT_POINT": len(people)}
    assert {name: n for name, n in run["outcomes"].items() if n} == {"suppressed": len(people)}
    assert (recipients(sink), differences(world, run_id)) == ([], [])


def test_34_a_next_hop_with_smtputf8_is_given_a_local_part_that_is_not_ascii(
    utf8_world: World, utf8_sink: SmtpSink
) -> None:
    juergen = utf8_world.customer("jürgen@bücher.example")
    nobody = utf8_world.customer(UNSENDABLE[0])
    assert (stopped(utf8_world, juergen), stopped(utf8_world, nobody)) == ([], ["INVALID_CONTACT_POINT"])
    assert estimate(utf8_world).reachable == 1
    run_id = ran(utf8_world)
    assert recipients(utf8_sink) == ["jürgen@xn--bcher-kva.example"]
    assert "To: jürgen@xn--bcher-kva.example\r\n".encode() in utf8_sink.received[0].content
    assert recorded(utf8_world, "runs.RunChunkDecided") == {True}
    assert recorded(utf8_world, "messages.MessageHandedOver") == {True}
    assert differences(utf8_world, run_id) == []


def test_14_another_setting_changes_no_decision_that_was_taken(
    database: Any, tmp_path: Path, utf8_sink: SmtpSink, utf8_world: World
) -> None:
    utf8_world.customer("jürgen@example.org")
    run_id = ran(utf8_world)
    later = World(database, tmp_path, utf8_sink)
    assert later.services.replaying.replay(run_id).differences == ()
    later.close()


def test_04_a_blocked_domain_stops_the_addresses_of_its_subdomains(world: World, sink: SmtpSink) -> None:
    below = world.customer("ann@mail.eu.shop.example")
    impose(world, "DOMAIN_BLOCKED", domain="Shop.example")
    later, beside = world.customer("bob@news.shop.example"), world.customer("cyd@notshop.example")
    assert (stopped(world, below), stopped(world, later), stopped(world, beside)) == (BLOCKED, BLOCKED, [])
    assert estimate(world) == Estimate(
        reachable=1, loss={"DOMAIN_BLOCKED": 2}, stopped_by={"DOMAIN_BLOCKED": 2}
    )
    run_id = ran(world)
    assert recipients(sink) == ["cyd@notshop.example"]
    assert differences(world, run_id) == []


def test_04_a_blocked_subdomain_leaves_the_domain_above_and_those_beside_it(world: World) -> None:
    above, beside = world.customer("ann@shop.example"), world.customer("bob@eu.shop.example")
    impose(world, "DOMAIN_BLOCKED", domain="mail.shop.example")
    assert (stopped(world, above), stopped(world, beside)) == ([], [])


def test_04_an_address_in_a_blocked_subdomain_is_turned_away_for_another(world: World) -> None:
    ann = world.customer("ann@example.org")
    reach(world, ann, "ann@mail.shop.example")
    impose(world, "DOMAIN_BLOCKED", domain="shop.example")
    assert stopped(world, ann) == []


def test_03_a_domain_blocked_after_the_decision_stops_its_subdomains_at_the_handover(
    world: World, sink: SmtpSink
) -> None:
    ann = world.customer("ann@mail.shop.example")
    run_id, dispatcher = decided_only(world)
    impose(world, "DOMAIN_BLOCKED", domain="shop.example")
    world.run_to_end(dispatcher)
    assert world.decisions(run_id)[ann]["outcome"] == "suppressed"
    assert (recipients(sink), world.run(run_id)["reasons"]) == ([], {"DOMAIN_BLOCKED": 1})
    assert differences(world, run_id) == []


def test_03_an_address_taken_away_after_the_decision_leaves_one_that_cannot_be_written_to(
    world: World, sink: SmtpSink
) -> None:
    ann = world.customer(UNSENDABLE[0])
    good = reach(world, ann, "ann@example.org")
    run_id, dispatcher = decided_only(world)
    gone = RemoveContactPoint(customer_id=ann, contact_point_id=good)
    world.services.customers.remove_contact_point(gone, world.request())
    world.run_to_end(dispatcher)
    assert world.run(run_id)["reasons"] == {"INVALID_CONTACT_POINT": 1}
    assert (recipients(sink), differences(world, run_id)) == ([], [])
