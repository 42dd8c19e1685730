-- Stable views for reporting tools: a public contract. Columns are only ever added; no personal data is in
-- them. They run with their owner's rights: who reads them may read nothing else.

-- Customers

create view reporting.customers as
select c.customer_id, coalesce(m.canonical_id, c.customer_id) as canonical_id, c.kind, c.language, c.country,
       c.time_zone, c.year_of_birth, c.attributes, c.registered_at, f.order_count, f.value as order_value,
       f.last_order_at, f.touchpoint_count, f.last_touchpoint_at, f.complaint_count, f.open_complaints,
       f.campaign_contacts, f.last_contact_at, greatest(c.position, f.position) as position
from read_customers.customer c
left join read_identity.canonical_map m on m.profile_id = c.customer_id
left join read_audience.audience_fact f on f.person_id = coalesce(m.canonical_id, c.customer_id);

comment on view reporting.customers is
    'Registered customers. Several with one canonical_id are one person; what is counted is counted for the whole person, so add up only rows where customer_id = canonical_id.';
comment on column reporting.customers.customer_id is 'Who was registered.';
comment on column reporting.customers.canonical_id is 'The person: the id that all linked customers share. It may change when profiles are linked or unlinked.';
comment on column reporting.customers.kind is 'person or organisation.';
comment on column reporting.customers.language is 'As told, null where nobody said.';
comment on column reporting.customers.country is 'As told, null where nobody said.';
comment on column reporting.customers.time_zone is 'Name in the tz database, null where nobody said.';
comment on column reporting.customers.year_of_birth is 'Null where nobody said.';
comment on column reporting.customers.attributes is 'Declared attributes that are not personal, by name.';
comment on column reporting.customers.registered_at is 'When it happened, by the clock of the source.';
comment on column reporting.customers.order_count is 'Orders of the person, cancelled ones included.';
comment on column reporting.customers.order_value is 'What the orders of the person are worth by currency, less refunds and cancelled orders: {"EUR": "12.50"}.';
comment on column reporting.customers.last_order_at is 'When the newest order of the person was placed.';
comment on column reporting.customers.touchpoint_count is 'Touchpoints of the person, those by machines included.';
comment on column reporting.customers.last_touchpoint_at is 'When the newest touchpoint of the person was.';
comment on column reporting.customers.complaint_count is 'Complaints of the person, closed ones included.';
comment on column reporting.customers.open_complaints is 'Complaints of the person that are not closed.';
comment on column reporting.customers.campaign_contacts is 'Campaign messages to the person that the next hop accepted.';
comment on column reporting.customers.last_contact_at is 'When the newest of these was accepted.';
comment on column reporting.customers.position is 'Position in the log of the newest fact about the customer or the person.';

-- Timeline

create view reporting.timeline as
select t.customer_id, coalesce(m.canonical_id, t.customer_id) as canonical_id, t.occurred_at, t.recorded_at,
       t.about, t.kind, t.channel, t.subject_id, t.brand, t.division, t.detail, t.position
from read_timeline.timeline_entry t
left join read_identity.canonical_map m on m.profile_id = t.customer_id;

comment on view reporting.timeline is
    'What happened between customers and the company: touchpoints, orders, complaints, consents, messages; a row per fact.';
comment on column reporting.timeline.customer_id is 'The profile it was told of: a customer, or what an identifier stands for.';
comment on column reporting.timeline.canonical_id is 'The person that the profile belongs to now.';
comment on column reporting.timeline.occurred_at is 'When it happened, by the clock of the source.';
comment on column reporting.timeline.recorded_at is 'When it was recorded; never goes back along position.';
comment on column reporting.timeline.about is 'touchpoint, order, complaint, consent or message.';
comment on column reporting.timeline.kind is 'The kind of the touchpoint, or order, order_cancelled, refund, complaint, complaint_responded, complaint_escalated, complaint_resolved, complaint_closed, complaint_reopened, consent, withdrawal, message (handed over), message_withheld, message_failed.';
comment on column reporting.timeline.channel is 'Where, null where the fact has no channel.';
comment on column reporting.timeline.subject_id is 'The order, complaint, touchpoint or message it belongs to; of consents the list of them.';
comment on column reporting.timeline.brand is 'The brand it was about, null for all.';
comment on column reporting.timeline.division is 'The division it was about, null for all.';
comment on column reporting.timeline.detail is 'What else was told and is not personal, by name.';
comment on column reporting.timeline.position is 'Position of the fact in the log.';

