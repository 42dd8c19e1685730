"""The part of the story in which the scheduler starts the run and each member gets exactly one outcome."""

import hashlib
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from demo import bodies
from demo.errors import WrongStory
from demo.installation import Installation
from demo.screen import Screen
from demo.telling import Named, People, require, whole_list

LEAD_SECONDS = 3
"""The seconds from the planning to the planned instant."""
POLL_SECONDS = 0.1
RUN_SECONDS = 45.0
OPEN = ("pending", "deferred")


def run_as_planned(farley: Installation, screen: Screen, campaign_id: str, people: int) -> Mapping[str, Any]:
    """Plans a run, waits until it is finished, and returns it."""
    now = datetime.now(UTC)
    at = now.replace(microsecond=0) + timedelta(seconds=LEAD_SECONDS)
    planned = farley.api.tell(f"/api/campaigns/{campaign_id}/schedules", {"at": at.isoformat()})
    screen.say(f"It is {_time(now)} UTC. The run is planned for {_time(at)}; the scheduler starts it.")
    named = Named(campaign_id=campaign_id, run_id=planned["run_id"])
    with screen.progress("decided and handed over by SMTP", people) as advance:
        run = _finished(farley, named, planned["position"], advance)
    began = datetime.fromisoformat(run["started_at"])
    screen.say(f"planned_for {_time(at)}, started_at {_time(began)}, {run['state']}")
    require(datetime.fromisoformat(run["planned_for"]) == at, "the run is that of the planned instant")
    require(began >= at, "the run does not start before its instant")
    runs = farley.api.ask(f"/api/campaigns/{campaign_id}/runs")["items"]
    require([listed["run_id"] for listed in runs] == [named.run_id], "the planned instant ran once")
    return run


def _finished(farley: Installation, named: Named, position: str, advance: Any) -> Mapping[str, Any]:
    deadline = time.monotonic() + LEAD_SECONDS + RUN_SECONDS
    schedules = f"/api/campaigns/{named.campaign_id}/schedules"
    triggered = False
    while time.monotonic() < deadline:
        if triggered:
            run: Mapping[str, Any] = farley.api.ask(named.path)
            advance(sum(people for outcome, people in run["outcomes"].items() if outcome not in OPEN))
            if run["state"] == "finished":
                return run
        else:
            triggered = farley.api.ask(schedules, at_least=position)["items"][0]["state"] == "triggered"
        time.sleep(POLL_SECONDS)
    raise WrongStory("The run did not finish in time.")


def show_balance(
    farley: Installation, screen: Screen, run: Mapping[str, Any], complained: Collection[str]
) -> None:
    """Shows the run's outcomes and the count of received messages.

    `complained` holds the numbers of the customers who complained; no message may go to them.
    """
    outcomes = [(name, str(people)) for name, people in run["outcomes"].items() if people]
    screen.table((">outcome", ">people"), [*outcomes, ("audience", str(run["audience"]))])
    screen.say("balanced" if run["balanced"] else "NOT balanced", style="bold green")
    screen.table(
        (">reason (some have several)", ">people"),
        [(code, str(people)) for code, people in run["reasons"].items()],
    )
    received = [mail.recipient for mail in farley.mail_server.received]
    screen.say(
        f"The mail server at the other end of {run['transport'].upper()} got {len(received)} messages,"
        f" none of them to the {len(complained)} who complained."
    )
    require(run["balanced"], "the outcomes add up to the audience")
    require(len(set(received)) == len(received) == run["outcomes"]["sent"], "each was sent one")
    unwanted = set(map(bodies.address_of, complained))
    require(not unwanted & set(received), "nothing was sent to who complained")


def show_hold_out(
    farley: Installation, screen: Screen, named: Named, people: People
) -> tuple[list[str], list[str]]:
    """Repeats the draw of the hold-out and compares it with Farley's draw.

    Returns the customer ids of the treated and of the held-out members, in the audience's order.
    """
    treated, held_out = (_with_outcome(farley, named, outcome, people) for outcome in ("sent", "held_out"))
    drawn = [
        customer_id
        for customer_id in _in_order({*treated, *held_out}, people)
        if _draw(customer_id) < Decimal(bodies.SHARE)
    ]
    screen.say(
        f"{len(held_out)} are held out: sha256('{bodies.SEED}:' + customer id), its first 8 bytes / 2^64,"
        f" below {bodies.SHARE}."
    )
    screen.say(f"Drawn again here: the same {len(drawn)}.")
    require(drawn == held_out, "anyone can draw the hold-out again")
    return treated, held_out


def _with_outcome(farley: Installation, named: Named, outcome: str, people: People) -> list[str]:
    decisions = whole_list(farley.api, f"{named.path}/decisions?outcome={outcome}")
    return _in_order({decision["customer_id"] for decision in decisions}, people)


def _in_order(ids: Collection[str], people: People) -> list[str]:
    return [customer_id for customer_id in _ids(people.audience, people) if customer_id in ids]


def _ids(numbers: Iterable[str], people: People) -> Sequence[str]:
    return [people.ids[number] for number in numbers]


def _draw(customer_id: str) -> Decimal:
    digest = hashlib.sha256(f"{bodies.SEED}:{customer_id}".encode()).digest()
    return Decimal(int.from_bytes(digest[:8], "big")) / 2**64


def _time(instant: datetime) -> str:
    return instant.strftime("%H:%M:%S.%f")[:-3]
