"""A campaign's message, sent to whoever asks for it."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain.campaigns.events import CampaignTestConcluded, CampaignTestHandedOver
from tests.interfaces.campaigning import consenting
from tests.interfaces.conftest import Api
from tests.smtp_sink import SmtpSink
from tests.world import World

MARTA = {"to": "marta@shop.example"}


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with SmtpSink(refused={"refused@shop.example": 550}) as sink:
        yield sink


@pytest.fixture
def sending(database: Any, tmp_path: Path, sink: SmtpSink) -> Iterator[Api]:
    with closing(World(database, tmp_path, sink)) as world:
        yield Api(world)


def path_of(api: Api, campaign_id: UUID) -> str:
    return f"/api/campaigns/{campaign_id}/tests"


def received(sink: SmtpSink) -> list[tuple[tuple[str, ...], EmailMessage]]:
    return [(mail.recipients, mail.message()) for mail in sink.received]


def test_a_test_is_the_message_for_an_invented_person_sent_to_whoever_asks(
    sending: Api, sink: SmtpSink
) -> None:
    template = {
        "subject": "Hello {{ name }}",
        "body": "{{ attributes.tier }} {{ 'https://shop.example/' | track }}\n{{ unsubscribe_url }}",
    }
    path = path_of(sending, sending.campaign(template=template))
    response = sending.post(path, MARTA)
    assert response.status_code == 201
    assert response.headers["Location"] == f"{path}/{response.json['test_id']}"  # type: ignore[index]
    ((recipients, mail),) = received(sink)
    assert (recipients, mail["Subject"]) == (("marta@shop.example",), "Hello Ana")
    assert mail.get_content().splitlines()[0] == "7 https://shop.example/"
    shown = sending.get(response.headers["Location"])
    assert (shown["result"], shown["smtp_code"], shown["template_version"]) == ("accepted", 250, 1)


def test_a_test_leaves_two_facts_without_the_address_and_changes_no_customer_run_or_version(
    sending: Api, sink: SmtpSink
) -> None:
    ana = consenting(sending, "ana")
    campaign_id = sending.campaign()
    sending.fold()
    before = sending.log_length()
    asked = [f"/api/campaigns/{campaign_id}", f"/api/customers/{ana}", f"/api/customers/{ana}/history"]
    known = [sending.get(path) for path in asked]
    sending.stored(path_of(sending, campaign_id), MARTA)
    facts = [one.fact for one in sending.world.facts(before)]
    assert [type(fact) for fact in facts] == [CampaignTestHandedOver, CampaignTestConcluded]
    assert not [fact for fact in facts if "marta" in str(fact)]
    assert [sending.get(path) for path in asked] == known
    assert sending.get(f"/api/campaigns/{campaign_id}/runs")["items"] == []


def test_a_repeated_key_sends_nothing_twice(sending: Api, sink: SmtpSink) -> None:
    path = path_of(sending, sending.campaign())
    first = sending.post(path, MARTA, Idempotency_Key="one")
    again = sending.post(path, MARTA, Idempotency_Key="one")
    assert (first.json, again.headers["Idempotent-Replayed"]) == (again.json, "true")
    assert len(sink.received) == 1
    assert sending.post(path, {"to": "other@shop.example"}, Idempotency_Key="one").status_code == 409


def test_an_address_that_the_log_knows_gets_no_test(sending: Api, sink: SmtpSink) -> None:
    consenting(sending, "ana")
    complaint = {
        "identifier": {"kind": "email", "value": "ben@example.com"},
        "category": "delivery",
        "severity": "high",
        "channel": "phone",
    }
    sending.stored("/api/complaints", complaint)
    path = path_of(sending, sending.campaign())
    before = sending.log_length()
    for to in ("ana@example.com", "ANA@Example.COM", "ana+a+b@example.com", "ben@example.com", "nobody", ""):
        refused = sending.post(path, {"to": to})
        assert (refused.status_code, refused.json["errors"][0]["path"]) == (422, "to")  # type: ignore[index]
    assert not sink.received
    assert sending.log_length() == before


def test_a_suppressed_domain_gets_no_test_until_the_suppression_ends(sending: Api, sink: SmtpSink) -> None:
    def stopped(domain: str, **more: str) -> str:
        body = {"scope": {"domain": domain}, "reason": "DOMAIN_BLOCKED", **more}
        return str(sending.stored("/api/suppressions", body)["suppression_id"])

    path, to = path_of(sending, sending.campaign()), {"to": "marta@mail.firm.example"}
    stopped("other.example")
    first = stopped("firm.example")
    refused = sending.post(path, to)
    assert (refused.status_code, refused.json["errors"][0]["code"]) == (422, "stopped_domain")  # type: ignore[index]
    sending.stored(f"/api/suppressions/{first}/liftings", {"reason": "by mistake"})
    sending.stored(path, to)
    until = sending.world.clock.now() + timedelta(hours=1)
    stopped("mail.firm.example", until=until.isoformat())
    assert sending.post(path, to).status_code == 422
    sending.world.clock.move(timedelta(hours=2))
    sending.stored(path, to)
    assert len(sink.received) == 2


def test_a_refusal_of_the_next_hop_is_shown(sending: Api, sink: SmtpSink) -> None:
    path = path_of(sending, sending.campaign())
    stored = sending.stored(path, {"to": "refused@shop.example"})
    shown = sending.get(f"{path}/{stored['test_id']}")
    assert (shown["result"], shown["smtp_code"]) == ("refused", 550)


def test_a_test_without_a_next_hop_is_recorded_as_refused_for_now(database: Any, tmp_path: Path) -> None:
    with SmtpSink() as gone:
        url = gone.url
    with closing(World(database, tmp_path, FARLEY_SMTP_URL=url)) as world:
        api = Api(world)
        path = path_of(api, api.campaign())
        stored = api.stored(path, MARTA)
        assert api.get(f"{path}/{stored['test_id']}")["result"] == "refused_for_now"


def test_a_test_of_a_cancelled_campaign_or_of_another_one_is_refused(sending: Api) -> None:
    first, second = sending.campaign(), sending.campaign()
    stored = sending.stored(path_of(sending, first), MARTA)
    assert sending.ask("GET", f"{path_of(sending, second)}/{stored['test_id']}").status_code == 404
    sending.stored(f"/api/campaigns/{first}/cancellations")
    assert sending.post(path_of(sending, first), MARTA).status_code == 409


def test_one_subject_sends_twenty_tests_an_hour_and_others_still_can(sending: Api, sink: SmtpSink) -> None:
    path = path_of(sending, sending.campaign())
    for _ in range(20):
        sending.stored(path, MARTA)
    refused = sending.post(path, MARTA)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 3601
    assert sending.ask("POST", path, MARTA, key=sending.key_for("admin")).status_code == 201
    assert len(sink.received) == 21
