"""What next hops said of messages: straight from the log, where the personal text of a reply stays."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.personal import PersonalCipher, Sealed
from domain.messages.events import MessageFailed, MessageRefusedForNow, MessageSent

ANSWERED = [fact.stored_name for fact in (MessageSent, MessageRefusedForNow, MessageFailed)]

_REPLIES = """
select distinct on (f.originator_id) f.originator_id, f.originator_version, f.customer_id,
       (f.data ->> 'smtp_code')::int as code, f.data ->> 'smtp_reply' as token
from log.facts f
join unnest(%(ids)s::uuid[], %(versions)s::bigint[]) as m(id, version)
  on f.originator_id = m.id and f.originator_version <= m.version
where f.topic = any(%(answered)s) and f.data ?| '{smtp_code,smtp_reply}'
order by f.originator_id, f.originator_version desc
"""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """The newest reply of a next hop to a message, or why there was none (then without a code).

    `text` is None where nothing was said or it is forgotten.
    """

    code: int | None
    text: str | None


def replies(
    connection: Connection[Any], cipher: PersonalCipher, versions: Mapping[UUID, int]
) -> dict[UUID, Reply]:
    """Of these messages, as of these versions of theirs, those that a next hop replied to."""
    asked = {"ids": list(versions), "versions": list(versions.values()), "answered": ANSWERED}
    rows = connection.execute(_REPLIES, asked).fetchall()
    texts = cipher.unseal([_sealed(row) for row in rows])
    return {
        row["originator_id"]: Reply(code=row["code"], text=text)
        for row, text in zip(rows, texts, strict=True)
    }


def _sealed(row: dict[str, Any]) -> Sealed | None:
    if row["token"] is None:
        return None
    return Sealed(
        profile_id=row["customer_id"],
        field="smtp_reply",
        token=row["token"],
        stream_id=row["originator_id"],
        version=row["originator_version"],
    )
