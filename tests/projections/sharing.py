"""Random stories of customers who come to share addresses and to be one person."""

from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from domain.customers.events import ContactPointAdded, ProfileLinked
from domain.customers.mailability import Mailability
from domain.deciding.policy import IMPOSABLE
from domain.facts import Fact
from domain.messages.events import MessageFact, MessageHandedOver
from domain.suppressions.events import SuppressionImposed, SuppressionLifted
from tests.builders import Story, named
from tests.projections.campaigning import cancel
from tests.projections.complaining import complain_and_go_on
from tests.projections.happenings import INSTANTS
from tests.projections.sending import TellRun, go_on

CUSTOMERS = ANA, BEN, CYD = tuple(map(named, ("ana", "ben", "cyd")))
MAILS = ("home@example.org", "work@example.net")
PARENT = named("the parent of both domains")
DOMAINS = tuple(named(mail.partition("@")[2]) for mail in MAILS)
ADDRESSES = HOME, WORK = tuple(map(named, MAILS))
PROFILES = (*CUSTOMERS, *ADDRESSES)
CAMPAIGN, OTHER_CAMPAIGN, RUN, OTHER_RUN = map(named, ("campaign", "other campaign", "run", "other run"))
ZONES = st.none() | st.sampled_from(("Europe/Madrid", "America/Lima"))


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """What they say and what stops them; then two runs, and links and suppressions between and after those."""
    story = Story()
    held: list[ContactPointAdded] = []
    for customer in draw(st.permutations(CUSTOMERS)):
        story.register(customer, time_zone=draw(ZONES))
        hold(draw, story, held, customer)
    for act in draw(st.lists(st.sampled_from(ACTS), min_size=4, max_size=14)):
        act(draw, story, held, draw(st.sampled_from(CUSTOMERS)))
    for run, campaign in ((RUN, CAMPAIGN), (OTHER_RUN, draw(st.sampled_from((CAMPAIGN, OTHER_CAMPAIGN))))):
        run_over_all(draw, TellRun(story=story, run=run, campaign=campaign))
        for act in draw(st.lists(st.sampled_from((become_one, part, suppress)), max_size=3)):
            act(draw, story, held, draw(st.sampled_from(CUSTOMERS)))
    for campaign in draw(st.sampled_from(((), (CAMPAIGN,), (OTHER_CAMPAIGN,)))):
        cancel(story, campaign)
    return story


def consistent(facts: list[Fact]) -> list[Fact]:
    """Without the messages to somebody at an address that nobody linked to them ever had: no run sends such."""
    had = {(f.customer_id, f.address_id) for f in facts if isinstance(f, ContactPointAdded)}
    joined = {(f.customer_id, f.other_profile_id) for f in facts if isinstance(f, ProfileLinked)}
    joined |= {(other, one) for one, other in joined} | {(one, one) for one in PROFILES}
    wrong = {
        fact.originator_id
        for fact in facts
        if isinstance(fact, MessageFact)
        and (
            (fact.customer_id, fact.member_id) not in joined
            or (isinstance(fact, MessageHandedOver) and (fact.customer_id, fact.address_id) not in had)
        )
    }
    return [fact for fact in facts if fact.originator_id not in wrong]


def run_over_all(draw: st.DrawFn, run: TellRun) -> None:
    """Some draw a hold-out, for their own profile or for another's; some are stopped before they could."""
    run.plan()
    run.record(CUSTOMERS)
    verdicts = {member: draw(st.sampled_from("ehes")) for member in CUSTOMERS}
    eligible = [member for member in CUSTOMERS if verdicts[member] == "e"]
    run.decide(
        {member: draw(st.sampled_from(addresses_of(run.story, member))) for member in eligible},
        [member for member in CUSTOMERS if verdicts[member] == "s"],
        held_out=[member for member in CUSTOMERS if verdicts[member] == "h"],
        units={member: draw(st.sampled_from(PROFILES)) for member in CUSTOMERS if draw(st.integers(0, 3))},
    )
    for member in eligible:
        go_on(draw, run.message(member, profile=draw(st.sampled_from(PROFILES))), ADDRESSES)


def addresses_of(story: Story, customer: UUID) -> list[UUID]:
    """Every address that the customer ever had."""
    added = (fact for fact in story.facts if isinstance(fact, ContactPointAdded))
    return list(dict.fromkeys(fact.address_id for fact in added if fact.customer_id == customer))


