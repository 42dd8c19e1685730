-- The content of each campaign: the newest of its draft and revisions.
insert into campaign as t
select campaign_id, name, message_class, purpose, channel, brand, topic, audience, subject, body, sender, ends_at,
       drafted_at, drafted_position, hold_out, seed, attribution_window_days, cost_per_contact, cost_currency,
       recheck_segment, version, position
from (
    select content.*, first_value(position) over by_version as drafted_position,
           first_value(occurred_at) over by_version as drafted_at,
           row_number() over (partition by campaign_id order by version desc) as newest
    from (
        select originator_id as campaign_id, originator_version as version, name, message_class, purpose, channel,
               brand, topic, audience, subject, body, sender, ends_at, occurred_at, hold_out, seed,
               attribution_window_days, cost_per_contact, cost_currency, recheck_segment, position
        from campaign_drafted
        union all
        select originator_id, originator_version, name, message_class, purpose, channel, brand, topic, audience,
               subject, body, sender, ends_at, occurred_at, hold_out, seed, attribution_window_days,
               cost_per_contact, cost_currency, recheck_segment, position
        from campaign_revised
    ) content
    window by_version as (partition by campaign_id order by version)
) numbered
where newest = 1
on conflict (campaign_id) do update
set name = excluded.name, message_class = excluded.message_class, purpose = excluded.purpose,
    channel = excluded.channel, brand = excluded.brand, topic = excluded.topic, audience = excluded.audience,
    subject = excluded.subject, body = excluded.body, sender = excluded.sender, ends_at = excluded.ends_at,
    hold_out = excluded.hold_out, seed = excluded.seed,
    attribution_window_days = excluded.attribution_window_days, cost_per_contact = excluded.cost_per_contact,
    cost_currency = excluded.cost_currency, recheck_segment = excluded.recheck_segment,
    content_version = excluded.content_version, "position" = excluded."position"
where t.content_version < excluded.content_version;

-- Approvals.
insert into campaign_approval as t
select distinct on (originator_id) originator_id, occurred_at, actor, originator_version, position
from campaign_approved
order by originator_id, originator_version desc
on conflict (campaign_id) do update
set approved_at = excluded.approved_at, approved_by = excluded.approved_by, version = excluded.version,
    "position" = excluded."position"
where t.version < excluded.version;

-- Pauses and resumptions.
insert into campaign_pause as t
select distinct on (campaign_id) campaign_id, paused, reason, version, position
from (
    select originator_id as campaign_id, true as paused, reason, originator_version as version, position
    from campaign_paused
    union all
    select originator_id, false, reason, originator_version, position from campaign_resumed
) change
order by campaign_id, version desc
on conflict (campaign_id) do update
set paused = excluded.paused, reason = excluded.reason, version = excluded.version,
    "position" = excluded."position"
where t.version < excluded.version;

-- Cancellations.
insert into campaign_cancellation
select originator_id, occurred_at, reason, position from campaign_cancelled
on conflict do nothing;

-- Runs as planned.
insert into run
select originator_id, campaign_id, planned_for, ends_at, position from run_planned
on conflict do nothing;

-- Runs that never took place.
insert into run
select originator_id, campaign_id, planned_for, planned_for, position from run_missed
on conflict do nothing;

-- What is counted of a run: first without the members that the batch may change, and at the end with them again.
insert into run_count as t
select run_id, what, name, -n from pg_temp.counted_of_touched()
on conflict (run_id, what, name) do update set n = t.n + excluded.n;

-- A part 0 restarts the listing of an audience. Members that earlier parts listed are deleted.
delete from run_member where ctid = any (array(
    select m.ctid
    from (
        select originator_id, max(position) as position from run_audience_listed where ordinal = 0 group by 1
    ) anew
    cross join lateral (
        select ctid from run_member where run_id = anew.originator_id and position < anew.position
        offset 0
    ) m));

-- Members as listed.
insert into run_member
with listed as materialized (select originator_id, ordinal, members, position from run_audience_listed),
     anew as (select originator_id, max(position) as position from listed where ordinal = 0 group by 1)
select l.originator_id, m.member::uuid, l.ordinal, m.number - 1, l.position
from listed l left join anew using (originator_id),
     jsonb_array_elements_text(l.members) with ordinality as m(member, number)
where l.position >= coalesce(anew.position, 0)
on conflict do nothing;

-- The audience's size.
insert into run_audience
select originator_id, size, occurred_at, position from run_audience_recorded
on conflict do nothing;

-- A run that was cancelled before its audience was recorded has no members.
delete from run_member
where run_id = any (array(select originator_id from run_cancelled)) and run_id not in (select run_id from run_audience);

