"""Lists of complaints: the newest first, or in the order in which they wait for somebody."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from psycopg import Connection

from application.personal import PersonalCipher
from projections.complaints.filters import ComplaintFilter
from projections.complaints.reading import StandingComplaint, readable

Place = tuple[int] | tuple[int, datetime, int]
"""Where a page ended: the values by which its order sorts, of its last complaint."""


class ComplaintOrder(StrEnum):
    """The orders of a list of complaints."""

    NEWEST = "newest"
    """The one recorded last first."""
    OLDEST_UNANSWERED = "oldest_unanswered"
    """Open ones without an answer, the one opened first before the others; open ones with an answer; closed ones.
    Of the last two, the one whose last step is the oldest comes first."""


_LIST = """
select * from complaint where opened_position is not null{conditions}
order by {order} limit %(limit)s
"""
_PLACES = {
    ComplaintOrder.NEWEST: ("opened_position",),
    ComplaintOrder.OLDEST_UNANSWERED: ("queue_part", "queue_since", "opened_position"),
}
_AFTER = {
    ComplaintOrder.NEWEST: " and opened_position < %(place_0)s",
    ComplaintOrder.OLDEST_UNANSWERED: (
        " and (queue_part, queue_since, opened_position) > (%(place_0)s, %(place_1)s, %(place_2)s)"
    ),
}
_SORTED = {
    ComplaintOrder.NEWEST: "opened_position desc",
    ComplaintOrder.OLDEST_UNANSWERED: "queue_part, queue_since, opened_position",
}
# With the parts of the queue, PostgreSQL does not look for more open complaints among the closed ones.
_IN_PARTS = " and queue_part between %(first_part)s and %(last_part)s"


def complaints(
    connection: Connection[Any],
    cipher: PersonalCipher,
    wanted: ComplaintFilter,
    *,
    order: ComplaintOrder = ComplaintOrder.NEWEST,
    after: Sequence[Any] | None = None,
    limit: int = 50,
) -> list[StandingComplaint]:
    """Returns complaints in this order. `after`: the place at which the page before ended."""
    first_part, last_part = wanted.parts
    conditions = (
        wanted.conditions("answered_at is not null"),
        _IN_PARTS if order is ComplaintOrder.OLDEST_UNANSWERED else "",
        _AFTER[order] if after is not None else "",
    )
    statement = _LIST.format(conditions="".join(conditions), order=_SORTED[order])
    parameters = {
        **wanted.given,
        **{f"place_{number}": value for number, value in enumerate(after or ())},
        "first_part": first_part,
        "last_part": last_part,
        "limit": limit,
    }
    # A plan for any category is not good for each category: some have few complaints, and some are no longer in use.
    rows = connection.execute(statement.encode(), parameters, prepare=False).fetchall()
    return readable(cipher, rows)


def place_of(standing: StandingComplaint, order: ComplaintOrder) -> Place:
    """Returns the place at which a page with this last complaint ends."""
    return tuple(getattr(standing, column) for column in _PLACES[order])
