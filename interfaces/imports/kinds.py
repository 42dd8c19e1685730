"""The kinds of rows that can be imported: each kind's body, its identity, and the use case that records it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from application.complaints.commands import (
    CloseComplaint,
    EscalateComplaint,
    OpenComplaint,
    ResolveComplaint,
    RespondToComplaint,
)
from application.customers.commands import GrantConsent, RegisterCustomer, WithdrawConsent
from application.orders.commands import PlaceOrder
from application.paths import under
from application.requests import Answer, Request
from application.services import Services
from application.touchpoints.commands import RecordTouchpoint
from domain.errors import DifferentContent, FarleyError, InvalidInput
from domain.facts import derived_id
from interfaces import value_rules as rules
from interfaces.http.contexts.customers.schemas import RegisterCustomerIn
from interfaces.http.contexts.orders.schemas import PlaceOrderIn
from interfaces.http.contexts.touchpoints.schemas import RecordTouchpointIn
from interfaces.http.schemas.base import BodyIn
from interfaces.imports.schemas import ComplaintRowIn, ConsentRowIn, WithdrawalRowIn
from interfaces.value_rules import Body, Rule

UndeclaredNames = Sequence[Mapping[str, Any]]
"""Names that were stored although they are not declared; each has a path, a name and the nearest declared name."""


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What came of a row: whether any of its facts was new, and which of its names are not declared.

    `may_be_double`: whether the new fact may be a double of an earlier one.
    """

    new: bool
    undeclared_names: UndeclaredNames = ()
    may_be_double: bool = False


Record = Callable[[Services, Body, Request], Recorded]
"""Records a loaded body."""
Outcome = Recorded | FarleyError
RecordAll = Callable[[Services, Sequence[Body], Request], list[Outcome]]
"""Records many bodies at once. Returns for each body what came of it, or the error that refused it."""


@dataclass(frozen=True, kw_only=True)
class ImportKind:
    """A kind of rows. `identified_by` holds the fields that may identify a row; a row's name fills the first.

    In a kind without such fields, two rows with the same content at the same instant are one fact. `record`
    records rows one by one, `record_all` many at once; a kind has one of the two. `rules` check single values.
    """

    name: str
    schema: type[BodyIn]
    identified_by: tuple[str, ...] = ()
    record: Record | None = None
    record_all: RecordAll | None = None
    rules: Sequence[Rule] = ()

    def identify(self, body: Body, source: str, name: str, *, named_by_key: bool) -> None:
        """Sets the body's source and its identity.

        A body that has an identity of its own keeps it, unless key columns made the name.
        """
        if not self.identified_by:
            return
        if not self.registers_customers:
            body.setdefault("source", source)
        if named_by_key or not any(field in body for field in self.identified_by):
            body[self.identified_by[0]] = self.identity(source, name)

    @property
    def registers_customers(self) -> bool:
        """Whether a row is a customer, whose id makes it known again."""
        return self.identified_by[:1] == ("customer_id",)

    def lane_of(self, body: Mapping[str, Any]) -> str:
        """Returns the lane of the body's row; the rows of one lane are recorded in their order.

        Rows with the same identity share a lane. In a kind without an identity, rows of one customer do.
        """
        names = self.identified_by or ("customer_id", "identifier")
        return repr([body.get(name) for name in names])

    def identity(self, source: str, name: str) -> str:
        """Returns the identity of a row that its source calls `name`."""
        return str(derived_id("import-customer", source, name)) if self.registers_customers else name


def _register_all(services: Services, bodies: Sequence[Body], request: Request) -> list[Outcome]:
    commands = [RegisterCustomer(**body) for body in bodies]
    return _outcomes(services.bulk.register_customers(commands, request))


def _place_all(services: Services, bodies: Sequence[Body], request: Request) -> list[Outcome]:
    outcomes = services.orders.place_orders([PlaceOrder(**body) for body in bodies], request)
    return [
        Recorded(new=not outcome.duplicate) if isinstance(outcome, Answer) else outcome
        for outcome in outcomes
    ]


