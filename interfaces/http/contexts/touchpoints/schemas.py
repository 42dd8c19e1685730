"""Schemas of touchpoints, single and in batches."""

from typing import ClassVar

from domain.touchpoints.events import Direction, TouchpointChannel, TouchpointKind
from interfaces.http.schemas.base import BodyIn, BodyOut
from interfaces.http.schemas.common import CustomerStatementIn, StoredOut
from interfaces.http.schemas.fields import (
    LONGEST_NUMBER,
    Flag,
    Id,
    Many,
    Open,
    Part,
    Position,
    Prose,
    Text,
    Tree,
    Whole,
    Word,
)

MOST_IN_A_BATCH = 1_000


class RecordTouchpointIn(CustomerStatementIn):
    """A touchpoint. (`source`, `message_id`) is its identity. The kind `other` needs a `name`."""

    source = Text(required=True)
    message_id = Text(required=True, longest=LONGEST_NUMBER)
    channel = Word(list(TouchpointChannel), required=True)
    direction = Word(list(Direction), required=True)
    kind = Word(list(TouchpointKind), required=True)
    name = Text()
    in_reply_to = Text(longest=LONGEST_NUMBER)
    campaign_id = Id()
    run_id = Id()
    machine = Flag()
    properties = Tree()
    rules: ClassVar = {
        "if": {"properties": {"kind": {"const": TouchpointKind.OTHER}}},
        "then": {"required": ["name"]},
    }


class RecordTouchpointsIn(BodyIn):
    """Up to 1,000 touchpoints. Valid rows are stored; invalid rows are listed in the answer."""

    touchpoints = Many(Open(allow_none=True), required=True, most=MOST_IN_A_BATCH)


class TouchpointStoredOut(StoredOut):
    """The touchpoint. `customer_known` is false if the customer is not registered yet."""

    touchpoint_id = Id(required=True)
    customer_id = Id(required=True)
    customer_known = Flag()


class RowErrorOut(BodyOut):
    """An invalid field of a row. `position`: of the earlier fact with the same identity and other content."""

    path = Prose(required=True, shortest=0)
    code = Text(required=True)
    message = Text(required=True)
    position = Position()


class RejectedOut(BodyOut):
    """A row that was not stored."""

    index = Whole(required=True, low=0, high=MOST_IN_A_BATCH)
    errors = Many(Part(RowErrorOut), required=True)


class BatchStoredOut(StoredOut):
    """The number of new rows, the number of duplicates, and the rejected rows."""

    accepted = Whole(required=True, low=0, high=MOST_IN_A_BATCH)
    duplicates = Whole(required=True, low=0, high=MOST_IN_A_BATCH)
    rejected = Many(Part(RejectedOut), required=True)
