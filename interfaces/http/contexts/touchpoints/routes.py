"""Touchpoints, one by one and in batches."""

from typing import Any

import marshmallow as ma

from application import codec
from application.requests import Answer
from application.touchpoints.commands import RecordTouchpoint
from domain.errors import InvalidInput
from interfaces import value_rules as rules
from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.touchpoints.schemas import (
    BatchStoredOut,
    RecordTouchpointIn,
    RecordTouchpointsIn,
    TouchpointStoredOut,
)
from interfaces.http.current import services
from interfaces.http.requests_in import command_request, has_plain_body
from interfaces.http.schemas.base import errors_of

touchpoints = Routes("touchpoints", "Where customers and the company touched.")


@touchpoints.command(
    "/api/touchpoints", RecordTouchpointIn, TouchpointStoredOut, status=201, rules=rules.TOUCHPOINT
)
@action("touchpoints:write")
def record_touchpoint(body: Body) -> Answer:
    """Records a touchpoint; the same (source, message_id) again is a duplicate."""
    return services().touchpoints.record_touchpoint(RecordTouchpoint(**body), command_request())


@touchpoints.command("/api/touchpoints/batch", RecordTouchpointsIn, BatchStoredOut, many_rows=True)
@action("touchpoints:write")
def record_touchpoints(body: Body) -> Answer:
    """Records up to 1,000 touchpoints. Valid rows are stored; invalid rows are listed by index.

    A body that is not JSON, or in which an object has a name twice, is refused as a whole.
    """
    schema = RecordTouchpointIn()
    rows = [_row(schema, row) for row in body["touchpoints"]]
    return services().touchpoints.record_touchpoints(rows, command_request())


def _row(schema: ma.Schema, row: Any) -> RecordTouchpoint | list[InvalidInput]:
    """Returns the command of a row, or the errors in the row."""
    try:
        if not has_plain_body():
            codec.refuse_unstorable(row)
        return RecordTouchpoint(**schema.load(row))
    except InvalidInput as refusal:
        return [refusal]
    except ma.ValidationError as refusal:
        return [
            InvalidInput(error["message"], path=error["path"], code=error["code"])
            for error in errors_of(refusal.messages)
        ]
