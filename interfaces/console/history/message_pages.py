"""A message as it was sent: its headers and text, and a file with its bytes."""

from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from typing import Any
from uuid import UUID

from flask import Response

from domain.messages.errors import MessageNotFound
from interfaces.console.asking import ask
from interfaces.console.history.decision_pages import person_named
from interfaces.console.paths import path_of_decision, path_of_message
from interfaces.console.rooms import Room
from interfaces.console.showing import formats, own_texts, show
from interfaces.http.current import this_request

room = Room("sent_messages")
A_MESSAGE = "/campaigns/<uuid:campaign_id>/runs/<uuid:run_id>/messages/<uuid:message_id>"
MAIL = "message/rfc822"


@room.page(A_MESSAGE, "history:read")
def message_page(campaign_id: UUID, run_id: UUID, message_id: UUID) -> Response:
    """Shows a message as it was handed over, and whether these are the bytes that were recorded."""
    t, f = own_texts(), formats()
    message = _message(campaign_id, run_id, message_id)
    read = _read(message["content"]) if message["content"] is not None else None
    path = path_of_message(campaign_id, run_id, message_id)
    return show(
        "message",
        headers=[(name, str(value)) for name, value in read.items()] if read is not None else [],
        subject=str(read["Subject"]) if read is not None else t("sent_message.unreadable_title"),
        text=read.get_content() if read is not None else None,
        same=message["same"],
        digest=message["mime_sha256"],
        attempt=f.number(message["attempt"]),
        handed_over=f.moment(message["handed_over_at"]),
        outcome=t.word("message_outcome", message["outcome"]),
        person_link=person_named(message["customer_id"], t),
        decision=path_of_decision(campaign_id, run_id, message["customer_id"]),
        file=f"{path}/file?attempt={message['attempt']}" if read is not None else None,
        now=f.instant(f.now),
    )


@room.page(f"{A_MESSAGE}/file", "history:read")
def message_file(campaign_id: UUID, run_id: UUID, message_id: UUID) -> Response:
    """Returns the bytes of a message as a file. No browser shows it: its policy forbids all."""
    message = _message(campaign_id, run_id, message_id)
    if message["content"] is None:
        raise MessageNotFound(message["fault"])
    answer = Response(message["content"].encode(), content_type=MAIL)
    answer.headers["Content-Disposition"] = f'attachment; filename="{message_id}-{message["attempt"]}.eml"'
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def _message(campaign_id: UUID, run_id: UUID, message_id: UUID) -> dict[str, Any]:
    attempt = this_request().args.get("attempt")
    query = {"attempt": attempt} if attempt else {}
    path = {"campaign_id": campaign_id, "run_id": run_id, "message_id": message_id}
    return ask("shown-messages.show_message", query, **path)


def _read(content: str) -> EmailMessage:
    """Returns the message with its headers and its text decoded, as a mail program shows them."""
    return message_from_string(content, policy=default)
