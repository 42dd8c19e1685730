"""The responses to campaigns. They take long to compute: each is kept, and computed again only if facts have come."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from domain.errors import Unavailable


class Older(StrEnum):
    """When an answer may be older than the newest facts.

    `NEVER`: the response is computed if facts have come since. `WHILE_COMPUTING`: while somebody computes it, the
    answer is the one before. `ALWAYS`: the answer is the last one that was computed, and the first one is computed.
    """

    NEVER = "never"
    WHILE_COMPUTING = "while_computing"
    ALWAYS = "always"


class ResponseBeingComputed(Unavailable):
    """The response to this campaign is being computed for somebody else. Ask again in a moment."""


@dataclass(frozen=True, kw_only=True)
class KeptResponse:
    """The response to a campaign, and when it was computed. `outdated`: facts have come since."""

    response: Any
    computed_at: datetime
    outdated: bool


class KeptResponses(Protocol):
    """Computes responses at most once for each position of the read models, and never twice at the same time."""

    def response(self, campaign_id: UUID, older: Older) -> KeptResponse | None:
        """Returns the response, or None if no campaign has this id.

        Raises ResponseBeingComputed if another one is computed for longer than a request waits, and TooManyQuestions.
        """
