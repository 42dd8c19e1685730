"""Random stories of what happens with customers: touchpoints, orders, complaints, messages and so on."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from domain.deciding.policy import IMPOSABLE
from domain.facts import derived_id
from domain.messages.events import (
    HandoverLapsed,
    MessageFailed,
    MessageHandedOver,
    MessageOutcomeUnknown,
    MessageRefusedForNow,
    MessageResolved,
    MessageSent,
    MessageWithheld,
)
from domain.orders.events import OrderLine
from domain.runs.events import Reason
from tests.builders import START, Story, named

CAMPAIGN, RUN = named("campaign"), named("run")
AMOUNTS = st.sampled_from(("0.00", "10.50", "99.99", "1000.00"))
CURRENCIES = st.sampled_from(("EUR", "USD"))
AHEAD = datetime(2100, 1, 1, tzinfo=UTC)
"""Later than whatever a test records."""
# What is told late is dated before what was told first; a few clocks run ahead of the log's.
INSTANTS = st.integers(-400, 400).map(lambda hours: AHEAD if hours > 350 else START + timedelta(hours=hours))
TEXTS = st.none() | st.sampled_from(("too late", "ñandú"))
BRANDS = st.none() | st.just("north")


def touch(draw: st.DrawFn, story: Story, customer: UUID) -> None:
    kind = draw(st.sampled_from(("visit", "call", "message", "email_opened")))
    story.touch(
        customer,
        kind=kind,
        channel=draw(st.sampled_from(("web", "phone"))),
        direction=draw(st.sampled_from(("inbound", "outbound"))),
        campaign_id=draw(st.sampled_from((None, CAMPAIGN))),
        machine=draw(st.booleans()) if kind == "email_opened" else False,
        at=draw(INSTANTS),
        brand=draw(BRANDS),
        properties=draw(st.sampled_from(({}, {"page": "/a", "left": None}))),
        personal_properties=draw(st.sampled_from((None, {"note": "ñ"}))),
    )


def buy(draw: st.DrawFn, story: Story, customer: UUID) -> None:
    """An order, perhaps refunded in part, perhaps then cancelled."""
    lines = tuple(
        OrderLine(sku=f"A-{n}", quantity=Decimal(n), amount=Decimal(draw(AMOUNTS)), cost=draw(COSTS))
        for n in range(1, draw(st.integers(1, 2)) + 1)
    )
    if lines[0].amount > 10 and draw(st.booleans()):
        lines += (OrderLine(sku="VOUCHER", quantity=Decimal(1), amount=Decimal("-10.00")),)
    order = story.order(
        customer,
        "0.00",
        currency=draw(CURRENCIES),
        lines=lines,
        at=draw(INSTANTS),
        channel=draw(st.none() | st.just("web")),
    )
    left = sum((line.amount for line in lines), Decimal(0))
    if left and draw(st.booleans()):
        story.refund(order, str(left / 2), at=draw(INSTANTS), reason=draw(TEXTS))
        left /= 2
    if draw(st.booleans()):
        story.cancel_order(order, str(left), at=draw(INSTANTS), reason=draw(TEXTS))


COSTS = st.sampled_from((None, Decimal("4.00")))


def complain(draw: st.DrawFn, story: Story, customer: UUID) -> None:
    """A complaint and some of its steps; closed it can only be reopened."""
    severity = st.sampled_from(("low", "normal", "high", "critical"))
    complaint = story.complain(
        customer,
        severity=draw(severity),
        category=draw(st.sampled_from(("delivery", "ñandú"))),
        product=draw(st.sampled_from((None, "A-1"))),
        brand=draw(st.sampled_from((None, "North", "north"))),
        at=draw(INSTANTS),
        subject=draw(TEXTS),
        description=draw(TEXTS),
    )
    closed = False
    for step in draw(st.lists(st.sampled_from("aesc"), max_size=5)):
        if closed:
            story.reopen(complaint, at=draw(INSTANTS), reason=draw(TEXTS))
        elif step == "a":
            story.respond(complaint, at=draw(INSTANTS), text=draw(TEXTS))
        elif step == "e":
            story.escalate(complaint, at=draw(INSTANTS), severity=draw(st.none() | severity), to=draw(TEXTS))
        elif step == "s":
            paid: dict[str, Any] = draw(
                st.sampled_from(({}, {"compensation": Decimal("5.00"), "currency": "EUR"}))
            )
            story.resolve(complaint, at=draw(INSTANTS), summary=draw(TEXTS), **paid)
        else:
            story.close(complaint, at=draw(INSTANTS))
        closed = step == "c" and not closed


def allow(draw: st.DrawFn, story: Story, customer: UUID) -> None:
    if draw(st.booleans()):
        story.grant(
            customer,
            at=draw(INSTANTS),
            expires_at=draw(st.none() | INSTANTS),
            evidence=draw(st.sampled_from((None, {"source": "web", "text": "ñ"}))),
        )
    else:
        story.withdraw(customer, at=draw(INSTANTS), purpose="marketing", reason=draw(TEXTS))


def write_to(draw: st.DrawFn, story: Story, customer: UUID) -> None:
    """One message of the run: withheld, or handed over until something comes of it."""
    message = derived_id("message", RUN, customer, len(story.facts))
    common = {"customer_id": customer, "campaign_id": CAMPAIGN, "run_id": RUN, "member_id": customer}
    if draw(st.booleans()):
        withhold(story, message, common)
        return
    for attempt in range(1, draw(st.integers(1, 2)) + 1):
        hand_over(story, message, attempt, common)
        outcome = draw(st.sampled_from("srlu"))
        if outcome == "s":
            story.tell(MessageSent, message, attempt=attempt, smtp_code=250, smtp_reply="ok", **common)
            return
        if outcome == "u":
            lose_track(draw, story, message, attempt, common)
            return
        if outcome == "r":
            story.tell(MessageRefusedForNow, message, attempt=attempt, retry_at=START, **common)
        else:
            story.tell(HandoverLapsed, message, attempt=attempt, retry_at=START, **common)
    story.tell(MessageFailed, message, reason_code="EXPIRED", attempt=draw(st.sampled_from((0, 1))), **common)


def lose_track(draw: st.DrawFn, story: Story, message: UUID, attempt: int, common: dict[str, UUID]) -> None:
    """Nobody knows what became of it, until an operator perhaps finds out."""
    story.tell(MessageOutcomeUnknown, message, attempt=attempt, **common)
    if outcome := draw(st.sampled_from((None, "sent", "failed"))):
        story.tell(MessageResolved, message, attempt=attempt, outcome=outcome, note=draw(TEXTS), **common)


def hand_over(story: Story, message: UUID, attempt: int, common: dict[str, UUID]) -> None:
    story.tell(
        MessageHandedOver,
        message,
        channel="email",
        contact_point_id=named("contact point"),
        address_id=named("address"),
        attempt=attempt,
        epoch=1,
        read_position=0,
        policy_version=1,
        rules_version=1,
        smtputf8=False,
        sender="we@example.org",
        mime_sha256="0" * 64,
        template_version=1,
        rfc_message_id="<1@example.org>",
        time_zone="Europe/Madrid",
        zone_source="person",
        values={"name": "Ána"},
        **common,
    )


def withhold(story: Story, message: UUID, common: dict[str, UUID]) -> None:
    story.tell(
        MessageWithheld,
        message,
        verdict="suppressed",
        reasons=(Reason(code="OPEN_COMPLAINT", facts=(3,)),),
        read_position=0,
        policy_version=1,
        rules_version=1,
        smtputf8=False,
        time_zone="Europe/Madrid",
        zone_source="person",
        **common,
    )


def suppress(draw: st.DrawFn, story: Story, customer: UUID) -> None:
    """A suppression of the customer, of an address or of a domain, perhaps lifted."""
    scope = draw(st.sampled_from(("customer", "address", "domain")))
    imposed = story.impose(
        customer if scope == "customer" else named(f"{scope} {customer}"),
        scope=scope,
        reason_code=draw(st.sampled_from(IMPOSABLE)),
        only_channel=draw(st.none() | st.just("email")),
        only_purpose=draw(st.none() | st.just("marketing")),
        only_brand=draw(BRANDS),
        brand=draw(BRANDS),
        until=draw(st.none() | INSTANTS),
        message_id=draw(st.none() | st.just(named("message"))),
        address=None if scope == "customer" else draw(TEXTS),
        note=draw(TEXTS),
        at=draw(INSTANTS),
    )
    if draw(st.booleans()):
        story.lift(imposed, reason=draw(TEXTS), at=draw(INSTANTS))


HAPPENINGS = (touch, buy, complain, allow, write_to, suppress)


@st.composite
def stories_of(draw: st.DrawFn, *happenings: Any, most: int = 6) -> Story:
    """Some of these happenings, with two customers."""
    story = Story()
    for _ in range(draw(st.integers(0, most))):
        happening = draw(st.sampled_from(happenings))
        happening(draw, story, draw(st.sampled_from((named("ana"), named("ben")))))
    return story
