"""What golden decisions are asked about hold-outs, rechecked audiences and cancelled campaigns."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from domain.campaigns.events import MessageClass
from tests.domain.drawing import CAROL, earlier_draw, holding_out
from tests.domain.golden_cases import Question, handed_over, having, of
from tests.domain.people import ADDRESS, ANNA, BEN, MAIL, NOW, complaint, joined, person, point
from tests.domain.suppressing import OLD, flatmate, suppression

HELD, TREATED = holding_out({ANNA: True}), holding_out({ANNA: False})
ONLY_BEN, ONLY_ANNA = holding_out({ANNA: False, BEN: True}), holding_out({ANNA: True, BEN: False})
EARLIER, LATER = (point(of=BEN, position=40),), (point(of=BEN, position=400),)


def first_draws() -> Iterator[tuple[str, Question]]:
    yield "held out", of(asked=HELD)
    yield "treated", of(asked=TREATED)
    yield "nobody is held out at a share of nothing", of(asked=holding_out({ANNA: True}, Decimal("0")))
    yield (
        "drawn for the oldest profile",
        of(person(oldest_profile=CAROL), holding_out({ANNA: False, CAROL: True})),
    )
    yield "drawn without a contact point", of(having(), HELD)
    yield "held out and stopped", of(person(complaints=(complaint(),)), HELD)
    yield "held out and contacted before", of(asked=HELD, earlier=(handed_over(80, to_person=True),))
    yield "held out and excluded", of(person(suppressions=(suppression("OPERATOR_EXCLUDED"),)), HELD)


def earlier_draws() -> Iterator[tuple[str, Question]]:
    yield "held out before, drawn otherwise", of(person(earlier_draws=(earlier_draw(30, True),)), TREATED)
    yield "treated before, drawn otherwise", of(person(earlier_draws=(earlier_draw(30, False),)), HELD)
    merged = (earlier_draw(30, False, ANNA), earlier_draw(31, True, BEN))
    two = person(profiles=(ANNA, BEN), links=(joined(40),), earlier_draws=merged)
    yield "merged, one held out", of(two, TREATED)
    yield "merged, one held out, order does not count", of(replace(two, earlier_draws=merged[::-1]), TREATED)
    yield (
        "merged, both treated",
        of(replace(two, earlier_draws=(merged[0], earlier_draw(31, False, BEN))), HELD),
    )


def co_owners() -> Iterator[tuple[str, Question]]:
    first = flatmate(contact_points=EARLIER)
    yield "the first owner held out", of(asked=ONLY_BEN, co_owners=first)
    yield "the first owner treated", of(asked=ONLY_ANNA, co_owners=first)
    yield "a later owner held out", of(asked=ONLY_BEN, co_owners=flatmate(contact_points=LATER))
    drawn = flatmate(contact_points=EARLIER, earlier_draws=(earlier_draw(30, True),))
    yield "the first owner held out before", of(asked=TREATED, co_owners=drawn)
    yield (
        "the first owner held out before, oneself treated",
        of(person(earlier_draws=(earlier_draw(31, False, ANNA),)), HELD, co_owners=drawn),
    )
    oldest = flatmate(contact_points=EARLIER, oldest_profile=CAROL)
    yield (
        "the first owner's oldest profile",
        of(asked=holding_out({BEN: False, CAROL: True}), co_owners=oldest),
    )
    nobody = {ADDRESS: (replace(person(ADDRESS), contact_points=()),)}
    yield "an owner without contact points is not the first", of(having(OLD), HELD, co_owners=nobody)


def of_class(message_class: str) -> Iterator[tuple[str, Question]]:
    asked = replace(MAIL, message_class=message_class)
    held = replace(asked, hold_out=HELD.hold_out)
    yield f"hold-out, {message_class}", of(person(earlier_draws=(earlier_draw(30, True),)), held)
    yield f"no contact point, {message_class}", of(having(), asked)
    yield f"contacted before, {message_class}", of(asked=asked, earlier=(handed_over(80, to_person=True),))
    yield f"address taken, {message_class}", of(asked=asked, taken={ADDRESS: 77})
    yield f"still in the audience, {message_class}", of(asked=asked, still_member=True)
    yield f"not in the audience any more, {message_class}", of(asked=asked, still_member=False)
    yield f"cancelled, {message_class}", of(asked=asked, cancelled=90)
    yield (
        f"everything of a campaign stops, {message_class}",
        of(asked=replace(held, ends_at=NOW), still_member=False, cancelled=90, taken={ADDRESS: 77}),
    )


def all_questions() -> Iterator[tuple[str, Question]]:
    for room in (first_draws, earlier_draws, co_owners):
        yield from room()
    for message_class in MessageClass:
        yield from of_class(message_class)


QUESTIONS: dict[str, Question] = dict(all_questions())
