"""Reads from the log the stored facts about a person or of a stream, and the versions of streams."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.personal import PersonalCipher, Sealed
from domain.customers.events import (
    IdentifierHolderAdded,
    IdentifierHolderRemoved,
    ProfileLinked,
    ProfileUnlinked,
)
from domain.facts import FACTS, personal_fields
from domain.runs.events import RunAudienceListed, RunChunkDecided
from domain.suppressions.events import SuppressionImposed, SuppressionLifted
from projections.engine.runner import standings
from projections.history.filters import ALL, WANTED, FactFilter

READS = ("identity", "customers", "campaigns")
"""The projections that know which facts are about a person; the facts themselves are read from the log."""
LINKING = [
    fact.stored_name
    for fact in (
        IdentifierHolderRemoved,
        IdentifierHolderAdded,
        ProfileLinked,
        ProfileUnlinked,
    )
]
"""Facts about two profiles; they belong to the history of both."""
CHUNK = RunChunkDecided.stored_name
LISTED = RunAudienceListed.stored_name
SUPPRESSING = [SuppressionImposed.stored_name, SuppressionLifted.stored_name]
"""Facts about suppressions; on an address or a domain they belong to the history of everyone whom they concern."""
ENVELOPE = frozenset(
    {"originator_id", "occurred_at", "actor", "correlation_id", "causation_id", "class_version"}
)

_FACTS = """
select position, recorded_at, stored_name, customer_id, originator_id, originator_version, occurred_at, data
from log.facts
where (customer_id = any(%(profiles)s)
       or (customer_id = any(%(places)s) and stored_name = any(%(suppressing)s))
       or (other_profile_id = any(%(profiles)s) and stored_name = any(%(linking)s))
       or position = any(%(decided)s))
  and position > %(after)s