-- The first decision about each member. A chunk is large, so the query parses each chunk once: a column of a view
-- would parse the whole chunk for every person. The limits make PostgreSQL look up each member and each contact point
-- by an index, however long the run and the log are. Of the facts that added contact points, columns of the log suffice.
insert into run_decision
with chunk as materialized (
    select originator_id, ordinal, groups, policy_version, rules_version, read_position, occurred_at, position
    from run_chunk_decided
)
select c.originator_id, m.member_id, g.grp ->> 'verdict', g.grp -> 'reasons', a.customer_id, a.address_id,
       c.policy_version, c.rules_version, c.read_position, c.occurred_at, c.position,
       case when (g.grp ->> 'drawn')::boolean then coalesce(p.unit, m.member_id) end
from chunk c
cross join jsonb_array_elements(c.groups) as g(grp)
cross join jsonb_to_recordset(g.grp -> 'people') as p(place bigint, contact_point_position bigint, unit uuid)
cross join lateral (
    select member_id from run_member
    where run_id = c.originator_id and ordinal = c.ordinal and place = p.place
    limit 1
) m
left join lateral (
    select customer_id, other_profile_id as address_id
    from log.events
    where notification_id = p.contact_point_position and notification_id < c.position
      and stored_name = 'customers.ContactPointAdded'
    limit 1
) a on true
order by c.position
on conflict do nothing;

-- The messages that complaints stopped, by their first decision. Of most chunks no part is read but the codes of the reasons.
insert into stopped_by_complaint
with chunk as materialized (
    select originator_id, ordinal, groups, occurred_at, recorded_at, position from run_chunk_decided
)
select c.originator_id, m.member_id, f.fact::bigint, r.reason ->> 'code', c.occurred_at, c.recorded_at, c.position
from chunk c
cross join jsonb_array_elements(c.groups) as g(grp)
cross join jsonb_array_elements(g.grp -> 'reasons') as r(reason)
cross join jsonb_array_elements_text(r.reason -> 'facts') as f(fact)
cross join jsonb_to_recordset(g.grp -> 'people') as p(place bigint)
cross join lateral (
    select member_id from run_member
    where run_id = c.originator_id and ordinal = c.ordinal and place = p.place
    limit 1
) m
cross join lateral (
    select from run_decision
    where run_id = c.originator_id and member_id = m.member_id and position = c.position
    limit 1
) first_decision
where c.groups @? '$[*].reasons[*] ? (@.code == "OPEN_COMPLAINT" || @.code == "COMPLAINT_COOLING_OFF")'
  and r.reason ->> 'code' in ('OPEN_COMPLAINT', 'COMPLAINT_COOLING_OFF')
order by c.position
on conflict do nothing;

-- The messages that complaints stopped at their second decision.
insert into stopped_by_complaint
select w.run_id, w.member_id, f.fact::bigint, r.reason ->> 'code', w.occurred_at, w.recorded_at, w.position
from message_withheld w
cross join jsonb_array_elements(w.reasons) as r(reason)
cross join jsonb_array_elements_text(r.reason -> 'facts') as f(fact)
where r.reason ->> 'code' in ('OPEN_COMPLAINT', 'COMPLAINT_COOLING_OFF')
order by w.position
on conflict do nothing;

-- Each message: the outcome after its newest fact, the address of its newest handover, and its newest second decision.
insert into message
with newest as (
    select distinct on (run_id, member_id) * from (
        select run_id, member_id, originator_id, campaign_id, customer_id, occurred_at, originator_version, position,
               attempt, 'pending' as outcome, null::timestamptz as retry_at, null::jsonb as reasons
        from message_handed_over
        union all
        select run_id, member_id, originator_id, campaign_id, customer_id, occurred_at, originator_version, position,
               attempt, 'deferred', retry_at, null
        from handover_lapsed
        union all
        select run_id, member_id, originator_id, campaign_id, customer_id, occurred_at, originator_version, position,
               attempt, 'sent', null, null
        from message_sent
        union all
        select run_id, member_id, originator_id, campaign_id, customer_id, occurred_at, originator_version, position,
               attempt, 'deferred', retry_at, null
        from message_refused_for_now
        union all
        select run_id, member_id, originator_id, campaign_id, customer_id, occurred_at, originator_version, position,
               attempt, 'failed', null,
               case when reason_code is not null
                    then jsonb_build_array(jsonb_build_object('code', reason_code, 'facts', '[]'::jsonb)) end
        from message_failed
        union all
        select run_id, member_id, originator_id, campaign_id, customer_id, occurred_at, originator_version, position,
               attempt, 'unknown', null, null
        from message_outcome_unknown
        union all
        select run_id, member_id, originator_id, campaign_id, customer_id, occurred_at, originator_version, position,
               0, verdict, null, reasons
        from message_withheld
        union all
        select run_id, member_id, originator_id, campaign_id, customer_id, occurred_at, originator_version, position,
               attempt, outcome, null, null
        from message_resolved
    ) fact
    order by run_id, member_id, originator_version desc
), handover as (
    select distinct on (run_id, member_id) run_id, member_id, address_id, attempt, epoch, occurred_at as handed_over_at
    from message_handed_over
    order by run_id, member_id, originator_version desc
), decision as (
    select distinct on (run_id, member_id) * from (
        select run_id, member_id, originator_version, occurred_at as decided_for, read_position, policy_version,
               rules_version
        from message_handed_over
        union all
        select run_id, member_id, originator_version, occurred_at, read_position, policy_version, rules_version
        from message_withheld
    ) fact
    order by run_id, member_id, originator_version desc
)
select run_id, member_id, n.originator_id, n.campaign_id, n.customer_id, h.address_id, n.outcome,
       n.outcome = 'pending', n.retry_at, n.reasons, greatest(n.attempt, h.attempt), h.epoch, n.occurred_at,
       n.originator_version, n.position, h.handed_over_at, d.decided_for, d.read_position, d.policy_version,
       d.rules_version
