"""Finds people about whom a decision rests on equal facts, so that one of each group is decided for all.

Most people of an audience have one contact point on a channel, one consent, and nothing that stops a message, but for
messages of the same campaign in earlier runs. Whatever else decisions rest on sets a person apart, to be decided from
facts of their own.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from psycopg import Connection
from psycopg.rows import tuple_row

from projections.decision_facts.in_run import TAKEN

# The caller asks about thousands of people. The statement is planned each time, because the plan depends on how many
# they are. Rows of large tables are looked up by index for each profile (lateral, which `offset 0` keeps): joined to
# the profiles, PostgreSQL would go through the whole table for each chunk of a run, or, with the profiles in an array
# beside the join, take the result for one row and compare thousands of rows with each other.
_ABOUT_PEOPLE = """
with asked as materialized (
    select unnest(%(ids)s::uuid[]) as person_id
), of_person as materialized (
    select person_id, person_id as profile_id from asked
    union
    select person_id, profile_id from alias where person_id = any(%(ids)s::uuid[])
    union
    select person_id, profile_id from person_profile where person_id = any(%(ids)s::uuid[])
), point as materialized (
    select f.person_id, p.channel, p.address_id, p.mailability, p.domain_ids, p.added_position, p.removed_position
    from of_person f cross join lateral (select * from contact_point where customer_id = f.profile_id offset 0) p
), address as materialized (
    select distinct address_id from point where removed_position is null
), identifier as (
    select person_id, address_id as profile_id from point
    union all
    select f.person_id, e.profile_id
    from of_person f cross join lateral (select * from external_id where customer_id = f.profile_id offset 0) e
), statement as materialized (
    select f.person_id, c.contact_point_id, c.channel, c.purpose_folded, c.topic_folded, c.brand_folded, c.granted,
           c.expires_at
    from of_person f cross join lateral (select * from consent_statement where customer_id = f.profile_id offset 0) c
), zone as materialized (
    select f.person_id, c.time_zone
    from of_person f cross join lateral (select time_zone from customer where customer_id = f.profile_id offset 0) c
    where c.time_zone is not null
), oldest as materialized (
    select distinct on (f.person_id) f.person_id, f.profile_id
    from of_person f join profile k using (profile_id)
    where %(drawn)s
    order by f.person_id, least(k.first_position, k.registered_position), f.profile_id
), stop as (
    select customer_id from complaint_stop
    union all
    select customer_id from imposed_suppression where lifted_position is null
)"""
# The campaign's messages in earlier runs to each person. A first run skips the look-ups. The second subquery hides the
# campaign from the planner, which would take a new one for one without messages and compare them with each profile.
_OF_CAMPAIGN = """told as materialized (
    select position, run_id, member_id, customer_id, address_id from message
    where (select campaign_id from message where campaign_id = %(campaign)s order by address_id limit 1) is not null
      and campaign_id = (select %(campaign)s::uuid) and (handed_over or outcome in ('sent', 'unknown'))
      and (member_id = any(array(select profile_id from of_person))
           or customer_id = any(array(select profile_id from of_person))
           or address_id = any(array(select address_id from address)))
), to_person as materialized (
    select f.person_id, t.position, t.run_id from told t join of_person f on f.profile_id = t.member_id
    union
    select f.person_id, t.position, t.run_id from told t join of_person f on f.profile_id = t.customer_id
), earlier as (
    select person_id, array_agg(position order by position) as positions from to_person group by person_id
)"""
_TAKEN = f"taken as materialized ({TAKEN.select})"
# People to whom this run has a message, people with a draw of the campaign, and people with an address that the message
# of another member takes.
_MET = """met as (
    select person_id from to_person where run_id = %(run)s
    union
    select p.person_id from told t join point p on p.address_id = t.address_id
    where not exists (select from to_person o where o.person_id = p.person_id and o.position = t.position)
    union
    select f.person_id from of_person f join run_decision d on d.member_id = f.profile_id join run r using (run_id)
    where d.member_id = any(array(select profile_id from of_person)) and d.unit is not null
      and r.campaign_id = %(campaign)s
    union
    select p.person_id from taken t join point p on p.address_id = t.address_id
)"""
_OF_NO_CAMPAIGN = """earlier as (
    select null::uuid as person_id, null::bigint[] as positions where false
), met as (
    select person_id from earlier
)"""
_GROUPS = """apart as materialized (
    select person_id from identifier i
    where not exists (select from of_person f where f.person_id = i.person_id and f.profile_id = i.profile_id)
    union
    select f.person_id from of_person f join stop s on s.customer_id = f.profile_id
    union
    select p.person_id
    from point p
    cross join lateral (select * from contact_point where address_id = p.address_id offset 0) o
    where p.removed_position is null and o.removed_position is null
      and not exists (select from of_person f where f.person_id = p.person_id and f.profile_id = o.customer_id)
    union
    select p.person_id from point p, jsonb_array_elements_text(p.domain_ids) as domain(id)
    where p.removed_position is null and domain.id::uuid in (select customer_id from stop)
    union
    select person_id from point where removed_position is null and channel = %(channel)s
    group by person_id having count(*) > 1
    union
    select person_id from statement group by person_id having count(*) > 1 or count(contact_point_id) > 0
    union
    select person_id from zone group by person_id having count(*) > 1
    union
    select unnest(array[p.profile_id, p.person_id]) from person_profile p
    where p.profile_id = any(%(ids)s::uuid[]) and p.person_id <> p.profile_id
    union
    select unnest(array[a.profile_id, a.person_id]) from alias a
    where a.profile_id = any(%(ids)s::uuid[]) and a.person_id <> a.profile_id
    union
    select person_id from met
), alike as (
    select dense_rank() over (order by p.person_id is null, p.mailability, s.person_id is null, s.channel,
               s.purpose_folded, s.topic_folded, s.brand_folded, s.granted, s.expires_at <= %(at)s, z.time_zone,
               e.person_id is null
           ) as number,
           a.person_id, p.added_position, o.profile_id as oldest_profile, coalesce(e.positions, '{}') as earlier
    from asked a
    left join point p on p.person_id = a.person_id and p.removed_position is null and p.channel = %(channel)s
    left join statement s on s.person_id = a.person_id
    left join zone z on z.person_id = a.person_id
    left join oldest o on o.person_id = a.person_id
    left join earlier e on e.person_id = a.person_id
    where not exists (select from apart t where t.person_id = a.person_id)
)
select (select json_agg(json_build_array(number, person_id, added_position, oldest_profile, earlier)
                        order by number, person_id)::text from alike),
       array(select person_id from apart where person_id = any(%(ids)s::uuid[]) order by 1)
