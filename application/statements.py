"""The fields that every command has that states a fact."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from application.customers.whose import GivenIdentifier, WhoseProfile
from application.requests import Request
from domain.catalogue.names import NameKind
from domain.facts import Circumstances
from domain.gathering import every
from domain.plain_text import optional_text

Spelling = Callable[[NameKind, str | None, str], str | None]
"""Returns a name of this kind as it was declared, or None for None; the last argument is the name's path."""


@dataclass(frozen=True, kw_only=True)
class Statement:
    """When the fact happened (default: now), and the brand and division it is for."""

    occurred_at: datetime | None = None
    brand: str | None = None
    division: str | None = None

    @property
    def dated(self) -> bool:
        """Whether the caller gave `occurred_at`."""
        return self.occurred_at is not None

    def circumstances(self, request: Request, spelled: Spelling) -> Circumstances:
        """Returns the circumstances of the fact. Raises InFuture beyond five minutes ahead.

        `spelled` gives the brand and the division as declared, and may raise UndeclaredName.
        """
        if self.brand is None and self.division is None:
            return request.circumstances(self.occurred_at)
        brand, division = every(
            lambda: spelled(NameKind.BRAND, optional_text(self.brand, "brand"), "brand"),
            lambda: spelled(NameKind.DIVISION, optional_text(self.division, "division"), "division"),
        )
        return request.circumstances(self.occurred_at, brand, division)


@dataclass(frozen=True, kw_only=True)
class CustomerStatement(Statement):
    """The customer that the fact is about: exactly one of the two fields is given."""

    customer_id: UUID | None = None
    identifier: GivenIdentifier | None = None


def whose_body(customer: WhoseProfile) -> dict[str, Any]:
    """Returns the part of the answer that names the profile. `customer_known` is present only if it is false."""
    unknown = {} if customer.known else {"customer_known": False}
    return {"customer_id": str(customer.profile_id), **unknown}
