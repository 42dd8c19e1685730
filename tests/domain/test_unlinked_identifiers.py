"""What was said of an address or number binds everyone who has it, linked to it or not."""

from dataclasses import replace
from typing import Any

import pytest

from domain.deciding.decide import decide, watched_profiles
from domain.deciding.facts import DecisionFacts
from domain.deciding.policy import FIRST_POLICY
from tests.domain.golden_unlinked_identifiers import ANOTHER, HERS, PHONE, ben, having, holding, withdrawn
from tests.domain.people import ADDRESS, BEN, MAIL, NOW, codes, complaint, decided, person, point, said
from tests.domain.suppressing import suppression

SPAM = suppression("SPAM_COMPLAINT", of=PHONE, scope="address")
BOUNCED = suppression("HARD_BOUNCE", of=PHONE, scope="address")


@pytest.mark.parametrize(
    ("said_of_it", "code"),
    [
        ({"complaints": (complaint(50, of=PHONE),)}, "OPEN_COMPLAINT"),
        ({"complaints": (complaint(50, "closed", of=PHONE, closed_days_ago=1),)}, "COMPLAINT_COOLING_OFF"),
        ({"consents": (said(40, False, of=PHONE, days_ago=3),)}, "CONSENT_WITHDRAWN"),
        ({"suppressions": (SPAM,)}, "SPAM_COMPLAINT"),
    ],
)
def test_10_what_was_said_of_a_number_that_somebody_else_has_too_still_stops(
    said_of_it: dict[str, Any], code: str
) -> None:
    for facts in (
        {"someone": having(holding(**said_of_it))},
        {"co_owners": ben(unlinked_identifiers=(holding(**said_of_it),))},
    ):
        assert codes(decided(**facts)) == [code]  # type: ignore[arg-type]


def test_04_what_is_said_of_one_address_alone_stops_no_other() -> None:
    assert codes(decided(having(holding(suppressions=(BOUNCED,))))) == []


def test_33_a_consent_that_the_person_gave_later_answers_a_withdrawal_told_by_what_they_have() -> None:
    later = (said(5), said(60, days_ago=1))
    assert codes(decided(having(withdrawn(), consents=later))) == []
    before_they_had_it = (said(5), said(15, days_ago=1))
    assert codes(decided(having(withdrawn(), consents=before_they_had_it))) == ["CONSENT_WITHDRAWN"]


def test_29_a_consent_told_by_what_others_have_too_allows_nothing() -> None:
    granted = holding(consents=(said(40, of=PHONE, days_ago=1),))
    assert codes(decided(having(granted, consents=()))) == ["NO_CONSENT"]


def test_29_a_withdrawal_at_one_contact_point_holds_at_every_one_with_its_address() -> None:
    for named, other in ((HERS, ANOTHER), (ANOTHER, HERS)):
        refusal = said(9, False, days_ago=1, contact_point_id=named.contact_point_id, address_id=ADDRESS)
        assert codes(decided(person(contact_points=(HERS, ANOTHER), consents=(said(5), refusal)))) == [
            "CONSENT_WITHDRAWN"
        ]
        assert codes(decided(person(contact_points=(other,), consents=(said(5), refusal)))) == [
            "CONSENT_WITHDRAWN"
        ]


@pytest.mark.parametrize("number", [108, 109])
def test_06_a_co_owners_withdrawal_at_any_contact_point_with_the_address_stops_it(number: int) -> None:
    points = (point(108, of=BEN), point(109, of=BEN))
    refusal = said(
        9, False, of=BEN, contact_point_id=points[number - 108].contact_point_id, address_id=ADDRESS
    )
    assert codes(decided(co_owners=ben(contact_points=points, consents=(refusal,)))) == ["CONSENT_WITHDRAWN"]


def test_what_people_hold_is_watched_until_the_handover() -> None:
    facts = DecisionFacts(
        person=having(holding()), co_owners=ben(unlinked_identifiers=(replace(holding(), profile_id=BEN),))
    )
    decision = decide(facts, FIRST_POLICY, MAIL, NOW)
    assert {PHONE, BEN} <= watched_profiles(facts, decision)
