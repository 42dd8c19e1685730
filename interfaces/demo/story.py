"""The story in a minute: real purchases, a campaign, complaints, and who does not get the mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from typing import Any

from domain.errors import FarleyError
from interfaces.demo import bodies, wiring
from interfaces.demo.cdnow import Purchase, purchases, spent_by
from interfaces.demo.ports import Post, Stage
from interfaces.demo.screen import Screen
from interfaces.demo.suppressed import Suppressed, show_suppressed

MORE_THAN = Decimal("150.00")
EVERY = 8
"""Which of those who spent most complain."""
CLOSED = 5
"""How many of the complaints are closed again, the last ones: their cooling-off begins."""
THREADS = 8
POLL_SECONDS = 0.1
RUN_SECONDS = 45.0


class WrongStory(FarleyError):
    """The demo did not end as it must."""


@dataclass(frozen=True, kw_only=True)
class Complained:
    """A complaint of a customer: by number and by ids; `position`: of its opening in the log."""

    number: str
    customer_id: str
    position: int


def tell() -> None:
    """Plays the whole story; WrongStory where Farley did not do what the story says it does."""
    screen = Screen()
    screen.act("Farley remembers, and respects a complaint")
    screen.say(f"The CDNOW purchase log comes from {wiring.where_the_log_comes_from()}.")
    bought = purchases(wiring.purchase_log())
    screen.say(f"{len(bought):,} real purchases of {len(spent_by(bought)):,} customers, 1997 and 1998.")
    screen.say("Whatever is called simulated is invented for this demo.", style="italic")
    with wiring.stage() as stage:
        _Story(stage, screen, bought).tell()


class _Story:
    def __init__(self, stage: Stage, screen: Screen, bought: Sequence[Purchase]) -> None:
        self._stage = stage
        self._api = stage.api
        self._screen = screen
        self._bought = bought
        self._spent = spent_by(bought)

    def tell(self) -> None:
        began = self._stage.seconds()
        self._screen.say(f"A Farley to throw away runs in {self._stage.place}, at {self._stage.address}.")
        ids = self._remember()
        campaign_id = self._campaign()
        complained = self._complain(ids)
        run = self._run(campaign_id)
        self._balance(run, complained)
        chosen = complained[0]
        show_suppressed(
            self._api,
            self._screen,
            Suppressed(
                customer_id=chosen.customer_id,
                complaint_position=chosen.position,
                campaign_id=campaign_id,
                run_id=run["run_id"],
            ),
        )
        self._screen.act(f"The end, after {self._stage.seconds() - began:.0f} seconds")
        self._screen.say("What this demo stored is erased now.")

    def _remember(self) -> dict[str, str]:
        """Customer ids by number."""
        self._screen.act("1. Farley remembers")
        numbers = sorted(self._spent)
        registered = self._tell_all("customers (e-mail addresses simulated)", bodies.registrations(numbers))
        ids = {n: one["customer_id"] for n, one in zip(numbers, registered, strict=True)}
        self._tell_all("purchases", bodies.orders(self._bought))
        asked = {number: ids[number] for number in self._audience()}
        self._tell_all("consents of good customers (simulated)", bodies.consents(asked))
        return ids

    def _campaign(self) -> str:
        self._screen.act("2. A campaign, approved")
        drafted = self._api.tell("/api/campaigns", bodies.campaign(str(MORE_THAN)))
        campaign_id: str = drafted["campaign_id"]
        approved = self._api.tell(f"/api/campaigns/{campaign_id}/approvals", {}, if_match="*")
        told = self._api.ask(f"/api/campaigns/{campaign_id}", at_least=approved["position"])
        size = self._api.tell("/api/audiences/preview", {"audience": told["audience"]})["size"]
        self._screen.say(f"{told['name']}: {told['state']} by {told['approved_by']}, {size} people.")
        self._require(size == len(self._audience()), "the audience is those who spent more")
        return campaign_id

    def _complain(self, ids: dict[str, str]) -> list[Complained]:
        self._screen.act("3. Some of them complain (simulated)")
        numbers = self._audience()[::EVERY]
        opened = self._tell_all("complaints (simulated)", bodies.complaints([ids[n] for n in numbers]))
        for one in opened[-CLOSED:]:
            self._api.tell(f"/api/complaints/{one['complaint_id']}/closings", bodies.closing(), if_match="*")
        self._screen.say(f"{len(opened)} complaints by phone; {CLOSED} of them are closed and cool off.")
        return [
            Complained(number=n, customer_id=ids[n], position=int(one["position"]))
            for n, one in zip(numbers, opened, strict=True)
        ]

    def _run(self, campaign_id: str) -> dict[str, Any]:
        """The finished run."""
        self._screen.act("4. The run")
        planned = self._api.tell(f"/api/campaigns/{campaign_id}/runs", {})
        path, deadline = f"/api/campaigns/{campaign_id}/runs/{planned['run_id']}", RUN_SECONDS
        began = self._stage.seconds()
        with self._screen.progress("decided and handed over by SMTP", len(self._audience())) as advance:
            while self._stage.seconds() - began < deadline:
                run: dict[str, Any] = self._api.ask(path, at_least=planned["position"])
                advance(sum(n for name, n in run["outcomes"].items() if name not in ("pending", "deferred")))
                if run["state"] == "finished":
                    return run
                self._stage.wait(POLL_SECONDS)
        raise WrongStory("The run did not finish in time.")

    def _balance(self, run: dict[str, Any], complained: Sequence[Complained]) -> None:
        received = self._stage.received()
        outcomes = [(name, str(n)) for name, n in run["outcomes"].items() if n]
        self._screen.table((">outcome", ">people"), [*outcomes, ("audience", str(run["audience"]))])
        self._screen.say("balanced" if run["balanced"] else "NOT balanced", style="bold green")
        self._screen.table(
            (">suppressed because (some of several)", ">people"),
            [(c, str(n)) for c, n in run["reasons"].items()],
        )
        self._screen.say(
            f"The mail server at the other end of {run['transport'].upper()} got {len(received)} messages,"
            f" none of them to one of the {len(complained)} who complained."
        )
        self._require(run["balanced"], "the outcomes add up to the audience")
        self._require(len(set(received)) == len(received) == run["outcomes"]["sent"], "each was sent one")
        unwanted = {bodies.address_of(one.number) for one in complained}
        self._require(not unwanted & set(received), "nothing was sent to who complained")

    def _audience(self) -> list[str]:
        """The numbers of those who spent more, who spent most first."""
        chosen = [number for number, spent in self._spent.items() if spent > MORE_THAN]
        return sorted(chosen, key=lambda number: (-self._spent[number], number))

    def _tell_all(self, title: str, posts: Any) -> list[Any]:
        told: list[Post] = list(posts)
        done = count(1)
        with self._screen.progress(title, len(told)) as advance:
            return self._api.tell_all(told, threads=THREADS, told=lambda: advance(next(done)))

    def _require(self, true: bool, what: str) -> None:
        if not true:
            raise WrongStory(f"The demo did not end as it must: {what}.")
