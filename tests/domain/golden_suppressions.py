"""What golden decisions are asked about suppressions: reasons, scopes, classes, ends, policies."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from domain.campaigns.events import MessageClass
from domain.deciding.decide import DecisionQuestion
from domain.deciding.facts import Person, StoppingSuppression
from domain.deciding.policy import FIRST_POLICY, IMPOSABLE, SuppressionPolicy
from tests.domain.golden_cases import INSTANT, Question, of
from tests.domain.people import ADDRESS, ANNA, BEN, DAY, MAIL, NOW, OTHER_ADDRESS, joined, person, said
from tests.domain.suppressing import (
    CREDIT,
    DOMAIN,
    LASTING_TEN_DAYS,
    NEW,
    OLD,
    OTHER_DOMAIN,
    all_of,
    consenting,
    flatmate,
    moved,
    policy,
    suppression,
    unregistered,
)

NORTH = replace(CREDIT, brand="north")
EVERY_CLASS = frozenset(MessageClass)
STRICTER = policy(stops=dict.fromkeys(IMPOSABLE, EVERY_CLASS), credit_purposes=frozenset({"loans"}))
LOANS = replace(MAIL, purpose="loans", message_class="service")
NARROWED: dict[str, dict[str, Any]] = {
    "this channel": {"channel": "email"},
    "another channel": {"channel": "sms"},
    "this purpose": {"purpose": "credit"},
    "another purpose": {"purpose": "marketing"},
    "this brand": {"brand": "north"},
    "another brand": {"brand": "south"},
    "all of this": {"channel": "email", "purpose": "credit", "brand": "north"},
    "this channel, another brand": {"channel": "email", "brand": "south"},
}


def asked(
    someone: Person, asked: DecisionQuestion = CREDIT, by: SuppressionPolicy = FIRST_POLICY, **facts: Any
) -> Question:
    return replace(of(someone, asked, **facts), policy=by)


def blocking(*suppressions: StoppingSuppression) -> dict[Any, tuple[StoppingSuppression, ...]]:
    return {DOMAIN: suppressions}


def of_class(message_class: str) -> Iterator[tuple[str, Question]]:
    message = replace(CREDIT, message_class=message_class)
    for reason in IMPOSABLE:
        yield f"{reason}, {message_class}", asked(consenting(suppression(reason)), message)
    in_force = all_of()
    unlinked = unregistered(*all_of(of=ADDRESS, scope="address"))
    said_of_domain = blocking(*all_of(of=DOMAIN, scope="domain"))
    yield f"every reason, {message_class}, stricter policy", asked(consenting(*in_force), message, STRICTER)
    yield (
        f"every reason, {message_class}, co-owner's own",
        asked(consenting(), message, co_owners=flatmate(*all_of(of=BEN))),
    )
    yield (
        f"every reason, {message_class}, of the shared address",
        asked(consenting(), message, co_owners=unlinked),
    )
    yield (
        f"every reason, {message_class}, of the domain",
        asked(consenting(), message, domains=said_of_domain),
    )


def ends() -> Iterator[tuple[str, Question]]:
    yield "every reason ends the next instant", asked(consenting(*all_of(until=NOW + INSTANT)))
    yield "every reason ended at this instant", asked(consenting(*all_of(until=NOW)))
    by_policy = asked(consenting(*all_of()), by=LASTING_TEN_DAYS)
    yield "every reason ended at this instant by policy", by_policy
    yield "every reason ends the next instant by policy", replace(by_policy, at=NOW - INSTANT)
    yield (
        "every reason, its own end before the policy's",
        asked(consenting(*all_of(until=NOW + 40 * DAY)), by=LASTING_TEN_DAYS),
    )
    both = (suppression("OPERATOR_EXCLUDED", 70, until=NOW + DAY), suppression("OPERATOR_EXCLUDED", 71))
    yield "two of a reason, one has no end", asked(consenting(*both))
    later = replace(both[1], until=NOW + 2 * DAY)
    yield "two of a reason, the later end counts", asked(consenting(both[0], later))
    yield (
        "two reasons, the later end counts",
        asked(consenting(both[0], replace(later, reason_code="DECEASED"))),
    )


def of_places() -> Iterator[tuple[str, Question]]:
    for reason in IMPOSABLE:
        newer = suppression(reason, of=OTHER_ADDRESS, scope="address")
        yield f"{reason} of the newer of two addresses", asked(moved(newer))
    older = all_of(of=ADDRESS, scope="address")
    yield "every reason of the older of two addresses", asked(moved(*older))
    bounced = [suppression("HARD_BOUNCE", of=a, scope="address") for a in (ADDRESS, OTHER_ADDRESS)]
    yield "both addresses bounce", asked(moved(*bounced), replace(CREDIT, message_class="transactional"))
    newer_domain = {OTHER_DOMAIN: (suppression("DOMAIN_BLOCKED", of=OTHER_DOMAIN, scope="domain"),)}
    yield "domain of the newer address blocked", asked(moved(), domains=newer_domain)
    yield "domain of neither address blocked", asked(moved(), domains=blocking())
    shared = unregistered(bounced[1], address=OTHER_ADDRESS)
    yield "the newer address bounced at a co-owner's", asked(moved(), co_owners=shared)
    spam = unregistered(suppression("SPAM_COMPLAINT", of=ADDRESS, scope="address"))
    yield "spam complaint by the older, shared address", asked(moved(), co_owners=spam)
    only_newer = said(5, purpose="credit", contact_point_id=NEW.contact_point_id)
    yield "the consented address bounced", asked(moved(bounced[1], consents=(only_newer,)))
    preferred = (OLD, replace(NEW, label="preferred", position=90))
    yield "the preferred address bounced", asked(replace(moved(bounced[1]), contact_points=preferred))


def of_others() -> Iterator[tuple[str, Question]]:
    elsewhere = all_of(of=OTHER_ADDRESS, scope="address")
    yield "every reason of a co-owner's other address", asked(consenting(), co_owners=flatmate(*elsewhere))
    yield (
        "every reason of an owner of the address not chosen",
        asked(moved(), co_owners=flatmate(*all_of(of=BEN))),
    )
    yield (
        "every reason of a linked profile",
        asked(consenting(*all_of(of=BEN), profiles=(ANNA, BEN), links=(joined(20),))),
    )
    yield "every reason, no contact point", asked(consenting(*all_of(), contact_points=()))
    yield "every reason, order does not count", asked(consenting(*reversed(all_of())))
    twice = suppression("HARD_BOUNCE", of=ADDRESS, scope="address")
    yield "one suppression read twice", asked(consenting(twice), co_owners=flatmate(twice))


def narrowed() -> Iterator[tuple[str, Question]]:
    for name, scope in NARROWED.items():
        someone = consenting(*all_of(**scope), consents=(said(5), said(6, purpose="credit")))
        yield f"every reason, narrowed to {name}", asked(someone, NORTH)
    yield "every reason, narrowed to a brand, none asked", asked(consenting(*all_of(brand="south")))


def delinquent() -> Iterator[tuple[str, Question]]:
    owes, owes_loans = suppression("DELINQUENT"), suppression("DELINQUENT", purpose="loans")
    yield "delinquent, an offer of credit", asked(consenting(owes))
    yield "delinquent, another offer", asked(consenting(owes), MAIL)
    consents = (said(5), said(6, purpose="loans"))
    yield (
        "delinquent for its own purpose",
        asked(
            person(consents=consents, suppressions=(owes_loans,)), replace(LOANS, message_class="promotional")
        ),
    )
    yield "delinquent for another purpose", asked(consenting(owes_loans))
    yield "delinquent, credit by a stricter policy", asked(person(suppressions=(owes,)), LOANS, STRICTER)
    yield "delinquent, no credit by a stricter policy", asked(consenting(owes), CREDIT, STRICTER)


def all_questions() -> Iterator[tuple[str, Question]]:
    for message_class in MessageClass:
        yield from of_class(message_class)
    for room in (ends, of_places, of_others, narrowed, delinquent):
        yield from room()


QUESTIONS: dict[str, Question] = dict(all_questions())
