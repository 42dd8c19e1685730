"""A campaign's message as one person would get it, in a frame of its own, and a test of it to oneself."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Response

from interfaces.console.asking import ask, may
from interfaces.console.campaigns.shown import Answer, asked_for, way
from interfaces.console.commands import CommandForm, Field, Typed, carry_out, show_form
from interfaces.console.finding.candidates import FIND, found_by
from interfaces.console.forms import fields as typed_fields
from interfaces.console.notices import done
from interfaces.console.paths import path_of_campaign, path_of_person
from interfaces.console.rooms import Room
from interfaces.console.showing import formats, go_to, own_texts, show
from interfaces.http.current import this_request

room = Room("campaign_messages")
MESSAGE = "campaigns.preview_message"
SEND = "tests.send_test"
A_MESSAGE = "/campaigns/<uuid:campaign_id>/message"
TESTS = "/campaigns/<uuid:campaign_id>/tests"
FRAME_CSP = "default-src 'none'; style-src 'self'; form-action 'none'; frame-ancestors 'self'; base-uri 'none'; sandbox"
"""The policy of the frame with a message: nothing in it runs, loads, is sent, or leads anywhere."""
_RESULTS = {
    "accepted": "ok",
    "refused": "stop",
    "refused_for_now": "warn",
    "unknown": "warn",
    "not_begun": "warn",
}


@room.page(A_MESSAGE, "campaigns:read")
def message_page(campaign_id: UUID) -> Response:
    """Shows the message as the customer in the query would get it, or as an invented person would."""
    return _message_page(campaign_id, Typed())


@room.form(A_MESSAGE, "campaigns:read", stands_for=MESSAGE)
def choose_reader(campaign_id: UUID) -> Response:
    """Leads to the message as the one person would get it whom the typed words mean."""
    text = typed_fields().get("q", "").strip()
    people = found_by(text).people if text else []
    if len(people) == 1:
        query = urlencode({"customer_id": str(people[0]["customer_id"])})
        return go_to(f"{path_of_campaign(campaign_id)}/message?{query}")
    error = own_texts()("message.several" if people else "message.nobody")
    return _message_page(campaign_id, Typed(values={"q": text}, errors=[("q", error)]), status=422)


@room.page(f"{A_MESSAGE}/frame", "campaigns:read")
def message_frame(campaign_id: UUID) -> Response:
    """Shows the text of the message alone, under a policy of its own."""
    answer = show("message_frame", message=_message(campaign_id))
    answer.headers["Content-Security-Policy"] = FRAME_CSP
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    return answer


@room.page(f"{TESTS}/new", "campaigns:write")
def new_test_page(campaign_id: UUID) -> Response:
    """Says what a test is, and asks for one's own address."""
    return show_form(_form(campaign_id), **_around(campaign_id))


@room.form(f"{TESTS}/new", "campaigns:write", stands_for=SEND)
def send_test(campaign_id: UUID) -> Response:
    """Sends the message to an address of whoever asks."""
    return carry_out(
        SEND,
        _form(campaign_id),
        lambda answer: done(
            f"{path_of_campaign(campaign_id)}/tests/{answer.body['test_id']}", "campaign_test", answer
        ),
        around=lambda: _around(campaign_id),
        campaign_id=campaign_id,
    )


@room.page(f"{TESTS}/<uuid:test_id>", "campaigns:read")
def test_page(campaign_id: UUID, test_id: UUID) -> Response:
    """Shows what the mail server said of a test."""
    t, f = own_texts(), formats()
    test = ask("tests.show_test", campaign_id=campaign_id, test_id=test_id)
    result = test["result"]
    return show(
        "campaign_test",
        way_here=way(asked_for(campaign_id), "campaign_test.title", t),
        state=_RESULTS[result] if result else "neutral",
        result=t.word("campaign_test_result", result or "pending"),
        sent=f.moment(test["handed_over_at"]),
        code=test["smtp_code"],
        back=path_of_campaign(campaign_id),
        again=f"{path_of_campaign(campaign_id)}/tests/new" if may(SEND) else None,
    )


def _message_page(campaign_id: UUID, typed: Typed, *, status: int = 200) -> Response:
    t, campaign, message = own_texts(), asked_for(campaign_id), _message(campaign_id)
    customer_id = message["customer_id"]
    query = f"?{urlencode({'customer_id': customer_id})}" if customer_id is not None else ""
    answer = show(
        "campaign_message",
        status=status,
        way_here=way(campaign, "message.title", t),
        path=f"{path_of_campaign(campaign_id)}/message",
        frame=f"{path_of_campaign(campaign_id)}/message/frame{query}",
        message=message,
        whose=path_of_person(customer_id)
        if customer_id is not None and may("customer-reading.show_customer")
        else None,
        verdict=_verdict(message),
        typed=typed,
        may_choose=may(FIND),
    )
    answer.headers["Content-Security-Policy"] += "; frame-src 'self'"
    return answer


def _message(campaign_id: UUID) -> Answer:
    """Returns the message for the customer in the query, which leads to one; an odd id is none."""
    given = this_request().args.get("customer_id", "")
    return ask(MESSAGE, {"customer_id": given} if given else {}, campaign_id=campaign_id)


def _verdict(message: Answer) -> dict[str, Any] | None:
    """Returns what a run would decide about the customer, in words; None for an invented one."""
    t = own_texts()
    if message["verdict"] is None:
        return None
    reasons = [t.word("reason", code) for code in message["reasons"]]
    if not message["in_audience"]:
        reasons.insert(0, t("message.not_in_audience"))
    gets = message["verdict"] == "eligible" and message["in_audience"]
    return {"gets": gets, "reasons": ", ".join(reasons)}


def _form(campaign_id: UUID) -> CommandForm:
    here = path_of_campaign(campaign_id)
    return CommandForm(
        title="campaign_test.send",
        button="campaign_test.send",
        action=f"{here}/tests/new",
        cancel=here,
        fields=(Field(name="to", label="campaign_test.to", hint="campaign_test.to_hint", kind="email"),),
    )


def _around(campaign_id: UUID) -> dict[str, Any]:
    t = own_texts()
    return {
        "template": "campaign_step",
        "way_here": way(asked_for(campaign_id), "campaign_test.send", t),
        "about": None,
        "zone": None,
        "will": tuple(t(name) for name in ("will.test", "will.invented", "will.not_counted")),
    }
