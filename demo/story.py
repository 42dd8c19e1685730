"""The whole story: real purchases, a campaign, complaints, the suppressed people, and the campaign's effect."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from demo import bodies
from demo.campaigning import approve_campaign
from demo.cdnow import Purchase, one_customer_in, purchases, spent_by
from demo.installation import Installation, installation
from demo.replaying import replay
from demo.responding import close_the_loop
from demo.running import run_as_planned, show_balance, show_hold_out
from demo.samples import purchase_log, where_the_log_comes_from
from demo.screen import Screen
from demo.staying import stay
from demo.suppressed import Suppressed, show_suppressed
from demo.telling import Named, People, tell_all
from demo.unsubscribing import unsubscribe

MORE_THAN = Decimal("150.00")
EVERY = 8
"""One in so many members of the audience complains."""
CLOSED = 5
"""How many complaints, counted from the last, are closed again; their cooling-off begins."""


@dataclass(frozen=True, kw_only=True)
class Complained:
    """A customer, by number, who complained. `position` is the position of the complaint's first fact."""

    number: str
    position: int


def tell(one_in: int, *, stays: bool = False) -> None:
    """Plays the whole story about one customer in `one_in`. Raises WrongStory if Farley does otherwise.

    `stays`: until Ctrl-C, for a look at the console.
    """
    screen = Screen()
    screen.act("Farley remembers, and respects a complaint")
    screen.say(f"The CDNOW purchase log comes from {where_the_log_comes_from()}.")
    bought = one_customer_in(one_in, purchases(purchase_log()))
    screen.say(f"{len(bought):,} real purchases of {len(spent_by(bought)):,} customers, 1997 and 1998.")
    screen.say("Whatever is called simulated is invented for this demo.", style="italic")
    with installation() as farley:
        _tell(farley, screen, bought)
        if stays:
            stay(farley, screen)
    screen.say("What this demo stored is erased now.")


def _tell(farley: Installation, screen: Screen, bought: Sequence[Purchase]) -> None:
    began = time.monotonic()
    screen.say(f"A Farley to throw away runs in {farley.home}, at {farley.address}.")
    screen.act("1. Farley remembers")
    people = _remember(farley, screen, bought)
    screen.act("2. A campaign, previewed and approved")
    campaign_id = approve_campaign(farley, screen, str(MORE_THAN), len(people.audience))
    screen.act("3. Some of them complain (simulated)")
    complained = _complain(farley, screen, people)
    run = _run(farley, screen, campaign_id, people, complained)
    screen.act("6. Somebody unsubscribes (simulated)")
    unsubscribe(farley, screen, run, people)
    screen.act("7. The run, decided again")
    replay(farley, screen, run)
    first = complained[0]
    chosen = Suppressed(customer_id=people.ids[first.number], complaint_position=first.position, run=run)
    show_suppressed(farley.api, screen, chosen)
    screen.act(f"The end, after {time.monotonic() - began:.0f} seconds")


def _remember(farley: Installation, screen: Screen, bought: Sequence[Purchase]) -> People:
    """Records the customers, their purchases and consents. Returns the customers and the audience."""
    spent = spent_by(bought)
    numbers = sorted(spent)
    registrations = bodies.registrations(numbers)
    registered = tell_all(farley, screen, "customers (e-mail addresses simulated)", registrations)
    tell_all(farley, screen, "purchases", bodies.orders(bought))
    people = People(
        ids={n: answer["customer_id"] for n, answer in zip(numbers, registered, strict=True)},
        audience=sorted((n for n in numbers if spent[n] > MORE_THAN), key=lambda n: (-spent[n], n)),
    )
    good_customers = {number: people.ids[number] for number in people.audience}
    tell_all(farley, screen, "consents of good customers (simulated)", bodies.consents(good_customers))
    return people


def _complain(farley: Installation, screen: Screen, people: People) -> list[Complained]:
    numbers = people.audience[::EVERY]
    complaints = bodies.complaints([people.ids[number] for number in numbers])
    opened = tell_all(farley, screen, "complaints (simulated)", complaints)
    for complaint in opened[-CLOSED:]:
        farley.api.tell(
            f"/api/complaints/{complaint['complaint_id']}/closings", bodies.closing(), if_match="*"
        )
    screen.say(f"{len(opened)} complaints by phone; {CLOSED} of them are closed and cool off.")
    return [
        Complained(number=number, position=int(complaint["position"]))
        for number, complaint in zip(numbers, opened, strict=True)
    ]


def _run(
    farley: Installation, screen: Screen, campaign_id: str, people: People, complained: Sequence[Complained]
) -> Named:
    """Plays the run and the responses to it, and returns the run's name."""
    screen.act("4. The scheduler runs it")
    finished = run_as_planned(farley, screen, campaign_id, len(people.audience))
    run = Named(campaign_id=campaign_id, run_id=finished["run_id"])
    show_balance(farley, screen, finished, [customer.number for customer in complained])
    treated, held_out = show_hold_out(farley, screen, run, people)
    screen.act("5. The loop closes (responses simulated)")
    close_the_loop(farley, screen, run, treated, held_out)
    return run
