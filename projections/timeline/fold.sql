-- Each fact that a customer or an agent would remember is one entry. Each kind of entry has a statement of its own, so
-- that a batch without such facts is not searched for them.

-- Touchpoints. They are many: jsonb_object takes texts only, and half the time of jsonb_build_object.
insert into timeline_entry (
    customer_id, "position", occurred_at, recorded_at, about, kind, channel, subject_id, brand, division,
    detail, sealed)
select customer_id, position, occurred_at, recorded_at, 'touchpoint', kind, channel, originator_id, brand,
       division,
       jsonb_strip_nulls(jsonb_object(
           '{source,source_message_id,direction,name,in_reply_to,campaign_id,run_id}',
           array[source, source_message_id, direction, name, in_reply_to, campaign_id::text, run_id::text]))
           || jsonb_build_object('machine', machine, 'properties', properties),
       jsonb_strip_nulls(jsonb_build_object('personal_properties', personal_properties))
from touchpoint_recorded;

-- Orders, cancellations and refunds.
insert into timeline_entry (
    customer_id, "position", occurred_at, recorded_at, about, kind, channel, subject_id, brand, division,
    detail, sealed)
select customer_id, position, occurred_at, recorded_at, 'order', 'order', channel, originator_id, brand,
       division,
       jsonb_strip_nulls(jsonb_build_object(
           'source', source, 'number', number, 'currency', currency, 'lines', lines,
           'amount', (select sum((line ->> 'amount')::numeric)::text from jsonb_array_elements(lines) line))),
       '{}'::jsonb
from order_placed
union all
select customer_id, position, occurred_at, recorded_at, 'order', 'order_cancelled', null, originator_id,
       brand, division,
       jsonb_build_object('currency', currency, 'amount', amount::text),
       jsonb_strip_nulls(jsonb_build_object('reason', reason))
from order_cancelled
union all
select customer_id, position, occurred_at, recorded_at, 'order', 'refund', null, originator_id, brand,
       division,
       jsonb_build_object('refund_id', refund_id, 'currency', currency, 'amount', amount::text),
       jsonb_strip_nulls(jsonb_build_object('reason', reason))
from order_refunded;

-- The steps of complaints.
insert into timeline_entry (
    customer_id, "position", occurred_at, recorded_at, about, kind, channel, subject_id, brand, division,
    detail, sealed)
select customer_id, position, occurred_at, recorded_at, 'complaint',
       case step when 'opened' then 'complaint' else 'complaint_' || step end, detail ->> 'channel',
       complaint_id, brand, division, detail - 'channel', sealed
from step_of_complaint;

-- Consents and withdrawals.
insert into timeline_entry (
    customer_id, "position", occurred_at, recorded_at, about, kind, channel, subject_id, brand, division,
    detail, sealed)
select customer_id, position, occurred_at, recorded_at, 'consent', 'consent', channel, originator_id, brand,
       division,
       jsonb_strip_nulls(jsonb_build_object(
           'purpose', purpose, 'topic', topic, 'contact_point_id', contact_point_id,
           'expires_at', to_char(expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))),
       jsonb_strip_nulls(jsonb_build_object('evidence', evidence))
from consent_granted
union all
select customer_id, position, occurred_at, recorded_at, 'consent', 'withdrawal', channel, originator_id,
       brand, division,
       jsonb_strip_nulls(jsonb_build_object(
           'purpose', purpose, 'topic', topic, 'contact_point_id', contact_point_id)),
       jsonb_strip_nulls(jsonb_build_object('reason', reason))
from consent_withdrawn;

-- Messages: handed over, withheld, or failed before they could be handed over.
insert into timeline_entry (
    customer_id, "position", occurred_at, recorded_at, about, kind, channel, subject_id, brand, division,
    detail, sealed)
select customer_id, position, occurred_at, recorded_at, 'message', 'message', channel, originator_id, brand,
       division,
       jsonb_build_object(
           'campaign_id', campaign_id, 'run_id', run_id, 'attempt', attempt,
           'contact_point_id', contact_point_id),
       '{}'::jsonb
from message_handed_over
union all
select customer_id, position, occurred_at, recorded_at, 'message', 'message_withheld', null, originator_id,
       brand, division,
       jsonb_strip_nulls(jsonb_build_object('campaign_id', campaign_id, 'run_id', run_id, 'reasons', reasons)),
       '{}'::jsonb
from message_withheld
union all
select customer_id, position, occurred_at, recorded_at, 'message', 'message_failed', null, originator_id,
       brand, division,
       jsonb_build_object('campaign_id', campaign_id, 'run_id', run_id, 'reason_code', reason_code), '{}'::jsonb
from message_failed where attempt = 0;

-- Suppressions and their liftings.
insert into timeline_entry (
    customer_id, "position", occurred_at, recorded_at, about, kind, channel, subject_id, brand, division,
    detail, sealed)
select customer_id, position, occurred_at, recorded_at, 'suppression', 'suppression', only_channel,
       originator_id, brand, division,
       jsonb_strip_nulls(jsonb_build_object(
           'reason_code', reason_code, 'scope', scope, 'only_purpose', only_purpose, 'only_brand', only_brand,
           'until', to_char(until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
           'message_id', message_id)),
       jsonb_strip_nulls(jsonb_build_object('address', address, 'note', note))
from suppression_imposed
union all
select customer_id, position, occurred_at, recorded_at, 'suppression', 'suppression_lifted', null,
       originator_id, brand, division, '{}'::jsonb, jsonb_strip_nulls(jsonb_build_object('reason', reason))
from suppression_lifted;

-- Touchpoints by channel.
insert into touchpoint_count as t (customer_id, channel, total, last_at)
select customer_id, channel, count(*), max(occurred_at)
from touchpoint_recorded
group by customer_id, channel
on conflict (customer_id, channel) do update
set total = t.total + excluded.total, last_at = greatest(t.last_at, excluded.last_at);

-- The opening instant of each complaint.
insert into timeline_opening (customer_id, complaint_id, opened_at)
select customer_id, originator_id, occurred_at
from complaint_opened;

-- The newest fact about each attempt, in the order of its stream.
insert into timeline_outcome as t (customer_id, message_id, attempt, version, outcome, reason_code)
select distinct on (customer_id, originator_id, attempt)
       customer_id, originator_id, attempt, originator_version, outcome, reason_code
from (
    select customer_id, originator_id, attempt, originator_version, 'sent' as outcome, null as reason_code
    from message_sent
    union all
    select customer_id, originator_id, attempt, originator_version, 'deferred', null
    from message_refused_for_now
    union all
    select customer_id, originator_id, attempt, originator_version, 'deferred', null
    from handover_lapsed
    union all
    select customer_id, originator_id, attempt, originator_version, 'unknown', null
    from message_outcome_unknown
    union all
    select customer_id, originator_id, attempt, originator_version, 'failed', reason_code
    from message_failed where attempt > 0
    union all
    select customer_id, originator_id, attempt, originator_version, outcome, null
    from message_resolved
) o
order by customer_id, originator_id, attempt, originator_version desc
on conflict (customer_id, message_id, attempt) do update
set version = excluded.version, outcome = excluded.outcome, reason_code = excluded.reason_code
where t.version < excluded.version;