-- Orders

create view reporting.orders as
select o.order_id, o.customer_id, coalesce(m.canonical_id, o.customer_id) as canonical_id, o.placed_at,
       o.currency, o.amount, o.refunded, o.cancelled, o.amount - o.refunded - o.cancelled as value,
       o.quantity, o.cost, o.cancelled_at, o.source, o.number, o.channel, o.brand, o.division, o.position
from read_orders.purchase o
left join read_identity.canonical_map m on m.profile_id = o.customer_id
where o.placed_at is not null;

comment on view reporting.orders is 'Orders with what was refunded and cancelled. Amounts of one currency may be added up.';
comment on column reporting.orders.order_id is 'The order.';
comment on column reporting.orders.customer_id is 'The profile that ordered: a customer, or what an identifier stands for.';
comment on column reporting.orders.canonical_id is 'The person that the profile belongs to now.';
comment on column reporting.orders.placed_at is 'When it was ordered, by the clock of the source.';
comment on column reporting.orders.currency is 'ISO 4217; of all amounts in the row.';
comment on column reporting.orders.amount is 'What was ordered.';
comment on column reporting.orders.refunded is 'What was paid back.';
comment on column reporting.orders.cancelled is 'What was left when the order was cancelled, else 0.';
comment on column reporting.orders.value is 'amount - refunded - cancelled.';
comment on column reporting.orders.quantity is 'Pieces of all lines.';
comment on column reporting.orders.cost is 'Cost of the lines that have one, null where none has.';
comment on column reporting.orders.cancelled_at is 'When it was cancelled, null where it was not.';
comment on column reporting.orders.source is 'The system that numbers it, null where none does.';
comment on column reporting.orders.number is 'Its number there.';
comment on column reporting.orders.channel is 'Where it was ordered, null where nobody said.';
comment on column reporting.orders.brand is 'The brand it was about, null for all.';
comment on column reporting.orders.division is 'The division it was about, null for all.';
comment on column reporting.orders.position is 'Position in the log of the newest fact about the order.';

-- Complaints

create view reporting.complaints as
select c.complaint_id, c.customer_id, coalesce(m.canonical_id, c.customer_id) as canonical_id, c.status,
       c.severity, c.category, c.channel, c.product, c.source, c.number, c.brand, c.division, c.opened_at,
       c.first_responded_at, c.closed_at, c.root_cause, c.outcome, c.reopenings, c.compensation, c.currency,
       c.position
from read_complaints.complaint c
left join read_identity.canonical_map m on m.profile_id = c.customer_id
where c.opened_at is not null;

comment on view reporting.complaints is 'Complaints as they stand, dates as they were told.';
comment on column reporting.complaints.complaint_id is 'The complaint.';
comment on column reporting.complaints.customer_id is 'The profile that complained: a customer, or what an identifier stands for.';
comment on column reporting.complaints.canonical_id is 'The person that the profile belongs to now.';
comment on column reporting.complaints.status is 'open, responded, escalated, resolved or closed.';
comment on column reporting.complaints.severity is 'low, normal, high or critical, as told last.';
comment on column reporting.complaints.category is 'What it is about, in the words of the source.';
comment on column reporting.complaints.channel is 'How it came in.';
comment on column reporting.complaints.product is 'The product, null where none was named.';
comment on column reporting.complaints.source is 'The system that numbers it, null where none does.';
comment on column reporting.complaints.number is 'Its number there.';
comment on column reporting.complaints.brand is 'The brand it was about, null for all.';
comment on column reporting.complaints.division is 'The division it was about, null for all.';
comment on column reporting.complaints.opened_at is 'When it was made, by the clock of the source.';
comment on column reporting.complaints.first_responded_at is 'The earliest answer as told; before opened_at where it was told so. Null: none.';
comment on column reporting.complaints.closed_at is 'When the closing in force was, null while it is not closed.';
comment on column reporting.complaints.root_cause is 'Of the closing in force.';
comment on column reporting.complaints.outcome is 'Of the closing in force: upheld, partly_upheld, rejected, withdrawn, duplicate or opened_in_error.';
comment on column reporting.complaints.reopenings is 'How often it was reopened.';
comment on column reporting.complaints.compensation is 'What was offered last, null where nothing was.';
comment on column reporting.complaints.currency is 'ISO 4217; of the compensation.';
comment on column reporting.complaints.position is 'Position in the log of the newest fact about the complaint.';

