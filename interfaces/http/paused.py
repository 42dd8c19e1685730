"""What an answer says of paused projections, and the refusal of what it cannot say because of them.

Each question declares the projections that it reads. The projections that an answer reads and that are paused stand in
its body as `paused_projections`, and in its header. A question that needs facts after their positions is refused.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

from domain.campaigns.errors import CampaignNotFound
from domain.complaints.errors import ComplaintNotFound
from domain.customers.errors import CustomerNotFound
from domain.errors import NotFound, ProjectionPaused
from domain.runs.errors import RunNotFound
from domain.suppressions.errors import SuppressionNotFound
from interfaces.http.current import this_request
from interfaces.paused_projections import Positions, in_words, listed, paused_among, paused_before

FIELD = "paused_projections"
READS = "farley_reads"
OF_THE_PAST = ("known_at", "as_of")
"""The parameters of questions that are answered from the log alone."""
WHERE_FOUND: Mapping[type[NotFound], Collection[str]] = {
    CampaignNotFound: ("campaigns",),
    ComplaintNotFound: ("complaints",),
    CustomerNotFound: ("identity", "customers"),
    RunNotFound: ("campaigns",),
    SuppressionNotFound: ("suppression",),
}
"""The projections that know whether there is such a thing."""
REMEDY = "An operator can let it continue: `farley project status` says what to do."

View = TypeVar("View", bound=Callable[..., Any])


def reads(*names: str, given: Mapping[str, Collection[str]] | None = None) -> Callable[[View], View]:
    """Declares the projections that a question reads.

    `given`: the further projections that it reads if it has this parameter.
    """

    def declare(view: View) -> View:
        view.__dict__[READS] = (names, given or {})
        return view

    return declare


def read_for(view: Callable[..., Any], asked: Mapping[str, Any]) -> list[str]:
    """Returns the projections that the view reads for this query or body."""
    names, given = view.__dict__.get(READS, ((), {}))
    if this_request().method == "GET" and any(asked.get(name) for name in OF_THE_PAST):
        return []
    further = (name for parameter, more in given.items() if parameter in asked for name in more)
    return list(dict.fromkeys([*names, *further]))


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
            " Without Farley-Wait-For, the answer holds what is folded.",
            position=position,
            paused_projections=listed(behind),
        )


def refuse_missing(paused: Positions, names: Collection[str], missing: NotFound, head: int) -> None:
    """Raises ProjectionPaused if a paused projection of these may lack what seems to be missing."""
    known_to = [name for name in WHERE_FOUND.get(type(missing), names) if name in names]
    behind = paused_before(head, paused, known_to)
    if behind:
        raise ProjectionPaused(
            f"What this asks for may have been recorded after the position of a paused projection: {in_words(behind)}."
            f" {REMEDY}",
            position=head,
            paused_projections=listed(behind),
        ) from missing
