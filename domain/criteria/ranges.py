"""Number fields with a closed range: customers have whole numbers in them, from a lowest to a highest."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from domain.criteria.errors import InvalidCriteria


@dataclass(frozen=True, kw_only=True)
class Range:
    """The whole numbers from `lowest` to `highest`, both included."""

    lowest: int
    highest: int

    @property
    def ends(self) -> Mapping[str, Decimal]:
        """The numbers that `lt` and `gt` cannot be followed by: no value is below or above them."""
        return {"lt": Decimal(self.lowest), "gt": Decimal(self.highest)}

    def read(self, number: Decimal, path: str) -> Decimal:
        """Returns the number. Raises InvalidCriteria, at `path`, if no customer can have it."""
        if number % 1 or not self.lowest <= number <= self.highest:
            message = f"A whole number from {self.lowest} to {self.highest}."
            raise InvalidCriteria(message, path=path, code="out_of_range")
        return number
