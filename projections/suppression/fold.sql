-- Keep the steps that open, close, reopen or change the severity of a complaint.
insert into complaint_stop_step
select customer_id, originator_id, originator_version, position, 'opened', said_at, severity, brand, null
from complaint_opened
union all
select customer_id, originator_id, originator_version, position, 'closed', said_at, null, null, outcome
from complaint_closed
union all
select customer_id, originator_id, originator_version, position, 'reopened', said_at, null, null, null
from complaint_reopened
union all
select customer_id, originator_id, originator_version, position, 'escalated', said_at, severity, null, null
from complaint_escalated where severity is not null
on conflict do nothing;

-- Recompute the complaints of the customers that this batch touched from all their steps. A closing that is dated before the
-- opening or the newest reopening counts from that step. Without an opening, as at a past moment to which a later step
-- was dated back, there is no complaint yet.
insert into complaint_stop
select s.customer_id, s.complaint_id,
       (array_agg(s.severity order by s.version desc) filter (where s.severity is not null))[1],
       (array_agg(s.brand) filter (where s.step = 'opened'))[1],
       min(s.said_at) filter (where s.step = 'opened'),
       min(s.position) filter (where s.step = 'opened'),
       case (array_agg(s.step order by s.version desc) filter (where s.step <> 'escalated'))[1]
            when 'closed' then 'closed' else 'open' end,
       (array_agg(s.outcome order by s.version desc) filter (where s.step <> 'escalated'))[1],
       case (array_agg(s.step order by s.version desc) filter (where s.step <> 'escalated'))[1]
            when 'closed' then greatest(
                (array_agg(s.said_at order by s.version desc) filter (where s.step = 'closed'))[1],
                (array_agg(s.said_at order by s.version desc) filter (where s.step = 'reopened'))[1],
                min(s.said_at) filter (where s.step = 'opened')) end,
       (array_agg(s.position order by s.version desc) filter (where s.step <> 'escalated'))[1]
from complaint_stop_step s
where s.customer_id = any (array(
    select customer_id from complaint_opened union select customer_id from complaint_closed
    union select customer_id from complaint_reopened union select customer_id from complaint_escalated))
group by s.customer_id, s.complaint_id
having bool_or(s.step = 'opened')
on conflict (customer_id, complaint_id) do update
set severity = excluded.severity, brand = excluded.brand, opened_at = excluded.opened_at,
    opened_position = excluded.opened_position, status = excluded.status, outcome = excluded.outcome,
    closed_at = excluded.closed_at, "position" = excluded."position";


-- Suppressions as imposed.
insert into imposed_suppression
select customer_id, originator_id, reason_code, scope, only_channel, only_purpose, only_purpose_folded, only_brand,
       only_brand_folded, said_at, until, message_id, address, note, actor, position, null, null, null, null
from suppression_imposed
on conflict do nothing;

-- Suppressions as lifted.
update imposed_suppression s
set lifted_position = l.position, lifted_at = l.occurred_at, lifted_by = l.actor, lift_reason = l.reason
from suppression_lifted l
where s.customer_id = l.customer_id and s.suppression_id = l.originator_id and s.lifted_position is null;
