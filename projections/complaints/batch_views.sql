-- The steps of complaints, with what each says: `detail` is readable, `sealed` is encrypted.
create view pg_temp.step_of_complaint as
select customer_id, originator_id as complaint_id, originator_version as version, position, 'opened' as step,
       occurred_at, recorded_at, actor, brand, division,
       jsonb_strip_nulls(jsonb_build_object(
           'category', category, 'severity', severity, 'channel', channel, 'source', source,
           'number', number, 'product', product)) as detail,
       jsonb_strip_nulls(jsonb_build_object('subject', subject, 'description', description)) as sealed
from complaint_opened
union all
select customer_id, originator_id, originator_version, position, 'responded', occurred_at, recorded_at, actor,
       brand, division, '{}', jsonb_strip_nulls(jsonb_build_object('text', "text"))
from complaint_responded
union all
select customer_id, originator_id, originator_version, position, 'escalated', occurred_at, recorded_at, actor,
       brand, division,
       jsonb_strip_nulls(jsonb_build_object('severity', severity)),
       jsonb_strip_nulls(jsonb_build_object('to', "to", 'reason', reason))
from complaint_escalated
union all
select customer_id, originator_id, originator_version, position, 'resolved', occurred_at, recorded_at, actor,
       brand, division,
       jsonb_strip_nulls(jsonb_build_object('compensation', compensation::text, 'currency', currency)),
       jsonb_strip_nulls(jsonb_build_object('summary', summary))
from complaint_resolved
union all
select customer_id, originator_id, originator_version, position, 'closed', occurred_at, recorded_at, actor,
       brand, division, jsonb_build_object('root_cause', root_cause, 'outcome', outcome), '{}'
from complaint_closed
union all
select customer_id, originator_id, originator_version, position, 'reopened', occurred_at, recorded_at, actor,
       brand, division, '{}', jsonb_strip_nulls(jsonb_build_object('reason', reason))
from complaint_reopened;
