"""`farley explain` about a campaign's message, and by what was known at a position."""

from datetime import timedelta
from uuid import uuid4

import pytest

from domain.catalogue.errors import UndeclaredName
from domain.errors import InvalidInput
from tests.interfaces.cli.conftest import Operator
from tests.world import World


def test_what_is_not_said_of_a_campaigns_message_is_as_the_campaign_says(
    world: World,
    operator: Operator,
) -> None:
    ana = str(world.customer("ana@example.org", consent=False))
    campaign = str(
        world.campaign(message_class="service", purpose="service", body="Your order is on its way.")
    )
    before = world.clock.now().isoformat()
    world.clock.move(timedelta(hours=1))
    world.fold()
    assert "suppressed: NO_CONSENT" in operator.gets("explain", ana)
    for more in ([], ["--channel", "email"], ["--purpose", "service", "--message-class", "service"]):
        assert "eligible: no rule stops it" in operator.gets("explain", ana, "--campaign", campaign, *more)
    assert "eligible" in operator.gets("explain", ana, "--campaign", campaign, "--at", before)


@pytest.mark.parametrize(
    ("option", "value"), [("channel", "sms"), ("purpose", "survey"), ("message-class", "service")]
)
def test_a_message_that_its_campaign_does_not_send_is_refused(
    world: World,
    operator: Operator,
    option: str,
    value: str,
) -> None:
    ana, campaign = str(world.customer("ana@example.org")), str(world.campaign())
    world.fold()
    refused = operator.is_refused("explain", ana, "--campaign", campaign, f"--{option}", value)
    assert isinstance(refused, InvalidInput)
    assert (refused.path, refused.code) == (option.replace("-", "_"), "contradiction")


def test_an_instant_is_asked_about_with_what_the_log_held_up_to_a_position(
    world: World,
    operator: Operator,
) -> None:
    customer = world.customer("ana@example.org")
    ana, known = str(customer), world.web.store.head()
    complaint = world.complain(customer)
    at = world.clock.now().isoformat()
    world.clock.move(timedelta(hours=1))
    world.fold()
    assert "suppressed: OPEN_COMPLAINT" in operator.gets("explain", ana, "--at", at)
    said = operator.gets("explain", ana, "--at", at, "--known-to", str(known))
    assert "eligible: no rule stops it" in said
    assert f"by the log up to position {known}" in said
    assert "OPEN_COMPLAINT" in operator.gets("explain", ana, "--at", at, "--known-to", str(complaint))
    beyond = operator.is_refused("explain", ana, "--at", at, "--known-to", str(world.web.store.head() + 1))
    assert isinstance(beyond, InvalidInput)
    assert beyond.path == "known_to_position"


def test_a_position_without_an_instant_is_refused_by_the_names_of_the_options(operator: Operator) -> None:
    refused = operator.types("explain", str(uuid4()), "--known-to", "5")
    assert refused.exit_code == 2
    assert "--known-to needs the instant of the decision: give it with --at." in refused.output


def test_a_purpose_that_nobody_declared_is_refused(world: World, operator: Operator) -> None:
    ana = str(world.customer("ana@example.org"))
    world.fold()
    assert isinstance(operator.is_refused("explain", ana, "--purpose", "lottery"), UndeclaredName)
