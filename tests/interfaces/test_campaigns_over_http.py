"""Campaigns over HTTP: drafted, approved, run, balanced, explained."""

from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.interfaces.campaigning import consenting, etag, started
from tests.interfaces.conftest import CAMPAIGN, Api
from tests.interfaces.tour import declare_names

pytestmark = pytest.mark.speaks_sql

SERVICE = {"message_class": "service", "template": {"subject": "Recall", "body": "Please bring it back."}}


def test_a_campaign_is_shown_as_it_was_drafted_and_approved(api: Api) -> None:
    declare_names(api)
    campaign_id = api.campaign(**{"from": "shop@example.com", "topic": "shoes"})
    shown = api.get(f"/api/campaigns/{campaign_id}")
    assert {name: shown[name] for name in CAMPAIGN} == CAMPAIGN
    assert (shown["state"], shown["from"], shown["topic"]) == ("draft", "shop@example.com", "shoes")
    api.stored(f"/api/campaigns/{campaign_id}/approvals", If_Match='"1"')
    shown = api.get(f"/api/campaigns/{campaign_id}")
    assert shown["state"] == "approved"
    assert shown["approved_by"].startswith("key:")


def test_a_campaign_is_shown_with_the_currency_that_its_amounts_were_drafted_in(api: Api) -> None:
    """Which the installation's setting no longer changes: a run of it is decided again from the log alone."""
    unnamed = {"spent": {"op": "gt", "value": "100"}}
    named = {"spent": {"op": "lt", "value": "900", "currency": "USD"}}
    resolved = {"spent": {**unnamed["spent"], "currency": "EUR"}}
    path = f"/api/campaigns/{api.campaign(audience={'all': [named, {'not': unnamed}]})}"
    assert api.get(path)["audience"] == {"all": [named, {"not": resolved}]}
    length = api.log_length()
    same = api.ask("PATCH", path, {"audience": {"all": [named, {"not": unnamed}]}}, If_Match=etag(api, path))
    assert (same.status_code, api.log_length()) == (200, length)
    api.ask("PATCH", path, {"audience": unnamed}, If_Match=etag(api, path))
    assert api.get(path)["audience"] == resolved


def test_17_the_seed_of_a_hold_out_is_in_no_log_line(api: Api) -> None:
    """Whoever knows it before the run knows who gets nothing."""
    with capture_logs() as lines:
        drawn = api.get(f"/api/campaigns/{api.campaign(hold_out=0.1)}")["seed"]
        api.campaign(hold_out=0.1, seed="a seed of one's own")
    assert lines
    assert not [line for line in map(str, lines) if drawn in line or "of one's own" in line]


def test_only_an_approved_campaign_runs_and_only_once_at_a_time(api: Api) -> None:
    campaign_id = api.campaign()
    refused = api.post(f"/api/campaigns/{campaign_id}/runs")
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/campaign-not-approved")
    campaign_id, path = started(api)
    second = api.post(f"/api/campaigns/{campaign_id}/runs", {"planned_for": "2026-03-01T00:00:00Z"})
    assert second.status_code == 409
    assert second.json["run_id"] == path.rpartition("/")[2]


def test_approving_is_a_permission_of_its_own(api: Api) -> None:
    campaign_id = api.campaign()
    path = f"/api/campaigns/{campaign_id}/approvals"
    writer = api.key_for("campaigns:write", "campaigns:read")
    assert api.ask("POST", path, {}, key=writer, If_Match='"1"').status_code == 403
    approver = api.key_for("approvals:write")
    assert api.ask("POST", path, {}, key=approver, If_Match='"1"').status_code == 200


