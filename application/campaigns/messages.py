"""Lets an operator state the outcome of messages whose outcome is unknown."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from application.natural_identity import as_duplicate, of_kind, save_unless_so
from application.requests import Answer, Request
from application.store import Store, load, retried
from domain.messages.errors import MessageNotFound, OutcomeKnown
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


@dataclass(frozen=True, kw_only=True)
class ResolveMessages:
    """States the same outcome of several messages, which may be of several runs."""

    message_ids: Sequence[UUID]
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

    @retried
    def resolve_messages(self, command: ResolveMessages, request: Request) -> Answer:
        """Stores the outcome of all these messages together, or of none.

        Raises MessageNotFound or OutcomeKnown with the `message_id` of the first that is refused. A message with this
        resolution already is left as it is; if all are, the answer is that of a duplicate.
        """
        ids = list(dict.fromkeys(command.message_ids))
        known = self._store.find_all(Message, ids)
        for message_id in ids:
            _resolve(known.get(message_id), message_id, command, request)
        changed = [message for message in known.values() if message.pending_events]
        answer = Answer(body={"message_ids": [str(one) for one in ids], "outcome": command.outcome})
        if not changed:
            first = known[ids[0]]
            answer = as_duplicate(answer, self._store.position_of(Message, first.id, first.version))
        return self._store.save(*changed, request=request, answer=answer)


def _resolve(message: Message | None, message_id: UUID, command: ResolveMessages, request: Request) -> None:
    if message is None:
        raise MessageNotFound(message_id=str(message_id))
    try:
        message.resolve(request.circumstances(), command.outcome, command.note)
    except OutcomeKnown as known:
        raise OutcomeKnown(message_id=str(message_id)) from known
