"""Messages about lengths, counts and numbers out of bounds. Each names the bound and what was given."""

from decimal import Decimal


def too_many(most: int, unit: str, given: int) -> str:
    """Returns, for example, "At most 100 characters; this has 140."."""
    return f"At most {most} {unit}; this has {given}."


def out_of_bounds(low: float | Decimal, high: float | Decimal, given: object, what: str = "A number") -> str:
    """Returns, for example, "A number from 1 to 500; this is 900."."""
    return f"{what} from {low} to {high}; this is {given}."
