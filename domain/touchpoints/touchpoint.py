"""One touch between a customer and the company: a stream of one fact."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from domain.aggregates import Aggregate
from domain.errors import InvalidInput
from domain.facts import Circumstances, derived_id
from domain.plain_text import LONGEST_NUMBER, one_of, optional_text, plain_text
from domain.touchpoints.events import Direction, TouchpointChannel, TouchpointKind, TouchpointRecorded


class Touchpoint(Aggregate, begun_by=(TouchpointRecorded,)):
    """A touchpoint is recorded once. Its id derives from its source and message id."""

    @classmethod
    def recorded(
        cls,
        customer_id: UUID,
        circumstances: Circumstances,
        *,
        source: str,
        source_message_id: str,
        channel: str,
        direction: str,
        kind: str,
        name: str | None = None,
        in_reply_to: str | None = None,
        campaign_id: UUID | None = None,
        run_id: UUID | None = None,
        machine: bool = False,
        properties: Mapping[str, Any],
        personal_properties: Mapping[str, Any] | None = None,
    ) -> TouchpointRecorded:
        """Returns the one fact of a touchpoint."""
        if kind == TouchpointKind.OTHER and name is None:
            raise InvalidInput("A touchpoint of the kind other needs a name.", path="name", code="missing")
        return cls.first_fact(
            TouchpointRecorded,
            touchpoint_id(source, source_message_id),
            circumstances,
            customer_id=customer_id,
            source=source,
            source_message_id=source_message_id,
            channel=one_of(channel, TouchpointChannel, "channel"),
            direction=one_of(direction, Direction, "direction"),
            kind=one_of(kind, TouchpointKind, "kind"),
            name=optional_text(name, "name"),
            in_reply_to=optional_text(in_reply_to, "in_reply_to", LONGEST_NUMBER),
            campaign_id=campaign_id,
            run_id=run_id,
            machine=machine,
            properties=dict(properties),
            personal_properties=None if personal_properties is None else dict(personal_properties),
        )


def touchpoint_id(source: str, source_message_id: str) -> UUID:
    """Returns the id of the touchpoint that `source` calls `source_message_id`."""
    plain_text(source, "source")
    return derived_id("touchpoint", source, plain_text(source_message_id, "message_id", LONGEST_NUMBER))