-- Campaigns

create view reporting.campaigns as
select c.campaign_id, c.name, case when a.campaign_id is null then 'draft' else 'approved' end as state,
       c.message_class, c.purpose, c.channel, c.brand, c.topic, c.audience, c.ends_at, c.drafted_at,
       a.approved_at, greatest(c.drafted_position, a.position) as position
from read_campaigns.campaign c
left join read_campaigns.campaign_approval a on a.campaign_id = c.campaign_id;

comment on view reporting.campaigns is 'Campaigns.';
comment on column reporting.campaigns.campaign_id is 'The campaign.';
comment on column reporting.campaigns.name is 'What it is called.';
comment on column reporting.campaigns.state is 'draft or approved.';
comment on column reporting.campaigns.message_class is 'promotional, service, transactional or recovery.';
comment on column reporting.campaigns.purpose is 'What customers must have consented to.';
comment on column reporting.campaigns.channel is 'How its messages go out.';
comment on column reporting.campaigns.brand is 'Null for all brands.';
comment on column reporting.campaigns.topic is 'Null for no topic of its own.';
comment on column reporting.campaigns.audience is 'The criteria as they were written.';
comment on column reporting.campaigns.ends_at is 'After this nothing is sent, null for no end.';
comment on column reporting.campaigns.drafted_at is 'When it was drafted.';
comment on column reporting.campaigns.approved_at is 'When it was approved, null while it is not.';
comment on column reporting.campaigns.position is 'Position in the log of the newest fact about the campaign.';

-- Decisions

create view reporting.decisions as
select a.run_id, r.campaign_id, a.customer_id,
       case when d.customer_id is null then 'pending'
            when d.verdict <> 'eligible' then 'suppressed'
            when m.status is null or m.status = 'handed_over' then 'pending'
            else m.status end as outcome,
       case when d.verdict = 'eligible' then coalesce(m.reasons, '[]'::jsonb) else d.reasons end as reasons,
       d.decided_for as decided_at, d.policy_version, d.rules_version, m.message_id, m.attempt,
       greatest(a.position, d.position, m.position) as position
from read_campaigns.run_member a
join read_campaigns.run r on r.run_id = a.run_id
left join read_campaigns.run_decision d on d.run_id = a.run_id and d.customer_id = a.customer_id
left join read_campaigns.message m on m.run_id = a.run_id and m.customer_id = a.customer_id;

comment on view reporting.decisions is 'Everyone in the audience of each run, in exactly one outcome, with why.';
comment on column reporting.decisions.run_id is 'The run.';
comment on column reporting.decisions.campaign_id is 'The campaign that runs.';
comment on column reporting.decisions.customer_id is 'The member of the audience: the canonical id when the run began.';
comment on column reporting.decisions.outcome is 'pending, deferred, sent, suppressed, held_out, failed or unknown.';
comment on column reporting.decisions.reasons is 'The rules that spoke: [{"code", "facts": [position], "until"}]; of two verdicts the later. Null before the decision.';
comment on column reporting.decisions.decided_at is 'The instant that was decided for, null before the decision.';
comment on column reporting.decisions.policy_version is 'Of the policy decided by.';
comment on column reporting.decisions.rules_version is 'Of the rules decided by.';
comment on column reporting.decisions.message_id is 'The message, null where none was tried.';
comment on column reporting.decisions.attempt is 'Which try the outcome is of.';
comment on column reporting.decisions.position is 'Position in the log of the newest fact about this member of the run.';

-- Runs

create view reporting.runs as
select r.run_id, r.campaign_id,
       case when f.finished_at is not null then 'finished'
            when s.size is null then 'planned'
            when coalesce(o.decided, 0) < s.size then 'deciding'
            else 'sending' end as state,
       r.planned_for, r.ends_at, s.recorded_at as started_at, f.finished_at, s.size as audience,
       coalesce(o.pending, 0) as pending, coalesce(o.deferred, 0) as deferred, coalesce(o.sent, 0) as sent,
       coalesce(o.suppressed, 0) as suppressed, coalesce(o.held_out, 0) as held_out,
       coalesce(o.failed, 0) as failed, coalesce(o.unknown, 0) as unknown,
       s.size is not null and s.size = coalesce(o.members, 0) as balanced,
       greatest(r.planned_position, s.position, f.position, o.position) as position
