"""Questions about complaints: one complaint with its steps, a list of complaints, and a person's totals."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.personal import PersonalCipher
from domain.complaints.events import ComplaintStep
from domain.next_actions.facts import Complaint
from projections.sealed import open_columns, open_texts
from projections.together import Rows, dict_like

SEALED = {"subject": "subject", "description": "description"}
"""The columns of sealed texts, and the field of the fact that each column holds."""
_LIST = """
select * from complaint
where opened_position is not null
  and (%(profiles)s::uuid[] is null or customer_id = any(%(profiles)s))
  and (%(status)s::text is null or status = %(status)s)
  and (%(severity)s::text is null or severity = %(severity)s)
  and (%(before)s::bigint is null or opened_position < %(before)s)
order by opened_position desc limit %(limit)s
"""


@dataclass(frozen=True, kw_only=True)
class ShownStep:
    """One step of a complaint.

    `late`: the step is dated before the opening. A forgotten text in `details` is None.
    """

    step: ComplaintStep
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    brand: str | None
    division: str | None
    version: int
    position: int
    late: bool
    details: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class StandingComplaint:
    """The current state of a complaint. `status`: open, responded, escalated, resolved or closed.

    `closed_at`, `root_cause` and `outcome` come from the closing in force. `version` is the version of the
    complaint's stream, for the ETag. `steps` is empty in lists.
    """

    complaint_id: UUID
    customer_id: UUID
    status: str
    severity: str
    category: str
    channel: str
    product: str | None
    source: str | None
    number: str | None
    brand: str | None
    division: str | None
    subject: str | None
    description: str | None
    opened_at: datetime
    opened_position: int
    first_responded_at: datetime | None
    closed_at: datetime | None
    root_cause: str | None
    outcome: str | None
    reopenings: int
    compensation: Decimal | None
    currency: str | None
    version: int
    position: int
    steps: tuple[ShownStep, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ComplaintTotals:
    """How many complaints a person has, how many of them are not closed, and the last opened complaint."""

    open: int
    total: int
    last: StandingComplaint | None


def complaint(
    connection: Connection[Any], cipher: PersonalCipher, complaint_id: UUID
) -> StandingComplaint | None:
    """Returns the complaint with this id and its steps in the order of its stream, or None."""
    rows = connection.execute(
        "select * from complaint where complaint_id = %s and opened_position is not null", [complaint_id]
    ).fetchall()
    for standing in _readable(cipher, rows):
        return replace(standing, steps=_steps(connection, cipher, standing))
    return None


def complaints(
    connection: Connection[Any],
    cipher: PersonalCipher,
    *,
    profiles: Collection[UUID] | None = None,
    status: str | None = None,
    severity: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[StandingComplaint]:
    """Returns complaints, the last recorded first. `profiles`: only complaints of these profiles.

    `before`: the `opened_position` of the last complaint on the previous page.
    """
    of = None if profiles is None else list(profiles)
    parameters = {"profiles": of, "status": status, "severity": severity, "before": before, "limit": limit}
    return _readable(cipher, connection.execute(_LIST, parameters).fetchall())


NEWEST = Rows(
    select="""
    select *, count(*) over () as total, count(*) filter (where status <> 'closed') over () as open
    from complaint
    where customer_id = any(array(select profile_id from profile_requested)) and opened_position is not null
    order by opened_at desc, opened_position desc limit 1
    """,
    row=dict_like(StandingComplaint, total=int, open=int),
)
"""The complaint of some profiles that was opened last, with the number of all and of those that are not closed."""

WITH_STEPS = Rows(
    select="""
    select complaint_id, severity, status, outcome, array(select to_jsonb(taken) from (
               select step, position, occurred_at from complaint_step s
               where s.customer_id = c.customer_id and s.complaint_id = c.complaint_id order by version) taken) as steps
    from complaint c
    where customer_id = any(array(select profile_id from profile_requested)) and opened_position is not null
      and (status <> 'closed' or closed_at >= %(since)s)
    order by opened_position
    """,
    row=Complaint,
)
"""The complaints of some profiles that are not closed, or were closed at or after %(since)s, with all their steps."""


def totals(cipher: PersonalCipher, rows: list[dict[str, Any]]) -> ComplaintTotals:
    """Returns the complaint totals from these rows of NEWEST."""
    for row, last in zip(rows, _readable(cipher, rows), strict=True):
        return ComplaintTotals(open=row["open"], total=row["total"], last=last)
    return ComplaintTotals(open=0, total=0, last=None)


def _steps(
    connection: Connection[Any], cipher: PersonalCipher, of: StandingComplaint
) -> tuple[ShownStep, ...]:
    rows = connection.execute(
        "select * from complaint_step where customer_id = %s and complaint_id = %s order by version",
        [of.customer_id, of.complaint_id],
    ).fetchall()
    open_texts(cipher, rows)
    return tuple(_step(row, of.opened_at) for row in rows)


def _step(row: dict[str, Any], opened_at: datetime) -> ShownStep:
    plain = {name: row[name] for name in ShownStep.__dataclass_fields__ if name in row}
    plain["step"] = ComplaintStep(row["step"])
    details = {**row["detail"], **row["sealed"]}
    return ShownStep(**plain, late=row["occurred_at"] < opened_at, details=details)


def _readable(cipher: PersonalCipher, rows: list[dict[str, Any]]) -> list[StandingComplaint]:
    open_columns(cipher, rows, SEALED)
    shown = StandingComplaint.__dataclass_fields__
    return [StandingComplaint(**{name: row[name] for name in shown if name in row}) for row in rows]
