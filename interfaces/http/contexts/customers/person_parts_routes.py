"""Questions about parts of a person: their profiles, what they allowed and forbade, and their last months."""

from typing import Any
from uuid import UUID

from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.customers.customer_reading_routes import A_CUSTOMER
from interfaces.http.contexts.customers.person_parts_schemas import MonthsOut, ProfilesOut, StatementsOut
from interfaces.http.current import services
from interfaces.http.moments import moment_of
from interfaces.http.paging import Position, page, place_of
from interfaces.http.paused import reads
from interfaces.http.people import named_so, person_named
from interfaces.http.schemas.common import MomentQuery, PageMomentQuery
from projections.consent.listing import stated
from projections.decision_facts.reading import OF_CUSTOMERS
from projections.months.reading import READS as MONTHS_READS
from projections.months.reading import months
from projections.person_profiles.reading import READS as PROFILES_READS
from projections.person_profiles.reading import person_profiles

person_parts = Routes("person-parts", "What belongs to a person, part by part.")
CONSENT_READS = (*OF_CUSTOMERS, "consent")


@person_parts.question(f"{A_CUSTOMER}/profiles", MomentQuery, ProfilesOut)
@action("customers:read")
@reads(*PROFILES_READS)
def list_profiles(query: Body, customer_id: UUID) -> dict[str, Any]:
    """Lists the profiles of a person with what each has of its own, and their links, now or at a past moment."""
    moment = moment_of(query)
    with services().moments.of_person(moment, customer_id, PROFILES_READS) as models:
        person = person_named(models.connection, customer_id)
        listed = person_profiles(models.connection, services().reading.cipher, customer_id)
    return {**named_so(person, customer_id), "items": listed.profiles, "links": listed.links}


@person_parts.question(f"{A_CUSTOMER}/consents", PageMomentQuery, StatementsOut)
@action("customers:read")
@reads(*CONSENT_READS)
def list_consents(query: Body, customer_id: UUID) -> dict[str, Any]:
    """Lists what a person allowed and forbade with the evidence, the newest first, now or at a past moment."""
    moment = moment_of(query)
    limit, before = query["limit"], place_of(query.get("cursor"), Position)
    with services().moments.of_person(moment, customer_id, CONSENT_READS) as models:
        person = person_named(models.connection, customer_id)
        cipher = services().reading.cipher
        listed = stated(models.connection, cipher, person.profiles, before=before, limit=limit + 1)
    return {**named_so(person, customer_id), **page(listed, limit, lambda statement: statement.position)}


@person_parts.question(f"{A_CUSTOMER}/months", MomentQuery, MonthsOut)
@action("customers:read")
@reads(*MONTHS_READS)
def list_months(query: Body, customer_id: UUID) -> dict[str, Any]:
    """Counts touchpoints, orders and their value in each of the last 24 months, now or at a past moment."""
    moment = moment_of(query)
    at, zone = moment.instant or services().clock.now(), services().time_zone
    with services().moments.of_person(moment, customer_id, MONTHS_READS) as models:
        person = person_named(models.connection, customer_id)
        items = months(models.connection, person.profiles, at, zone)
    return {**named_so(person, customer_id), "time_zone": zone, "items": items}
