"""The consents, complaints and suppressions of profiles, as decisions need them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar
from uuid import UUID

from domain.deciding.facts import ConsentStatement, StoppingComplaint, StoppingSuppression
from projections.together import Lists, Rows


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """The position at which a complaint was opened."""

    complaint_id: UUID
    opened_position: int


# The suppressions include expired ones: only the policy decides whether a suppression has expired.
LISTS = {
    "consents": Rows(
        select="""
        select customer_id, channel, contact_point_id, purpose, topic, brand, granted, occurred_at, said_at,
               expires_at, position, purpose_folded, topic_folded, brand_folded,
               case when contact_point_id is not null then (
                   select p.address_id from contact_point p
                   where p.customer_id = c.customer_id and p.contact_point_id = c.contact_point_id
               ) end as address_id
        from consent_statement c where customer_id = any(array(select profile_id from concerned))
        order by position
        """,
        row=ConsentStatement,
    ),
    "complaints": Rows(
        select="""
        select complaint_id, customer_id, severity, status, outcome, closed_at, position
        from complaint_stop where customer_id = any(array(select profile_id from concerned)) order by position
        """,
        row=StoppingComplaint,
    ),
    "openings": Rows(
        select="""
        select complaint_id, opened_position
        from complaint_stop where customer_id = any(array(select profile_id from held))
        """,
        row=Opening,
    ),
    "suppressions": Rows(
        select="""
        select customer_id, reason_code, scope, only_channel as channel, only_purpose_folded as purpose_folded,
               only_brand_folded as brand_folded, imposed_at, until, position
        from imposed_suppression
        where lifted_position is null and customer_id = any(array(
            select profile_id from concerned
            union
            select domain_id::uuid from contact_point, jsonb_array_elements_text(domain_ids) as domain_id
            where customer_id = any(array(select profile_id from circle_profile)) and removed_position is null))
        order by position
        """,
        row=StoppingSuppression,
    ),
}
"""What was stated about everybody in a circle, the identifiers that they hold or held, and the addresses' domains."""


@dataclass(frozen=True, kw_only=True)
class Statements:
    """Consents, complaints and suppressions by profile id, in the log's order.

    `opened`: the position of each complaint's opening, by complaint id, for complaints about identifiers.
    """

    consents: Mapping[UUID, list[ConsentStatement]]
    complaints: Mapping[UUID, list[StoppingComplaint]]
    opened: Mapping[UUID, int]
    suppressions: Mapping[UUID, list[StoppingSuppression]]


def statements_of(lists: Lists) -> Statements:
    """Returns the statements of these rows of LISTS."""
    return Statements(
        consents=by_profile(lists["consents"]),
        complaints=by_profile(lists["complaints"]),
        opened={opening.complaint_id: opening.opened_position for opening in lists["openings"]},
        suppressions=by_profile(lists["suppressions"]),
    )


class OfProfile(Protocol):
    """A row about a profile."""

    @property
    def customer_id(self) -> UUID: ...


R = TypeVar("R", bound=OfProfile)


def by_profile(rows: Iterable[R]) -> dict[UUID, list[R]]:
    """Returns the rows by profile, in their order."""
    grouped: dict[UUID, list[R]] = defaultdict(list)
    for row in rows:
        grouped[row.customer_id].append(row)
    return grouped
