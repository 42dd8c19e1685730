"""What one complaint is to decisions."""

from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.deciding.facts import StoppingComplaint

_STOPPING = """
select complaint_id, customer_id, severity, status, outcome, closed_at, position
from complaint_stop where customer_id = %s and complaint_id = %s
"""


def stopping_complaint(
    connection: Connection[Any], customer_id: UUID, complaint_id: UUID
) -> StoppingComplaint | None:
    """Returns the complaint of this profile as decisions see it, or None if it is not known."""
    with connection.cursor(row_factory=class_row(StoppingComplaint)) as cursor:
        return cursor.execute(_STOPPING, [customer_id, complaint_id]).fetchone()
