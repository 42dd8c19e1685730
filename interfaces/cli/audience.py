"""`farley audience` previews an audience, as it is now or as it was at a past moment."""

import sys
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import click

from application import codec
from application.moments import Moment
from application.previews.counting import Preview, PreviewAudience, WhyInAudience
from application.previews.shown import shown
from application.services import Services
from domain.campaigns.events import MessageClass
from domain.customers.details import Channel
from domain.errors import InvalidInput
from interfaces.cli import wiring
from interfaces.cli.moments import moment_meant, of_moment
from interfaces.cli.paused import facts_counted, paused_now
from interfaces.cli.people import profile_meant
from interfaces.cli.progress import Reached, progress
from interfaces.paused_projections import Positions, listed
from projections.decision_facts.reading import previewed_from


@click.command
@click.argument("criteria")
@of_moment
@click.option(
    "--channel",
    type=click.Choice([*map(str, Channel)]),
    help="Also count whom a message on this channel would reach.",
)
@click.option("--purpose", metavar="NAME", help="The purpose of that message.")
@click.option(
    "--message-class",
    type=click.Choice([*map(str, MessageClass)]),
    help="The class of that message; by default promotional.",
)
@click.option("--explain", metavar="CUSTOMER", help="Say why this customer is in the audience or not.")
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print one JSON object instead of text. It has the fields of a preview over HTTP.",
)
def audience(
    criteria: str, known_at: str | None, as_of: str | None, explain: str | None, as_json: bool, **message: Any
) -> None:
    """Count the people who meet CRITERIA.

    CRITERIA is a JSON object such as '{"field": "country", "op": "eq", "value": "DE"}', the id of a segment, or - to
    read the JSON object from standard input.

    For a past moment the log is folded again for everybody, in temporary tables. With both instants, only facts that
    meet both conditions count. Ctrl-C ends it and leaves nothing behind.
    """
    with wiring.opened() as opened:
        services = opened.services
        when = moment_meant(services, known_at, as_of)
        meant = profile_meant(services, explain) if explain else None
        ask = PreviewAudience(audience=_criteria(criteria), explain=meant, **message)
        names = previewed_from(decides=ask.channel is not None, explains=ask.explain is not None)
        paused = {} if when.is_past else paused_now(services, names)
        head = services.store.head()
        preview = _preview(services, ask, when)
    click.echo(_json(preview, paused) if as_json else "\n".join(_lines(preview, when, paused, head)))


def _criteria(text: str) -> dict[str, Any]:
    try:
        return {"segment": str(UUID(text))}
    except ValueError:
        criteria = codec.decode(sys.stdin.buffer.read() if text == "-" else text.encode())
    if not isinstance(criteria, dict):
        raise InvalidInput("Criteria are a JSON object.", path="criteria", code="not_an_object")
    codec.refuse_unstorable(criteria)
    return criteria


def _preview(services: Services, ask: PreviewAudience, when: Moment) -> Preview:
    if not when.is_past:
        return services.previews.preview_audience(ask)
    past = services.past_preview_jobs.checked(ask, when)
    with progress("folding") as reached:
        return services.past_previews.preview(past, _Shown(reached))


class _Shown:
    """The Follower that shows the progress."""

    def __init__(self, show: Reached) -> None:
        self._show = show

    def reached(self, folded: int, to_fold: int) -> None:
        self._show(folded, to_fold)

    def can_interrupt(self, interrupt: Callable[[], None]) -> None:
        """Ctrl-C interrupts a statement by itself."""


def _json(preview: Preview, paused: Positions) -> str:
    # Importing the schemas takes as long as the rest of the verb.
    from interfaces.http.contexts.segments.schemas import AudiencePreviewOut

    fields = {**shown(preview), "position": preview.position}
    if paused:
        fields["paused_projections"] = listed(paused)
    return codec.encode(AudiencePreviewOut().dump(fields)).decode()


def _lines(preview: Preview, when: Moment, paused: Positions, head: int) -> Iterator[str]:
    counted = facts_counted(when, paused, head - preview.position)
    yield f"audience of {preview.size}, {counted}, up to position {preview.position}"
    if preview.estimate is not None:
        estimated = "" if preview.estimate.interval is None else ", estimated from a sample"
        yield f"{preview.estimate.reachable} reachable{estimated}"
        yield from (f"  {code}: {people}" for code, people in preview.estimate.loss.items())
    if preview.why is not None:
        yield from _explanation(preview.why)


def _explanation(why: WhyInAudience) -> Iterator[str]:
    yield f"Customer {why.person_id} is {'' if why.in_audience else 'not '}in the audience"
    yield from (f"  {criterion.path}: {'met' if criterion.met else 'not met'}" for criterion in why.criteria)
    if why.decision is not None:
        reasons = ", ".join(reason.code for reason in why.decision.reasons)
        yield f"{why.decision.verdict} {reasons}".rstrip()