def hold(draw: st.DrawFn, story: Story, held: list[ContactPointAdded], customer: UUID) -> None:
    """The address stands for its first holder; of a second one it is shared and stands for nobody else."""
    mail, channel = draw(st.sampled_from(MAILS)), draw(st.sampled_from(("email", "email", "phone")))
    first = not any(one.address_id == named(mail) for one in held)
    label = draw(st.sampled_from((None, "preferred")))
    mailability = draw(st.sampled_from(Mailability)) if channel == "email" else None
    domains = (DOMAINS[MAILS.index(mail)], PARENT) if channel == "email" else ()
    held.append(
        story.add_contact_point(
            customer, mail, channel=channel, label=label, domain_ids=domains, mailability=mailability
        )
    )
    if first or draw(st.booleans()):
        story.link(named(mail), customer)
    else:
        story.unlink(named(mail), held[0].customer_id)


def let_go(draw: st.DrawFn, story: Story, held: list[ContactPointAdded], customer: UUID) -> None:
    story.remove_contact_point(draw(st.sampled_from(held)))


def become_one(draw: st.DrawFn, story: Story, held: list[ContactPointAdded], customer: UUID) -> None:
    other = draw(st.sampled_from([one for one in CUSTOMERS if one != customer]))
    story.link(customer, other, basis="stated")


def part(draw: st.DrawFn, story: Story, held: list[ContactPointAdded], customer: UUID) -> None:
    links = [fact for fact in story.facts if type(fact).__name__ == "ProfileLinked"]
    link: Any = draw(st.sampled_from(links))
    story.unlink(link.customer_id, link.other_profile_id, basis=link.basis)


def move(draw: st.DrawFn, story: Story, held: list[ContactPointAdded], customer: UUID) -> None:
    story.correct(customer, time_zone=draw(ZONES))


def say(draw: st.DrawFn, story: Story, held: list[ContactPointAdded], customer: UUID) -> None:
    """A consent or its withdrawal, by a customer or by whoever has the address."""
    profile = draw(st.sampled_from((customer, *ADDRESSES)))
    scope: dict[str, Any] = {
        "channel": draw(st.sampled_from(("email", "phone"))),
        "contact_point_id": draw(st.sampled_from((None, held[-1].contact_point_id))),
        "topic": draw(st.sampled_from((None, "news"))),
        "brand": draw(st.sampled_from((None, "north"))),
        "at": draw(INSTANTS),
    }
    if draw(st.booleans()):
        story.grant(profile, expires_at=draw(st.none() | INSTANTS), **scope)
    else:
        story.withdraw(profile, purpose=draw(st.sampled_from((None, "marketing"))), **scope)


def complain(draw: st.DrawFn, story: Story, held: list[ContactPointAdded], customer: UUID) -> None:
    complain_and_go_on(draw, story, draw(st.sampled_from((customer, *ADDRESSES))))


def suppress(draw: st.DrawFn, story: Story, held: list[ContactPointAdded], customer: UUID) -> None:
    """Of a customer, of an address or of a domain, whoever is there."""
    scope = draw(st.sampled_from(("customer", "address", "domain")))
    places = {"customer": (customer,), "address": ADDRESSES, "domain": (*DOMAINS, PARENT)}
    story.impose(
        draw(st.sampled_from(places[scope])),
        scope=scope,
        reason_code=draw(st.sampled_from(IMPOSABLE)),
        only_channel=draw(st.sampled_from((None, "email"))),
        only_purpose=draw(st.sampled_from((None, "marketing"))),
        only_brand=draw(st.sampled_from((None, "north"))),
        until=draw(st.none() | INSTANTS),
        at=draw(INSTANTS),
    )


def lift(draw: st.DrawFn, story: Story, held: list[ContactPointAdded], customer: UUID) -> None:
    """The first that still stands, where one does."""
    lifted = {fact.originator_id for fact in story.facts if isinstance(fact, SuppressionLifted)}
    imposed = (fact for fact in story.facts if isinstance(fact, SuppressionImposed))
    if standing := next((one for one in imposed if one.originator_id not in lifted), None):
        story.lift(standing, at=draw(INSTANTS))


ACTS = (
    hold,
    let_go,
    become_one,
    become_one,
    part,
    move,
    say,
    say,
    complain,
    suppress,
    suppress,
    suppress,
    lift,
)
