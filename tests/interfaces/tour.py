"""One good request of every route, in an order in which all of them are accepted."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg

from application.requests import Answer
from domain.deciding.codes import ReasonCode, Verdict, ZoneSource
from domain.messages.message import Message
from domain.runs.events import DecidedGroup, DecidedPerson, Reason
from domain.runs.run import Run
from tests.interfaces.conftest import CAMPAIGN, Api

AT = "2026-03-01T10:00:00+01:00"
BATCH = "touchpoints.record_touchpoints"
STATEMENT = {"occurred_at": AT, "brand": "north", "division": "retail"}
TOUCHPOINT = {
    **STATEMENT,
    "source": "web",
    "message_id": "m-1",
    "identifier": {"kind": "email", "value": "ann@example.com"},
    "channel": "web",
    "direction": "inbound",
    "kind": "other",
    "name": "configurator",
    "in_reply_to": "m-0",
    "campaign_id": "00000000-0000-4000-8000-000000000001",
    "run_id": "00000000-0000-4000-8000-000000000002",
    "machine": False,
    "properties": {"page": "/shoes", "depth": {"clicks": [1, 2.5, None, True]}},
}
CONSENT = {
    **STATEMENT,
    "channel": "email",
    "purpose": "marketing",
    "topic": "shoes",
    "evidence": {"source": "form", "text": "Yes,\nplease."},
    "expires_at": "2030-01-01T00:00:00Z",
}
WITHDRAWAL = {**STATEMENT, "channel": "email", "purpose": "marketing", "topic": "shoes", "reason": "enough"}
EMAIL = {"kind": "email", "value": "never.registered@example.com"}
MEASURED = {
    "hold_out": 0.1,
    "seed": "spring",
    "attribution_window_days": 14,
    "cost_per_contact": "0.05",
    "currency": "EUR",
    "recheck_segment": True,
}
BODIES: dict[str, Any] = {
    "catalogue.declare_purpose": {"name": "loyalty", "description": "The card"},
    "catalogue.declare_topic": {"name": "shoes", "description": "New models"},
    "catalogue.declare_brand": {"name": "north", "description": "The shops"},
    "catalogue.declare_division": {"name": "retail", "description": "Sales to people"},
    "catalogue.declare_attribute": {
        "name": "shoe_size",
        "scope": "customer",
        "type": "number",
        "personal": False,
    },
    "customers.register_customer": {
        **STATEMENT,
        "customer_id": "00000000-0000-4000-8000-00000000000a",
        "kind": "person",
        "name": "Ann",
        "language": "es-MX",
        "country": "MX",
        "time_zone": "America/Mexico_City",
        "birth_date": "1980-02-29",
        "contact_points": [
            {"channel": "email", "value": "ann@example.com", "label": "preferred"},
            {
                "channel": "post",
                "value": {"lines": ["Calle 1"], "city": "Toluca", "postal_code": "50000", "country": "MX"},
            },
        ],
        "external_ids": [{"source": "erp", "number": "4711"}],
        "attributes": {"shoe_size": 38, "hobby": "chess"},
    },
    "customers.correct_customer_details": {
        **STATEMENT,
        "name": "Anna",
        "language": None,
        "country": "DE",
        "time_zone": "Europe/Berlin",
        "birth_date": "1980-02-28",
        "attributes": {"shoe_size": 39},
    },
    "customers.add_contact_point": {
        **STATEMENT,
        "channel": "phone",
        "value": "030 901820",
        "label": "office",
    },
    "customers.remove_contact_point": STATEMENT,
    "customers.add_external_id": {**STATEMENT, "source": "shop", "number": "A-1"},
    "customer-search.search_customers": {"words": "anna toluca", "limit": 100},
    "customers.link_profile": {**STATEMENT, "profile_id": "{other_id}"},
    "customers.unlink_profile": STATEMENT,
    "consents.grant_consent": CONSENT,
    "consents.withdraw_consent": WITHDRAWAL,
    "consents.grant_consent_of": {**CONSENT, "identifier": EMAIL},
    "consents.withdraw_consent_of": {**WITHDRAWAL, "identifier": EMAIL},
    "touchpoints.record_touchpoint": TOUCHPOINT,
    BATCH: {"touchpoints": [{**TOUCHPOINT, "message_id": "m-2"}]},
    "orders.place_order": {
        **STATEMENT,
        "order_id": "00000000-0000-4000-8000-00000000000b",
        "source": "shop",
        "number": "7",
        "identifier": {"kind": "external_id", "value": "4711", "source": "erp"},
        "currency": "EUR",
        "lines": [{"sku": "A-1", "quantity": 2.5, "amount": "29.90", "cost": "11.00"}],
        "channel": "web",
    },
    "orders.refund_order": {**STATEMENT, "refund_id": "r-1", "amount": "9.90", "reason": "scratched"},
    "orders.cancel_order": {**STATEMENT, "reason": "lost"},
    "complaints.open_complaint": {
        **STATEMENT,
        "source": "desk",
        "number": "C-1",
        "customer_id": "{customer_id}",
        "category": "delivery",
        "severity": "high",
        "channel": "phone",
        "subject": "Late",
        "description": "Two weeks\nlate.",
        "product": "A-1",
    },
    "complaints.respond_to_complaint": {**STATEMENT, "text": "We look into it."},
    "complaints.escalate_complaint": {
        **STATEMENT,
        "to": "team lead",
        "reason": "angry",
        "severity": "critical",
    },
    "complaints.resolve_complaint": {
        **STATEMENT,
        "summary": "sent again",
        "compensation": "5.00",
        "currency": "EUR",
    },
    "complaints.close_complaint": {**STATEMENT, "root_cause": "carrier", "outcome": "upheld"},
    "complaints.reopen_complaint": {**STATEMENT, "reason": "late again"},
    "suppressions.impose_suppression": {
        **STATEMENT,
        "scope": {"address": "bob@example.com", "channel": "email", "purpose": "marketing", "brand": "north"},
        "reason": "OPERATOR_EXCLUDED",
        "until": "2030-01-01T00:00:00Z",
        "note": "DecisionQuestion us,\ntwice.",
    },
    "suppressions.lift_suppression": {**STATEMENT, "reason": "a mistake"},
    "policies.adopt_suppression_policy": {
        "takes_effect_at": "2030-01-01T00:00:00Z",
        "cooling_off_days": {"low": 0, "normal": 7, "high": 30, "critical": 3650},
        "reasons": {
            "SPAM_COMPLAINT": {"stops": ["promotional", "recovery"], "expires_after_days": None},
            "OPERATOR_EXCLUDED": {"stops": ["promotional"], "expires_after_days": 90},
        },
        "credit_purposes": ["marketing"],
        "note": "From the board",
    },
    "policies.withdraw_suppression_policy": {"version": 2, "reason": "The board\nthought again."},
    "segments.define_segment": {
        "name": "Adults",
        "criteria": {"field": "kind", "op": "eq", "value": "person"},
    },
    "segments.revise_segment": {
        "name": "Adults and others",
        "criteria": {"field": "kind", "op": "exists"},
    },
    "segments.preview_audience": {
        "audience": {"all": []},
        "channel": "email",
        "purpose": "marketing",
        "message_class": "promotional",
        "explain": "{customer_id}",
        "parts": True,
        "sample": 3,
        "exact": True,
        "known_at": AT,
        "as_of": AT,
    },
    "jobs.cancel_job": {},
    "imports.run_import": {
        "kind": "orders",
        "dry_run": True,
        "preset": "cdnow-orders",
        "source": "cdnow",
        "key": ["master_id"],
        "zone": "Europe/Berlin",
        "dates": ["%Y%m%d"],
        "decimal": ".",
        "null": ["-"],
        "delimiter": "space",
        "encoding": "latin-1",
        "header": ["master_id", "customer", "date", "cds", "dollars"],
        "map": [{"column": "cds", "field": "lines.0.quantity"}],
        "set": [{"field": "currency", "value": "USD"}],
        "mapped_only": True,
    },
    "campaigns.draft_campaign": {
        **CAMPAIGN,
        "brand": "north",
        "topic": "shoes",
        "from": "Shop <shop@example.com>",
        "ends_at": "2030-01-01T00:00:00Z",
        **MEASURED,
    },
    "campaigns.revise_campaign": {
        **CAMPAIGN,
        "name": "Summer",
        "brand": None,
        "topic": None,
        "from": None,
        "ends_at": "2030-02-01T00:00:00Z",
        **MEASURED,
        "hold_out": "0.25",
    },
    "campaigns.approve_campaign": {},
    "tests.send_test": {"to": "marta@shop.example"},
    "schedules.schedule_run": {
        "at": "2029-10-28T02:30:00",
        "time_zone": "Europe/Berlin",
        "grace_seconds": 600,
    },
    "campaigns.start_run": {"planned_for": AT},
    "runs.resolve_message": {"outcome": "sent", "note": "It is in their log."},
    "messages.resolve_messages": {
        "message_ids": ["{message_id}"],
        "outcome": "failed",
        "note": "It is not in their log.",
    },
    "campaigns.pause_campaign": {"reason": "a typo"},
    "campaigns.resume_campaign": {"reason": "it is mended"},
    "campaigns.cancel_campaign": {"reason": "the product is withdrawn"},
    "eligibility.ask_eligibility": {
        "customer_id": "{customer_id}",
        "channel": "email",
        "purpose": "marketing",
        "message_class": "promotional",
        "campaign_id": "{campaign_id}",
        "at": "2030-01-01T00:00:00Z",
        "known_to_position": "{position}",
    },
    "replays.replay_run": {},
    "replays.replay_decision": {},
    "keys.make_key": {"name": "olga", "roles": ["agent"], "expires_at": "2030-01-01T00:00:00Z"},
    "keys.rotate_key": {"expires_at": "2031-01-01T00:00:00Z"},
    "sessions.make_sign_in_link": {"person": "olga"},
    "sessions.end_session": {},
    "keys.revoke_key": {},
    "interventions.pause_projection": {},
    "interventions.retry_projection": {},
    "interventions.skip_projection": {},
    "interventions.rebuild_projection": {},
}
"""By endpoint; every field of each schema that may stand together with the others."""
WITHOUT_FACTS = frozenset(
    endpoint for endpoint in BODIES if endpoint.startswith(("keys.", "sessions.", "interventions."))
)
"""Commands that state no fact: what they do is noted beside the log."""
FORMS = frozenset({"preferences.save_preferences", "clicks.follow_click"})
"""The commands that take a form by a message's link instead of JSON by a key: toured in `public/`."""
UPLOADS = frozenset({"imports.upload_file"})
"""The commands that take a file."""
QUERIES = {
    "customer-reading.find_customers": "?email=ann@example.com",
    "facts.list_facts": "?positions=1,2",
}
LOST = {"runs.resolve_message": "customer_id", "messages.resolve_messages": "other_id"}
"""The commands about a message whose outcome is unknown, with the id of whom it is to."""
WITHOUT_ID = dict.fromkeys(
    [
        "customer_id",
        "other_id",
        "profile_id",
        "contact_point_id",
        "order_id",
        "complaint_id",
        "suppression_id",
        "segment_id",
        "campaign_id",
        "run_id",
        "message_id",
        "test_id",
        "job_id",
        "key_id",
        "session_id",
        "import_id",
        "request_id",
    ],
    "00000000-0000-4000-8000-0000000000ff",
) | {"position": "0", "projection": "timeline"}


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A route of the tour: how to ask it well."""

    endpoint: str
    method: str
    path: str
    body: Any
    if_match: str | None

    def ask(self, api: Api, body: Any = None, **headers: str) -> Any:
        named = {"If_Match": self.if_match} if self.if_match else {}
        return api.ask(self.method, self.path, self.body if body is None else body, **{**named, **headers})


def declare_names(api: Api) -> None:
    """Declares the names that the bodies use."""
    for kind in ("topic", "brand", "division"):
        api.stored(f"/api/{kind}s", BODIES[f"catalogue.declare_{kind}"])


def stops(api: Api) -> list[Stop]:
    """Every command, with ids that name nothing: what is wrong with a body is said before."""
    return [_stop(api, endpoint, WITHOUT_ID, '"1"') for endpoint in BODIES]


def tour(api: Api) -> Iterator[Stop]:
    """Every command with the ids that the ones before it gave. Ask each before the next one is taken."""
    other = api.customer(name="Bob")
    ids = {**WITHOUT_ID, "other_id": str(other), "profile_id": str(other)}
    ids["customer_id"] = BODIES["customers.register_customer"]["customer_id"]
    for endpoint in BODIES:
        if endpoint in LOST:
            ids["message_id"] = str(_lost_message(api, ids, ids[LOST[endpoint]]))
        if endpoint == "replays.replay_decision":
            _decide(api, ids)
        if endpoint == "sessions.end_session":
            ids["session_id"] = str(_signed_in(api))
        if endpoint == "imports.run_import":
            ids["import_id"] = uploaded(api)
        _stopped_by_a_fact(api, is_paused=False)
        api.fold()
        if endpoint in ("interventions.retry_projection", "interventions.skip_projection"):
            _stopped_by_a_fact(api, is_paused=True)
        ids["position"] = str(api.log_length())
        etag = _etag(api, endpoint, ids)
        yield _stop(api, endpoint, ids, etag)
        ids |= api.last_ids


def uploaded(api: Api) -> str:
    """An import whose file is there."""
    import_id = str(uuid4())
    answer = api.client.put(
        f"/api/imports/{import_id}/file?file_name=cdnow.txt",
        data=b"00001 0001 19970101 1 29.33\n",
        headers={"Authorization": f"Bearer {api.key}"},
    )
    assert answer.status_code == 201, answer.data
    return import_id


def _lost_message(api: Api, ids: dict[str, str], customer_id: str) -> UUID:
    """A message of the run to this customer whose outcome nobody knows."""
    run_id, campaign_id, person = UUID(ids["run_id"]), UUID(ids["campaign_id"]), UUID(customer_id)
    message = Message.about(run_id, campaign_id, person, person, "email")
    circumstances = api.world.request().circumstances()
    message.hand_over(
        circumstances,
        channel="email",
        contact_point_id=person,
        address_id=person,
        epoch=1,
        read_position=0,
        policy_version=1,
        rules_version=2,
        smtputf8=False,
        time_zone="UTC",
        zone_source="installation",
        sender="we@example.org",
        mime_sha256="0" * 64,
        rfc_message_id="<a@b>",
        template_version=1,
    )
    message.lose_track(circumstances)
    api.world.services.store.save(message, request=api.world.request(), answer=Answer())
    return message.id


def _decide(api: Api, ids: dict[str, str]) -> None:
    """Lets the run decide about the person alone."""
    run = api.world.services.store.find(Run, UUID(ids["run_id"]))
    assert run is not None
    circumstances, read = api.world.request().circumstances(), api.log_length()
    run.list_audience([UUID(ids["customer_id"])], read, circumstances)
    run.record_audience(read, circumstances)
    group = DecidedGroup(
        verdict=Verdict.SUPPRESSED,
        reasons=(Reason(code=ReasonCode.NO_CONSENT),),
        time_zone="UTC",
        zone_source=ZoneSource.INSTALLATION,
        drawn=False,
        people=(DecidedPerson(place=0),),
    )
    basis = {"read_position": read, "policy_version": 1, "rules_version": 2, "smtputf8": False}
    run.decide_chunk((group,), circumstances, **basis)
    api.world.services.store.save(run, request=api.world.request(), answer=Answer())


def _stopped_by_a_fact(api: Api, *, is_paused: bool) -> None:
    """Lets the projection of the tour look as if it could not fold a fact, or folds."""
    stands = ["paused", 1, "no"] if is_paused else ["live", None, None]
    with psycopg.connect(api.world.database.url, autocommit=True) as owner:
        owner.execute(
            "update operation.projections set state = %s, error_at = %s, error = %s where name = 'timeline'",
            stands,
        )


def _signed_in(api: Api) -> UUID:
    """A session of somebody who is signed in."""
    sessions = api.world.services.sessions
    sessions.sign_in(api.world.services.access.create_for_person("otto", ["agent"])[1], "a browser")
    return sessions.of_person("otto")[0].session_id


def rules(api: Api) -> dict[str, tuple[str, str]]:
    """Each endpoint's method and path. Pages of the console are no routes of a client application."""
    return {
        rule.endpoint: (next(iter(rule.methods - {"HEAD", "OPTIONS"})), rule.rule)
        for rule in api.app.url_map.iter_rules()
        if not rule.endpoint.startswith("console_")
    }


