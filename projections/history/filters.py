"""Which facts of a history are wanted."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

WANTED = """
  and (%(type)s::text is null or stored_name = %(type)s)
  and (%(actor)s::text is null or data ->> 'actor' = %(actor)s)
  and (%(since)s::timestamptz is null or recorded_at >= %(since)s)
  and (%(until)s::timestamptz is null or recorded_at < %(until)s)
  and (%(first_position)s::bigint is null or position >= %(first_position)s)
  and (%(last_position)s::bigint is null or position <= %(last_position)s)
"""
"""The condition on facts of log.facts. Its parameters are those of a FactFilter."""


@dataclass(frozen=True, kw_only=True)
class FactFilter:
    """All given values must fit a fact: its stored name (`type`), its actor, when it was recorded, and its position.

    `since` is inclusive, `until` is exclusive; the positions are both inclusive.
    """

    type: str | None = None
    actor: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    first_position: int | None = None
    last_position: int | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        return asdict(self)


ALL = FactFilter()
