"""The commands about complaints."""

from dataclasses import dataclass, fields
from typing import Any
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
class ComplaintStep(Statement):
    """A step after the opening."""

    complaint_id: UUID

    @property
    def content(self) -> dict[str, Any]:
        """The fields that only this kind of step has."""
        shared = ComplaintStep.__dataclass_fields__
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name not in shared}


@dataclass(frozen=True, kw_only=True)
class RespondToComplaint(ComplaintStep):
    text: str | None = None


@dataclass(frozen=True, kw_only=True)
class EscalateComplaint(ComplaintStep):
    to: str
    reason: str
    severity: str | None = None


@dataclass(frozen=True, kw_only=True)
class ResolveComplaint(ComplaintStep):
    """Resolves a complaint. `compensation` is a decimal string, by default in the installation's currency."""

    summary: str
    compensation: str | None = None
    currency: str | None = None


@dataclass(frozen=True, kw_only=True)
class CloseComplaint(ComplaintStep):
    root_cause: str
    outcome: str


@dataclass(frozen=True, kw_only=True)
class ReopenComplaint(ComplaintStep):
    reason: str
