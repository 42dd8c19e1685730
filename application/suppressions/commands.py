"""The commands about suppressions."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from application.customers.whose import GivenIdentifier
from application.statements import Statement


@dataclass(frozen=True, kw_only=True)
class GivenScope:
    """The scope of a suppression: exactly one of the first four fields. The others narrow it; absent means all."""

    customer_id: UUID | None = None
    identifier: GivenIdentifier | None = None
    address: str | None = field(default=None, repr=False)
    domain: str | None = None
    channel: str | None = None
    purpose: str | None = None
    brand: str | None = None


@dataclass(frozen=True, kw_only=True)
class ImposeSuppression(Statement):
    """Imposes a suppression. It expires at `until`, or else as the policy says, or never.

    Suppressions for some reasons never expire and have to be lifted.
    """

    scope: GivenScope
    reason: str
    until: datetime | None = None
    note: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class LiftSuppression(Statement):
    suppression_id: UUID
    reason: str = field(repr=False)
