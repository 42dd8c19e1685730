"""The rules of consents."""

from datetime import timedelta
from typing import Any

import pytest

from domain.customers.consents import Consents
from domain.customers.customer import Customer
from domain.customers.events import ConsentGranted, ConsentWithdrawn
from domain.errors import InvalidInput
from tests.domain.scenario import CUSTOMER, STREAM, begun, given, minute, now, told

EVIDENCE = {"source": "web form", "text": "Yes, write to me."}
GRANTED = told(ConsentGranted, purpose="marketing", channel="email", evidence=EVIDENCE, at=minute(5))
WITHDRAWN = told(ConsentWithdrawn, at=minute(5))
GRANT: dict[str, Any] = {"purpose": "marketing", "channel": "email", "evidence": EVIDENCE}


def granting(at: int = 5, **values: Any) -> Any:
    return lambda consents: consents.grant(now(minute(at)), **GRANT | values)


def withdrawing(at: int = 5, **values: Any) -> Any:
    return lambda consents: consents.withdraw(now(minute(at)), **values)


def first(command: Any) -> Consents:
    consents = Consents.before_first_fact(CUSTOMER)
    command(consents)
    return consents


def test_consents_have_a_stream_of_their_own_beside_the_customers() -> None:
    assert Consents.stream_of(CUSTOMER) not in (CUSTOMER, Customer.stream_of(CUSTOMER))


def test_a_consent_begins_the_stream_with_all_that_was_said() -> None:
    everything: dict[str, Any] = {
        **GRANT,
        "contact_point_id": STREAM,
        "topic": "lamps",
        "expires_at": minute(50),
    }
    begun(lambda: first(granting(**everything))).then(told(ConsentGranted, **everything))


def test_a_withdrawal_may_begin_the_stream_and_leave_everything_open() -> None:
    begun(lambda: first(withdrawing())).then(told(ConsentWithdrawn))
    narrow = {"purpose": "survey", "channel": "sms", "topic": "lamps", "reason": "too many"}
    begun(lambda: first(withdrawing(**narrow))).then(told(ConsentWithdrawn, **narrow))


def test_the_same_words_at_another_time_are_another_statement() -> None:
    given(GRANTED).when(granting(at=6)).then(
        told(ConsentGranted, **GRANT, at=minute(6)),
    )
    given(WITHDRAWN).when(withdrawing(at=6)).then(told(ConsentWithdrawn, at=minute(6)))


def test_what_was_said_before_with_the_same_date_changes_nothing() -> None:
    given(GRANTED).when(granting()).then_nothing()
    given(WITHDRAWN).when(withdrawing()).then_nothing()
    given(GRANTED, told(ConsentWithdrawn, at=minute(7))).when(granting()).then_nothing()


def test_33_a_withdrawal_told_again_is_stored_where_a_consent_may_have_answered_it() -> None:
    """A consent recorded after it and dated before it: the clock of the withdrawal's source may have run ahead."""
    answered = given(WITHDRAWN, told(ConsentGranted, **GRANT, at=minute(4)))
    answered.when(withdrawing()).then(told(ConsentWithdrawn, at=minute(5)))
    given(WITHDRAWN, told(ConsentGranted, **GRANT, at=minute(6))).when(withdrawing()).then_nothing()


@pytest.mark.parametrize(
    "other",
    [
        {"purpose": "survey"},
        {"channel": "sms"},
        {"topic": "lamps"},
        {"contact_point_id": STREAM},
        {"expires_at": minute(50)},
        {"evidence": {"source": "phone"}},
    ],
)
def test_other_words_at_the_same_time_are_another_statement(other: dict[str, Any]) -> None:
    given(GRANTED).when(granting(**other)).then(told(ConsentGranted, **GRANT | other))


def test_another_brand_is_another_statement() -> None:
    given(WITHDRAWN).when(lambda consents: consents.withdraw(now(minute(5), brand="north"))).then(
        told(ConsentWithdrawn, brand="north")
    )


def test_evidence_that_can_no_longer_be_read_counts_as_the_same() -> None:
    forgotten = told(ConsentGranted, purpose="marketing", channel="email", evidence=None, at=minute(5))
    given(forgotten).when(granting()).then_nothing()


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"channel": "web"}, "channel"),
        ({"evidence": {}}, "evidence.source"),
        ({"evidence": {"source": " "}}, "evidence.source"),
        ({"topic": ""}, "topic"),
        ({"expires_at": minute(5)}, "expires_at"),
        ({"expires_at": minute(5) - timedelta(days=1)}, "expires_at"),
    ],
)
def test_a_consent_that_is_wrong_in_itself_is_refused_with_its_path(
    values: dict[str, Any], path: str
) -> None:
    begun(lambda: first(granting(**values))).then_refused(InvalidInput, path=path)


@pytest.mark.parametrize(("values", "path"), [({"channel": "web"}, "channel"), ({"topic": "a\nb"}, "topic")])
def test_a_withdrawal_that_is_wrong_in_itself_is_refused_with_its_path(
    values: dict[str, Any], path: str
) -> None:
    begun(lambda: first(withdrawing(**values))).then_refused(InvalidInput, path=path)