def path_of(api: Api, endpoint: str, ids: dict[str, str]) -> str:
    path = rules(api)[endpoint][1]
    for name, value in ids.items():
        path = re.sub(rf"<(\w+:)?{name}>", value, path)
    return path + QUERIES.get(endpoint, "")


def filled(body: Any, ids: dict[str, str]) -> Any:
    """The body with ids in the place of their names."""
    if isinstance(body, dict):
        return {name: filled(value, ids) for name, value in body.items()}
    if isinstance(body, list):
        return [filled(one, ids) for one in body]
    return ids[body[1:-1]] if isinstance(body, str) and body[1:-1] in ids and body[0] == "{" else body


def _stop(api: Api, endpoint: str, ids: dict[str, str], if_match: str | None) -> Stop:
    return Stop(
        endpoint=endpoint,
        method=rules(api)[endpoint][0],
        path=path_of(api, endpoint, ids),
        body=filled(BODIES[endpoint], ids),
        if_match=if_match,
    )


def _etag(api: Api, endpoint: str, ids: dict[str, str]) -> str | None:
    """The current version of what a command changes."""
    one = {
        "complaints": f"/api/complaints/{ids['complaint_id']}",
        "segments": f"/api/segments/{ids['segment_id']}",
        "campaigns": f"/api/campaigns/{ids['campaign_id']}",
        "customers": f"/api/customers/{ids['customer_id']}",
    }.get(endpoint.partition(".")[0])
    response = api.client.get(one, headers={"Authorization": f"Bearer {api.key}"}) if one else None
    return response.headers.get("ETag") if response is not None else None