def test_a_run_balances_and_says_why_somebody_got_nothing(api: Api) -> None:
    ann, bob = consenting(api, "ann"), consenting(api, "bob")
    opened = api.stored(
        "/api/complaints",
        {"customer_id": str(bob), "category": "x", "severity": "high", "channel": "web"},
    )
    _, path = started(api)
    assert api.get(path)["state"] == "planned"
    api.world.run_to_end(api.world.dispatcher())
    run = api.get(path)
    assert (run["state"], run["audience"], run["balanced"], run["transport"]) == ("finished", 2, True, "drop")
    assert (run["outcomes"]["sent"], run["outcomes"]["suppressed"]) == (1, 1)
    assert run["reasons"] == {"OPEN_COMPLAINT": 1}
    (decided,) = api.get(f"{path}/decisions?outcome=suppressed")["items"]
    assert decided["customer_id"] == str(bob)
    assert decided["reasons"] == [{"code": "OPEN_COMPLAINT", "facts": [opened["position"]], "until": None}]
    (sent,) = api.get(f"{path}/decisions?customer_id={ann}")["items"]
    assert sent["outcome"] == "sent"
    assert api.get(f"{path}/decisions?reason=OPEN_COMPLAINT")["items"] == [decided]
    everyone = [api.get(f"{path}/decisions?limit=1")]
    everyone.append(api.get(f"{path}/decisions?limit=1&cursor={everyone[0]['next_cursor']}"))
    assert sorted(part["items"][0]["customer_id"] for part in everyone) == sorted(map(str, (ann, bob)))
    contacts = api.get(f"/api/customers/{ann}")["campaigns"]
    assert (contacts["contacts"], contacts["responses"]) == (1, 0)


def test_what_a_customer_did_about_a_campaign_counts_as_response_and_a_machines_opening_does_not(
    api: Api,
) -> None:
    ann = consenting(api, "ann")
    campaign_id, _ = started(api)
    touch = {
        "source": "web",
        "customer_id": str(ann),
        "channel": "email",
        "direction": "inbound",
        "campaign_id": str(campaign_id),
    }
    api.stored("/api/touchpoints", {**touch, "message_id": "1", "kind": "email_clicked"})
    api.stored("/api/touchpoints", {**touch, "message_id": "2", "kind": "email_clicked", "machine": True})
    api.stored("/api/touchpoints", {**touch, "message_id": "3", "kind": "email_opened"})
    assert api.get(f"/api/customers/{ann}")["campaigns"]["responses"] == 1


def test_a_run_is_found_under_its_own_campaign_only(api: Api) -> None:
    _, path = started(api)
    other = api.campaign()
    run_id = path.rpartition("/")[2]
    api.fold()
    assert api.ask("GET", f"/api/campaigns/{other}/runs/{run_id}").status_code == 404
    assert api.ask("GET", f"/api/campaigns/{other}/runs/{run_id}/decisions").status_code == 404


def test_eligibility_names_every_rule_in_order_with_its_facts(api: Api) -> None:
    ann = consenting(api, "ann")
    api.fold()
    ask = {
        "customer_id": str(ann),
        "channel": "email",
        "purpose": "marketing",
        "message_class": "promotional",
    }
    assert api.stored("/api/eligibility", ask)["verdict"] == "eligible"
    opened = api.stored(
        "/api/complaints",
        {"customer_id": str(ann), "category": "x", "severity": "high", "channel": "web"},
    )
    api.fold()
    answer = api.stored("/api/eligibility", ask)
    assert answer["verdict"] == "suppressed"
    rules = {rule["code"]: rule for rule in answer["rules"]}
    assert rules["OPEN_COMPLAINT"] == {
        "code": "OPEN_COMPLAINT",
        "passed": False,
        "facts": [opened["position"]],
        "until": None,
    }
    assert rules["NO_CONSENT"]["passed"] is True
    assert api.stored("/api/eligibility", {**ask, "message_class": "service"})["verdict"] == "eligible"
    assert api.post("/api/eligibility", {**ask, "purpose": "unheard"}).status_code == 422
    nobody = "00000000-0000-4000-8000-0000000000ff"
    assert api.post("/api/eligibility", {**ask, "customer_id": nobody}).status_code == 404
    assert api.post("/api/eligibility", {**ask, "campaign_id": nobody}).status_code == 404


def test_a_preview_counts_exactly_and_refuses_what_cannot_be_read(api: Api) -> None:
    for name in ("ann", "bob", "cid"):
        api.customer(name=name, country="DE" if name == "cid" else "MX")
    api.fold()
    by_country = {"field": "country", "op": "eq", "value": "MX"}
    assert api.stored("/api/audiences/preview", {"audience": by_country})["size"] == 2
    before = api.log_length()
    refused = api.post("/api/audiences/preview", {"audience": {"all": [{**by_country, "op": "; drop"}]}})
    assert refused.status_code == 422
    assert refused.json["errors"][0]["path"] == "audience.all.0.op"
    assert api.log_length() == before


