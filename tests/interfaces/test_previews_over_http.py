"""Previews of audiences: the size, whom a message would reach, what stops the others, why one is in or out."""

from hashlib import md5
from itertools import chain
from uuid import UUID

import psycopg
import pytest

from application.previews import counting as previews
from tests.interfaces.campaigning import consenting, started
from tests.interfaces.conftest import Api

PEOPLE = {"field": "kind", "op": "eq", "value": "person"}
MAIL = {"channel": "email", "purpose": "marketing"}


@pytest.fixture
def people(api: Api) -> list[UUID]:
    """Two who can be reached, one who complained, one without consent, one without an address, a co-owner."""
    ann, bob, cem = (consenting(api, name) for name in ("ann", "bob", "cem"))
    api.complaint(cem)
    dora = api.customer(name="Dora", contact_points=[{"channel": "email", "value": "dora@example.com"}])
    eve = api.customer(name="Eve")
    fay = api.customer(name="Fay", contact_points=[{"channel": "email", "value": "ann@example.com"}])
    api.stored(f"/api/customers/{fay}/consents", {**MAIL, "evidence": {"source": "form"}})
    api.fold()
    return [ann, bob, cem, dora, eve, fay]


def test_the_loss_by_reason_is_what_a_run_then_decides(api: Api, people: list[UUID]) -> None:
    preview = api.stored("/api/audiences/preview", {"audience": PEOPLE, **MAIL})
    assert (preview["size"], preview["reachable"]) == (6, 2)
    assert preview["loss"] == {
        "DUPLICATE_ADDRESS_IN_RUN": 1,
        "NO_CONSENT": 2,
        "NO_CONTACT_POINT": 1,
        "OPEN_COMPLAINT": 1,
    }
    assert "estimated" not in preview
    _, path = started(api)
    api.world.run_to_end(api.world.dispatcher())
    run = api.get(path)
    assert (run["outcomes"]["sent"], run["reasons"]) == (2, preview["loss"])


def test_a_service_message_loses_fewer(api: Api, people: list[UUID]) -> None:
    asked = {"audience": PEOPLE, **MAIL, "purpose": "service", "message_class": "service"}
    assert api.stored("/api/audiences/preview", asked)["loss"] == {
        "DUPLICATE_ADDRESS_IN_RUN": 1,
        "NO_CONTACT_POINT": 1,
    }


def test_a_larger_audience_is_estimated_from_a_sample_that_stays_the_same(
    api: Api, people: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previews, "EXACT_UP_TO", 4)
    first, again = (api.stored("/api/audiences/preview", {"audience": PEOPLE, **MAIL}) for _ in range(2))
    assert first == again
    assert (first["size"], first["estimated"]) == (6, True)
    assert 0 <= first["interval"]["low"] <= first["reachable"] <= first["interval"]["high"] <= 6


