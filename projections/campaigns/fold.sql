-- Campaigns as drafted.
insert into campaign
select originator_id, name, message_class, purpose, channel, brand, topic, audience, subject, body, sender,
       ends_at, occurred_at, position
from campaign_drafted
on conflict do nothing;

-- Approvals.
insert into campaign_approval
select originator_id, occurred_at, actor, position from campaign_approved
on conflict do nothing;

-- Runs as planned.
insert into run
select originator_id, campaign_id, planned_for, ends_at, position from run_planned
on conflict do nothing;

-- Members as listed.
insert into run_member
select r.originator_id, m.member::uuid, r.position
from run_audience_listed r, jsonb_array_elements_text(r.members) as m(member)
on conflict do nothing;

-- The audience's size.
insert into run_audience
select originator_id, size, occurred_at, position from run_audience_recorded
on conflict do nothing;

-- The first decision about each member. Each chunk is taken apart once: it is large, and a column of a view
-- would read all of it for every person.
insert into run_decision
with chunk as materialized (
    select originator_id, groups, policy_version, rules_version, read_position, occurred_at, position
    from run_chunk_decided
)
select c.originator_id, (p.person ->> 'member_id')::uuid, g.grp ->> 'verdict', g.grp -> 'reasons',
       (p.person ->> 'customer_id')::uuid, (p.person ->> 'contact_point_id')::uuid,
       (p.person ->> 'address_id')::uuid, c.policy_version, c.rules_version, c.read_position,
       c.occurred_at, p.person ->> 'time_zone', p.person ->> 'zone_source', c.position
from chunk c,
     jsonb_array_elements(c.groups) as g(grp),
     jsonb_array_elements(g.grp -> 'people') as p(person)
order by c.position
on conflict do nothing;

-- What became of each message: its newest fact, and the address of its newest handover.
insert into message
select m.run_id, m.member_id, min(m.originator_id::text)::uuid, min(m.campaign_id::text)::uuid,
       (array_agg(m.customer_id order by m.originator_version desc))[1],
       (array_agg(m.address_id order by m.originator_version desc) filter (where m.address_id is not null))[1],
       (array_agg(m.status order by m.originator_version desc))[1],
       (array_agg(m.retry_at order by m.originator_version desc))[1],
       (array_agg(m.reasons order by m.originator_version desc))[1],
       (array_agg(m.attempt order by m.originator_version desc))[1],
       (array_agg(m.epoch order by m.originator_version desc) filter (where m.epoch is not null))[1],
       (array_agg(m.occurred_at order by m.originator_version desc))[1],
       max(m.originator_version), max(m.position)
from (
    select run_id, member_id, originator_id, campaign_id, customer_id, address_id, 'handed_over' as status,
           null::timestamptz as retry_at, null::jsonb as reasons, attempt, epoch, occurred_at, originator_version,
           position
    from message_handed_over
    union all
    select run_id, member_id, originator_id, campaign_id, customer_id, null, 'deferred', retry_at, null, attempt,
           null, occurred_at, originator_version, position
    from handover_lapsed
    union all
    select run_id, member_id, originator_id, campaign_id, customer_id, null, 'sent', null, null, attempt, null,
           occurred_at, originator_version, position
    from message_sent
    union all
    select run_id, member_id, originator_id, campaign_id, customer_id, null, 'deferred', retry_at, null, attempt,
           null, occurred_at, originator_version, position
    from message_refused_for_now
    union all
    select run_id, member_id, originator_id, campaign_id, customer_id, null, 'failed', null,
           case when code is not null
                then jsonb_build_array(jsonb_build_object('code', code, 'facts', '[]'::jsonb)) end, attempt, null,
           occurred_at, originator_version, position
    from message_failed
    union all
    select run_id, member_id, originator_id, campaign_id, customer_id, null, 'unknown', null, null, attempt, null,
           occurred_at, originator_version, position
    from message_outcome_unknown
    union all
    select run_id, member_id, originator_id, campaign_id, customer_id, null, 'suppressed', null, reasons, 0, null,
           occurred_at, originator_version, position
    from message_withheld
) m
group by m.run_id, m.member_id
on conflict (run_id, customer_id) do update
set status = excluded.status, retry_at = excluded.retry_at, reasons = excluded.reasons,
    attempt = excluded.attempt, occurred_at = excluded.occurred_at, version = excluded.version,
    address_id = coalesce(excluded.address_id, message.address_id), profile_id = excluded.profile_id,
    epoch = coalesce(excluded.epoch, message.epoch), "position" = excluded."position"
where message.version < excluded.version;

-- Open members: found eligible and their message not ended; anew for all whom the batch may have touched.
insert into run_open as t
select d.run_id, d.customer_id, d.position, m.retry_at
from run_decision d left join message m on m.run_id = d.run_id and m.customer_id = d.customer_id
where d.verdict = 'eligible' and coalesce(m.status, 'pending') in ('pending', 'handed_over', 'deferred')
  and d.run_id = any (array(
    select originator_id from run_chunk_decided
    union select run_id from message_handed_over
    union select run_id from handover_lapsed
    union select run_id from message_refused_for_now))
  and d.customer_id = any (array(
    select (p.person ->> 'member_id')::uuid
    from run_chunk_decided c, jsonb_array_elements(c.groups) as g(grp),
         jsonb_array_elements(g.grp -> 'people') as p(person)
    union select member_id from message_handed_over
    union select member_id from handover_lapsed
    union select member_id from message_refused_for_now))
on conflict (run_id, customer_id) do update set retry_at = excluded.retry_at
where t.retry_at is distinct from excluded.retry_at;

-- Whose message this batch ended is open no more.
delete from run_open where (run_id, customer_id) in (
    select run_id, member_id from message_sent
    union all select run_id, member_id from message_failed
    union all select run_id, member_id from message_outcome_unknown
    union all select run_id, member_id from message_withheld);

-- Finished runs.
insert into run_finish
select originator_id, occurred_at, position from run_finished
on conflict do nothing;
