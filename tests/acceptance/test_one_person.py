"""One person known by several names, and two people who share an address: over HTTP, up to the mail not sent."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.interfaces.conftest import CAMPAIGN, Api
from tests.smtp_sink import SmtpSink
from tests.world import World

pytestmark = pytest.mark.speaks_sql

ADDRESS = "anna@example.org"
BY_EMAIL = {"identifier": {"kind": "email", "value": "Anna@Example.org"}}
BY_PHONE = {"identifier": {"kind": "phone", "value": "030 1234567"}}
BY_NUMBER = {"identifier": {"kind": "external_id", "source": "shop", "value": "K-7"}}
AT = "2026-03-01T10:00:00Z"
Whose = dict[str, Any]


@pytest.fixture
def api(world: World) -> Api:
    return Api(world)


def touch(api: Api, message_id: str, channel: str, whose: Whose) -> None:
    told = {"source": "test", "message_id": message_id, "channel": channel, "direction": "inbound"}
    api.stored("/api/touchpoints", {**told, "kind": "visit", "occurred_at": AT, **whose})


def order(api: Api, number: str, amount: str, whose: Whose) -> None:
    lines = [{"sku": "CD", "quantity": 1, "amount": amount}]
    api.stored(
        "/api/orders", {"source": "shop", "number": number, "occurred_at": AT, "lines": lines, **whose}
    )


def complain(api: Api, whose: Whose) -> str:
    """The position of the complaint."""
    told = {"category": "delivery", "severity": "high", "channel": "phone", **whose}
    position: str = api.stored("/api/complaints", told)["position"]
    return position


def register(api: Api, name: str, *addresses: tuple[str, str], **details: Any) -> str:
    """A customer who consents to marketing e-mail."""
    points = [{"channel": channel, "value": value} for channel, value in addresses]
    customer_id = str(api.customer(name=name, contact_points=points, **details))
    consent = {"channel": "email", "purpose": "marketing", "evidence": {"source": "form"}, "occurred_at": AT}
    api.stored(f"/api/customers/{customer_id}/consents", consent)
    return customer_id


def known_of(api: Api, customer_id: str) -> dict[str, Any]:
    known: dict[str, Any] = api.get(f"/api/customers/{customer_id}")
    return known


def bytes_of(api: Api, customer_id: str) -> bytes:
    """The 360 as it goes out."""
    api.fold()
    return api.ask("GET", f"/api/customers/{customer_id}").data


def run(api: Api) -> dict[str, dict[str, Any]]:
    """Sends a campaign to everyone; what was decided, by customer id."""
    campaign = f"/api/campaigns/{api.stored('/api/campaigns', CAMPAIGN)['campaign_id']}"
    api.stored(f"{campaign}/approvals", If_Match="*")
    api.fold()
    run_id = api.stored(f"{campaign}/runs")["run_id"]
    api.world.run_to_end(api.world.dispatcher())
    assert api.get(f"{campaign}/runs/{run_id}")["balanced"] is True
    decided = api.get(f"{campaign}/runs/{run_id}/decisions")["items"]
    return {one["customer_id"]: one for one in decided}


def recipients(sink: SmtpSink) -> list[str]:
    return sorted(mail.recipients[0] for mail in sink.received)


# One person


@pytest.fixture
def anna(api: Api) -> str:
    """Seen on the web by e-mail, with an order by her number, before anyone registers her; then she calls."""
    touch(api, "1", "web", BY_EMAIL)
    order(api, "A-1", "19.90", BY_NUMBER)
    anna = register(
        api,
        "Anna",
        ("email", ADDRESS),
        ("phone", "+49 30 1234567"),
        external_ids=[{"source": "shop", "number": "K-7"}],
    )
    touch(api, "2", "phone", BY_PHONE)
    return anna


def test_what_is_told_by_email_number_and_phone_is_one_360(api: Api, anna: str) -> None:
    complain(api, {"customer_id": anna})
    known = known_of(api, anna)
    assert known["touchpoints"]["by_channel"] == {"phone": 1, "web": 1}
    assert [entry["channel"] for entry in known["touchpoints"]["recent"]] == ["phone", "web"]
    assert known["orders"]["count"] == 1
    assert known["orders"]["value"] == [{"currency": "EUR", "amount": "19.90"}]
    assert (known["complaints"]["open"], known["complaints"]["total"]) == (1, 1)
    timeline = api.get(f"/api/customers/{anna}/timeline")["items"]
    assert sorted(entry["kind"] for entry in timeline) == ["complaint", "consent", "order", "visit", "visit"]


@pytest.mark.parametrize(
    "question",
    ["email=ANNA@example.org", "phone=030%201234567", "phone=%2B49301234567", "external_id=shop:K-7"],
)
def test_the_person_is_found_by_each_of_her_names(api: Api, anna: str, question: str) -> None:
    (found,) = api.get(f"/api/customers?{question}")["items"]
    assert found["customer_id"] == anna


@pytest.mark.parametrize(
    "whose", [None, BY_EMAIL, BY_PHONE, BY_NUMBER], ids=["id", "email", "phone", "number"]
)
def test_a_complaint_by_any_of_her_names_stops_mail_to_her_address(
    api: Api, anna: str, sink: SmtpSink, whose: Whose | None
) -> None:
    register(api, "Carla", ("email", "carla@example.org"))
    position = complain(api, whose or {"customer_id": anna})
    decided = run(api)[anna]
    assert decided["outcome"] == "suppressed"
    assert decided["reasons"] == [{"code": "OPEN_COMPLAINT", "facts": [position], "until": None}]
    assert recipients(sink) == ["carla@example.org"]
    asked = {
        "customer_id": anna,
        "channel": "email",
        "purpose": "marketing",
        "message_class": "promotional",
    }
    told = api.stored("/api/eligibility", asked)
    stopping = [rule for rule in told["rules"] if not rule["passed"]]
    assert [(rule["code"], rule["facts"]) for rule in stopping] == [("OPEN_COMPLAINT", [position])]


def test_without_the_complaint_she_gets_her_mail(api: Api, anna: str, sink: SmtpSink) -> None:
    assert run(api)[anna]["outcome"] == "sent"
    assert recipients(sink) == [ADDRESS]


# Linked and unlinked


def test_linking_and_unlinking_returns_the_360_of_both_to_the_same_bytes(api: Api, anna: str) -> None:
    ben = register(api, "Ben", ("email", "ben@example.org"), ("phone", "+49 40 7654321"))
    order(api, "B-1", "5.00", {"customer_id": ben})
    complain(api, {"customer_id": ben})
    before = {one: bytes_of(api, one) for one in (anna, ben)}
    api.stored(f"/api/customers/{anna}/links", {"profile_id": ben})
    linked = known_of(api, anna)
    assert linked["orders"]["value"] == [{"currency": "EUR", "amount": "24.90"}]
    assert linked["complaints"]["open"] == 1
    assert known_of(api, ben)["customer_id"] == anna
    assert known_of(api, ben)["asked_for"] == ben
    assert api.ask("DELETE", f"/api/customers/{anna}/links/{ben}").status_code == 200
    assert {one: bytes_of(api, one) for one in (anna, ben)} == before


def test_linking_a_profile_nobody_registered_and_unlinking_it_returns_to_the_same_bytes(
    api: Api, anna: str
) -> None:
    by_cookie = {"identifier": {"kind": "anonymous", "source": "web", "value": "cookie-1"}}
    told = {"source": "test", "message_id": "9", "channel": "web", "direction": "inbound", "kind": "visit"}
    profile = api.stored("/api/touchpoints", {**told, "occurred_at": AT, **by_cookie})["customer_id"]
    before = bytes_of(api, anna)
    api.stored(f"/api/customers/{anna}/links", {"profile_id": profile})
    assert known_of(api, anna)["touchpoints"]["by_channel"] == {"phone": 1, "web": 2}
    assert api.ask("DELETE", f"/api/customers/{anna}/links/{profile}").status_code == 200
    assert bytes_of(api, anna) == before


# Two people with one address


@pytest.fixture
def ben(api: Api, anna: str) -> str:
    """A second customer with Anna's address, who buys for himself."""
    ben = register(api, "Ben", ("email", ADDRESS))
    order(api, "B-1", "5.00", {"customer_id": ben})
    return ben


