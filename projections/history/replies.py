"""Reads next hops' replies to messages from the log: read models do not hold the personal text of a reply."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.personal import PersonalCipher
from domain.messages.events import MessageFailed, MessageRefusedForNow, MessageSent
from domain.messages.message import Message
from projections.history.reading import readable

ANSWERED = [fact.stored_name for fact in (MessageSent, MessageRefusedForNow, MessageFailed)]

_REPLIES = """
select distinct on (f.originator_id) f.position, f.recorded_at, f.stored_name, f.customer_id, f.originator_id,
       f.originator_version, f.occurred_at, f.data
from log.facts f
join unnest(%(ids)s::uuid[], %(versions)s::bigint[]) as m(id, version)
  on f.stream_id = m.id and f.originator_version <= m.version
where f.stored_name = any(%(answered)s) and f.data ?| '{smtp_code,smtp_reply}'
order by f.originator_id, f.originator_version desc
"""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """The newest reply of a next hop to a message. Without a `code`, `text` says why no reply came.

    `text` is None if the fact has no text or the text is forgotten.
    """

    code: int | None
    text: str | None


def replies(
    connection: Connection[Any], cipher: PersonalCipher, versions: Mapping[UUID, int]
) -> dict[UUID, Reply]:
    """Returns the newest reply to each message with one, by message id.

    `versions`: the message ids, each with the version of its stream up to which facts count.
    """
    parameters = {
        "ids": [Message.stream_of(message_id) for message_id in versions],
        "versions": list(versions.values()),
        "answered": ANSWERED,
    }
    answers = readable(cipher, connection.execute(_REPLIES, parameters).fetchall())
    return {
        fact.stream_id: Reply(code=fact.data.get("smtp_code"), text=fact.data.get("smtp_reply"))
        for fact in answers
    }
