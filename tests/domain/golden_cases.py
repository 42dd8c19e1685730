"""What golden decisions are asked: every rule and class of message, links, shared addresses, ties, ends."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from domain.customers.mailability import Mailability
from domain.deciding.decide import Decision, DecisionQuestion
from domain.deciding.facts import ContactPoint, DecisionFacts, EarlierHandover, Person
from domain.deciding.policy import FIRST_POLICY, SuppressionPolicy
from tests.domain.people import (
    ADDRESS,
    ANNA,
    BEN,
    DAY,
    MAIL,
    NOW,
    OTHER_ADDRESS,
    complaint,
    joined,
    person,
    point,
    said,
)

CARL = UUID(int=3)
INSTANT = timedelta(microseconds=1)
OLD, NEW = point(100), point(102, address=OTHER_ADDRESS)
STRICT = SuppressionPolicy(version=7, cooling_off={**FIRST_POLICY.cooling_off, "normal": 60 * DAY})


@dataclass(frozen=True, kw_only=True)
class Question:
    """Everything that one decision is asked."""

    facts: DecisionFacts
    asked: DecisionQuestion = MAIL
    at: datetime = NOW
    policy: SuppressionPolicy = FIRST_POLICY


Decider = Callable[[Question], Decision]


def of(
    someone: Person | None = None, asked: DecisionQuestion = MAIL, at: datetime = NOW, **facts: Any
) -> Question:
    return Question(facts=DecisionFacts(person=someone or person(), **facts), asked=asked, at=at)


def ben(**changes: Any) -> dict[Any, tuple[Person, ...]]:
    """Ben owns the address too."""
    return {ADDRESS: (person(BEN, **changes),)}


def linked(*consents: Any, **changes: Any) -> Person:
    links = changes.pop("links", (joined(20),))
    return person(profiles=(ANNA, BEN), links=links, consents=consents, **changes)


def having(*points: ContactPoint, **changes: Any) -> Person:
    return person(contact_points=points, **changes)


def closed(days_ago: float = 1, **changes: Any) -> Any:
    return complaint(60, "closed", closed_days_ago=days_ago, **changes)


def handed_over(position: int, *, address: UUID = OTHER_ADDRESS, to_person: bool = False) -> EarlierHandover:
    return EarlierHandover(address_id=address, to_person=to_person, position=position)


NOWHERE, WITH_SMTPUTF8 = Mailability.NOWHERE, Mailability.WITH_SMTPUTF8
EVERYTHING_STOPS = person(
    consents=(said(5, False),), complaints=(complaint(50), closed()), time_zone="Asia/Tokyo"
)
SHOES, TILL_NOW = replace(MAIL, topic="shoes"), replace(MAIL, ends_at=NOW)


def by_class(message_class: str) -> dict[str, Question]:
    asked = replace(MAIL, message_class=message_class)
    name = f"class {message_class}"
    return {
        f"{name}, nothing said": of(person(consents=()), asked),
        f"{name}, cannot be written to": of(having(replace(OLD, mailability=NOWHERE)), asked),
        f"{name}, everything stops": of(
            EVERYTHING_STOPS,
            replace(asked, ends_at=NOW),
            co_owners=ben(complaints=(complaint(51, of=BEN),), consents=(said(7, False, of=BEN),)),
            earlier=(handed_over(80, to_person=True),),
            taken={ADDRESS: 77},
        ),
    }


def cooling(severity: str, days: int) -> dict[str, Question]:
    someone = person(complaints=(closed(0, severity=severity),))
    return {
        f"cooling off, {severity}, its last instant": of(someone, at=NOW + days * DAY - INSTANT),
        f"cooling off, {severity}, over": of(someone, at=NOW + days * DAY),
    }


QUESTIONS: dict[str, Question] = {
    "consented": of(),
    "no contact point": of(having()),
    "no contact point of the channel": of(having(point(channel="sms"))),
    "newest cannot be written to": of(having(OLD, replace(NEW, mailability=NOWHERE, label="preferred"))),
    "none can be written to": of(
        having(replace(OLD, mailability=NOWHERE), replace(NEW, mailability=WITH_SMTPUTF8))
    ),
    "not ASCII, the next hop has SMTPUTF8": of(
        having(replace(OLD, mailability=WITH_SMTPUTF8)), replace(MAIL, smtputf8=True)
    ),
    "nothing said": of(person(consents=())),
    "withdrawn": of(person(consents=(said(5), said(6, False, days_ago=1)))),
    "everything withdrawn": of(
        person(consents=(said(5), said(9, False, days_ago=1, channel=None, purpose=None)))
    ),
    "granted again": of(person(consents=(said(5, False), said(6, days_ago=1)))),
    "a late grant and a newer withdrawal": of(person(consents=(said(5, False, days_ago=2), said(9)))),
    "withdrawn and granted at one instant": of(person(consents=(said(5, False), said(9)))),
    "granted twice at one instant": of(person(consents=(said(5), said(9)))),
    "consent ends the next instant": of(person(consents=(said(5, expires_at=NOW + INSTANT),))),
    "consent ended at this instant": of(person(consents=(said(5, expires_at=NOW),))),
    "consent of another brand": of(person(consents=(said(5, brand="north"),)), replace(MAIL, brand="south")),
    "consent of this brand": of(person(consents=(said(5, brand="north"),)), replace(MAIL, brand="north")),
    "consent for another purpose": of(person(consents=(said(5, purpose="survey"),))),
    "opted out of the topic": of(
        person(consents=(said(5), said(6, False, days_ago=1, topic="shoes"))), SHOES
    ),
    "opted out of another topic": of(
        person(consents=(said(5), said(6, False, days_ago=1, topic="hats"))), SHOES
    ),
    "complaint open": of(person(complaints=(complaint(50), complaint(40)))),
    **cooling("low", 7),
    **cooling("normal", 14),
    **cooling("high", 30),
    **cooling("critical", 90),
    "two complaints cool off, the later end counts": of(
        person(complaints=(closed(severity="low"), complaint(61, "closed", closed_days_ago=3)))
    ),
    "cooling off by a stricter policy": replace(of(person(complaints=(closed(30),))), policy=STRICT),
    "closed as opened in error": of(person(complaints=(closed(0, outcome="opened_in_error"),))),
    "closed as a duplicate": of(person(complaints=(closed(0, outcome="duplicate"),))),
    "closed as upheld": of(person(complaints=(closed(0, outcome="upheld"),))),
    "linked, the other withdrew before": of(linked(said(5, days_ago=1), said(6, False, of=BEN, days_ago=9))),
    "linked, the other said nothing": of(linked(said(5))),
    "linked, granted after the link": of(linked(said(5, False, of=BEN), said(30, days_ago=1))),
    "linked, withdrawn after the link": of(linked(said(5, of=BEN), said(30, False, days_ago=1))),
    "linked over another": of(
        replace(
            linked(said(5, False, of=CARL, days_ago=9), said(30, days_ago=1)),
            profiles=(ANNA, BEN, CARL),
            links=(joined(20), joined(40, BEN, CARL)),
        )
    ),
    "linked, the other complains": of(linked(said(5), complaints=(complaint(of=BEN),))),
    "linked, one consent ended and one withdrawn": of(
        linked(said(5, expires_at=NOW), said(6, False, of=BEN))
    ),
    "co-owner complains": of(co_owners=ben(complaints=(complaint(of=BEN),))),
    "co-owner cools off": of(co_owners=ben(complaints=(closed(of=BEN),))),
    "co-owner withdrew": of(co_owners=ben(consents=(said(7, False, of=BEN),))),
    "co-owner opted out of the topic": of(
        asked=SHOES, co_owners=ben(consents=(said(7, False, of=BEN, topic="shoes"),))
    ),
    "co-owner said nothing": of(co_owners=ben(consents=())),
    "co-owner of another address complains": of(
        co_owners={OTHER_ADDRESS: (person(BEN, complaints=(complaint(of=BEN),)),)}
    ),
    "preferred before newest": of(having(OLD, point(101, label="preferred"), NEW)),
    "newest": of(having(OLD, NEW)),
    "tie of two contact points": of(having(OLD, replace(OLD, contact_point_id=UUID(int=99)))),
    "consented before preferred": of(
        having(OLD, replace(NEW, label="preferred"), consents=(said(5, contact_point_id=UUID(int=100)),))
    ),
    "none consented, the least restricted": of(
        having(OLD, NEW, consents=(said(6, False, contact_point_id=UUID(int=102)),))
    ),
    "service message, preferred without consent": of(
        having(OLD, replace(NEW, label="preferred"), consents=(said(5, contact_point_id=UUID(int=100)),)),
        replace(MAIL, message_class="service"),
    ),
    "contacted before, as a person and at the address": of(
        earlier=(handed_over(81, address=ADDRESS), handed_over(80, to_person=True))
    ),
    "contacted before, elsewhere": of(earlier=(handed_over(82),)),
    "address taken in the run": of(taken={ADDRESS: 77}),
    "address taken in this chunk": of(taken={ADDRESS: None}),
    "another address taken": of(taken={OTHER_ADDRESS: 77}),
    "the run ends the next instant": of(asked=replace(MAIL, ends_at=NOW + INSTANT)),
    "the run ended at this instant": of(asked=TILL_NOW),
    "zone of the person": of(person(time_zone="Asia/Tokyo")),
    "zone of the installation": of(asked=replace(MAIL, installation_zone="Europe/Berlin")),
    **by_class("promotional"),
    **by_class("service"),
    **by_class("transactional"),
    **by_class("recovery"),
}


def path_of(version: int) -> Path:
    return Path(__file__).with_name(f"golden_decisions_v{version}.json")


def written(questions: Mapping[str, Question], decide: Decider) -> bytes:
    """The canonical JSON of questions with what this decides: a case a line, names in order, no spaces."""
    lines = [_line(name, question, decide(question)) for name, question in sorted(questions.items())]
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def _line(name: str, question: Question, decision: Decision) -> str:
    told = {**msgspec.to_builtins(decision), "eligible_from": msgspec.to_builtins(last_end(decision))}
    asked = msgspec.to_builtins(question, str_keys=True, enc_hook=dict, order="deterministic")
    case = json.dumps({"asked": asked, "decision": told}, sort_keys=True, separators=(",", ":"))
    return f"{json.dumps(name)}:{case}"


def last_end(decision: Decision) -> datetime | None:
    """When the last of the rules that stopped it ends by itself; None if one has no end."""
    untils = [reason.until for reason in decision.reasons]
    known = [until for until in untils if until is not None]
    return max(known) if known and len(known) == len(untils) else None


def asked_in(golden: bytes) -> dict[str, Question]:
    """The questions of a file."""
    return {name: msgspec.convert(case["asked"], Question) for name, case in json.loads(golden).items()}
