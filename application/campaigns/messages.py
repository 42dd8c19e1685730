"""Lets an operator state the outcome of a message whose outcome is unknown."""

from dataclasses import dataclass, field
from uuid import UUID

from application.natural_identity import of_kind, save_unless_so
from application.requests import Answer, Request
from application.store import Store, load, retried
from domain.messages.errors import MessageNotFound
from domain.messages.events import MessageResolved
from domain.messages.message import Message


@dataclass(frozen=True, kw_only=True)
class ResolveMessage:
    """States the outcome of a message. `outcome` is one of RESOLUTIONS. `note` says how the operator knows it."""

    campaign_id: UUID
    run_id: UUID
    message_id: UUID
    outcome: str
    note: str = field(repr=False)


class MessagesService:
    def __init__(self, store: Store) -> None:
        self._store = store

    @retried
    def resolve_message(self, command: ResolveMessage, request: Request) -> Answer:
        """Stores the outcome.

        Raises MessageNotFound if the run has no such message, and OutcomeKnown if its outcome is known already.
        """
        message = load(self._store, Message, command.message_id, MessageNotFound, request)
        identity = message.identity
        if (identity["campaign_id"], identity["run_id"]) != (command.campaign_id, command.run_id):
            raise MessageNotFound()
        message.resolve(request.circumstances(), command.outcome, command.note)
        body = {"message_id": str(message.id), "outcome": message.outcome}
        answer = Answer(body=body, version=message.version)
        made_so = of_kind(MessageResolved)
        return save_unless_so(self._store, message, request=request, answer=answer, made_so=made_so)
