-- Which members of which runs a batch may change: one member, the members that one part of the audience lists, or all
-- members of a run.
create view pg_temp.touched_in_run as
select originator_id as run_id, nullif(ordinal, 0) as ordinal, null::uuid as member_id from run_audience_listed
union all
select originator_id, null, null from run_cancelled
union all
select originator_id, ordinal, null from run_chunk_decided
union all
select run_id, null, member_id from message_handed_over
union all
select run_id, null, member_id from handover_lapsed
union all
select run_id, null, member_id from message_sent
union all
select run_id, null, member_id from message_refused_for_now
union all
select run_id, null, member_id from message_failed
union all
select run_id, null, member_id from message_outcome_unknown
union all
select run_id, null, member_id from message_withheld
union all
select run_id, null, member_id from message_resolved;

-- What is counted of the members that the batch may change, as the tables hold them at that moment. It is a function, not
-- a view, because a rebuild folds other tables with the same names: a function looks its tables up by the search path at
-- each use. PostgreSQL plans its text as a part of the statement that uses it.
create function pg_temp.counted_of_touched() returns table (run_id uuid, what text, name text, n bigint)
language sql stable as $$
with touched as materialized (
    select distinct run_id, ordinal, member_id from touched_in_run
), member as materialized (
    select a.run_id, a.member_id
    from touched t
    cross join lateral (select run_id, member_id from run_member where run_id = t.run_id offset 0) a
    where t.ordinal is null and t.member_id is null
    union
    select a.run_id, a.member_id
    from touched t
    cross join lateral (
        select run_id, member_id from run_member where run_id = t.run_id and ordinal = t.ordinal
        offset 0
    ) a
    where t.ordinal is not null
    union
    select a.run_id, a.member_id
    from touched t
    cross join lateral (
        select run_id, member_id from run_member where run_id = t.run_id and member_id = t.member_id
        limit 1
    ) a
    where t.member_id is not null
), state as materialized (
    select a.run_id, d.member_id is not null as decided,
           coalesce(case d.verdict when 'eligible' then m.outcome else d.verdict end, 'pending') as outcome,
           case when d.verdict = 'eligible' then m.reasons else d.reasons end as reasons
    from member a
    left join lateral (
        select member_id, verdict, reasons from run_decision
        where run_id = a.run_id and member_id = a.member_id
        limit 1
    ) d on true
    left join lateral (
        select outcome, reasons from message where run_id = a.run_id and member_id = a.member_id limit 1
    ) m on true
)
select run_id, what, name, count(*) from (
    select run_id, 'outcome' as what, outcome as name from state
    union all
    select run_id, 'decided', '' from state where decided
    union all
    select run_id, 'reason', r.reason ->> 'code' from state, jsonb_array_elements(reasons) as r(reason)
    union all
    select run_id, 'first_reason', reasons -> 0 ->> 'code' from state where reasons -> 0 is not null
) counted
group by run_id, what, name
$$;