def test_6_who_is_second_at_a_shared_address_is_so_in_a_sample_too(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever else of the audience has the address counts, drawn or not; an organisation is not of it."""
    couples = [(consenting(api, name), consenting(api, name)) for name in ("ann", "bob", "cem", "dan")]
    for name in ("ann", "bob", "cem", "dan"):
        consenting(api, name, kind="organisation")
    api.fold()
    firsts = {min(couple) for couple in couples}
    drawn = sorted(chain(*couples), key=lambda one: md5(str(one).encode()).hexdigest())
    for size in range(1, 9):
        monkeypatch.setattr(previews, "EXACT_UP_TO", size)
        preview = api.stored("/api/audiences/preview", {"audience": PEOPLE, **MAIL})
        reached = len(firsts.intersection(drawn[:size]))
        assert preview["reachable"] == round(reached * 8 / size)
        duplicates = round((size - reached) * 8 / size)
        assert preview["loss"] == ({"DUPLICATE_ADDRESS_IN_RUN": duplicates} if duplicates else {})


def test_why_one_person_is_in_or_out_criterion_by_criterion(api: Api, people: list[UUID]) -> None:
    audience = {"all": [PEOPLE, {"not": {"field": "complaint_count", "op": "gt", "value": 0}}]}
    asked = {"audience": audience, **MAIL, "explain": str(people[2])}
    told = api.stored("/api/audiences/preview", asked)["explanation"]
    assert (told["customer_id"], told["in_audience"], told["verdict"]) == (
        str(people[2]),
        False,
        "suppressed",
    )
    assert [(one["path"], one["met"]) for one in told["criteria"]] == [
        ("audience", False),
        ("audience.all.0", True),
        ("audience.all.1", False),
        ("audience.all.1.not", True),
    ]
    assert told["criteria"][3]["criterion"] == audience["all"][1]["not"]  # type: ignore[index]
    assert [rule["code"] for rule in told["rules"] if not rule["passed"]] == ["OPEN_COMPLAINT"]
    bob = api.stored("/api/audiences/preview", {**asked, "explain": str(people[1])})["explanation"]
    assert (bob["in_audience"], bob["verdict"]) == (True, "eligible")


def test_6_of_two_at_one_address_the_second_is_told_so_unless_the_first_is_not_in_the_audience(
    api: Api,
) -> None:
    first, second = sorted((consenting(api, "ann"), consenting(api, "ann")))
    organisation = consenting(api, "bob", kind="organisation")
    person = consenting(api, "bob")
    api.fold()
    why = {}
    for one in (first, second, person, organisation):
        asked = {"audience": PEOPLE, **MAIL, "explain": str(one)}
        preview = api.stored("/api/audiences/preview", asked)
        assert (preview["reachable"], preview["loss"]) == (2, {"DUPLICATE_ADDRESS_IN_RUN": 1})
        told = preview["explanation"]
        why[one] = told["verdict"], [rule["code"] for rule in told["rules"] if not rule["passed"]]
    assert why[second] == ("suppressed", ["DUPLICATE_ADDRESS_IN_RUN"])
    assert [why[one] for one in (first, person, organisation)] == [("eligible", [])] * 3


def test_only_the_size_is_told_where_no_message_is_named(api: Api, people: list[UUID]) -> None:
    assert api.stored("/api/audiences/preview", {"audience": PEOPLE}).keys() == {"size", "position"}


@pytest.mark.parametrize(
    ("message", "missing"),
    [
        ({"channel": "email"}, "purpose"),
        ({"purpose": "marketing"}, "channel"),
        ({"message_class": "service"}, "channel"),
        ({"channel": "email", "message_class": "service"}, "purpose"),
    ],
)
def test_half_a_message_is_refused_and_what_is_missing_is_named(
    api: Api, message: dict[str, str], missing: str
) -> None:
    refused = api.post("/api/audiences/preview", {"audience": PEOPLE, **message})
    (error,) = refused.json["errors"]  # type: ignore[index]
    assert (refused.status_code, error["path"], error["code"]) == (422, missing, "missing")


@pytest.mark.parametrize(
    ("changes", "path", "status"),
    [
        ({"purpose": "nothing declared"}, "purpose", 422),
        ({"channel": "pigeon"}, "channel", 422),
        (
            {"audience": {"all": [{"field": "shoe_size", "op": "eq", "value": 1}]}},
            "audience.all.0.field",
            422,
        ),
        ({"explain": str(UUID(int=5))}, None, 404),
    ],
)
def test_what_cannot_be_previewed_is_refused_by_path(
    api: Api, people: list[UUID], changes: dict[str, object], path: str | None, status: int
) -> None:
    refused = api.post("/api/audiences/preview", {"audience": PEOPLE, **MAIL, **changes})
    assert refused.status_code == status
    if path is not None:
        assert [error["path"] for error in refused.json["errors"]] == [path]


def test_the_preview_of_a_campaign_says_how_many_of_a_sample_cannot_be_rendered(
    api: Api, people: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    named = consenting(api, "gus", attributes={"size": 44})
    consenting(api, "hal", attributes={"size": ""})
    body = "Hi\nSize {{ attributes.size }}: {{ unsubscribe_url }}"
    campaign_id = api.campaign(template={"subject": "Dear {{ name }}", "body": body})
    api.fold()
    length = api.log_length()
    preview = api.get(f"/api/campaigns/{campaign_id}/preview")
    assert (preview["size"], preview["reachable"], preview["loss"]["NO_CONSENT"]) == (8, 4, 2)
    assert preview["rendering"] == {
        "sample": 4,
        "unrenderable": 3,
        "faults": [
            {"message": "line 2: 'attributes.size' is unknown and has no default", "people": 2},
            {"message": "line 2: 'attributes.size' is empty and has no default", "people": 1},
        ],
        "undeclared_attributes": ["size"],
        "absent_attributes": [],
    }
    assert api.log_length() == length
    api.stored(f"/api/campaigns/{campaign_id}/approvals", If_Match='"1"')
    run = f"/api/campaigns/{campaign_id}/runs/{api.stored(f'/api/campaigns/{campaign_id}/runs')['run_id']}"
    api.world.run_to_end(api.world.dispatcher())
    (sent,) = api.get(f"{run}/decisions?outcome=sent")["items"]
    assert (sent["customer_id"], api.get(run)["outcomes"]["failed"]) == (str(named), 3)
    monkeypatch.setattr(previews, "SAMPLE", 2)
    again = api.get(f"/api/campaigns/{api.campaign()}/preview")
    assert (again["reachable"], again["rendering"]["sample"]) == (4, 2)
    contacted = api.get(f"/api/campaigns/{campaign_id}/preview")
    assert contacted["loss"]["ALREADY_CONTACTED"] == 1
    assert api.ask("GET", f"/api/campaigns/{UUID(int=5)}/preview").status_code == 404


FOR_GOLD = " {% if attributes.tier == 'gold' %}Hello{% endif %}"
NOTHING = "The {} is empty for this person: its template prints nothing."


@pytest.mark.parametrize(
    ("said", "message_class", "fault"),
    [
        ({"subject": FOR_GOLD, "body": "Hello"}, "transactional", NOTHING.format("subject")),
        ({"subject": "Hello", "body": FOR_GOLD}, "transactional", NOTHING.format("body")),
        (
            {"subject": "Hello", "body": FOR_GOLD + "\n{{ unsubscribe_url }}"},
            "promotional",
            "The body has only its unsubscribe link for this person: its template prints no more.",
        ),
    ],
    ids=["subject", "body", "link"],
)
def test_a_template_that_prints_nothing_for_some_people_fails_their_messages_and_the_preview_counts_them(
    api: Api, said: dict[str, str], message_class: str, fault: str
) -> None:
    consenting(api, "ida", attributes={"tier": "gold"})
    silver = consenting(api, "leo", attributes={"tier": "silver"})
    campaign_id = api.campaign(template=said, message_class=message_class, recheck_segment=False)
    api.fold()
    rendering = api.get(f"/api/campaigns/{campaign_id}/preview")["rendering"]
    assert (rendering["sample"], rendering["unrenderable"]) == (2, 1)
    assert rendering["faults"] == [{"message": fault, "people": 1}]
    api.stored(f"/api/campaigns/{campaign_id}/approvals", If_Match='"1"')
    run = f"/api/campaigns/{campaign_id}/runs/{api.stored(f'/api/campaigns/{campaign_id}/runs')['run_id']}"
    api.world.run_to_end(api.world.dispatcher())
    (failed,) = api.get(f"{run}/decisions?outcome=failed")["items"]
    assert (failed["customer_id"], failed["reasons"][0]["code"]) == (str(silver), "RENDER_ERROR")
    assert api.get(run)["outcomes"]["sent"] == 1


def test_unknown_values_meet_no_comparison_and_every_reversed_one(api: Api) -> None:
    for details in ({"country": "DE"}, {"country": "FR"}, {}):
        api.customer(**details)
    german = {"field": "country", "op": "eq", "value": "DE"}
    for criteria, size in (
        (german, 1),
        ({**german, "op": "ne"}, 1),
        ({"not": german}, 2),
        ({"not": {**german, "op": "ne"}}, 2),
        ({"field": "country", "op": "exists", "value": False}, 1),
        ({"spent": {"op": "lt", "value": "1"}}, 3),
        ({"spent": {"op": "ne", "value": "0"}}, 0),
    ):
        assert api.ask("POST", "/api/audiences/preview", {"audience": criteria}).json["size"] == size, (
            criteria
        )


def test_each_who_is_stopped_counts_once_by_the_first_reason(
    api: Api, people: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"audience": PEOPLE, **MAIL}
    preview = api.stored("/api/audiences/preview", asked)
    assert preview["reachable"] + sum(preview["stopped_by"].values()) == preview["size"] == 6
    assert set(preview["stopped_by"]) <= set(preview["loss"])
    for looked_at in range(1, 6):
        monkeypatch.setattr(previews, "EXACT_UP_TO", looked_at)
        preview = api.stored("/api/audiences/preview", asked)
        assert preview["reachable"] + sum(preview["stopped_by"].values()) == 6


def test_each_criterion_says_how_many_people_meet_it(api: Api, people: list[UUID]) -> None:
    complained = {"field": "complaint_count", "op": "gt", "value": 0}
    bought = {"spent": {"op": "ge", "value": "1.00", "within_days": 30}}
    segment = {"segment": api.stored("/api/segments", {"name": "x", "criteria": complained})["segment_id"]}
    audience = {"all": [PEOPLE, {"not": {"any": [complained, bought]}}, {"not": segment}]}
    asked = {"audience": audience, "parts": True}
    parts = api.stored("/api/audiences/preview", asked)["parts"]
    assert {one["path"].removeprefix("audience"): one["size"] for one in parts} == {
        "": 5,
        ".all.0": 6,
        ".all.1": 5,
        ".all.1.not": 1,
        ".all.1.not.any.0": 1,
        ".all.1.not.any.1": 0,
        ".all.2": 5,
        ".all.2.not": 1,
    }
    assert "parts" not in api.stored("/api/audiences/preview", {"audience": audience})
    refused = api.post("/api/audiences/preview", {"audience": {"all": [PEOPLE] * 100}, "parts": True})
    assert (refused.status_code, refused.json["errors"][0]["path"]) == (422, "audience")  # type: ignore[index]


def test_a_sample_names_people_of_the_audience_for_those_who_may_see_names(
    api: Api, people: list[UUID]
) -> None:
    everybody = {"audience": PEOPLE, "sample": 20}
    shown = api.stored("/api/audiences/preview", everybody)["sample"]
    assert {one["name"] for one in shown} == {"ann", "bob", "cem", "Dora", "Eve", "Fay"}
    few = [api.stored("/api/audiences/preview", {**everybody, "sample": 2})["sample"] for _ in range(2)]
    assert few[0] == few[1]
    assert len(few[0]) == 2
    blind = api.key_for("segments:read")
    unnamed = api.ask("POST", "/api/audiences/preview", everybody, key=blind).json["sample"]  # type: ignore[index]
    assert [set(one) for one in unnamed] == [{"customer_id"}] * 6
    assert api.post("/api/audiences/preview", {**everybody, "sample": 21}).status_code == 422


def test_who_finds_no_place_for_a_preview_is_told_to_wait_and_a_light_question_never_waits(
    api: Api, people: list[UUID]
) -> None:
    campaign = api.campaign()
    api.fold()
    places = api.world.web._places
    with places.taken(), places.taken():
        for refused in (
            api.post("/api/audiences/preview", {"audience": PEOPLE}),
            api.ask("GET", f"/api/campaigns/{campaign}/preview"),
        ):
            assert (refused.status_code, refused.json["type"]) == (503, "/problems/too-many-questions")  # type: ignore[index]
            assert int(refused.headers["Retry-After"]) > 0
        assert api.get(f"/api/customers/{people[0]}")["name"] == "ann"
    assert api.stored("/api/audiences/preview", {"audience": PEOPLE})["size"] == 6


def test_no_receipt_keeps_the_names_of_a_sample(api: Api) -> None:
    api.customer(name="Aurelia Quendolina")
    api.fold()
    asked = {"audience": PEOPLE, "sample": 5}
    first = api.post("/api/audiences/preview", asked, Idempotency_Key="s-1").json
    again = api.post("/api/audiences/preview", asked, Idempotency_Key="s-1")
    assert [one["name"] for one in first["sample"]] == ["Aurelia Quendolina"]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json["sample"] == [{"customer_id": first["sample"][0]["customer_id"]}]
    with psycopg.connect(api.world.database.url) as owner:
        rows = owner.execute("select answer::text from log.receipts").fetchall()
    assert rows and not any("Aurelia" in row[0] for row in rows)
