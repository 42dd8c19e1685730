"""The messages of all runs of which nobody knows whether they left, and the form that settles them."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response

from domain.messages.message import RESOLUTIONS
from interfaces.console.asking import ask, may
from interfaces.console.commands import CommandForm, Field, carry_out, show_form, words
from interfaces.console.formats import Formats
from interfaces.console.forms import fields
from interfaces.console.languages import Texts
from interfaces.console.notices import done
from interfaces.console.paths import path_of_person, path_of_run
from interfaces.console.rooms import ROOT, Room
from interfaces.console.showing import formats, own_texts
from interfaces.http.current import this_request

room = Room("unknown_messages")
HERE = f"{ROOT}/messages"
LIST, RESOLVE = "messages.list_unknown_messages", "messages.resolve_messages"
CHOSEN = "message_ids"
Answer = Mapping[str, Any]


@room.page("/messages", "campaigns:read")
def messages_page() -> Response:
    """Shows the messages, the oldest first, with the form for those who may settle them."""
    return show_form(_form(), **_around())


@room.form("/messages", "campaigns:write", stands_for=RESOLVE)
def settle_messages() -> Response:
    """Records the outcome of the chosen messages: of all of them, or of none."""
    return carry_out(
        RESOLVE,
        _form(),
        lambda answer: done(HERE, "messages_settled", answer),
        around=_around,
        body={CHOSEN: fields().getlist(CHOSEN)},
    )


def _form() -> CommandForm:
    return CommandForm(
        title="messages.settle",
        button="messages.settle",
        action=HERE,
        cancel=HERE,
        fields=(
            Field(name=CHOSEN, label="messages.chosen"),
            Field(name="outcome", label="messages.outcome", kind="select", options=_outcomes(own_texts())),
            Field(name="note", label="messages.note", hint="messages.note_hint", kind="area"),
        ),
    )


def _outcomes(t: Texts) -> Sequence[tuple[str, str]]:
    return [("", t("messages.choose")), *words(t, "run_outcome", list(RESOLUTIONS))]


def _around() -> dict[str, Any]:
    """Returns the messages of the page, and which of them were chosen."""
    t, f, request = own_texts(), formats(), this_request()
    cursor = request.args.get("cursor")
    listed = ask(LIST, {"cursor": cursor} if cursor else {})
    following = listed["next_cursor"]
    return {
        "template": "messages",
        "rows": [_row(one, t, f) for one in listed["items"]],
        "chosen": fields().getlist(CHOSEN) if request.method == "POST" else [],
        "next_page": f"{HERE}?cursor={following}" if following else None,
        "may_settle": may(RESOLVE),
    }


def _row(one: Answer, t: Texts, f: Formats) -> dict[str, Any]:
    handed_over = one["handed_over_at"]
    return {
        "message_id": str(one["message_id"]),
        "customer": one.get("customer_name") or t("person.unnamed"),
        "person": path_of_person(one["customer_id"]),
        "campaign": one["campaign_name"] or t("run.one"),
        "run": path_of_run(one["campaign_id"], one["run_id"]),
        "handed_over": f.moment(handed_over) if handed_over is not None else None,
        "position": int(one["position"]),
    }
