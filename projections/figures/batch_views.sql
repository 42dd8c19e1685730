-- The beginning of the quarter of an hour in which an instant lies.
create function pg_temp.quarter_of(at timestamptz) returns timestamptz language sql immutable as $$
select date_bin('15 minutes', at, '2000-01-01T00:00:00Z'::timestamptz)
$$;

-- The steps of complaints that change how many of them wait for their closing.
create view pg_temp.turn_of_complaint as
select customer_id, originator_id as complaint_id, position, occurred_at, 'opened' as step, 1 as waiting
from complaint_opened
union all
select customer_id, originator_id, position, occurred_at, 'reopened', 1 from complaint_reopened
union all
select customer_id, originator_id, position, occurred_at, 'closed', -1 from complaint_closed;

-- What became of messages: how many of a campaign were sent, held out, or stopped for which first reason.
create view pg_temp.end_of_message as
select campaign_id, position, occurred_at, 'message' as kind, 'sent' as outcome, 1 as n from message_sent
union all
select campaign_id, position, occurred_at, 'message', 'sent', 1 from message_resolved where outcome = 'sent'
union all
select campaign_id, position, occurred_at, case verdict when 'held_out' then 'message' else 'stopped' end,
       case verdict when 'held_out' then verdict else coalesce(first_reason, '') end, people
from (
    select campaign_id, position, occurred_at, verdict, reasons -> 0 ->> 'code' as first_reason, 1 as people
    from message_withheld
    union all
    select c.campaign_id, c.position, c.occurred_at, g.grp ->> 'verdict', g.grp -> 'reasons' -> 0 ->> 'code',
           jsonb_array_length(g.grp -> 'people')
    from run_chunk_decided c
    cross join jsonb_array_elements(c.groups) as g(grp)
) decision
where verdict in ('suppressed', 'held_out') and people > 0;
