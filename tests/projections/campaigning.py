"""Campaigns, told fact by fact, and random stories of them, their runs and their messages."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from domain.campaigns.events import (
    CampaignApproved,
    CampaignCancelled,
    CampaignDrafted,
    CampaignPaused,
    CampaignResumed,
    CampaignRevised,
)
from tests.builders import START, Story, named
from tests.projections.sending import TellRun, go_on

CAMPAIGN, OTHER_CAMPAIGN, RUN, OTHER_RUN = map(named, ("campaign", "other campaign", "run", "other run"))
MEMBERS = ANA, BEN, CYD = tuple(map(named, ("ana", "ben", "cyd")))
NOBODY = named("listed once and no more")
ADDRESSES = HOME, WORK = tuple(map(named, ("home@example.org", "work@example.org")))

CONTENT = {
    "name": "Spring",
    "message_class": "promotional",
    "purpose": "marketing",
    "channel": "email",
    "audience": {"field": "kind", "op": "eq", "value": "person"},
    "subject": "Hello {{ name }}",
    "body": "Spring is here.",
    "seed": "s-0",
    "recheck_segment": False,
}
HOLDING_OUT = {"hold_out": Decimal("0.10"), "seed": "s-1", "attribution_window_days": 14}
COSTING = {"cost_per_contact": Decimal("0.0125"), "cost_currency": "EUR", "recheck_segment": True}
SAID: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "brand": st.sampled_from((None, "north")),
        "ends_at": st.sampled_from((None, START, START + timedelta(hours=3))),
    }
) | st.sampled_from((HOLDING_OUT, COSTING, {"name": "Summer", "sender": "we@example.org"}))

SELDOM = st.sampled_from((*[False] * 9, True))


def draft(story: Story, campaign: UUID, **values: Any) -> None:
    story.tell(CampaignDrafted, campaign, **CONTENT | values)


def revise(story: Story, campaign: UUID, **values: Any) -> None:
    """All of what it says now, not what it said otherwise before."""
    story.tell(CampaignRevised, campaign, **CONTENT | values)


def approve(story: Story, campaign: UUID) -> None:
    story.tell(CampaignApproved, campaign)


def pause(story: Story, campaign: UUID) -> None:
    story.tell(CampaignPaused, campaign, reason="a complaint")


def resume(story: Story, campaign: UUID) -> None:
    story.tell(CampaignResumed, campaign)


def cancel(story: Story, campaign: UUID) -> None:
    story.tell(CampaignCancelled, campaign, reason="withdrawn")


def live(draw: st.DrawFn, story: Story, campaign: UUID, *, most: int = 7) -> None:
    """Some steps of a drafted campaign, as `Campaign` allows them."""
    approved = paused = False
    for _ in range(draw(st.integers(0, most))):
        step = draw(st.sampled_from("pppprrrpppac" if approved else "aaaaaaraaac"))
        if step == "c":
            cancel(story, campaign)
            return
        if step == "r":
            revise(story, campaign, **draw(SAID))
            approved = False
        elif step == "a" and not approved:
            approve(story, campaign)
            approved = True
        elif approved:
            (resume if paused else pause)(story, campaign)
            paused = not paused


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """A campaign or two; runs that get as far as they get; messages in the order that `Message` allows."""
    story = Story()
    for campaign in (CAMPAIGN, OTHER_CAMPAIGN):
        draft(story, campaign, **draw(SAID))
        live(draw, story, campaign)
    tell_run(draw, TellRun(story=story, run=RUN, campaign=CAMPAIGN))
    other = TellRun(story=story, run=OTHER_RUN, campaign=draw(st.sampled_from((CAMPAIGN, OTHER_CAMPAIGN))))
    match draw(st.sampled_from(("ran", "missed", None))):
        case "ran":
            tell_run(draw, other)
        case "missed":
            other.miss(draw(st.sampled_from(("late", "paused"))))
    return story


def tell_run(draw: st.DrawFn, run: TellRun) -> None:
    """It goes some way of planned, listed, recorded, decided, sent and over."""
    run.plan(ends_at=START + timedelta(hours=draw(st.integers(1, 5))))
    parts = draw(st.sampled_from(((MEMBERS,), (MEMBERS[:2], MEMBERS[2:]), (MEMBERS[::-1],), ())))
    left = draw(
        st.sampled_from(((), (), ((MEMBERS,),), ((MEMBERS[1:], (NOBODY,)), (MEMBERS[:1],)), (((),),)))
    )
    for listed in left:  # dispatchers that did not come to the end
        run.list_audience(*listed)
    parts = parts or ((),) * bool(left)
    if draw(SELDOM):
        run.list_audience(*parts[:1])
        if draw(st.booleans()):
            run.cancel()
        return
    run.record(*parts)
    for ordinal, part in enumerate(parts[: draw(st.integers(1, 2))]):
        decide_and_send(draw, run, part, ordinal)
    if ending := draw(st.sampled_from((None, run.finish, run.cancel))):
        ending()


def decide_and_send(draw: st.DrawFn, run: TellRun, part: tuple[UUID, ...], ordinal: int) -> None:
    verdicts = {member: draw(st.sampled_from("eehese")) for member in part}
    chosen = {member: draw(st.sampled_from(ADDRESSES)) for member in part if verdicts[member] == "e"}
    run.decide(
        chosen,
        [member for member in part if verdicts[member] == "s"],
        held_out=[member for member in part if verdicts[member] == "h"],
        units={member: draw(st.sampled_from(MEMBERS)) for member in part if draw(st.booleans())},
        ordinal=ordinal,
    )
    if draw(st.booleans()):  # the first decision counts
        run.decide(dict.fromkeys(part, HOME), ordinal=ordinal)
    for member in chosen:
        go_on(draw, run.message(member, profile=draw(st.sampled_from((None, HOME)))), ADDRESSES)