def test_a_draft_is_revised_and_an_approved_campaign_is_a_draft_again(api: Api) -> None:
    declare_names(api)
    path = f"/api/campaigns/{api.campaign(topic='shoes')}"
    changed = {"name": "Summer", "topic": None, "hold_out": 0.25, "attribution_window_days": 30}
    body = {**changed, "cost_per_contact": "0.05", "currency": "USD", "recheck_segment": True}
    api.ask("PATCH", path, body, If_Match=etag(api, path))
    shown = api.get(path)
    assert {name: shown[name] for name in body} == body
    assert shown["template"] == CAMPAIGN["template"]
    seed = shown["seed"]
    assert len(seed) == 32
    api.stored(f"{path}/approvals", If_Match=etag(api, path))
    assert api.get(path)["state"] == "approved"
    api.ask("PATCH", path, {"name": "Autumn"}, If_Match=etag(api, path))
    shown = api.get(path)
    assert (shown["state"], shown["name"], shown["seed"], shown["approved_by"]) == (
        "draft",
        "Autumn",
        seed,
        None,
    )


def test_a_revision_needs_if_match_and_what_was_there_changes_nothing(api: Api) -> None:
    path = f"/api/campaigns/{api.campaign()}"
    assert api.ask("PATCH", path, {"name": "Summer"}).status_code == 428
    assert api.ask("PATCH", path, {"name": "Summer"}, If_Match='"7"').status_code == 412
    length = api.log_length()
    same = api.ask("PATCH", path, {"name": CAMPAIGN["name"]}, If_Match=etag(api, path))
    assert (same.status_code, api.log_length()) == (200, length)


def test_a_campaign_with_an_open_run_is_not_revised(api: Api) -> None:
    consenting(api, "ann")
    campaign_id, run = started(api)
    path = f"/api/campaigns/{campaign_id}"
    refused = api.ask("PATCH", path, {"name": "Summer"}, If_Match=etag(api, path))
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/campaign-has-open-run")
    assert refused.json["run_id"] == run.rpartition("/")[2]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"hold_out": 0.6}, "hold_out"),
        ({"hold_out": -0.1}, "hold_out"),
        ({"hold_out": "much"}, "hold_out"),
        ({**SERVICE, "hold_out": 0.1}, "hold_out"),
        ({"attribution_window_days": 0}, "attribution_window_days"),
        ({"cost_per_contact": "0.001"}, "cost_per_contact"),
        ({"cost_per_contact": "-1.00"}, "cost_per_contact"),
        ({"cost_per_contact": "1.00", "currency": "ZZZ"}, "currency"),
        ({"ends_at": "2020-01-01T00:00:00Z"}, "ends_at"),
        ({"template": {"subject": "x", "body": "{{ password }}"}}, "template.body"),
        ({"purpose": "undeclared"}, "purpose"),
        ({"audience": {"field": "shoe_size", "op": "eq", "value": 1}}, "audience.field"),
    ],
)
def test_what_could_not_run_is_refused_by_path_and_stored_neither_drafted_nor_revised(
    api: Api, body: dict[str, Any], path: str
) -> None:
    campaign = f"/api/campaigns/{api.campaign()}"
    version, length = etag(api, campaign), api.log_length()
    drafted = api.post("/api/campaigns", {**CAMPAIGN, **body})
    revised = api.ask("PATCH", campaign, body, If_Match=version)
    for refused in (drafted, revised):
        assert refused.status_code == 422, refused.data
        assert [error["path"] for error in refused.json["errors"]] == [path]
    assert api.log_length() == length


