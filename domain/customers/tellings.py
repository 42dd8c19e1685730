"""What was told of one field of a customer, and what may count of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Tellings:
    """The values that were told of one field, each with its date, in the order in which they were recorded.

    The latest value counts, by the earlier of its date and of when it was recorded (docs/semantics.md, rule 33). An
    aggregate does not know when its facts were recorded, so it remembers every value that may count.
    """

    told: tuple[tuple[datetime, Any], ...] = ()

    def and_then(self, occurred_at: datetime, value: Any) -> "Tellings":
        return Tellings((*self.told, (occurred_at, value)))

    def changed_by(self, occurred_at: datetime, value: Any) -> bool:
        """Whether this is neither what was told with the same date nor what counts already."""
        return (occurred_at, value) not in self.told and any(value != other for other in self._may_count())

    def _may_count(self) -> Iterator[Any]:
        """The value recorded last, and each one that is dated after all that were recorded later: the clock of its
        source may have run ahead. None where nothing was told."""
        if not self.told:
            yield None
        latest = None
        for occurred_at, value in reversed(self.told):
            if latest is None or occurred_at > latest:
                latest = occurred_at
                yield value


UNTOLD = Tellings()
"""A field of which nothing was told."""
