"""The use cases for complaints: open, answer, escalate, resolve, close and reopen."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from application.catalogue.declared import Declared, NamesOfStop
from application.complaints.commands import (
    CloseComplaint,
    ComplaintStep,
    EscalateComplaint,
    OpenComplaint,
    ReopenComplaint,
    ResolveComplaint,
    RespondToComplaint,
)
from application.customers.whose import Whose
from application.natural_identity import save_once, save_unless_so
from application.requests import Answer, Request
from application.statements import whose_body
from application.store import Store, load, retried, retried_until_stored
from domain.complaints.complaint import Complaint
from domain.complaints.errors import ComplaintNotFound
from domain.complaints.events import (
    ComplaintClosed,
    ComplaintEscalated,
    ComplaintReopened,
    ComplaintResolved,
    ComplaintResponded,
)
from domain.facts import Fact, derived_id
from domain.plain_text import numbering
from domain.ports import Ids


class ComplaintsService:
    """Handles the commands about complaints. Every answer names the complaint, with its version for If-Match.

    A complaint is never refused because its brand or division is not declared.
    """

    def __init__(self, *, store: Store, ids: Ids, whose: Whose, default_currency: str) -> None:
        self._store = store
        self._ids = ids
        self._whose = whose
        self._default_currency = default_currency
        self._declared = Declared(store)

    @retried_until_stored
    def open_complaint(self, command: OpenComplaint, request: Request) -> Answer:
        """Opens a complaint. The same source and number with the same content is a duplicate.

        Raises DifferentContent if it was recorded with other content.
        """
        customer = self._whose.profile_of(
            command.customer_id, command.identifier, must_exist=True, stops=True
        )
        names = self._declared.of_stop()
        complaint = Complaint.open(
            self._complaint_id(command),
            customer.profile_id,
            command.circumstances(request, names.spelled),
            category=command.category,
            severity=command.severity,
            channel=command.channel,
            source=command.source,
            number=command.number,
            product=command.product,
            subject=command.subject,
            description=command.description,
        )
        body = {**_body(complaint, names), **whose_body(customer)}
        answer = Answer(body=body, version=complaint.version, created=True)
        return save_once(self._store, complaint, request=request, answer=answer, dated=command.dated)

    @retried
    def respond_to_complaint(self, command: RespondToComplaint, request: Request) -> Answer:
        return self._take(Complaint.respond, command, request, ComplaintResponded)

    @retried_until_stored
    def escalate_complaint(self, command: EscalateComplaint, request: Request) -> Answer:
        return self._take(Complaint.escalate, command, request, ComplaintEscalated)

    @retried
    def resolve_complaint(self, command: ResolveComplaint, request: Request) -> Answer:
        command = replace(command, currency=command.currency or self._default_currency)
        return self._take(Complaint.resolve, command, request, ComplaintResolved)

    @retried
    def close_complaint(self, command: CloseComplaint, request: Request) -> Answer:
        return self._take(Complaint.close, command, request, ComplaintClosed)

    @retried_until_stored
    def reopen_complaint(self, command: ReopenComplaint, request: Request) -> Answer:
        return self._take(Complaint.reopen, command, request, ComplaintReopened)

    def _complaint_id(self, command: OpenComplaint) -> UUID:
        numbered = numbering(command.source, command.number)
        return derived_id("complaint", *numbered) if numbered else self._ids.new()

    def _take(
        self, step: Callable[..., None], command: ComplaintStep, request: Request, kind: type[Fact]
    ) -> Answer:
        """Loads the complaint, takes the step, whose fact is of this kind, and saves the complaint."""
        complaint = load(self._store, Complaint, command.complaint_id, ComplaintNotFound, request)
        names = self._declared.of_stop()
        circumstances = command.circumstances(request, names.spelled)
        step(complaint, circumstances, dated=command.dated, **command.content)
        return save_unless_so(
            self._store,
            complaint,
            request=request,
            answer=Answer(body=_body(complaint, names), version=complaint.version),
            made_so=lambda fact: isinstance(fact, kind) and command.occurred_at in (None, fact.occurred_at),
        )


def _body(complaint: Complaint, names: NamesOfStop) -> dict[str, Any]:
    return {"complaint_id": str(complaint.id), "undeclared_names": names.undeclared}
