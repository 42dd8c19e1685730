"""Suppressions and their policy in what is decided, from the command to the verdict."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from application.complaints.commands import CloseComplaint
from application.customers.commands import RemoveContactPoint, WithdrawConsent
from application.policies.commands import AdoptSuppressionPolicy, GivenReason
from domain.campaigns.events import MessageClass
from domain.deciding.decide import RULES_VERSION
from domain.deciding.policy import FIRST_POLICY, IMPOSABLE, YIELD_TO_LIFTING_ONLY
from domain.errors import InvalidInput
from tests.acceptance.suppressing import decision, impose, lift, reach, stopped
from tests.world import World

SHARED = "shared@example.com"
DAY = timedelta(days=1)


def adopt(world: World, **change: Any) -> None:
    command = AdoptSuppressionPolicy(**change)
    world.services.policies.adopt_suppression_policy(command, world.request())


def stopped_classes(world: World, customer_id: UUID, reason: str) -> set[str]:
    return {one for one in MessageClass if reason in stopped(world, customer_id, message_class=one)}


def test_04_a_hard_bounce_belongs_to_the_address_on_every_person_that_has_it(world: World) -> None:
    impose(world, "HARD_BOUNCE", address=SHARED.upper())
    ann, bob, cyd = world.customer(SHARED), world.customer(SHARED), world.customer("cyd@example.com")
    (imposed,) = world.positions_of("suppressions.SuppressionImposed")
    for person in (ann, bob):
        (reason,) = decision(world, person, message_class="transactional").reasons
        assert (reason.code, reason.facts) == ("HARD_BOUNCE", (imposed,))
    assert stopped(world, cyd) == []
    reach(world, bob, "bob@example.com")
    assert (stopped(world, bob), stopped(world, ann)) == ([], ["HARD_BOUNCE"])


def test_04_a_spam_complaint_of_an_address_stops_all_promotional_mail_to_the_person(world: World) -> None:
    ann = world.customer(SHARED)
    reach(world, ann, "ann@example.com")
    impose(world, "SPAM_COMPLAINT", address=SHARED)
    assert stopped_classes(world, ann, "SPAM_COMPLAINT") == {"promotional"}
    assert "SPAM_COMPLAINT" in stopped(world, ann)


def test_06_a_co_owners_complaint_at_the_chosen_address_suppresses_though_another_address_is_free(
    world: World,
) -> None:
    """The choice asks about places only: a bounce there would turn it away."""
    ann = world.customer("ann@example.com")
    reach(world, ann, SHARED)
    bob = world.customer(SHARED)
    world.complain(bob)
    assert stopped(world, ann) == ["OPEN_COMPLAINT"]
    impose(world, "HARD_BOUNCE", address=SHARED)
    assert stopped(world, ann) == []


def test_04_a_blocked_domain_stops_whoever_is_there_also_who_registers_later(world: World) -> None:
    early, elsewhere = world.customer("ann@Bücher.example"), world.customer("ann@example.com")
    impose(world, "DOMAIN_BLOCKED", domain="xn--bcher-kva.EXAMPLE.")
    late = world.customer("late@bücher.example")
    assert (stopped(world, early), stopped(world, late)) == (["DOMAIN_BLOCKED"], ["DOMAIN_BLOCKED"])
    assert stopped(world, elsewhere) == []


def test_04_a_suppression_is_about_the_channel_purpose_and_brand_that_it_names(world: World) -> None:
    ann = world.customer("ann@example.com")
    impose(world, "OPERATOR_EXCLUDED", customer_id=ann, channel="sms")
    impose(world, "SERVICE_RECOVERY_PENDING", customer_id=ann, purpose="survey")
    assert stopped(world, ann) == []
    assert "SERVICE_RECOVERY_PENDING" in stopped(world, ann, purpose="survey")
    impose(world, "LEGAL_HOLD", customer_id=ann, channel="email", purpose="marketing", brand="north")
    assert stopped(world, ann) == ["LEGAL_HOLD"]
    south = world.campaign(brand="south")
    assert stopped(world, ann, campaign_id=south) == []


@pytest.mark.parametrize("reason", [one for one in IMPOSABLE if one not in YIELD_TO_LIFTING_ONLY])
def test_04_each_reason_stops_the_classes_that_the_policy_says_until_it_expires(
    world: World, reason: str
) -> None:
    ann = world.customer("ann@example.com")
    scope = {"domain": "example.com"} if reason == "DOMAIN_BLOCKED" else {"address": "ann@example.com"}
    purpose = {"purpose": "marketing"} if reason == "DELINQUENT" else {}
    end = world.clock.now() + 3 * DAY
    impose(world, reason, until=end, **scope, **purpose)
    assert stopped_classes(world, ann, reason) == FIRST_POLICY.stops[reason]
    (told,) = decision(world, ann).reasons
    assert (told.code, told.until) == (reason, end)
    world.clock.move(3 * DAY)
    assert stopped(world, ann) == []


@pytest.mark.parametrize("reason", sorted(YIELD_TO_LIFTING_ONLY))
def test_33_what_yields_to_a_lifting_only_takes_no_end_and_stops_until_it_is_lifted(
    world: World, reason: str
) -> None:
    ann = world.customer("ann@example.com")
    with pytest.raises(InvalidInput) as refused:
        impose(world, reason, until=world.clock.now() + DAY, customer_id=ann)
    assert (refused.value.path, refused.value.code) == ("until", "never_expires")
    one = impose(world, reason, customer_id=ann)
    assert stopped_classes(world, ann, reason) == FIRST_POLICY.stops[reason]
    world.clock.move(1_000 * DAY)
    assert stopped(world, ann) == [reason]
    lift(world, one)
    assert stopped(world, ann) == []


def test_05_a_lifted_suppression_stops_nothing_any_more_and_others_still_do(world: World) -> None:
    ann = world.customer("ann@example.com")
    of_ann = impose(world, "LEGAL_HOLD", customer_id=ann)
    impose(world, "LEGAL_HOLD", address="ann@example.com")
    first, second = world.positions_of("suppressions.SuppressionImposed")
    assert decision(world, ann).reasons[0].facts == (first, second)
    lift(world, of_ann)
    assert decision(world, ann).reasons[0].facts == (second,)


def test_05_what_was_decided_before_a_lifting_keeps_its_reason(world: World) -> None:
    ann = world.customer("ann@example.com")
    held = impose(world, "GLOBAL_DO_NOT_CONTACT", customer_id=ann)
    run = world.start(world.campaign())
    world.run_to_end(world.dispatcher())
    before = world.decisions(run)[ann]
    lift(world, held)
    world.fold()
    (imposed,) = world.positions_of("suppressions.SuppressionImposed")
    assert world.decisions(run)[ann] == before
    assert [(one["code"], one["facts"]) for one in before["reasons"]] == [
        ("GLOBAL_DO_NOT_CONTACT", [imposed])
    ]
    assert stopped(world, ann) == []


def test_10_nothing_but_a_lifting_ends_a_suppression(world: World) -> None:
    ann = world.customer(SHARED)
    held = [
        impose(world, "SPAM_COMPLAINT", customer_id=ann),
        impose(world, "HARD_BOUNCE", address=SHARED),
        impose(world, "GLOBAL_DO_NOT_CONTACT", address=SHARED),
    ]
    codes = ["GLOBAL_DO_NOT_CONTACT", "HARD_BOUNCE", "SPAM_COMPLAINT"]
    world.withdraw(ann)
    world.clock.move(DAY)
    world.consent(ann)
    point = reach(world, ann, SHARED)
    remove = RemoveContactPoint(customer_id=ann, contact_point_id=point)
    world.services.customers.remove_contact_point(remove, world.request())
    reach(world, ann, SHARED)
    world.link(ann, world.customer("ann@example.org"))
    adopt(world, cooling_off_days={"low": 0})
    world.clock.move(3_650 * DAY)
    assert stopped(world, ann) == ["GLOBAL_DO_NOT_CONTACT", "SPAM_COMPLAINT"]
    for newcomer in (world.customer(SHARED), world.customer(SHARED)):
        assert set(stopped(world, newcomer)) == set(codes)
    for one in held:
        lift(world, one)
    assert stopped(world, ann) == []


def test_29_a_suppression_of_any_linked_profile_stops_the_person_until_they_are_unlinked(
    world: World,
) -> None:
    ann, other = world.customer("ann@example.com"), world.customer("ann@example.org")
    impose(world, "DECEASED", customer_id=other)
    assert stopped(world, ann) == []
    world.link(ann, other)
    assert stopped(world, ann, message_class="transactional") == ["DECEASED"]


def test_29_a_withdrawal_recorded_after_a_link_binds_the_person_though_its_profile_granted_later(
    world: World,
) -> None:
    ann = world.customer("ann@example.com")
    world.clock.move(timedelta(hours=2))
    other = world.customer("ann@example.org")
    world.link(ann, other)
    assert stopped(world, ann) == []
    late = WithdrawConsent(
        customer_id=other,
        channel="email",
        purpose="marketing",
        occurred_at=world.clock.now() - timedelta(hours=1),
    )
    world.services.customers.withdraw_consent(late, world.request())
    assert stopped(world, ann) == ["CONSENT_WITHDRAWN"]
    assert stopped(world, other) == ["CONSENT_WITHDRAWN"]


@pytest.mark.parametrize(("severity", "days"), [("low", 7), ("normal", 14), ("high", 30), ("critical", 90)])
def test_37_a_new_installation_cools_off_for_these_days(world: World, severity: str, days: int) -> None:
    ann = world.customer("ann@example.com")
    world.complain(ann, severity=severity)
    close(world)
    (reason,) = decision(world, ann).reasons
    assert (reason.code, reason.until) == ("COMPLAINT_COOLING_OFF", world.clock.now() + days * DAY)
    world.clock.move(days * DAY - timedelta(microseconds=1))
    assert stopped(world, ann) == ["COMPLAINT_COOLING_OFF"]
    world.clock.move(timedelta(microseconds=1))
    assert stopped(world, ann) == []


def test_03_the_later_verdict_is_shown_with_its_own_policy_rules_and_instant(
    world: World,
) -> None:
    """Of who is withheld by a policy that took effect meanwhile, and of who is handed over under it."""
    complaining, other = world.customer("ana@example.org"), world.customer("ben@example.org")
    world.complain(complaining)
    close(world)
    world.clock.move(14 * DAY)
    effect = world.clock.now() + timedelta(hours=1)
    adopt(world, cooling_off_days={"normal": 20}, takes_effect_at=effect)
    run, dispatcher = world.start(world.campaign()), world.dispatcher()
    for _ in range(5):
        world.fold()
        if "runs.RunChunkDecided" in world.log_names():
            break
        dispatcher.advance()
    first = {member: basis(row) for member, row in world.decisions(run).items()}
    assert first == dict.fromkeys((complaining, other), (1, RULES_VERSION, first[other][2]))
    world.clock.move(timedelta(hours=1))
    world.run_to_end(dispatcher)
    found = world.decisions(run)
    assert {member: row["outcome"] for member, row in found.items()} == {
        complaining: "suppressed",
        other: "sent",
    }
    second = (2, RULES_VERSION, effect)
    assert {member: basis(row) for member, row in found.items()} == {complaining: second, other: second}
    with psycopg.connect(world.database.url) as connection:
        rows = connection.execute(
            "select member_id, policy_version, rules_version, decided_at from reporting.decisions"
        ).fetchall()
    assert {member: tuple(told) for member, *told in rows} == {complaining: second, other: second}


def basis(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["policy_version"], row["rules_version"], row["decided_at"]


def test_37_another_version_of_the_policy_cools_off_otherwise_from_its_instant_on(world: World) -> None:
    ann = world.customer("ann@example.com")
    world.complain(ann, severity="high")
    close(world)
    adopt(world, takes_effect_at=world.clock.now() + 5 * DAY, cooling_off_days={"high": 5})
    world.clock.move(5 * DAY - timedelta(microseconds=1))
    before = decision(world, ann)
    world.clock.move(timedelta(microseconds=1))
    after = decision(world, ann)
    assert (before.verdict, before.policy_version) == ("suppressed", 1)
    assert (after.verdict, after.policy_version) == ("eligible", 2)


def test_14_another_version_of_the_policy_rewrites_nothing_that_was_decided(world: World) -> None:
    ann = world.customer("ann@example.com")
    world.complain(ann)
    close(world)
    dispatcher = world.dispatcher()
    run = world.start(world.campaign())
    world.run_to_end(dispatcher)
    before = world.decisions(run)[ann]
    adopt(world, cooling_off_days={"normal": 0})
    world.fold()
    assert world.decisions(run)[ann] == before
    assert before["policy_version"] == 1
    later = world.start(world.campaign())
    world.run_to_end(dispatcher)
    decided = world.decisions(later)[ann]
    assert (decided["outcome"], decided["policy_version"]) == ("sent", 2)


def test_what_a_reason_stops_how_long_it_lasts_and_what_credit_is_are_policy(world: World) -> None:
    ann = world.customer("ann@example.com")
    impose(world, "DELINQUENT", customer_id=ann)
    impose(world, "SPAM_COMPLAINT", customer_id=ann)
    assert stopped(world, ann) == ["SPAM_COMPLAINT"]
    reasons = {
        "SPAM_COMPLAINT": GivenReason(stops=("promotional", "service")),
        "DELINQUENT": GivenReason(expires_after_days=2),
    }
    adopt(world, reasons=reasons, credit_purposes=["marketing"])
    assert stopped(world, ann) == ["SPAM_COMPLAINT", "DELINQUENT"]
    assert stopped(world, ann, message_class="service") == ["SPAM_COMPLAINT"]
    world.clock.move(2 * DAY)
    assert stopped(world, ann) == ["SPAM_COMPLAINT"]


def close(world: World) -> None:
    """Closes the only complaint."""
    with world.reading() as connection:
        (row,) = connection.execute(
            "select originator_id from log.facts where stored_name = 'complaints.ComplaintOpened'"
        ).fetchall()
    closing_it = CloseComplaint(complaint_id=row["originator_id"], root_cause="carrier", outcome="upheld")
    world.services.complaints.close_complaint(closing_it, world.request())