from read_campaigns.run r
left join read_campaigns.run_audience s on s.run_id = r.run_id
left join read_campaigns.run_finish f on f.run_id = r.run_id
left join (
    select run_id, count(*) as members, count(*) filter (where decided_at is not null) as decided,
           count(*) filter (where outcome = 'pending') as pending,
           count(*) filter (where outcome = 'deferred') as deferred,
           count(*) filter (where outcome = 'sent') as sent,
           count(*) filter (where outcome = 'suppressed') as suppressed,
           count(*) filter (where outcome = 'held_out') as held_out,
           count(*) filter (where outcome = 'failed') as failed,
           count(*) filter (where outcome = 'unknown') as unknown,
           max(position) as position
    from reporting.decisions
    group by run_id
) o on o.run_id = r.run_id;

comment on view reporting.runs is 'Runs of campaigns with their balance.';
comment on column reporting.runs.run_id is 'The run.';
comment on column reporting.runs.campaign_id is 'The campaign that runs.';
comment on column reporting.runs.state is 'planned, deciding, sending or finished.';
comment on column reporting.runs.planned_for is 'When it was to run.';
comment on column reporting.runs.ends_at is 'What is still open then ends.';
comment on column reporting.runs.started_at is 'When its audience was recorded, null before.';
comment on column reporting.runs.finished_at is 'When nothing was open any more, null before.';
comment on column reporting.runs.audience is 'How many people the audience has, as recorded before the first decision.';
comment on column reporting.runs.pending is 'Of them: nothing happened yet.';
comment on column reporting.runs.deferred is 'Of them: tried again later.';
comment on column reporting.runs.sent is 'Of them: accepted by the next hop.';
comment on column reporting.runs.suppressed is 'Of them: stopped by a rule.';
comment on column reporting.runs.held_out is 'Of them: left out to compare with.';
comment on column reporting.runs.failed is 'Of them: refused by the next hop, or not renderable.';
comment on column reporting.runs.unknown is 'Of them: nobody knows whether the next hop accepted it.';
comment on column reporting.runs.balanced is 'Whether the outcomes add up to the audience.';
comment on column reporting.runs.position is 'Position in the log of the newest fact about the run or one of its members.';

-- Suppression

create view reporting.suppression as
select s.customer_id, coalesce(m.canonical_id, s.customer_id) as canonical_id, 'complaint' as stop,
       s.complaint_id, s.severity, null::text as channel, null::uuid as contact_point_id,
       null::text as purpose, null::text as topic, s.brand, s.opened_at as stopped_at, s.closed_at,
       s.outcome, s.position
from read_suppression.complaint_stop s
left join read_identity.canonical_map m on m.profile_id = s.customer_id
where s.opened_at is not null
union all
select w.customer_id, coalesce(m.canonical_id, w.customer_id), 'withdrawal', null, null, nullif(w.channel, ''),
       nullif(w.contact_point_id, '00000000-0000-0000-0000-000000000000'), nullif(w.purpose, ''),
       nullif(w.topic, ''), nullif(w.brand, ''), w.occurred_at, null, null, w.position
from read_consent.consent_said w
left join read_identity.canonical_map m on m.profile_id = w.customer_id
where not w.granted;

comment on view reporting.suppression is
    'What stops promotional messages: complaints, open or closed, and withdrawals of consent. Days of cooling-off after a closing are policy and not in here.';
comment on column reporting.suppression.customer_id is 'The profile it was told of: a customer, or what an identifier stands for.';
comment on column reporting.suppression.canonical_id is 'The person that the profile belongs to now.';
comment on column reporting.suppression.stop is 'complaint or withdrawal.';
comment on column reporting.suppression.complaint_id is 'The complaint, null for withdrawals.';
comment on column reporting.suppression.severity is 'Of the complaint, as told last.';
comment on column reporting.suppression.channel is 'What was withdrawn, null for all channels.';
comment on column reporting.suppression.contact_point_id is 'What was withdrawn, null for all contact points.';
comment on column reporting.suppression.purpose is 'What was withdrawn, null for all purposes.';
comment on column reporting.suppression.topic is 'What was withdrawn, null for all topics.';
comment on column reporting.suppression.brand is 'The brand it was about, null for all.';
comment on column reporting.suppression.stopped_at is 'When the complaint was made or the consent withdrawn.';
comment on column reporting.suppression.closed_at is 'When the complaint was closed, null while it is open and for withdrawals.';
comment on column reporting.suppression.outcome is 'Of the closing in force.';
comment on column reporting.suppression.position is 'Position in the log of the fact that it rests on.';