from newest n left join handover h using (run_id, member_id) left join decision d using (run_id, member_id)
on conflict (run_id, member_id) do update
set outcome = excluded.outcome, handed_over = excluded.handed_over, retry_at = excluded.retry_at, reasons = excluded.reasons,
    attempt = greatest(message.attempt, excluded.attempt), occurred_at = excluded.occurred_at, version = excluded.version,
    address_id = coalesce(excluded.address_id, message.address_id), customer_id = excluded.customer_id,
    epoch = coalesce(excluded.epoch, message.epoch), "position" = excluded."position",
    handed_over_at = coalesce(excluded.handed_over_at, message.handed_over_at),
    decided_for = coalesce(excluded.decided_for, message.decided_for),
    read_position = coalesce(excluded.read_position, message.read_position),
    policy_version = coalesce(excluded.policy_version, message.policy_version),
    rules_version = coalesce(excluded.rules_version, message.rules_version)
where message.version < excluded.version;

-- How many messages were handed over in each ten seconds.
insert into run_pace as t
select run_id, date_bin('10 seconds', occurred_at, 'epoch') as since, count(*) from message_handed_over group by 1, 2
on conflict (run_id, since) do update set handed_over = t.handed_over + excluded.handed_over;

-- Open members: eligible members whose message has not ended. Recomputes the members that the batch may have opened.
insert into run_open as t
with touched as materialized (
    select a.run_id, a.member_id
    from run_chunk_decided c
    cross join lateral (
        select run_id, member_id from run_member where run_id = c.originator_id and ordinal = c.ordinal
        offset 0
    ) a
    union
    select run_id, member_id from message_handed_over
    union
    select run_id, member_id from handover_lapsed
    union
    select run_id, member_id from message_refused_for_now
)
select a.run_id, a.member_id, d.position, m.retry_at
from touched a
cross join lateral (
    select verdict, position from run_decision where run_id = a.run_id and member_id = a.member_id limit 1
) d
left join lateral (
    select outcome, retry_at from message where run_id = a.run_id and member_id = a.member_id limit 1
) m on true
where d.verdict = 'eligible' and coalesce(m.outcome, 'pending') in ('pending', 'deferred')
on conflict (run_id, member_id) do update set retry_at = excluded.retry_at
where t.retry_at is distinct from excluded.retry_at;

-- Members whose message ended in this batch are not open any more.
delete from run_open where ctid = any (array(
    select o.ctid
    from (
        select run_id, member_id from message_sent
        union all select run_id, member_id from message_failed
        union all select run_id, member_id from message_outcome_unknown
        union all select run_id, member_id from message_withheld
    ) ended
    cross join lateral (
        select ctid from run_open where run_id = ended.run_id and member_id = ended.member_id limit 1
    ) o));

-- The members that the batch may have changed, counted again.
insert into run_count as t
select run_id, what, name, n from pg_temp.counted_of_touched()
on conflict (run_id, what, name) do update set n = t.n + excluded.n;

delete from run_count where n = 0 and run_id = any (array(select run_id from touched_in_run));

-- How runs ended.
insert into run_end
select originator_id, occurred_at, position, 'finished', null from run_finished
union all
select originator_id, occurred_at, position, 'cancelled', null from run_cancelled
union all
select originator_id, occurred_at, position, 'missed', cause from run_missed
on conflict do nothing;
