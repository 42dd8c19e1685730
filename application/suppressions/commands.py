"""What may be wanted of suppressions."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from application.customers.whose import GivenIdentifier
from application.statements import Statement


@dataclass(frozen=True, kw_only=True)
class GivenScope:
    """Whom or what a suppression is said of: exactly one of the first four. The others narrow it; absent = all."""

    customer_id: UUID | None = None
    identifier: GivenIdentifier | None = None
    address: str | None = field(default=None, repr=False)
    domain: str | None = None
    channel: str | None = None
    purpose: str | None = None
    brand: str | None = None


@dataclass(frozen=True, kw_only=True)
class ImposeSuppression(Statement):
    """`until`: when it ends by itself; without it by the policy, or never. Some reasons yield to a lifting only."""

    scope: GivenScope
    reason: str
    until: datetime | None = None
    note: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class LiftSuppression(Statement):
    suppression_id: UUID
    reason: str = field(repr=False)
