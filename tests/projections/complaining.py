"""Complaints and what becomes of them."""

from uuid import UUID

from hypothesis import strategies as st

from domain.complaints.events import Outcome, Severity
from tests.builders import Story
from tests.projections.happenings import BRANDS, INSTANTS

SEVERITIES, OUTCOMES = st.sampled_from(list(Severity)), st.sampled_from(list(Outcome))
STEPS = st.lists(st.sampled_from(("close", "close", "escalate", "respond", "resolve")), max_size=6)


def complain_and_go_on(draw: st.DrawFn, story: Story, customer: UUID) -> None:
    """A complaint and its steps, as `Complaint` allows them, dated in any order."""
    opened = story.complain(customer, severity=draw(SEVERITIES), brand=draw(BRANDS), at=draw(INSTANTS))
    closed = False
    for step in draw(STEPS):
        at, brand = draw(INSTANTS), draw(BRANDS)
        if closed:
            story.reopen(opened, at=at, brand=brand)
        elif step == "close":
            story.close(opened, at=at, brand=brand, outcome=draw(OUTCOMES))
        elif step == "escalate":
            story.escalate(opened, at=at, brand=brand, severity=draw(st.none() | SEVERITIES))
        elif step == "respond":
            story.respond(opened, at=at)
        else:
            story.resolve(opened, at=at)
        closed = step == "close" and not closed