def test_19_a_campaign_is_paused_resumed_and_cancelled(api: Api) -> None:
    consenting(api, "ann")
    campaign_id, run = started(api)
    path = f"/api/campaigns/{campaign_id}"
    assert api.get(path)["state"] == "active"
    api.stored(f"{path}/pauses", {"reason": "a typo"})
    assert (api.get(path)["state"], api.get(run)["state"]) == ("paused", "paused")
    assert api.get(path)["pause_reason"] == "a typo"
    assert "duplicate" not in api.stored(f"{path}/pauses", {"reason": "a wrong price"})
    assert api.get(path)["pause_reason"] == "a wrong price"
    api.stored(f"{path}/resumptions")
    assert (api.get(path)["state"], api.get(run)["state"]) == ("active", "planned")
    assert api.post(f"{path}/cancellations", If_Match='"1"').status_code == 412
    api.stored(f"{path}/cancellations", {"reason": "withdrawn product"}, If_Match=etag(api, path))
    api.world.run_to_end(api.world.dispatcher())
    assert (api.get(path)["state"], api.get(run)["state"]) == ("cancelled", "cancelled")
    assert api.post(f"{path}/pauses").json["type"] == "/problems/campaign-already-cancelled"
    assert api.post(f"{path}/cancellations").status_code == 200
    shown = api.get(path)
    assert (shown["pause_reason"], shown["cancellation_reason"]) == (None, "withdrawn product")


def test_the_history_of_a_campaign_says_who_did_what_and_why(api: Api) -> None:
    campaign_id, _ = started(api)
    other_id = api.campaign()
    path = f"/api/campaigns/{campaign_id}"
    api.stored(f"{path}/pauses", {"reason": "a typo"})
    api.stored(f"{path}/resumptions", {"reason": "it was none"})
    first = api.get(f"{path}/history?limit=4")
    rest = api.get(f"{path}/history?limit=4&cursor={first['next_cursor']}")
    facts = first["items"] + rest["items"]
    assert [fact["type"].removeprefix("campaigns.") for fact in facts] == [
        "CampaignDrafted",
        "CampaignApproved",
        "CampaignRunOpened",
        "CampaignPaused",
        "CampaignResumed",
    ]
    assert [fact["data"].get("reason") for fact in facts[3:]] == ["a typo", "it was none"]
    assert {fact["stream_id"] for fact in facts} == {str(campaign_id)}
    assert all(fact["actor"].startswith("key:") for fact in facts)
    assert len(api.get(f"/api/campaigns/{other_id}/history")["items"]) == 1


@pytest.mark.parametrize("folded", [True, False])
def test_the_history_has_the_decisions_about_somebody_and_nobody_else(api: Api, folded: bool) -> None:
    ann, bob = consenting(api, "ann"), consenting(api, "bob")
    opened = api.complaint(bob)
    campaign_id, _ = started(api)
    dispatcher = api.world.dispatcher()
    while "runs.RunChunkDecided" not in api.world.log_names():
        api.fold()
        assert dispatcher.advance()
    if folded:
        api.fold()
    facts = api.ask("GET", f"/api/customers/{bob}/history?limit=100").json["items"]
    (decided,) = [fact for fact in facts if fact["type"] == "runs.RunChunkDecided"]
    (about,) = decided["data"]["decisions"]
    assert (decided["data"]["campaign_id"], about["member_id"]) == (str(campaign_id), str(bob))
    assert (about["verdict"], about["reasons"][0]["code"]) == ("suppressed", "OPEN_COMPLAINT")
    assert str(ann) not in str(facts)
    assert [int(fact["position"]) for fact in facts] == sorted(int(fact["position"]) for fact in facts)
    assert any(fact["stream_id"] == str(opened) for fact in facts)


@pytest.mark.parametrize(
    "body",
    [
        "no link at all",
        "Hi {% if false %}{{ unsubscribe_url }}{% endif %}",
        "Hi {{ unsubscribe_url | truncate: 5 }}",
        "Hi {{ unsubscribe_url | upcase }}",
        "Hi {{ unsubscribe_url | size }}",
        "Hi {{ unsubscribe_url }}x",
        'Hi {% if language == "es" %}{{ unsubscribe_url }}{% endif %}',
        "Hi {% if name %}{{ unsubscribe_url }}{% endif %}",
    ],
)
def test_38_a_link_that_would_not_work_for_everybody_is_not_approved(api: Api, body: str) -> None:
    path = f"/api/campaigns/{api.campaign(template={'subject': 'Spring', 'body': body})}"
    length = api.log_length()
    refused = api.post(f"{path}/approvals", If_Match='"1"')
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/no-unsubscribe-link")
    assert api.log_length() == length


