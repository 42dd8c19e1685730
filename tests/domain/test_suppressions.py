"""The rules of a suppression."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.deciding.policy import IMPOSABLE, YIELD_TO_LIFTING_ONLY
from domain.errors import InvalidInput
from domain.suppressions.events import SuppressionImposed, SuppressionLifted
from domain.suppressions.suppression import OF_DOMAINS, Suppression
from tests.domain.scenario import CUSTOMER, STREAM, begun, given, minute, now, told

MESSAGE = UUID("00000000-0000-4000-8000-00000000000d")
IMPOSED = told(SuppressionImposed, reason_code="SPAM_COMPLAINT", scope="customer")
LIFTED = told(SuppressionLifted, reason="asked us to")


def imposed(reason: str = "LEGAL_HOLD", scope: str = "customer", **values: Any) -> Suppression:
    return Suppression.impose(STREAM, now(), profile_id=CUSTOMER, reason_code=reason, scope=scope, **values)


@pytest.mark.parametrize("reason", sorted(set(IMPOSABLE) - {"DOMAIN_BLOCKED"}))
@pytest.mark.parametrize("scope", ["customer", "address"])
def test_04_each_reason_but_a_blocked_domain_can_be_said_of_a_customer_and_an_address(
    reason: str, scope: str
) -> None:
    begun(lambda: imposed(reason, scope)).then(told(SuppressionImposed, reason_code=reason, scope=scope))


def test_04_a_suppression_is_narrowed_to_a_channel_a_purpose_and_a_brand() -> None:
    narrow = {"only_channel": "email", "only_purpose": "marketing", "only_brand": "north"}
    begun(lambda: imposed("OPERATOR_EXCLUDED", **narrow)).then(
        told(SuppressionImposed, reason_code="OPERATOR_EXCLUDED", scope="customer", **narrow)
    )


def test_a_suppression_keeps_what_was_told_of_it_and_the_message_that_imposed_it() -> None:
    rest = {"message_id": MESSAGE, "address": "ann@example.com", "note": "550 5.1.1", "until": minute(9_999)}
    begun(lambda: imposed("HARD_BOUNCE", "address", **rest)).then(
        told(SuppressionImposed, reason_code="HARD_BOUNCE", scope="address", **rest)
    )


@pytest.mark.parametrize("reason", sorted(IMPOSABLE))
def test_04_only_some_reasons_can_be_said_of_a_domain(reason: str) -> None:
    outcome = begun(lambda: imposed(reason, "domain"))
    if reason in OF_DOMAINS:
        outcome.then(told(SuppressionImposed, reason_code=reason, scope="domain"))
    else:
        outcome.then_refused(InvalidInput, path="scope")


@pytest.mark.parametrize("scope", ["customer", "address"])
def test_a_domain_is_blocked_and_nobody_else(scope: str) -> None:
    begun(lambda: imposed("DOMAIN_BLOCKED", scope)).then_refused(InvalidInput, path="scope")


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"reason": "OPEN_COMPLAINT"}, "reason"),
        ({"reason": "FREQUENCY_CAP"}, "reason"),
        ({"scope": "household"}, "scope"),
        ({"until": now().occurred_at}, "until"),
        ({"until": now().occurred_at - timedelta(days=1)}, "until"),
    ],
)
def test_what_cannot_be_imposed_is_refused_with_its_path(values: dict[str, Any], path: str) -> None:
    begun(lambda: imposed(**values)).then_refused(InvalidInput, path=path)


@pytest.mark.parametrize("reason", sorted(YIELD_TO_LIFTING_ONLY))
def test_33_what_yields_to_a_lifting_only_is_imposed_without_an_end(reason: str) -> None:
    lasting = begun(lambda: imposed(reason))
    lasting.then(told(SuppressionImposed, reason_code=reason, scope="customer"))
    for until in (minute(9_999), now().occurred_at):
        with pytest.raises(InvalidInput) as refused:
            imposed(reason, until=until)
        assert (refused.value.path, refused.value.code) == ("until", "never_expires")


def test_05_a_lifting_is_a_fact_of_its_own_with_who_when_and_why() -> None:
    given(IMPOSED).when(lambda one: one.lift(now(minute(7)), "asked us to")).then(
        told(SuppressionLifted, reason="asked us to", at=minute(7))
    )


def test_lifting_again_changes_nothing() -> None:
    given(IMPOSED, LIFTED).when(lambda one: one.lift(now(), "once more")).then_nothing()
