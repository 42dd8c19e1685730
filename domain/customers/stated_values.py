"""The values stated for one field of a customer, and which of them may count."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class StatedValues:
    """The values stated for one field, each with its date, in the order in which they were recorded.

    The latest value counts, by the earlier of its date and its recording (docs/semantics.md, rule 33). An
    aggregate does not know when its facts were recorded, so it remembers every value that may count.
    """

    values: tuple[tuple[datetime, Any], ...] = ()

    def and_then(self, occurred_at: datetime, value: Any) -> "StatedValues":
        return StatedValues((*self.values, (occurred_at, value)))

    def changed_by(self, occurred_at: datetime, value: Any) -> bool:
        """Whether this value may change the field and is not the last one that was stated with the same date."""
        of_that_date = [stated for at, stated in self.values if at == occurred_at]
        return of_that_date[-1:] != [value] and any(value != other for other in self._may_count())

    def _may_count(self) -> Iterator[Any]:
        """Yields the value recorded last, and each value dated after all values recorded later.

        The clock of such a value's source may have run ahead. Yields None if there is no value.
        """
        if not self.values:
            yield None
        latest = None
        for occurred_at, value in reversed(self.values):
            if latest is None or occurred_at > latest:
                latest = occurred_at
                yield value


UNSTATED = StatedValues()
"""A field without any stated value."""