"""
_ALIKE = ",\n".join((_ABOUT_PEOPLE, _OF_NO_CAMPAIGN, _GROUPS)).encode()
_ALIKE_IN_RUN = ",\n".join((_ABOUT_PEOPLE, _OF_CAMPAIGN, _TAKEN, _MET, _GROUPS)).encode()


def statement_of(*, in_run: bool) -> bytes:
    """Returns the statement that groups people, or members of a run."""
    return _ALIKE_IN_RUN if in_run else _ALIKE


class PersonAlike(NamedTuple):
    """A person of the group `number`. `added_position`: of the fact that added the person's contact point, if any.

    `oldest_profile`: the person's profile with the first fact, if `alike` was asked for it. `earlier`: the positions of
    the campaign's messages in earlier runs to the person, in ascending order.
    """

    number: int
    person_id: UUID
    added_position: int | None
    oldest_profile: UUID | None
    earlier: tuple[int, ...]


_read = msgspec.json.Decoder(list[PersonAlike]).decode


def alike(
    connection: Connection[Any],
    person_ids: Collection[UUID],
    *,
    channel: str,
    at: datetime,
    campaign_id: UUID | None = None,
    run_id: UUID | None = None,
    oldest_profiles: bool = False,
) -> tuple[list[Sequence[PersonAlike]], list[UUID]]:
    """Groups these people, or members of a run, for a decision at an instant about a message.

    Returns the groups, and everybody else, in ascending order of ids.
    """
    parameters = {
        "ids": list(person_ids),
        "channel": channel,
        "at": at,
        "campaign": campaign_id,
        "run": run_id,
        "drawn": oldest_profiles,
    }
    statement = statement_of(in_run=campaign_id is not None)
    with connection.cursor(row_factory=tuple_row) as cursor:
        text, apart = cursor.execute(statement, parameters, prepare=False).fetchone() or (None, [])
    people = _read(text) if text else []
    return [list(group) for _, group in groupby(people, key=lambda person: person.number)], apart
