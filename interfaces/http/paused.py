"""What an answer says of paused projections, and the refusal of what it cannot say because of them.

Each question declares the projections that it reads. The projections that an answer reads and that are paused stand in
its body as `paused_projections`, and in its header. A question that needs facts after their positions is refused.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from domain.aggregates import Aggregate
from domain.campaigns.campaign import Campaign
from domain.campaigns.errors import CampaignNotFound
from domain.complaints.complaint import Complaint
from domain.complaints.errors import ComplaintNotFound
from domain.customers.customer import Customer
from domain.customers.errors import CustomerNotFound
from domain.errors import NotFound, PreconditionFailed, ProjectionPaused
from domain.orders.errors import OrderNotFound
from domain.orders.order import Order
from domain.runs.errors import RunNotFound
from domain.runs.run import Run
from domain.suppressions.errors import SuppressionNotFound
from domain.suppressions.suppression import Suppression
from interfaces.http.current import services, this_request
from interfaces.paused_projections import Positions, in_words, listed, paused_among, paused_before
from projections.decision_facts.reading import OF_CUSTOMERS
from projections.engine.reached import Reached, reached
from projections.identity.reading import person_of

FIELD = "paused_projections"
READS = "farley_reads"
PAST = "farley_reads_of_the_past"
OF_THE_PAST = ("known_at", "as_of", "known_to_position")
"""The parameters of questions about the past, which are answered from the log."""


@dataclass(frozen=True)
class Kept:
    """Where a thing is: its stream in the log, the parameters that name it, and the projections that know it."""

    aggregate: type[Aggregate]
    parameters: tuple[str, ...]
    projections: tuple[str, ...]


WHERE_FOUND: Mapping[type[NotFound], Kept] = {
    CampaignNotFound: Kept(Campaign, ("campaign_id",), ("campaigns",)),
    ComplaintNotFound: Kept(Complaint, ("complaint_id",), ("complaints",)),
    CustomerNotFound: Kept(Customer, ("customer_id", "explain"), OF_CUSTOMERS),
    OrderNotFound: Kept(Order, ("order_id",), ("orders",)),
    RunNotFound: Kept(Run, ("run_id",), ("campaigns",)),
    SuppressionNotFound: Kept(Suppression, ("suppression_id",), ("suppression",)),
}
REMEDY = "An operator can let it continue: `farley project status` says what to do."

View = TypeVar("View", bound=Callable[..., Any])


def reads(
    *names: str,
    given: Mapping[str, Collection[str]] | None = None,
    past: Mapping[str, Collection[str]] | None = None,
) -> Callable[[View], View]:
    """Declares the projections that a question reads.

    `given`: the further projections that it reads if it has this parameter. `past`: all that a question about the past
    reads if it has this parameter; everything else it knows from the log.
    """

    def declare(view: View) -> View:
        view.__dict__[READS] = (names, given or {})
        view.__dict__[PAST] = past or {}
        return view

    return declare


def read_for(view: Callable[..., Any], asked: Mapping[str, Any]) -> list[str]:
    """Returns the projections that the view reads for this query or body."""
    names, given = view.__dict__.get(READS, ((), {}))
    if names and _is_past(asked):
        names, given = (), view.__dict__[PAST]
    further = (name for parameter, more in given.items() if parameter in asked for name in more)
    return list(dict.fromkeys([*names, *further]))


def _is_past(asked: Mapping[str, Any]) -> bool:
    at = asked.get("at")
    return any(asked.get(name) for name in OF_THE_PAST) or (at is not None and at < services().clock.now())


def note_paused(paused: Positions, names: Collection[str]) -> None:
    """Keeps the paused projections that this answer reads."""
    this_request().paused = paused_among(paused, names)


def paused_fields() -> dict[str, Any]:
    """Returns the field of an answer that names the paused projections that it reads; nothing if there are none."""
    paused = this_request().paused
    return {FIELD: listed(paused)} if paused else {}


def refuse_behind(paused: Positions, names: Collection[str], position: int) -> None:
    """Raises ProjectionPaused if a paused projection of these has not reached the position that is waited for."""
    behind = paused_before(position, paused, names)
    if behind:
        raise ProjectionPaused(
            f"This answer reads a projection that is paused before position {position}: {in_words(behind)}. {REMEDY}"
            " Without Farley-Wait-For you get an answer that may lack newer facts.",
            position=position,
            paused_projections=listed(behind),
        )


def refuse_missing(
    paused: Positions, names: Collection[str], missing: NotFound, named: Mapping[str, Any], head: int
) -> None:
    """Raises ProjectionPaused if a paused projection of these may lack what seems to be missing.

    `named`: the things that the question names, by parameter. What has no stream in the log is missing in truth, unless
    it is a profile that a link makes part of a customer.
    """
    kept = WHERE_FOUND.get(type(missing))
    known_to = names if kept is None else [name for name in kept.projections if name in names]
    behind = paused_before(head, paused, known_to)
    if behind and (kept is None or "identity" in behind or _is_in_log(kept, named)):
        raise _may_be_too_new(behind, head) from missing


def refuse_empty(now: Reached, names: Collection[str]) -> None:
    """Raises ProjectionPaused if a paused projection of these may lack what an empty list seems to deny."""
    behind = paused_before(now.head, now.paused, names)
    if behind:
        raise _may_be_too_new(behind, now.head)


@contextmanager
def explaining_stale(named: Mapping[str, Any]) -> Iterator[None]:
    """Adds to a PreconditionFailed which paused projections show the client an older version again and again.

    `named`: the things that the command changes, by parameter.
    """
    try:
        yield
    except PreconditionFailed as stale:
        behind = _paused_that_show(named)
        if not behind:
            raise
        raise PreconditionFailed(
            f"{stale.message} Reading the resource again gives an older version as long as a projection that shows it"
            f" is paused: {in_words(behind)}. The current version is {stale.details['version']}. {REMEDY}",
            paused_projections=listed(behind),
            **stale.details,
        ) from stale


def _paused_that_show(named: Mapping[str, Any]) -> dict[str, int]:
    names = [
        name
        for kept in WHERE_FOUND.values()
        if not named.keys().isdisjoint(kept.parameters)
        for name in kept.projections
    ]
    with services().reading.snapshot() as connection:
        now = reached(connection)
    return paused_before(now.head, now.paused, names)


def _may_be_too_new(behind: Positions, head: int) -> ProjectionPaused:
    return ProjectionPaused(
        f"What this asks for may have been recorded after the position of a paused projection: {in_words(behind)}."
        f" {REMEDY}",
        position=head,
        paused_projections=listed(behind),
    )


def _is_in_log(kept: Kept, named: Mapping[str, Any]) -> bool:
    ids = [named[parameter] for parameter in kept.parameters if named.get(parameter) is not None]
    if kept.aggregate is Customer:
        with services().reading.snapshot() as connection:
            ids = [profile for each in ids for profile in person_of(connection, each)[1]]
    return bool(services().store.present(kept.aggregate, ids))