@pytest.mark.parametrize(
    "body",
    [
        "Dear {{ name }}, see {{ unsubscribe_url }}.",
        "{{ attributes.size }} <{{ unsubscribe_url }}>",
        '{% if language == "es" %}Baja: {{ unsubscribe_url }}{% else %}Leave: {{ unsubscribe_url }}{% endif %}',
    ],
)
def test_38_a_link_that_everybody_gets_is_approved(api: Api, body: str) -> None:
    path = f"/api/campaigns/{api.campaign(template={'subject': 'Spring', 'body': body})}"
    assert api.post(f"{path}/approvals", If_Match='"1"').status_code == 200


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("Bye.\nLeave:x{{ unsubscribe_url }}", 2),
        ("Bye.\n\n{{ unsubscribe_url }}x", 3),
        ("{{ unsubscribe_url }}.html", 1),
        ("{{ unsubscribe_url }}?from=mail", 1),
        ("{{ unsubscribe_url }}\u00f1", 1),
        ("https://shop.example/?to={{ unsubscribe_url }}", 1),
        ("{{ unsubscribe_url }}\n7{{ unsubscribe_url }}", 2),
        ("Hi {{ unsubscribe_url }} {{ unsubscribe_url }}{{ unsubscribe_url }}", 1),
        ("{{ unsubscribe_url }}\n{% if attributes.vip %}\n{{ name }}{{ unsubscribe_url }}{% endif %}", 3),
        ("Hi\n{% assign link = unsubscribe_url %}{{ link }}x", 2),
    ],
)
def test_text_that_touches_the_unsubscribe_link_is_refused_at_approval_naming_the_line(
    api: Api, body: str, line: int
) -> None:
    path = f"/api/campaigns/{api.campaign(template={'subject': 'Spring', 'body': body})}"
    length = api.log_length()
    refused = api.post(f"{path}/approvals", If_Match='"1"')
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/no-unsubscribe-link")
    assert refused.json["detail"].startswith(f"line {line}: other text touches {{{{ unsubscribe_url }}}}")
    assert api.log_length() == length


@pytest.mark.parametrize(
    "body",
    [
        "({{ unsubscribe_url }}).",
        "Leave: <{{ unsubscribe_url }}>!",
        'href="{{ unsubscribe_url }}"',
        "{{ unsubscribe_url }}, or answer.",
        "Hi\n{{ unsubscribe_url }}\n{{ unsubscribe_url }}",
        "[{{ unsubscribe_url }}]",
    ],
)
def test_punctuation_around_the_unsubscribe_link_is_no_part_of_it(api: Api, body: str) -> None:
    path = f"/api/campaigns/{api.campaign(template={'subject': 'Spring', 'body': body})}"
    assert api.post(f"{path}/approvals", If_Match='"1"').status_code == 200


