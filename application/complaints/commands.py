"""The commands about complaints."""

from dataclasses import dataclass
from uuid import UUID

from application.statements import CustomerStatement, Statement


@dataclass(frozen=True, kw_only=True)
class OpenComplaint(CustomerStatement):
    """Opens a complaint. `source` and `number` identify it if another system numbers it."""

    category: str
    severity: str
    channel: str
    source: str | None = None
    number: str | None = None
    product: str | None = None
    subject: str | None = None
    description: str | None = None


@dataclass(frozen=True, kw_only=True)
class RespondToComplaint(Statement):
    complaint_id: UUID
    text: str | None = None


@dataclass(frozen=True, kw_only=True)
class EscalateComplaint(Statement):
    complaint_id: UUID
    to: str
    reason: str
    severity: str | None = None


@dataclass(frozen=True, kw_only=True)
class ResolveComplaint(Statement):
    """Resolves a complaint. `compensation` is a decimal string, by default in the installation's currency."""

    complaint_id: UUID
    summary: str
    compensation: str | None = None
    currency: str | None = None


@dataclass(frozen=True, kw_only=True)
class CloseComplaint(Statement):
    complaint_id: UUID
    root_cause: str
    outcome: str


@dataclass(frozen=True, kw_only=True)
class ReopenComplaint(Statement):
    complaint_id: UUID
    reason: str
