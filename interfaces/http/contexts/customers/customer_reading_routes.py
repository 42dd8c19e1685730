"""Questions about customers: the look-up, the 360, the timeline, the history."""

from typing import Any
from uuid import UUID

from application.customers.whose import GivenIdentifier
from domain.customers.errors import CustomerNotFound
from domain.errors import InvalidInput
from domain.identifiers import IdentifierKind
from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.customers.customer_reading_schemas import (
    CustomerOut,
    CustomersQuery,
    FoundCustomersOut,
    HistoryOut,
    TimelineOut,
    TimelineQuery,
)
from interfaces.http.contexts.history.histories_schemas import HistoryQuery
from interfaces.http.contexts.history.pages_of_facts import wanted_of
from interfaces.http.current import services
from interfaces.http.moments import moment_of, refuse_reversed, without_etag
from interfaces.http.paging import Instant, Position, page, place_of
from interfaces.http.paused import reads, refuse_empty
from interfaces.http.people import asked_for, named_so, person_named
from interfaces.http.schemas.common import MomentQuery
from interfaces.http.schemas.fields.queried import with_hint
from interfaces.http.waiting import says_how_far
from interfaces.viewing import viewed
from projections.customer_360.reading import READS
from projections.customers.places import places_of
from projections.decision_facts.reading import OF_CUSTOMERS
from projections.engine.reached import Reached
from projections.history.filters import ALL
from projections.history.reading import READS as HISTORY_READS
from projections.history.reading import history
from projections.identity.reading import person_of
from projections.people.reading import find_person, people_at
from projections.timeline.decisions import KIND_OF_VERDICT, decision_entries
from projections.timeline.reading import About, entries

customer_reading = Routes("customer-reading", "What is known of customers.")
TIMELINE_READS = ("identity", "customers", "timeline")
"""The projections that the timeline of a person reads, at any moment."""
DECISIONS_READ = ("campaigns",)
"""The projections that it reads of the present for decisions not to write."""
A_CUSTOMER = "/api/customers/<uuid:customer_id>"


@customer_reading.question("/api/customers", CustomersQuery, FoundCustomersOut)
@action("customers:read")
@reads(*OF_CUSTOMERS)
@says_how_far
def find_customers(query: Body) -> tuple[dict[str, Any], Reached]:
    """Finds customers by an address or a number that they hold.

    An empty list means that nobody holds it. Where a paused projection may lack a holder, it is 503 instead.
    """
    profile_id = _profile_meant(query)
    reading = services().reading
    people, reached = reading.ask(lambda connection: people_at(connection, reading.cipher, profile_id))
    if not people:
        refuse_empty(reached, OF_CUSTOMERS)
    return {"items": people}, reached


@customer_reading.question(A_CUSTOMER, MomentQuery, CustomerOut)
@action("customers:read")
@reads(*READS)
@says_how_far
def show_customer(query: Body, customer_id: UUID) -> tuple[dict[str, Any], Reached]:
    """Returns the 360: everything known about a person, from all linked profiles, now or at a past moment.

    The verdicts of a past moment use the policy that was in effect then. A past answer has no ETag.
    """
    moment = moment_of({**query})
    known = viewed(services(), moment, customer_id)
    shown = {**known, **asked_for(known["customer_id"], customer_id)}
    return without_etag(shown) if moment.is_past else shown, known["reached"]


@customer_reading.question(f"{A_CUSTOMER}/timeline", TimelineQuery, TimelineOut)
@action("customers:read")
@reads(*TIMELINE_READS, *DECISIONS_READ)
def show_timeline(query: Body, customer_id: UUID) -> dict[str, Any]:
    """Returns the timeline of the customer, newest entry first, now or at a past moment.

    Decisions of runs not to write to the customer are among its entries, but not at a past moment.
    """
    moment = moment_of(query)
    limit, before = query.pop("limit"), place_of(query.pop("cursor", None), tuple[Instant, Position])
    refuse_reversed(query)
    if moment.is_past:
        _refuse_past_decisions(query)
    asked = {"before_cursor": before, "limit": limit + 1, **query}
    with services().moments.of_person(moment, customer_id, TIMELINE_READS) as models:
        person = person_named(models.connection, customer_id)
        places = places_of(models.connection, person.profiles)
        cipher = services().reading.cipher
        listed = entries(models.connection, cipher, person.profiles, places=places, **asked)
        if not moment.is_past:
            listed += decision_entries(models.connection, person.profiles, **asked)
    listed.sort(key=lambda entry: entry.place, reverse=True)
    shown = page(listed[: limit + 1], limit, lambda entry: entry.place)
    newest = max((entry.position for entry in shown["items"]), default=0)
    return {**named_so(person, customer_id), **shown, "position": newest}


@customer_reading.question(f"{A_CUSTOMER}/history", HistoryQuery, HistoryOut)
@action("history:read")
@reads(*HISTORY_READS)
def show_history(query: Body, customer_id: UUID) -> dict[str, Any]:
    """Returns every stored fact about the customer in the log's order, also for an unregistered profile."""
    limit, after, wanted = wanted_of(query)
    with services().reading.snapshot() as connection:
        person_id, profiles = person_of(connection, customer_id)
        facts = history(
            connection,
            services().reading.cipher,
            profiles,
            places=places_of(connection, profiles),
            wanted=wanted,
            after=after,
            limit=limit + 1,
        )
        if not facts and after == 0 and wanted == ALL and find_person(connection, customer_id) is None:
            raise CustomerNotFound()
    asked_for = {} if person_id == customer_id else {"asked_for": customer_id}
    return {"customer_id": person_id, **asked_for, **page(facts, limit, lambda fact: fact.position)}


def _refuse_past_decisions(query: Body) -> None:
    """Raises InvalidInput for a question about decisions alone: of the past it would have no answer."""
    for name, of_decisions in (("about", (About.DECISION,)), ("kind", KIND_OF_VERDICT.values())):
        if query.get(name) in of_decisions:
            raise InvalidInput(
                "Decisions are listed as they are known now: leave known_at and as_of out.",
                path=name,
                code="present_only",
            )


def _profile_meant(query: Body) -> UUID:
    """Returns the profile that the parameter identifies. Raises InvalidInput with the parameter as path."""
    if len(query) != 1:
        raise InvalidInput(
            "Name exactly one of email, phone and external_id.", path="email", code="one_of_three"
        )
    ((kind, value),) = query.items()
    try:
        return services().whose.identified(_identifier(kind, value))
    except InvalidInput as refused:
        raise with_hint(refused, value, kind) from None


def _identifier(kind: str, value: str) -> GivenIdentifier:
    if kind != IdentifierKind.EXTERNAL_ID:
        return GivenIdentifier(kind=kind, value=value)
    source, colon, number = value.partition(":")
    if not colon:
        raise InvalidInput("An external id is source:number.", code="invalid")
    return GivenIdentifier(kind=kind, value=number, source=source)