def test_neither_shows_the_others_facts_nor_those_that_came_by_the_address(
    api: Api, anna: str, ben: str
) -> None:
    complain(api, BY_EMAIL)
    hers, his = known_of(api, anna), known_of(api, ben)
    assert hers["customer_id"] != his["customer_id"]
    assert hers["touchpoints"]["by_channel"] == {"phone": 1}
    assert his["touchpoints"]["total"] == 0
    assert hers["orders"]["value"] == [{"currency": "EUR", "amount": "19.90"}]
    assert his["orders"]["value"] == [{"currency": "EUR", "amount": "5.00"}]
    assert hers["complaints"]["total"] == his["complaints"]["total"] == 0


WHO_COMPLAINS: dict[str, Callable[[str, str], Whose]] = {
    "anna": lambda anna, ben: {"customer_id": anna},
    "ben": lambda anna, ben: {"customer_id": ben},
    "the address": lambda anna, ben: BY_EMAIL,
}


@pytest.mark.parametrize("who", WHO_COMPLAINS)
def test_a_complaint_of_either_or_by_the_address_stops_mail_to_it(
    api: Api, anna: str, ben: str, sink: SmtpSink, who: str
) -> None:
    register(api, "Carla", ("email", "carla@example.org"))
    position = complain(api, WHO_COMPLAINS[who](anna, ben))
    decided = run(api)
    for person in (anna, ben):
        assert decided[person]["outcome"] == "suppressed"
        assert ("OPEN_COMPLAINT", [position]) in [(r["code"], r["facts"]) for r in decided[person]["reasons"]]
    assert recipients(sink) == ["carla@example.org"]


def test_without_a_complaint_the_shared_address_gets_one_mail(
    api: Api, anna: str, ben: str, sink: SmtpSink
) -> None:
    decided = run(api)
    assert sorted(decided[person]["outcome"] for person in (anna, ben)) == ["sent", "suppressed"]
    assert recipients(sink) == [ADDRESS]


def test_once_both_are_one_person_the_address_is_theirs_and_unlinking_takes_it_back(
    api: Api, anna: str, ben: str
) -> None:
    before = {one: bytes_of(api, one) for one in (anna, ben)}
    api.stored(f"/api/customers/{anna}/links", {"profile_id": ben})
    assert known_of(api, anna)["touchpoints"]["by_channel"] == {"phone": 1, "web": 1}
    assert api.ask("DELETE", f"/api/customers/{anna}/links/{ben}").status_code == 200
    assert {one: bytes_of(api, one) for one in (anna, ben)} == before
