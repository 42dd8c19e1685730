"""Questions about complaints: one complaint with its steps, and a person's totals."""

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

    `closed_at`, `root_cause` and `outcome` come from the closing in force. `answered_at`: the earliest response since
    the opening or, if there is one, the newest reopening. `last_step_at`: the latest instant of all steps.
    `queue_part` and `queue_since`: its place in the queue, as the table says it. `version` is the version of the
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
    answered_at: datetime | None
    last_step_at: datetime
    closed_at: datetime | None
    root_cause: str | None
    outcome: str | None
    reopenings: int
    compensation: Decimal | None
    currency: str | None
    version: int
    position: int
    queue_part: int
    queue_since: datetime
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
    for standing in readable(cipher, rows):
        return replace(standing, steps=_steps(connection, cipher, standing))
    return None


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
    for row, last in zip(rows, readable(cipher, rows), strict=True):
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


def readable(cipher: PersonalCipher, rows: list[dict[str, Any]]) -> list[StandingComplaint]:
    """Returns the complaints of these rows of the table, with their texts readable, None where forgotten."""
    open_columns(cipher, rows, SEALED)
    shown = StandingComplaint.__dataclass_fields__
    return [StandingComplaint(**{name: row[name] for name in shown if name in row}) for row in rows]
