"""Use cases of complaints."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from application.complaints.commands import (
    CloseComplaint,
    EscalateComplaint,
    OpenComplaint,
    ReopenComplaint,
    ResolveComplaint,
    RespondToComplaint,
)
from application.complaints.service import ComplaintsService
from application.receipts import ReceiptExists
from application.requests import IdempotencyKey
from domain.complaints.errors import ComplaintNotFound
from domain.complaints.events import (
    ComplaintClosed,
    ComplaintEscalated,
    ComplaintOpened,
    ComplaintReopened,
    ComplaintResolved,
    ComplaintResponded,
)
from domain.customers.errors import CustomerNotFound
from domain.errors import DifferentContent, InFuture, InvalidInput, KeyReused, PreconditionFailed
from domain.facts import derived_id
from tests.application.setting import ANNA, BY_EMAIL, NOW, STRANGER, Setting, of, request, shown

LATE = OpenComplaint(customer_id=ANNA, category="delivery", severity="high", channel="phone", subject="late")
NUMBERED = replace(LATE, source="crm", number="7")


@pytest.fixture
def setting() -> Setting:
    return Setting()


@pytest.fixture
def complaints(setting: Setting) -> ComplaintsService:
    return ComplaintsService(
        store=setting.store, ids=setting.ids, whose=setting.whose, default_currency="EUR"
    )


@pytest.fixture
def opened(complaints: ComplaintsService) -> UUID:
    return UUID(complaints.open_complaint(LATE, request()).body["complaint_id"])


def test_opening_answers_with_the_id_the_version_and_the_position(
    complaints: ComplaintsService, setting: Setting
) -> None:
    answer = complaints.open_complaint(LATE, request())
    assert shown(answer) == (True, False, 2)
    assert answer.body == {
        "complaint_id": str(UUID(int=1)),
        "customer_id": str(ANNA),
        "undeclared_names": [],
    }
    assert answer.version == 1
    (fact,) = setting.told()
    assert isinstance(fact, ComplaintOpened)
    assert (fact.customer_id, fact.severity, fact.occurred_at) == (ANNA, "high", NOW)


def test_a_complaint_of_someone_never_registered_is_stored_on_the_identifiers_profile(
    complaints: ComplaintsService, setting: Setting
) -> None:
    answer = complaints.open_complaint(replace(LATE, customer_id=None, identifier=BY_EMAIL), request())
    (fact,) = setting.told()
    assert isinstance(fact, ComplaintOpened)
    assert fact.customer_id == setting.profile_by_email() == UUID(answer.body["customer_id"])


def test_a_complaint_of_an_unknown_customer_id_is_refused(
    complaints: ComplaintsService, setting: Setting
) -> None:
    with pytest.raises(CustomerNotFound):
        complaints.open_complaint(replace(LATE, customer_id=STRANGER), request())
    with pytest.raises(InvalidInput):
        complaints.open_complaint(replace(LATE, identifier=BY_EMAIL), request())
    with pytest.raises(InFuture):
        complaints.open_complaint(replace(LATE, occurred_at=NOW + timedelta(minutes=6)), request())
    assert setting.told() == []


def test_the_same_number_again_is_a_duplicate(complaints: ComplaintsService, setting: Setting) -> None:
    first = complaints.open_complaint(NUMBERED, request())
    assert first.body["complaint_id"] == str(derived_id("complaint", "crm", "7"))
    again = complaints.open_complaint(NUMBERED, request(received_at=NOW + timedelta(days=1)))
    assert shown(again) == (False, True, 2)
    assert again.body["complaint_id"] == first.body["complaint_id"]
    assert len(setting.told()) == 1


def test_the_same_number_with_another_content_names_the_first_position(
    complaints: ComplaintsService, setting: Setting
) -> None:
    complaints.open_complaint(NUMBERED, request())
    for other in (
        replace(NUMBERED, severity="low"),
        replace(NUMBERED, subject="broken"),
        replace(NUMBERED, description="added"),
        replace(NUMBERED, brand="Acme"),
        replace(NUMBERED, occurred_at=NOW - timedelta(days=1)),
    ):
        with pytest.raises(DifferentContent) as refused:
            complaints.open_complaint(other, request())
        assert refused.value.details == {"position": "2"}
    assert len(setting.told()) == 1


def test_what_was_forgotten_does_not_make_a_repeated_complaint_another_one(
    complaints: ComplaintsService, setting: Setting
) -> None:
    complaints.open_complaint(NUMBERED, request())
    setting.store.forget(ANNA)
    assert complaints.open_complaint(NUMBERED, request()).duplicate
    with pytest.raises(DifferentContent):
        complaints.open_complaint(replace(NUMBERED, category="billing"), request())


def test_every_command_tells_its_fact_and_the_next_version(
    complaints: ComplaintsService, setting: Setting, opened: UUID
) -> None:
    versions = [
        complaints.respond_to_complaint(RespondToComplaint(complaint_id=opened, text="x"), request()).version,
        complaints.escalate_complaint(
            EscalateComplaint(complaint_id=opened, to="Bob", reason="slow"), request()
        ).version,
        complaints.resolve_complaint(
            ResolveComplaint(complaint_id=opened, summary="paid", compensation="5"), request()
        ).version,
        complaints.close_complaint(
            CloseComplaint(complaint_id=opened, root_cause="carrier", outcome="upheld"), request()
        ).version,
        complaints.reopen_complaint(ReopenComplaint(complaint_id=opened, reason="again"), request()).version,
    ]
    assert versions == [2, 3, 4, 5, 6]
    assert [type(fact) for fact in setting.told()] == [
        ComplaintOpened,
        ComplaintResponded,
        ComplaintEscalated,
        ComplaintResolved,
        ComplaintClosed,
        ComplaintReopened,
    ]
    assert {fact.customer_id for fact in setting.told()} == {ANNA}  # type: ignore[attr-defined]


def test_a_compensation_without_currency_is_in_the_installations(
    complaints: ComplaintsService, setting: Setting, opened: UUID
) -> None:
    complaints.resolve_complaint(
        ResolveComplaint(complaint_id=opened, summary="paid", compensation="5"), request()
    )
    resolved = setting.told()[-1]
    assert isinstance(resolved, ComplaintResolved)
    assert (str(resolved.compensation), resolved.currency) == ("5.00", "EUR")


@pytest.mark.parametrize(
    "command",
    [
        RespondToComplaint(complaint_id=STRANGER),
        RespondToComplaint(complaint_id=ANNA),
    ],
)
def test_a_command_on_what_is_no_complaint_is_not_found(
    complaints: ComplaintsService, command: RespondToComplaint
) -> None:
    with pytest.raises(ComplaintNotFound):
        complaints.respond_to_complaint(command, request())


def test_a_stale_version_is_refused(complaints: ComplaintsService, setting: Setting, opened: UUID) -> None:
    command = RespondToComplaint(complaint_id=opened, text="x")
    assert complaints.respond_to_complaint(command, request(expected=of(1))).version == 2
    with pytest.raises(PreconditionFailed):
        complaints.respond_to_complaint(command, request(expected=of(1)))
    assert len(setting.told()) == 2


def test_a_change_between_reading_and_saving_is_met_by_another_try(
    complaints: ComplaintsService, setting: Setting, opened: UUID
) -> None:
    def someone_else() -> None:
        complaints.respond_to_complaint(RespondToComplaint(complaint_id=opened, text="theirs"), request())

    setting.store.meanwhile = someone_else
    mine = complaints.respond_to_complaint(RespondToComplaint(complaint_id=opened, text="mine"), request())
    assert mine.version == 3
    texts = [fact.text for fact in setting.told() if isinstance(fact, ComplaintResponded)]
    assert texts == ["theirs", "mine"]
    setting.store.meanwhile = someone_else
    with pytest.raises(PreconditionFailed):
        complaints.respond_to_complaint(
            RespondToComplaint(complaint_id=opened, text="mine too"), request(expected=of(3))
        )


def test_two_openings_of_one_number_at_once_end_as_one_and_a_duplicate(
    complaints: ComplaintsService, setting: Setting
) -> None:
    setting.store.meanwhile = lambda: complaints.open_complaint(NUMBERED, request())
    assert complaints.open_complaint(NUMBERED, request()).duplicate
    assert len(setting.told()) == 1


def test_closing_again_leaves_the_log_as_it_is(
    complaints: ComplaintsService, setting: Setting, opened: UUID
) -> None:
    close = CloseComplaint(complaint_id=opened, root_cause="carrier", outcome="upheld")
    first = complaints.close_complaint(close, request())
    again = complaints.close_complaint(close, request(received_at=NOW + timedelta(hours=1)))
    assert (first.version, again.version, len(setting.told())) == (2, 2, 2)


def test_an_import_told_again_by_its_dates_leaves_the_log_as_it_is(
    complaints: ComplaintsService, setting: Setting, opened: UUID
) -> None:
    day_before = NOW - timedelta(days=1)
    answered = RespondToComplaint(complaint_id=opened, text="we look into it", occurred_at=day_before)
    closed = CloseComplaint(complaint_id=opened, root_cause="x", outcome="rejected", occurred_at=NOW)
    for _ in range(2):
        complaints.respond_to_complaint(answered, request())
        complaints.close_complaint(closed, request())
    assert [type(fact) for fact in setting.told()] == [ComplaintOpened, ComplaintResponded, ComplaintClosed]


def test_an_idempotency_key_gives_the_first_answer_also_where_nothing_changed(
    complaints: ComplaintsService, setting: Setting
) -> None:
    def keyed(key: str, fingerprint: bytes = b"body") -> dict[str, Any]:
        return {"idempotency_key": IdempotencyKey(subject="tests", key=key, fingerprint=fingerprint)}

    first = complaints.open_complaint(NUMBERED, request(**keyed("a")))
    complaints.open_complaint(NUMBERED, request(**keyed("b")))
    for key, duplicate in (("a", False), ("b", True)):
        with pytest.raises(ReceiptExists) as answered:
            complaints.open_complaint(NUMBERED, request(**keyed(key)))
        assert answered.value.receipt.position == first.position
        assert answered.value.receipt.answer["duplicate"] is duplicate
    with pytest.raises(KeyReused):
        complaints.open_complaint(NUMBERED, request(**keyed("a", b"other")))
    assert len(setting.told()) == 1