@pytest.mark.parametrize(
    ("said", "path", "told"),
    [
        ({"subject": "x" * 901, "body": "b"}, "template.subject", "line 1: A mail header has at most 900"),
        ({"subject": "{{ name }} " + "x" * 900, "body": "b"}, "template.subject", "line 1: A mail header"),
        ({"subject": "two\u2028lines", "body": "b"}, "template.subject", "line 1: a subject has one line"),
        (
            {"subject": "s{% if name == 'Bob' %}\u2029{% endif %}", "body": "b"},
            "template.subject",
            "line 1: a subject has one line",
        ),
        ({"subject": "s", "body": "a\n{{ 1 | divided_by: 0 }}"}, "template.body", "line 2: divided_by:"),
        (
            {"subject": "s", "body": "Hi\n{% if name == 'Bob' %}\n{{ 'x' | date: '%Y' }}{% endif %}"},
            "template.body",
            "line 3: ",
        ),
        (
            {"subject": "s", "body": "Hi\n{{ name | date: '%Y' }}"},
            "template.body",
            "line 2: date takes an ISO",
        ),
        (
            {"subject": "s", "body": "{{ attributes.born | date: '%Q' }}"},
            "template.body",
            "line 1: date does not",
        ),
        (
            {"subject": "s", "body": "{{ name.first_name }}"},
            "template.body",
            "line 1: unknown: name.first_name;",
        ),
        ({"subject": "{{ attributes }}", "body": "b"}, "template.subject", "line 1: this is a group"),
        (
            {"subject": "s", "body": "{% for i in (1..99999) %}x{% endfor %}"},
            "template.body",
            "line 1: more than",
        ),
        ({"subject": "{% if false %}Hi{% endif %}", "body": "b"}, "template.subject", "This prints nothing"),
        (
            {"subject": "s", "body": "{% comment %}b{% endcomment %}\n"},
            "template.body",
            "This prints nothing",
        ),
        (
            {"subject": "s", "body": "\n{{ unsubscribe_url }} {% if false %}Hi{% endif %}\n"},
            "template.body",
            "This prints nothing but {{ unsubscribe_url }}",
        ),
    ],
)
def test_what_can_never_be_rendered_or_sent_is_refused_at_the_draft_naming_the_line(
    api: Api, said: dict[str, str], path: str, told: str
) -> None:
    campaign = f"/api/campaigns/{api.campaign()}"
    length = api.log_length()
    drafted = api.post("/api/campaigns", {**CAMPAIGN, "template": said})
    revised = api.ask("PATCH", campaign, {"template": said}, If_Match='"1"')
    for refused in (drafted, revised):
        (error,) = refused.json["errors"]
        assert (refused.status_code, error["path"]) == (422, path)
        assert error["message"].startswith(told)
    assert api.log_length() == length


@pytest.mark.parametrize(
    "said",
    [
        {"subject": "{% if attributes.vip %}" + "x" * 940 + "{% endif %}Hi", "body": "b"},
        {
            "subject": "s",
            "body": "{{ attributes.born | date: '%B' }}{% if attributes.points > 10 %}!{% endif %}",
        },
        {
            "subject": "s",
            "body": "{{ attributes.size }} {{ attributes.home.city }} {{ attributes[country] }}",
        },
        {"subject": "s", "body": "{{ 100 | divided_by: attributes.parts }} {{ name | slice: 0 }}"},
    ],
)
def test_what_can_be_rendered_for_somebody_is_drafted(api: Api, said: dict[str, str]) -> None:
    assert api.post("/api/campaigns", {**CAMPAIGN, "template": said}).status_code == 201


def test_a_declared_attribute_is_tried_with_a_value_of_its_type(api: Api) -> None:
    body = "{{ attributes.points | date: '%Y' }}"
    draft = {**CAMPAIGN, "template": {"subject": "s", "body": body}}
    assert api.post("/api/campaigns", draft).status_code == 201
    api.stored("/api/attributes", {"name": "points", "scope": "customer", "type": "number"})
    assert api.post("/api/campaigns", draft).status_code == 422


def test_a_criterion_finds_a_value_in_another_spelling_and_is_refused_for_one_that_nobody_can_have(
    api: Api,
) -> None:
    ann = api.customer(name="ann", country="es", language="es-mx")
    api.customer(name="bob", country="PT")
    api.fold()
    for field, value in (("country", "es"), ("language", "ES-MX")):
        preview = {"audience": {"field": field, "op": "eq", "value": value}, "explain": str(ann)}
        found = api.stored("/api/audiences/preview", preview)
        assert (found["size"], found["explanation"]["in_audience"]) == (1, True)
    nobody = {"any": [{"not": {"field": "country", "op": "in", "value": ["PT", "ESP"]}}]}
    campaign = api.campaign()
    length = api.log_length()
    refusals = (
        ("criteria", api.post("/api/segments", {"name": "nobody", "criteria": nobody})),
        ("audience", api.post("/api/audiences/preview", {"audience": nobody})),
        ("audience", api.post("/api/campaigns", {**CAMPAIGN, "audience": nobody})),
        ("audience", api.ask("PATCH", f"/api/campaigns/{campaign}", {"audience": nobody}, If_Match='"1"')),
    )
    for name, refused in refusals:
        (error,) = refused.json["errors"]
        assert (refused.status_code, error["path"]) == (422, f"{name}.any.0.not.value.1")
        assert error["message"].endswith(" The nearest is ES.")
    assert api.log_length() == length


