"""Questions about complaints: the queue, how many there are, and one complaint with its steps."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any
from uuid import UUID

import msgspec

from application.moments import Moment
from domain.complaints.complaint import Complaint
from domain.complaints.errors import ComplaintNotFound
from domain.deciding.complaint_stops import ComplaintStop, stops_of
from domain.deciding.policy import policy_at
from interfaces.http.auth import action, allowed
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.complaints.complaint_reading_schemas import (
    ComplaintCountsOut,
    ComplaintOut,
    ComplaintsFilterQuery,
    ComplaintsOut,
    ComplaintsQuery,
)
from interfaces.http.contexts.complaints.routes import A_COMPLAINT
from interfaces.http.current import services, subject
from interfaces.http.moments import moment_of, refuse_past_of_all, refuse_reversed, without_etag
from interfaces.http.paging import Instant, Position, page
from interfaces.http.paging import place_of as place_in
from interfaces.http.paused import reads
from interfaces.http.people import person_named
from interfaces.http.schemas.common import MomentQuery
from projections.campaigns.stopped import stopped_by
from projections.complaints.counts import ComplaintCounts, complaint_counts
from projections.complaints.filters import ComplaintFilter
from projections.complaints.queue import ComplaintOrder, complaints, place_of
from projections.complaints.reading import StandingComplaint, complaint
from projections.customers.reading import names
from projections.identity.reading import person_ids_of
from projections.policies.reading import adopted_policies
from projections.suppression.reading import stopping_complaint

complaint_reading = Routes("complaint-reading", "The complaints of all customers, and what they stop.")
WITH_PERSON = ("complaints", "identity", "customers")
"""The projections that complaints and whose they are is read from."""
OF_RUNS = ("campaigns",)
WITH_STOPS = (*WITH_PERSON, "suppression", "policies")
"""Those that also know what a complaint stops."""
NAMES = "customers:read"
"""The action that lets a key see the names of customers."""
_Part = Annotated[int, msgspec.Meta(ge=0, le=2)]
_PLACES: dict[ComplaintOrder, Any] = {
    ComplaintOrder.NEWEST: tuple[Position],
    ComplaintOrder.OLDEST_UNANSWERED: tuple[_Part, Instant, Position],
}


@complaint_reading.question("/api/complaints", ComplaintsQuery, ComplaintsOut)
@action("complaints:read")
@reads(*WITH_PERSON)
def list_complaints(query: Body) -> dict[str, Any]:
    """Lists complaints, the newest or the oldest unanswered first. Those of one customer also at a past moment."""
    limit, order = query.pop("limit"), ComplaintOrder(query.pop("order"))
    after = place_in(query.pop("cursor", None), _PLACES[order])
    with _asked_about(query) as (connection, wanted, _):
        listed = complaints(
            connection, services().reading.cipher, wanted, order=order, after=after, limit=limit + 1
        )
        shown = page(listed, limit, lambda standing: place_of(standing, order))
        return {**shown, "items": _with_persons(connection, shown["items"])}


@complaint_reading.question("/api/complaints/counts", ComplaintsFilterQuery, ComplaintCountsOut)
@action("complaints:read")
@reads("complaints", given={"customer_id": WITH_PERSON})
def count_complaints(query: Body) -> ComplaintCounts:
    """Counts complaints by status, severity, category, product, brand, channel, answer and, if open, by age."""
    with _asked_about(query) as (connection, wanted, moment):
        return complaint_counts(connection, wanted, moment.instant or services().clock.now())


@complaint_reading.question(A_COMPLAINT, MomentQuery, ComplaintOut)
@action("complaints:read")
@reads(*WITH_STOPS, *OF_RUNS, past={"known_at": OF_RUNS, "as_of": OF_RUNS})
def show_complaint(query: Body, complaint_id: UUID) -> dict[str, Any]:
    """Returns a complaint with its steps and what it stops, now or at a past moment.

    Its present ETag is the value for If-Match.
    """
    moment = moment_of(query)
    if moment.is_past:
        return without_etag(_shown_then(moment, complaint_id))
    with services().reading.snapshot() as connection:
        return _shown(_standing(connection, complaint_id), moment, connection, connection)


def _shown_then(moment: Moment, complaint_id: UUID) -> dict[str, Any]:
    """Returns the complaint of a past moment, from its stream and then from the facts about its person."""
    with services().moments.of_stream(moment, Complaint.stream_of(complaint_id), ("complaints",)) as models:
        standing = _standing(models.connection, complaint_id)
    with (
        services().moments.of_person(moment, standing.customer_id, WITH_STOPS) as models,
        services().reading.snapshot() as present,
    ):
        return _shown(standing, moment, models.connection, present)


def _standing(connection: Any, complaint_id: UUID) -> StandingComplaint:
    standing = complaint(connection, services().reading.cipher, complaint_id)
    if standing is None:
        raise ComplaintNotFound()
    return standing


def _shown(standing: StandingComplaint, moment: Moment, connection: Any, decided: Any) -> dict[str, Any]:
    """Returns the complaint with its person, what it stops, and what it stopped.

    `connection`: to the read models of the moment. `decided`: to the present ones, which have all decisions.
    """
    (shown,) = _with_persons(connection, [standing])
    facts = [step.position for step in standing.steps]
    stopped = stopped_by(decided, facts, known_at=moment.known_at, as_of=moment.as_of)
    return {**shown, "stops": _stops(connection, standing, moment), "stopped_messages": stopped}


def _stops(connection: Any, standing: StandingComplaint, moment: Moment) -> list[ComplaintStop]:
    stopping = stopping_complaint(connection, standing.customer_id, standing.complaint_id)
    at = moment.instant or services().clock.now()
    policy = policy_at(adopted_policies(connection), at)
    return [] if stopping is None else list(stops_of(stopping, policy, at))


@contextmanager
def _asked_about(query: Body) -> Iterator[tuple[Any, ComplaintFilter, Moment]]:
    """Yields a connection to the read models of the moment, the filter of the question, and the moment."""
    moment, customer_id = moment_of(query), query.pop("customer_id", None)
    refuse_reversed(query, "opened_since", "opened_until")
    if customer_id is None:
        refuse_past_of_all(moment, "Complaints")
        with services().reading.snapshot() as connection:
            yield connection, ComplaintFilter(**query), moment
        return
    with services().moments.of_person(moment, customer_id, WITH_PERSON) as models:
        profiles = person_named(models.connection, customer_id).profiles
        yield models.connection, ComplaintFilter(profiles=profiles, **query), moment


def _with_persons(connection: Any, listed: Sequence[StandingComplaint]) -> list[dict[str, Any]]:
    """Returns the complaints with the person of each, and the person's name for keys that may see it."""
    persons = person_ids_of(connection, {standing.customer_id for standing in listed})
    shown = [{**vars(standing), "person_id": persons[standing.customer_id]} for standing in listed]
    if not allowed(subject(), NAMES):
        return shown
    named = names(connection, services().reading.cipher, set(persons.values()))
    return [{**row, "customer_name": named.get(row["person_id"])} for row in shown]
