"""The profiles of a person, one by one: what belongs to each of them alone, and what links them.

The question has no tables of its own. One statement reads it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.personal import PersonalCipher
from domain.customers.events import LinkBasis
from projections.customers import reading as customers
from projections.customers.reading import RegisteredProfile
from projections.identity.reading import ASKED, PERSONS
from projections.orders.reading import OrderValue
from projections.people.reading import with_holder
from projections.together import GIVEN, Rows, Together

READS = ("identity", "customers", "timeline", "orders", "complaints", "consent")
"""The projections that this question reads."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ProfileLinkShown:
    """A link that holds: profile `profile_id` is the same person as the customer `other_id`."""

    profile_id: UUID
    other_id: UUID
    basis: LinkBasis
    position: int


@dataclass(frozen=True, kw_only=True)
class ProfileOfPerson:
    """One profile, with what was stated about it and not about another one.

    `contact_point` and `external_id`: the address or number of the person that the profile stands for, with its holder;
    a registered customer has neither. `orders`: how many, with `value` by currency.
    """

    profile_id: UUID
    is_registered: bool
    kind: str | None
    name: str | None
    contact_point: dict[str, Any] | None
    external_id: dict[str, Any] | None
    consents: int
    complaints: int
    open_complaints: int
    touchpoints: int
    orders: int
    value: tuple[OrderValue, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """How many things of one sort a profile has. `name`: a complaint's status, or the currency of orders."""

    profile_id: UUID
    what: str
    name: str
    n: int
    value: Any = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Requested:
    """A profile of the person."""

    profile_id: UUID


@dataclass(frozen=True, kw_only=True)
class PersonProfiles:
    """The profiles of a person by id, and the links among them in the log's order."""

    profiles: list[ProfileOfPerson]
    links: list[ProfileLinkShown]


def person_profiles(connection: Connection[Any], cipher: PersonalCipher, customer_id: UUID) -> PersonProfiles:
    """Returns the profiles of the person with this profile id."""
    lists = _TOGETHER.read(connection, {"ids": [customer_id]})
    registered = {profile.customer_id: profile for profile in customers.unsealed(cipher, lists["registered"])}
    held = _held(registered.values())
    counts: dict[UUID, list[Counted]] = {}
    for row in lists["counted"]:
        counts.setdefault(row.profile_id, []).append(row)
    profiles = [
        _profile(row.profile_id, registered.get(row.profile_id), held, counts.get(row.profile_id, []))
        for row in lists["profiles"]
    ]
    return PersonProfiles(profiles=profiles, links=lists["links"])


def _held(registered: Iterable[RegisteredProfile]) -> dict[UUID, dict[str, Any]]:
    """Returns each contact point and external id of these customers, by the id of the profile that stands for it."""
    held: dict[UUID, dict[str, Any]] = {}
    for profile in registered:
        for point in profile.contact_points:
            held.setdefault(point.address_id, {"contact_point": with_holder(profile, point)})
        for number in profile.external_ids:
            held.setdefault(number.profile_id, {"external_id": with_holder(profile, number)})
    return held


def _profile(
    profile_id: UUID,
    registered: RegisteredProfile | None,
    held: Mapping[UUID, dict[str, Any]],
    counted: list[Counted],
) -> ProfileOfPerson:
    def total(what: str, *names: str) -> int:
        return sum(row.n for row in counted if row.what == what and (not names or row.name in names))

    stands_for = held.get(profile_id, {})
    return ProfileOfPerson(
        profile_id=profile_id,
        is_registered=registered is not None,
        kind=registered.kind if registered is not None else None,
        name=registered.name if registered is not None else None,
        contact_point=stands_for.get("contact_point"),
        external_id=stands_for.get("external_id"),
        consents=total("consent"),
        complaints=total("complaint"),
        open_complaints=total("complaint", "open"),
        touchpoints=total("touchpoint"),
        orders=total("order"),
        value=tuple(
            OrderValue(currency=row.name, amount=row.value) for row in counted if row.what == "order"
        ),
    )


_TOGETHER = Together(
    f"{GIVEN}, {ASKED}, {PERSONS}",
    {
        "profiles": Rows(select="select profile_id from profile_requested order by 1", row=Requested),
        "registered": customers.REGISTERED,
        "links": Rows(
            select="""
            select profile_id, other_profile_id as other_id, basis, position from link
            where profile_id = any(array(select profile_id from profile_requested)) order by position, 1, 2
            """,
            row=ProfileLinkShown,
        ),
        "counted": Rows(
            select="""
            select customer_id as profile_id, 'consent' as what, '' as name, count(*) as n, null::numeric as value
            from consent_statement where customer_id = any(array(select profile_id from profile_requested))
            group by customer_id
            union all
            select customer_id, 'complaint', case when status = 'closed' then 'closed' else 'open' end, count(*), null
            from complaint where customer_id = any(array(select profile_id from profile_requested)) group by 1, 3
            union all
            select customer_id, 'touchpoint', '', sum(total)::bigint, null
            from touchpoint_count where customer_id = any(array(select profile_id from profile_requested))
            group by customer_id
            union all
            select customer_id, 'order', currency, count(*), sum(amount - refunded - cancelled)
            from purchase
            where customer_id = any(array(select profile_id from profile_requested)) and placed_at is not null
            group by 1, 3
            order by 1, 2, 3
            """,
            row=Counted,
        ),
    },
)