def test_campaigns_are_listed_by_the_state_in_which_they_stand_now(api: Api) -> None:
    draft, approved = api.campaign(name="Spring"), api.campaign(name="Summer")
    api.stored(f"/api/campaigns/{approved}/approvals", If_Match='"1"')
    api.fold()
    assert [one["campaign_id"] for one in api.get("/api/campaigns?state=draft")["items"]] == [str(draft)]
    assert [one["campaign_id"] for one in api.get("/api/campaigns?state=approved")["items"]] == [
        str(approved)
    ]
    assert api.get("/api/campaigns?state=paused")["items"] == []
    assert len(api.get("/api/campaigns")["items"]) == 2


def test_the_checklist_says_what_a_draft_lacks_for_its_approval_and_what_to_look_at(api: Api) -> None:
    template = {"subject": "Hello", "body": "Spring is here, {{ attributes.tier | default: '' }}"}
    path = f"/api/campaigns/{api.campaign(template=template, ends_at='2026-03-02T12:00:01Z')}"
    other = f"/api/campaigns/{api.campaign(hold_out=0.1, cost_per_contact='0.02')}"
    api.fold()
    listed = api.get(f"{path}/checklist")
    assert not listed["approvable"]
    assert {one["name"]: one["met"] for one in listed["checks"]} == {
        "unsubscribe_link": False,
        "end_ahead": True,
        "attributes_known": False,
        "hold_out_stated": False,
        "cost_stated": False,
    }
    assert "{{ unsubscribe_url }}" in listed["checks"][0]["message"]
    assert "tier" in listed["checks"][2]["message"]
    assert api.get(f"{other}/checklist")["approvable"]
    assert {one["met"] for one in api.get(f"{other}/checklist")["checks"]} == {True}
    api.world.clock.move(timedelta(seconds=1))
    assert api.get(f"{path}/checklist")["checks"][1]["message"].startswith("The campaign's end has passed")


def test_a_message_is_shown_as_a_customer_would_get_it_and_as_an_invented_one_would(api: Api) -> None:
    ana, ben = consenting(api, "ana"), consenting(api, "ben")
    api.stored(f"/api/customers/{ben}/withdrawals", {"purpose": "marketing"})
    body = "Dear {{ name }},\n{{ 'https://shop.example/winter' | track }}\n{{ unsubscribe_url }}"
    path = f"/api/campaigns/{api.campaign(template={'subject': 'Hello {{ name }}', 'body': body})}/message"
    api.fold()
    before = api.log_length()
    shown = api.get(f"{path}?customer_id={ana}")
    assert (shown["subject"], shown["to"], shown["customer_id"]) == ("Hello ana", "ana@example.com", str(ana))
    assert (shown["verdict"], shown["reasons"], shown["in_audience"]) == ("eligible", [], True)
    assert "\nhttps://shop.example/winter\n" in shown["body"]
    stopped = api.get(f"{path}?customer_id={ben}")
    assert (stopped["verdict"], stopped["reasons"]) == ("suppressed", ["CONSENT_WITHDRAWN"])
    assert stopped["subject"] == "Hello ben"
    invented = api.get(path)
    assert invented["fault"] is None
    assert (invented["subject"], invented["to"], invented["customer_id"]) == ("Hello Ana", None, None)
    assert api.log_length() == before


def test_a_message_that_cannot_be_made_for_a_customer_is_shown_with_its_fault(api: Api) -> None:
    nameless = api.customer(contact_points=[{"channel": "email", "value": "x@example.com"}])
    homeless = api.customer(name="Cyd")
    path = f"/api/campaigns/{api.campaign()}/message"
    api.fold()
    shown = api.get(f"{path}?customer_id={nameless}")
    assert (shown["subject"], shown["body"]) == (None, None)
    assert "name" in shown["fault"]
    assert "no address" in api.get(f"{path}?customer_id={homeless}")["fault"]


def test_the_message_of_a_customer_needs_the_permission_to_read_customers(api: Api) -> None:
    ana = consenting(api, "ana")
    path = f"/api/campaigns/{api.campaign()}/message"
    api.fold()
    reader = api.key_for("campaigns:read")
    assert api.ask("GET", path, key=reader).status_code == 200
    assert api.ask("GET", f"{path}?customer_id={ana}", key=reader).status_code == 403
