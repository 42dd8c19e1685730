-- The steps of complaints, with what each says: `detail` is readable, `sealed` is encrypted.
create view pg_temp.step_of_complaint as
select customer_id, originator_id as complaint_id, originator_version as version, position, 'opened' as step,
       occurred_at, recorded_at, actor, brand, brand_folded, division,
       jsonb_strip_nulls(jsonb_build_object(
           'category', category, 'severity', severity, 'channel', channel, 'source', source,
           'number', number, 'product', product)) as detail,
       jsonb_strip_nulls(jsonb_build_object('subject', subject, 'description', description)) as sealed
from complaint_opened
union all
select customer_id, originator_id, originator_version, position, 'responded', occurred_at, recorded_at, actor,
       brand, brand_folded, division, '{}', jsonb_strip_nulls(jsonb_build_object('text', "text"))
from complaint_responded
union all
select customer_id, originator_id, originator_version, position, 'escalated', occurred_at, recorded_at, actor,
       brand, brand_folded, division,
       jsonb_strip_nulls(jsonb_build_object('severity', severity)),
       jsonb_strip_nulls(jsonb_build_object('to', "to", 'reason', reason))
from complaint_escalated
union all
select customer_id, originator_id, originator_version, position, 'resolved', occurred_at, recorded_at, actor,
       brand, brand_folded, division,
       jsonb_strip_nulls(jsonb_build_object('compensation', compensation::text, 'currency', currency)),
       jsonb_strip_nulls(jsonb_build_object('summary', summary))
from complaint_resolved
union all
select customer_id, originator_id, originator_version, position, 'closed', occurred_at, recorded_at, actor,
       brand, brand_folded, division, jsonb_build_object('root_cause', root_cause, 'outcome', outcome), '{}'
from complaint_closed
union all
select customer_id, originator_id, originator_version, position, 'reopened', occurred_at, recorded_at, actor,
       brand, brand_folded, division, '{}', jsonb_strip_nulls(jsonb_build_object('reason', reason))
from complaint_reopened;

-- How many of the complaints that the batch touches have each combination of what is counted, as the table holds them at
-- that moment. A function, not a view, because a rebuild folds other tables with the same names.
create function pg_temp.counted_of_touched_complaints() returns table (
    combination bytea, status text, severity text, category text, product text, brand text, brand_folded text,
    channel text, answered boolean, n bigint)
language sql stable as $$
select sha256(convert_to(jsonb_build_array(status, severity, category, product, brand, channel, answered)::text, 'UTF8')),
       status, severity, category, product, brand, brand_folded, channel, answered, count(*)
from (
    select c.status, c.severity, c.category, coalesce(c.product, '') as product, coalesce(c.brand, '') as brand,
           coalesce(c.brand_folded, '') as brand_folded, c.channel, c.answered_at is not null as answered
    from (select distinct customer_id, complaint_id from step_of_complaint) t
    cross join lateral (
        select * from complaint where customer_id = t.customer_id and complaint_id = t.complaint_id
        limit 1
    ) c
    where c.opened_position is not null
) touched
group by status, severity, category, product, brand, brand_folded, channel, answered
$$;
