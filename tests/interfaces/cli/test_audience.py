"""`farley audience`: a preview at the command line, now and at a past moment."""

import json
from datetime import timedelta
from uuid import uuid4

from application.segments.commands import DefineSegment
from domain.criteria.errors import InvalidCriteria
from domain.customers.errors import CustomerNotFound
from domain.errors import InFuture, InvalidInput
from tests.interfaces.cli.conftest import Operator
from tests.world import World

PEOPLE = json.dumps({"field": "kind", "op": "eq", "value": "person"})
MAIL = ("--channel", "email", "--purpose", "marketing")


def test_an_operator_sees_the_audience_of_now_and_of_before_a_complaint(
    world: World, operator: Operator
) -> None:
    ana = world.customer("ana@example.org")
    before, known = world.clock.now(), world.head()
    world.clock.move(timedelta(days=1))
    world.customer("ben@example.org")
    world.complain(ana)
    world.fold()
    now = operator.gets("audience", PEOPLE, *MAIL, "--explain", "ana@example.org")
    assert f"audience of 2, by all facts, up to position {world.head()}" in now
    assert "1 reachable" in now
    assert "OPEN_COMPLAINT: 1" in now
    assert f"Customer {ana} is in the audience" in now
    assert "suppressed OPEN_COMPLAINT" in now
    for option in ("--known-at", "--as-of"):
        then = operator.gets("audience", PEOPLE, *MAIL, option, before.isoformat(), "--explain", str(ana))
        assert "audience of 1, by facts" in then
        assert "1 reachable" in then
        assert "audience: met" in then
        assert "eligible" in then
    assert f"recorded by {before:%Y-%m-%dT%H:%M:%SZ}, up to position {known}" in operator.gets(
        "audience", PEOPLE, "--known-at", before.isoformat()
    )


def test_as_json_it_is_the_answer_over_http_and_criteria_may_be_a_segment_or_standard_input(
    world: World, operator: Operator
) -> None:
    world.customer("ana@example.org")
    command = DefineSegment(name="People", criteria=json.loads(PEOPLE))
    segment = world.services.segments.define_segment(command, world.request()).body["segment_id"]
    world.fold()
    instant = world.clock.now().isoformat()
    position = str(world.head())
    for criteria, answers in ((PEOPLE, None), (segment, None), ("-", PEOPLE)):
        said = operator.types("audience", criteria, "--as-of", instant, "--json", answers=answers)
        assert json.loads(said.stdout) == {"size": 1, "position": position}


def test_what_is_wrong_is_refused_before_anything_is_folded(world: World, operator: Operator) -> None:
    world.customer("ana@example.org")
    world.fold()
    ahead = operator.is_refused("audience", PEOPLE, "--as-of", "2999-01-01T00:00:00Z")
    assert isinstance(ahead, InFuture)
    assert isinstance(operator.is_refused("audience", "[]"), InvalidInput)
    wrong = operator.is_refused("audience", '{"field": "shoe_size"}', "--as-of", "2026-01-01T00:00:00Z")
    assert isinstance(wrong, InvalidCriteria)
    missing = operator.is_refused(
        "audience", PEOPLE, "--as-of", "2026-01-01T00:00:00Z", "--explain", str(uuid4())
    )
    assert isinstance(missing, CustomerNotFound)
    assert "Only facts dated by 2026-01-01T00:00:00Z count." in missing.message