def _record_touchpoints(services: Services, bodies: Sequence[Body], request: Request) -> list[Outcome]:
    """Records touchpoints in one request.

    The answer counts the duplicates but does not say which rows they are. The report only needs their number, so
    the last rows of the batch that were not refused count as the duplicates.
    """
    commands = [RecordTouchpoint(**body) for body in bodies]
    report = services.touchpoints.record_touchpoints(commands, request).body
    refused = {rejected["index"]: _refusal(rejected["errors"][0]) for rejected in report["rejected"]}
    new = iter([_NEW] * report["accepted"] + [_DUPLICATE] * report["duplicates"])
    return [refused[index] if index in refused else next(new) for index in range(len(bodies))]


_NEW, _DUPLICATE = Recorded(new=True), Recorded(new=False)


def _refusal(error: Mapping[str, str]) -> InvalidInput:
    # The answer names a place in the batch, which is no place in the file.
    message = DifferentContent().message if error["code"] == "different_content" else error["message"]
    return InvalidInput(message, path=error["path"], code=error["code"])


def _grant_all(services: Services, bodies: Sequence[Body], request: Request) -> list[Outcome]:
    return _outcomes(services.bulk.grant_consents([GrantConsent(**body) for body in bodies], request))


def _withdraw_all(services: Services, bodies: Sequence[Body], request: Request) -> list[Outcome]:
    return _outcomes(services.bulk.withdraw_consents([WithdrawConsent(**body) for body in bodies], request))


def _outcomes(outcomes: Sequence[Answer | FarleyError]) -> list[Outcome]:
    return [_recorded(outcome) if isinstance(outcome, Answer) else outcome for outcome in outcomes]


def _complain(services: Services, body: Body, request: Request) -> Recorded:
    complaints = services.complaints
    steps: tuple[tuple[str, Any, Any], ...] = (
        ("responses", RespondToComplaint, complaints.respond_to_complaint),
        ("escalations", EscalateComplaint, complaints.escalate_complaint),
        ("resolutions", ResolveComplaint, complaints.resolve_complaint),
        ("closings", CloseComplaint, complaints.close_complaint),
    )
    step_bodies = {name: body.pop(name, ()) for name, _, _ in steps}
    opened = complaints.open_complaint(OpenComplaint(**body), request)
    complaint_id = UUID(opened.body["complaint_id"])
    recorded = [_recorded(opened)]
    for name, command, take in steps:
        for index, step in enumerate(step_bodies[name]):
            with under(f"{name}.{index}"):
                answer = take(command(complaint_id=complaint_id, **step), request)
            recorded.append(_recorded(answer, f"{name}.{index}."))
    return Recorded(
        new=any(part.new for part in recorded),
        undeclared_names=[undeclared for part in recorded for undeclared in part.undeclared_names],
    )


def _recorded(answer: Answer, under_path: str = "") -> Recorded:
    """Returns what came of a command. `under_path`: where the row has the command's fields."""
    undeclared_names = answer.body.get("undeclared_names", ())
    return Recorded(
        new=not answer.unchanged,
        may_be_double=answer.may_be_double,
        undeclared_names=[{**name, "path": under_path + name["path"]} for name in undeclared_names],
    )


KINDS = {
    kind.name: kind
    for kind in (
        ImportKind(
            name="customers",
            schema=RegisterCustomerIn,
            identified_by=("customer_id",),
            record_all=_register_all,
            rules=rules.CUSTOMER,
        ),
        ImportKind(
            name="touchpoints",
            schema=RecordTouchpointIn,
            identified_by=("message_id",),
            record_all=_record_touchpoints,
            rules=rules.TOUCHPOINT,
        ),
        ImportKind(
            name="orders",
            schema=PlaceOrderIn,
            identified_by=("number", "order_id"),
            record_all=_place_all,
            rules=rules.ORDER,
        ),
        ImportKind(
            name="consents",
            schema=ConsentRowIn,
            record_all=_grant_all,
            rules=(rules.identifier, rules.names, rules.instants),
        ),
        ImportKind(
            name="withdrawals",
            schema=WithdrawalRowIn,
            record_all=_withdraw_all,
            rules=(rules.identifier, rules.instants),
        ),
        ImportKind(
            name="complaints",
            schema=ComplaintRowIn,
            identified_by=("number",),
            record=_complain,
            rules=(rules.identifier, rules.instants),
        ),
    )
}
