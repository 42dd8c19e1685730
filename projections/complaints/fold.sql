-- Keep every step.
insert into complaint_step (
    customer_id, complaint_id, version, "position", step, occurred_at, recorded_at, actor, brand, brand_folded,
    division, detail, sealed)
select customer_id, complaint_id, version, position, step, occurred_at, recorded_at, actor, brand, brand_folded,
       division, detail, sealed
from step_of_complaint;

-- What is counted: first without the complaints that the batch touches, and at the end with them again.
insert into complaint_count as t
select combination, status, severity, category, product, brand, brand_folded, channel, answered, -n
from pg_temp.counted_of_touched_complaints()
on conflict (combination) do update set n = t.n + excluded.n;

-- Recompute each complaint that this batch touched from all its steps. A closed complaint shows its newest closing.
insert into complaint as t (
    customer_id, complaint_id, status, severity, category, channel, product, source, number, brand, brand_folded,
    division, subject, description, opened_at, opened_position, first_responded_at, answered_at, last_step_at,
    closed_at, root_cause, outcome, reopenings, compensation, currency, version, "position")
select customer_id, complaint_id,
       case (array_agg(step order by version desc))[1]
           when 'opened' then 'open' when 'reopened' then 'open'
           else (array_agg(step order by version desc))[1] end,
       (array_agg(detail ->> 'severity' order by version desc) filter (where detail ? 'severity'))[1],
       max(detail ->> 'category'), max(detail ->> 'channel'), max(detail ->> 'product'),
       max(detail ->> 'source'), max(detail ->> 'number'),
       max(brand) filter (where step = 'opened'), max(brand_folded) filter (where step = 'opened'),
       max(division) filter (where step = 'opened'),
       max(sealed ->> 'subject'), max(sealed ->> 'description'),
       min(occurred_at) filter (where step = 'opened'), min("position") filter (where step = 'opened'),
       min(occurred_at) filter (where step = 'responded'),
       min(occurred_at) filter (where step = 'responded' and version > begun_version), max(occurred_at),
       case (array_agg(step order by version desc))[1]
           when 'closed' then (array_agg(occurred_at order by version desc))[1] end,
       case (array_agg(step order by version desc))[1]
           when 'closed' then (array_agg(detail ->> 'root_cause' order by version desc))[1] end,
       case (array_agg(step order by version desc))[1]
           when 'closed' then (array_agg(detail ->> 'outcome' order by version desc))[1] end,
       count(*) filter (where step = 'reopened'),
       (array_agg((detail ->> 'compensation')::numeric order by version desc)
           filter (where detail ? 'compensation'))[1],
       (array_agg(detail ->> 'currency' order by version desc) filter (where detail ? 'compensation'))[1],
       max(version), max("position")
from (
    select *, max(version) filter (where step in ('opened', 'reopened')) over (partition by customer_id, complaint_id)
                  as begun_version
    from complaint_step
    where customer_id = any (array(select customer_id from step_of_complaint))
      and complaint_id = any (array(select complaint_id from step_of_complaint))
) step_with_beginning
group by customer_id, complaint_id
on conflict (customer_id, complaint_id) do update
set status = excluded.status, severity = excluded.severity, category = excluded.category,
    channel = excluded.channel, product = excluded.product, source = excluded.source,
    number = excluded.number, brand = excluded.brand, brand_folded = excluded.brand_folded,
    division = excluded.division, subject = excluded.subject, description = excluded.description,
    opened_at = excluded.opened_at, opened_position = excluded.opened_position,
    first_responded_at = excluded.first_responded_at, answered_at = excluded.answered_at,
    last_step_at = excluded.last_step_at, closed_at = excluded.closed_at, root_cause = excluded.root_cause,
    outcome = excluded.outcome,
    reopenings = excluded.reopenings, compensation = excluded.compensation, currency = excluded.currency,
    version = excluded.version, "position" = excluded."position";

-- The touched complaints, counted again.
insert into complaint_count as t
select combination, status, severity, category, product, brand, brand_folded, channel, answered, n
from pg_temp.counted_of_touched_complaints()
on conflict (combination) do update set n = t.n + excluded.n;

delete from complaint_count where n = 0 and exists (select from step_of_complaint);
