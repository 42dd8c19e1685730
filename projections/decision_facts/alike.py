"""Finds people about whom a decision rests on equal facts, so that one of each group is decided for all.

Most people of an audience have one contact point on a channel, one consent, and nothing that stops a message. Whatever
else decisions rest on sets a person apart, to be decided from facts of their own.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

# Each step joins all rows at once: the caller asks about thousands of people. The statement is planned each time,
# because the plan depends on how many they are.
_ALIKE = """
with asked as materialized (
    select unnest(%(ids)s::uuid[]) as person_id
), profile as materialized (
    select person_id, person_id as profile_id from asked
    union
    select person_id, profile_id from alias where person_id = any(%(ids)s::uuid[])
    union
    select person_id, profile_id from person_profile where person_id = any(%(ids)s::uuid[])
), point as materialized (
    select f.person_id, p.channel, p.address_id, p.mailability, p.domain_ids, p.removed_position
    from profile f join contact_point p on p.customer_id = f.profile_id
), identifier as (
    select person_id, address_id as profile_id from point
    union all
    select f.person_id, e.profile_id from profile f join external_id e on e.customer_id = f.profile_id
), statement as materialized (
    select f.person_id, c.contact_point_id, c.channel, c.purpose_folded, c.topic_folded, c.brand_folded, c.granted,
           c.expires_at
    from profile f join consent_statement c on c.customer_id = f.profile_id
), stop as (
    select customer_id from complaint_stop
    union all
    select customer_id from imposed_suppression where lifted_position is null
), apart as materialized (
    select person_id from identifier i
    where not exists (select from profile f where f.person_id = i.person_id and f.profile_id = i.profile_id)
    union
    select f.person_id from profile f join stop s on s.customer_id = f.profile_id
    union
    select p.person_id from point p join contact_point o on o.address_id = p.address_id
    where p.removed_position is null and o.removed_position is null
      and not exists (select from profile f where f.person_id = p.person_id and f.profile_id = o.customer_id)
    union
    select p.person_id from point p, jsonb_array_elements_text(p.domain_ids) as domain(id)
    where p.removed_position is null and domain.id::uuid in (select customer_id from stop)
    union
    select person_id from point where removed_position is null and channel = %(channel)s
    group by person_id having count(*) > 1
    union
    select person_id from statement group by person_id having count(*) > 1 or count(contact_point_id) > 0
)
select min(a.person_id::text)::uuid as example, count(*) as people, false as apart
from asked a
left join point p on p.person_id = a.person_id and p.removed_position is null and p.channel = %(channel)s
left join statement s on s.person_id = a.person_id
where not exists (select from apart t where t.person_id = a.person_id)
group by p.person_id is null, p.mailability, s.person_id is null, s.channel, s.purpose_folded, s.topic_folded,
         s.brand_folded, s.granted, s.expires_at <= %(at)s
union all
select person_id, 1, true from apart
"""


def alike(
    connection: Connection[Any], person_ids: Collection[UUID], *, channel: str, at: datetime
) -> tuple[dict[UUID, int], list[UUID]]:
    """Groups these people, given by their person ids, for a decision at an instant about a message of no campaign.

    Returns one person of each group with the number of its people, and everybody else.
    """
    parameters = {"ids": list(person_ids), "channel": channel, "at": at}
    rows = connection.execute(_ALIKE, parameters, prepare=False).fetchall()
    groups = {row["example"]: row["people"] for row in rows if not row["apart"]}
    return groups, sorted(row["example"] for row in rows if row["apart"])
