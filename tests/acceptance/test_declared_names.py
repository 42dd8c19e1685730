"""Declared names: what stops messages holds in every spelling, and before its name is declared."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from application.complaints.commands import OpenComplaint
from application.customers.commands import GrantConsent, WithdrawConsent
from domain.catalogue.errors import UndeclaredName
from interfaces.cli.import_report import undeclared_lines
from tests.acceptance.importing import counts, load
from tests.acceptance.suppressing import impose, stopped
from tests.world import World

pytestmark = pytest.mark.speaks_sql
HANDED_OVER = "messages.MessageHandedOver"


@pytest.fixture
def ann(world: World) -> UUID:
    return world.customer("ann@example.org")


def withdraw(world: World, customer_id: UUID, **scope: Any) -> None:
    world.services.customers.withdraw_consent(
        WithdrawConsent(customer_id=customer_id, **scope), world.request()
    )


def grant(world: World, customer_id: UUID, **scope: Any) -> None:
    command = GrantConsent(customer_id=customer_id, channel="email", evidence={"source": "shop"}, **scope)
    world.services.customers.grant_consent(command, world.request())


def test_44_a_topic_withdrawn_in_another_spelling_stops_its_campaigns(world: World, ann: UUID) -> None:
    bob = world.customer("bob@example.org")
    world.declare(topic="Ofertas")
    withdraw(world, ann, topic="OFERTAS")
    withdraw(world, bob, topic="Novedades")
    world.fold()
    world.start(world.campaign(topic="ofertas"))
    world.run_to_end(world.dispatcher())
    assert world.positions_of(HANDED_OVER, ann) == []
    assert len(world.positions_of(HANDED_OVER, bob)) == 1


def test_44_a_withdrawal_binds_a_name_that_is_declared_later(world: World, ann: UUID) -> None:
    withdraw(world, ann, topic="ofertas")
    campaign = world.campaign(topic="OFERTAS")
    assert stopped(world, ann, campaign_id=campaign) == ["OPTED_OUT_TOPIC"]
    withdraw(world, ann, purpose="Win-back")
    world.declare(purpose="win-BACK")
    assert stopped(world, ann, purpose="WIN-back") == ["CONSENT_WITHDRAWN"]


def test_44_a_consent_in_another_spelling_answers_a_withdrawal(world: World, ann: UUID) -> None:
    world.declare(topic="Straße")
    withdraw(world, ann, topic="strasse")
    campaign = world.campaign(topic="Straße")
    assert stopped(world, ann, campaign_id=campaign) == ["OPTED_OUT_TOPIC"]
    world.clock.move(timedelta(seconds=1))
    grant(world, ann, purpose="Marketing", topic="STRASSE")
    assert stopped(world, ann, campaign_id=campaign) == []


@pytest.mark.parametrize("spelling", ["Of\u00adertas", "Ofe\u200drtas", "ｏｆｅｒｔａｓ"])
def test_44_a_withdrawal_holds_in_every_spelling_that_reads_alike(
    world: World, ann: UUID, spelling: str
) -> None:
    withdraw(world, ann, topic=spelling)
    assert stopped(world, ann, campaign_id=world.campaign(topic="Ofertas")) == ["OPTED_OUT_TOPIC"]


def test_44_a_suppression_of_a_brand_holds_in_every_spelling(world: World, ann: UUID) -> None:
    impose(world, "OPERATOR_EXCLUDED", customer_id=ann, brand="north")
    for brand, stops in (("NORTH", ["OPERATOR_EXCLUDED"]), ("South", [])):
        assert stopped(world, ann, campaign_id=world.campaign(brand=brand)) == stops


def test_44_a_complaint_of_an_undeclared_brand_is_stored_and_stops(world: World, ann: UUID) -> None:
    command = OpenComplaint(
        customer_id=ann,
        brand="Nowhere",
        division="None",
        category="delivery",
        severity="high",
        channel="phone",
    )
    world.services.complaints.open_complaint(command, world.request())
    assert stopped(world, ann) == ["OPEN_COMPLAINT"]


@pytest.mark.parametrize("name", ["purpose", "topic", "brand"])
def test_44_a_campaign_with_an_undeclared_name_is_refused_and_stores_nothing(world: World, name: str) -> None:
    before = world.web.store.head()
    with pytest.raises(UndeclaredName) as refused:
        world.draft(**{name: "Novedades"})
    assert refused.value.path == name
    assert world.web.store.head() == before


def test_44_the_answer_to_a_withdrawal_names_what_is_not_declared(world: World, ann: UUID) -> None:
    world.declare(topic="News")
    withdrawal = WithdrawConsent(customer_id=ann, purpose="Marketing", topic="newz", brand="Nowhere")
    answer = world.services.customers.withdraw_consent(withdrawal, world.request())
    assert answer.body["undeclared_names"] == [
        {"path": "brand", "name": "Nowhere", "nearest": None},
        {"path": "topic", "name": "newz", "nearest": "News"},
    ]


def test_44_an_import_counts_the_names_that_it_stored_and_that_are_not_declared(
    world: World, ann: UUID
) -> None:
    world.declare(topic="News")
    topics = ["newz", "newz", "News", "NEWS", "sales"]
    rows = [
        {"customer_id": str(ann), "topic": topic, "occurred_at": f"2026-01-0{day}T09:00:00Z"}
        for day, topic in enumerate(topics, start=1)
    ]
    report = load(world, "withdrawals", rows, source="shop")
    assert counts(report) == (5, 0, 0)
    assert list(undeclared_lines(report)) == [
        "topic 'newz' was stored but is not declared (rows: 2). The nearest is News.",
        "topic 'sales' was stored but is not declared (rows: 1). The nearest is News.",
    ]
