"""Schemas of histories."""

import domain.registry  # noqa: F401 - every kind of fact is known
from domain.facts import FACTS
from interfaces.http.contexts.customers.customer_reading_schemas import StoredFactOut
from interfaces.http.schemas.common import PageOut, PageQuery
from interfaces.http.schemas.fields import Digits, Id, Many, Part, QueriedInstant, Text, Word

LAST = 10**18 - 1


class HistoryQuery(PageQuery):
    """Filters of a history. A fact must match all that are given.

    `type`: its stored name. `since` (inclusive) and `until` (exclusive): when it was recorded. `first_position` and
    `last_position` are both inclusive.
    """

    type = Word(sorted(FACTS))
    actor = Text(
        metadata={"description": "Who stated the fact, as histories show it.", "example": "person:ada"}
    )
    since = QueriedInstant()
    until = QueriedInstant()
    first_position = Digits(low=1, high=LAST)
    last_position = Digits(low=1, high=LAST)


class ComplaintHistoryOut(PageOut):
    """Every stored fact about the complaint, in the log's order."""

    complaint_id = Id(required=True)
    items = Many(Part(StoredFactOut), required=True)


class RunHistoryOut(PageOut):
    """Every stored fact of the run's own stream, in the log's order. Messages have histories of their own.

    Parts of the audience (`members`) and chunks of decisions (`people` of a group) say how many people they are about.
    """

    run_id = Id(required=True)
    items = Many(Part(StoredFactOut), required=True)
