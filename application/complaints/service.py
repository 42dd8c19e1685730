"""The use cases for complaints: open, answer, escalate, resolve, close and reopen."""

from uuid import UUID

from application.catalogue.declared import Declared
from application.complaints.commands import (
    CloseComplaint,
    EscalateComplaint,
    OpenComplaint,
    ReopenComplaint,
    ResolveComplaint,
    RespondToComplaint,
)
from application.customers.whose import Whose
from application.natural_identity import save_once, save_unless_so
from application.requests import Answer, Request
from application.statements import Statement, whose_body
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
        complaint = Complaint.open(
            self._complaint_id(command),
            customer.profile_id,
            command.circumstances(request, self._declared.if_declared),
            category=command.category,
            severity=command.severity,
            channel=command.channel,
            source=command.source,
            number=command.number,
            product=command.product,
            subject=command.subject,
            description=command.description,
        )
        body = {"complaint_id": str(complaint.id), **whose_body(customer)}
        answer = Answer(body=body, version=complaint.version, created=True)
        return save_once(self._store, complaint, request=request, answer=answer, dated=command.dated)

    @retried
    def respond_to_complaint(self, command: RespondToComplaint, request: Request) -> Answer:
        complaint = self._load(command.complaint_id, request)
        complaint.respond(
            command.circumstances(request, self._declared.if_declared), text=command.text, dated=command.dated
        )
        return self._save(complaint, request, ComplaintResponded, command)

    @retried_until_stored
    def escalate_complaint(self, command: EscalateComplaint, request: Request) -> Answer:
        complaint = self._load(command.complaint_id, request)
        complaint.escalate(
            command.circumstances(request, self._declared.if_declared),
            to=command.to,
            reason=command.reason,
            severity=command.severity,
            dated=command.dated,
        )
        return self._save(complaint, request, ComplaintEscalated, command)

    @retried
    def resolve_complaint(self, command: ResolveComplaint, request: Request) -> Answer:
        complaint = self._load(command.complaint_id, request)
        complaint.resolve(
            command.circumstances(request, self._declared.if_declared),
            summary=command.summary,
            compensation=command.compensation,
            currency=command.currency or self._default_currency,
            dated=command.dated,
        )
        return self._save(complaint, request, ComplaintResolved, command)

    @retried
    def close_complaint(self, command: CloseComplaint, request: Request) -> Answer:
        complaint = self._load(command.complaint_id, request)
        complaint.close(
            command.circumstances(request, self._declared.if_declared),
            root_cause=command.root_cause,
            outcome=command.outcome,
            dated=command.dated,
        )
        return self._save(complaint, request, ComplaintClosed, command)

    @retried_until_stored
    def reopen_complaint(self, command: ReopenComplaint, request: Request) -> Answer:
        complaint = self._load(command.complaint_id, request)
        complaint.reopen(
            command.circumstances(request, self._declared.if_declared),
            reason=command.reason,
            dated=command.dated,
        )
        return self._save(complaint, request, ComplaintReopened, command)

    def _complaint_id(self, command: OpenComplaint) -> UUID:
        numbered = numbering(command.source, command.number)
        return derived_id("complaint", *numbered) if numbered else self._ids.new()

    def _load(self, complaint_id: UUID, request: Request) -> Complaint:
        return load(self._store, Complaint, complaint_id, ComplaintNotFound, request)

    def _save(self, complaint: Complaint, request: Request, kind: type[Fact], command: Statement) -> Answer:
        answer = Answer(body={"complaint_id": str(complaint.id)}, version=complaint.version)
        at = command.occurred_at
        return save_unless_so(
            self._store,
            complaint,
            request=request,
            answer=answer,
            made_so=lambda fact: isinstance(fact, kind) and at in (None, fact.occurred_at),
        )