"""
_STREAM = """
select position, recorded_at, stored_name, customer_id, originator_id, originator_version, occurred_at, data
from log.facts
where stream_id = %(stream)s and position > %(after)s and position <= %(folded)s
"""
_PAGE = " order by position limit %(limit)s"
# A chunk of decisions is about many people and names them by their places in a part of the audience. The read model
# says which chunks name a profile. For the few chunks that the read model has not folded yet, the query reads the parts
# from the log; of several parts with one ordinal, the newest counts.
_DECIDED = """
with chunk as materialized (
    select stream_id, data ->> 'ordinal' as ordinal, position from log.facts
    where stored_name = %(chunk)s and position > greatest(%(after)s, %(folded)s)
),
part as (
    select distinct on (stream_id, data ->> 'ordinal') stream_id, data ->> 'ordinal' as ordinal,
           data -> 'members' as members
    from log.facts where stored_name = %(listed)s and stream_id in (select stream_id from chunk)
    order by stream_id, data ->> 'ordinal', position desc
)
select position, jsonb_object_agg(place, member_id) as members from (
    select d.position, a.place, d.member_id
    from run_decision d join run_member a on a.run_id = d.run_id and a.member_id = d.member_id
    where d.member_id = any(%(profiles)s) and d.position > %(after)s
    union
    select c.position, m.number - 1, m.member::uuid
    from chunk c join part p on p.stream_id = c.stream_id and p.ordinal = c.ordinal,
         jsonb_array_elements_text(p.members) with ordinality as m(member, number)
    where m.member = any(%(profiles)s::uuid[]::text[])
) decided
"""
_IF_WANTED = f" join log.facts using (position) where true {WANTED}"
_BY_POSITION = " group by position order by position limit %(limit)s"


@dataclass(frozen=True, kw_only=True)
class StoredFact:
    """A stored fact with its personal fields unsealed. `forgotten` names the fields that nobody can read any more."""

    position: int
    type: str
    version: int
    recorded_at: datetime
    occurred_at: datetime
    actor: str
    correlation_id: str
    causation_id: str | None
    stream_id: UUID
    stream_version: int
    data: dict[str, Any]
    forgotten: tuple[str, ...]


def history(
    connection: Connection[Any],
    cipher: PersonalCipher,
    profile_ids: Collection[UUID],
    *,
    places: Collection[UUID] = (),
    wanted: FactFilter = ALL,
    after: int = 0,
    limit: int = 50,
) -> list[StoredFact]:
    """Returns the wanted facts about these profiles after position `after`, in the log's order, decisions included.

    `places`: the ids of the addresses and domains of the profiles; suppressions of these places are included.
    A chunk of decisions shows, under `decisions`, only the decisions about these profiles.
    """
    parameters = {
        "profiles": list(profile_ids),
        "places": list(places),
        "linking": LINKING,
        "suppressing": SUPPRESSING,
        "chunk": CHUNK,
        "listed": LISTED,
        "folded": standings(connection)["campaigns"].position,
        "after": after,
        "limit": limit,
        **wanted.parameters,
    }
    if_wanted = "" if wanted == ALL else _IF_WANTED
    chunks = connection.execute("".join((_DECIDED, if_wanted, _BY_POSITION)).encode(), parameters)
    decided = {row["position"]: row["members"] for row in chunks}
    rows = connection.execute(
        "".join((_FACTS, WANTED, _PAGE)).encode(), {**parameters, "decided": list(decided)}
    ).fetchall()
    for row in rows:
        if row["stored_name"] == CHUNK:
            _show_only(row["data"], decided[row["position"]])
    return readable(cipher, rows)


def stream_history(
    connection: Connection[Any],
    cipher: PersonalCipher,
    stream_id: UUID,
    projection: str,
    *,
    wanted: FactFilter = ALL,
    after: int = 0,
    limit: int = 50,
) -> list[StoredFact]:
    """Returns the wanted facts of a stream after position `after`, in the log's order, as far as a projection is.

    Parts of an audience, and chunks of decisions, say only of how many people they are.
    """
    parameters = {
        "stream": stream_id,
        "after": after,
        "folded": standings(connection)[projection].position,
        "limit": limit,
        **wanted.parameters,
    }
    rows = connection.execute("".join((_STREAM, WANTED, _PAGE)).encode(), parameters).fetchall()
    for row in rows:
        _count_people(row["data"])
    return readable(cipher, rows)


def version_folded(connection: Connection[Any], stream_id: UUID, projection: str) -> int:
    """Returns the version of a stream that a projection has reached, 0 if it has reached no fact of the stream."""
    row = connection.execute(
        "select coalesce(max(originator_version), 0) as version from log.events"
        " where stream_id = %s and notification_id <= %s",
        [stream_id, standings(connection)[projection].position],
    ).fetchone()
    return int(row["version"]) if row is not None else 0


def readable(cipher: PersonalCipher, rows: list[dict[str, Any]]) -> list[StoredFact]:
    """Converts these rows of the log to facts and unseals their personal fields."""
    cells = [(row, field) for row in rows for field in _sealed_fields(row)]
    values = cipher.unseal([_sealed(row, field) for row, field in cells]) if cells else []
    for (row, field), value in zip(cells, values, strict=True):
        row["data"][field] = value
    return [_fact(row) for row in rows]


def _show_only(chunk: dict[str, Any], members: Mapping[str, str]) -> None:
    """Replaces the groups of a chunk by `decisions`: only those about these members, who are given by place."""
    decided = [(group, person) for group in chunk.pop("groups") for person in group.pop("people")]
    chunk["decisions"] = [
        {"member_id": members[str(person["place"])], **group, **person}
        for group, person in decided
        if str(person["place"]) in members
    ]


def _count_people(data: dict[str, Any]) -> None:
    """Replaces the lists of people of a run's fact by their lengths."""
    if "members" in data:
        data["members"] = len(data["members"])
    for group in data.get("groups", ()):
        group["people"] = len(group["people"])


def _sealed_fields(row: dict[str, Any]) -> list[str]:
    fact_class = FACTS.get(row["stored_name"])
    return sorted(personal_fields(fact_class) & row["data"].keys()) if fact_class is not None else []


def _sealed(row: dict[str, Any], field: str) -> Sealed:
    return Sealed(
        profile_id=row["customer_id"],
        field=field,
        token=row["data"][field],
        stream_id=row["originator_id"],
        version=row["originator_version"],
    )


def _fact(row: dict[str, Any]) -> StoredFact:
    data = row["data"]
    return StoredFact(
        position=row["position"],
        type=row["stored_name"],
        version=data.get("class_version", 1),
        recorded_at=row["recorded_at"],
        occurred_at=row["occurred_at"],
        actor=data["actor"],
        correlation_id=data["correlation_id"],
        causation_id=data.get("causation_id"),
        stream_id=row["originator_id"],
        stream_version=row["originator_version"],
        data={name: data[name] for name in sorted(data) if name not in ENVELOPE},
        forgotten=tuple(field for field in _sealed_fields(row) if data[field] is None),
    )
