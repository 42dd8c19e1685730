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
comment on column reporting.customers.last_contact_at is 'When the newest of these was handed over.';
comment on column reporting.customers.position is 'Position in the log of the newest fact about the customer or the person.';

-- Timeline

create view reporting.timeline as
select t.customer_id, coalesce(m.canonical_id, t.customer_id) as canonical_id, t.occurred_at, t.recorded_at,
       t.about, t.kind, t.channel, t.subject_id, t.brand, t.division, t.detail, t.position
from read_timeline.timeline_entry t
left join read_identity.canonical_map m on m.profile_id = t.customer_id;

comment on view reporting.timeline is
    'What happened between customers and the company: touchpoints, orders, complaints, consents, messages, suppressions; a row per fact.';
comment on column reporting.timeline.customer_id is 'The profile it was told of: a customer, or what an identifier stands for.';
comment on column reporting.timeline.canonical_id is 'The person that the profile belongs to now.';
comment on column reporting.timeline.occurred_at is 'When it happened, by the clock of the source.';
comment on column reporting.timeline.recorded_at is 'When it was recorded; never goes back along position.';
comment on column reporting.timeline.about is 'touchpoint, order, complaint, consent, message or suppression.';
comment on column reporting.timeline.kind is 'The kind of the touchpoint, or order, order_cancelled, refund, complaint, complaint_responded, complaint_escalated, complaint_resolved, complaint_closed, complaint_reopened, consent, withdrawal, message (handed over), message_withheld, message_failed, suppression, suppression_lifted.';
comment on column reporting.timeline.channel is 'Where, null where the fact has no channel.';
comment on column reporting.timeline.subject_id is 'The order, complaint, touchpoint, message or suppression it belongs to; of consents the list of them.';
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
select c.campaign_id, c.name,
       case when n.campaign_id is not null then 'cancelled'
            when a.campaign_id is null then 'draft'
            when p.paused then 'paused'
            when exists (select from read_campaigns.run r
                         left join read_campaigns.run_finish f on f.run_id = r.run_id
                         where r.campaign_id = c.campaign_id and f.run_id is null) then 'active'
            else 'approved' end as state,
       c.message_class, c.purpose, c.channel, c.brand, c.topic, c.audience, c.ends_at, c.drafted_at,
       a.approved_at, greatest(c.position, a.position, p.position, n.position) as position, n.cancelled_at,
       c.hold_out, c.seed, c.attribution_window_days, c.cost_per_contact, c.cost_currency
from read_campaigns.campaign c
left join read_campaigns.campaign_approval a on a.campaign_id = c.campaign_id and a.version > c.content_version
left join read_campaigns.campaign_pause p on p.campaign_id = c.campaign_id
left join read_campaigns.campaign_cancellation n on n.campaign_id = c.campaign_id;

comment on view reporting.campaigns is 'Campaigns.';
comment on column reporting.campaigns.campaign_id is 'The campaign.';
comment on column reporting.campaigns.name is 'What it is called.';
comment on column reporting.campaigns.state is 'draft, approved, active (a run is open), paused or cancelled. Behind ends_at it has ended, whatever stands here.';
comment on column reporting.campaigns.message_class is 'promotional, service, transactional or recovery.';
comment on column reporting.campaigns.purpose is 'What customers must have consented to.';
comment on column reporting.campaigns.channel is 'How its messages go out.';
comment on column reporting.campaigns.brand is 'Null for all brands.';
comment on column reporting.campaigns.topic is 'Null for no topic of its own.';
comment on column reporting.campaigns.audience is 'The criteria as they were written.';
comment on column reporting.campaigns.ends_at is 'After this nothing is sent, null for no end.';
comment on column reporting.campaigns.drafted_at is 'When it was drafted.';
comment on column reporting.campaigns.approved_at is 'When what it says now was approved, null while it is not.';
comment on column reporting.campaigns.position is 'Position in the log of the newest fact about the campaign.';
comment on column reporting.campaigns.cancelled_at is 'When it was cancelled, null while it is not.';
comment on column reporting.campaigns.hold_out is 'The share of the audience that gets nothing, null where nobody is held out.';
comment on column reporting.campaigns.seed is 'What the hold-out is drawn with: sha256(seed:unit), first 8 bytes big-endian / 2^64 < hold_out.';
comment on column reporting.campaigns.attribution_window_days is 'How long after its contact a person''s responses count, in days of 24 hours.';
comment on column reporting.campaigns.cost_per_contact is 'What a message costs, null where nobody said.';
comment on column reporting.campaigns.cost_currency is 'ISO 4217; of the cost.';

-- Decisions

create view reporting.decisions as
select a.run_id, r.campaign_id, a.customer_id,
       case when d.customer_id is null then 'pending'
            when d.verdict = 'held_out' then 'held_out'
            when d.verdict <> 'eligible' then 'suppressed'
            when m.status is null or m.status = 'handed_over' then 'pending'
            else m.status end as outcome,
       case when d.verdict = 'eligible' then coalesce(m.reasons, '[]'::jsonb) else d.reasons end as reasons,
       coalesce(m.decided_for, d.decided_for) as decided_at,
       coalesce(m.policy_version, d.policy_version) as policy_version,
       coalesce(m.rules_version, d.rules_version) as rules_version, m.message_id, m.attempt,
       greatest(a.position, d.position, m.position) as position, d.unit
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
comment on column reporting.decisions.decided_at is 'The instant that was decided for, of two verdicts the later''s; null before the decision.';
comment on column reporting.decisions.policy_version is 'Of the policy decided by, of two verdicts the later''s.';
comment on column reporting.decisions.rules_version is 'Of the rules decided by, of two verdicts the later''s.';
comment on column reporting.decisions.message_id is 'The message, null where none was tried.';
comment on column reporting.decisions.attempt is 'Which try the outcome is of.';
comment on column reporting.decisions.position is 'Position in the log of the newest fact about this member of the run.';
comment on column reporting.decisions.unit is 'The profile that the hold-out was drawn for, null where nothing was drawn.';

-- Runs

create view reporting.runs as
select r.run_id, r.campaign_id,
       case when f.run_id is not null then f.how
            when p.paused and n.campaign_id is null then 'paused'
            when s.size is null then 'planned'
            when coalesce(o.decided, 0) < s.size then 'deciding'
            else 'sending' end as state,
       r.planned_for, r.ends_at, s.recorded_at as started_at, f.finished_at, s.size as audience,
       coalesce(o.pending, 0) as pending, coalesce(o.deferred, 0) as deferred, coalesce(o.sent, 0) as sent,
       coalesce(o.suppressed, 0) as suppressed, coalesce(o.held_out, 0) as held_out,
       coalesce(o.failed, 0) as failed, coalesce(o.unknown, 0) as unknown,
       coalesce(o.members, 0) = coalesce(s.size, o.pending, 0) as balanced,
       greatest(r.planned_position, s.position, f.position, o.position) as position, f.why
from read_campaigns.run r
left join read_campaigns.campaign_pause p on p.campaign_id = r.campaign_id
left join read_campaigns.campaign_cancellation n on n.campaign_id = r.campaign_id
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
comment on column reporting.runs.state is 'planned, deciding, sending, paused, finished, cancelled (with its campaign) or missed.';
comment on column reporting.runs.planned_for is 'When it was to run.';
comment on column reporting.runs.ends_at is 'What is still open then ends.';
comment on column reporting.runs.started_at is 'When its audience was recorded, null before.';
comment on column reporting.runs.finished_at is 'When nothing was open any more, or when it was missed; null before.';
comment on column reporting.runs.audience is 'How many people the audience has, as recorded before the first decision.';
comment on column reporting.runs.pending is 'Of them: nothing happened yet.';
comment on column reporting.runs.deferred is 'Of them: tried again later.';
comment on column reporting.runs.sent is 'Of them: accepted by the next hop.';
comment on column reporting.runs.suppressed is 'Of them: stopped by a rule.';
comment on column reporting.runs.held_out is 'Of them: left out to compare with.';
comment on column reporting.runs.failed is 'Of them: refused by the next hop, or not renderable.';
comment on column reporting.runs.unknown is 'Of them: nobody knows whether the next hop accepted it.';
comment on column reporting.runs.balanced is 'Whether the outcomes add up to the audience; before its size is recorded, whether all are pending.';
comment on column reporting.runs.position is 'Position in the log of the newest fact about the run or one of its members.';
comment on column reporting.runs.why is 'Of a missed run: late, paused, not_approved, another_run or ended.';

-- Suppression

create view reporting.suppression as
select s.customer_id, coalesce(m.canonical_id, s.customer_id) as canonical_id, 'complaint' as stop,
       s.complaint_id, s.severity, null::text as channel, null::uuid as contact_point_id,
       null::text as purpose, null::text as topic, s.brand, s.opened_at as stopped_at, s.closed_at,
       s.outcome, s.position, null::uuid as suppression_id, null::text as reason, null::text as scope,
       null::timestamptz as until, null::timestamptz as lifted_at
from read_suppression.complaint_stop s
left join read_identity.canonical_map m on m.profile_id = s.customer_id
where s.opened_at is not null
union all
select w.customer_id, coalesce(m.canonical_id, w.customer_id), 'withdrawal', null, null, nullif(w.channel, ''),
       nullif(w.contact_point_id, '00000000-0000-0000-0000-000000000000'), nullif(w.purpose, ''),
       nullif(w.topic, ''), nullif(w.brand, ''), w.occurred_at, null, null, w.position, null, null, null, null,
       null
from read_consent.consent_said w
left join read_identity.canonical_map m on m.profile_id = w.customer_id
where not w.granted
union all
select i.customer_id, coalesce(m.canonical_id, i.customer_id), 'imposed', null, null, i.only_channel, null,
       i.only_purpose, null, i.only_brand, i.imposed_at, null, null, coalesce(i.lifted_position, i.position),
       i.suppression_id, i.reason, i.scope, i.until, i.lifted_at
from read_suppression.imposed_suppression i
left join read_identity.canonical_map m on m.profile_id = i.customer_id;

comment on view reporting.suppression is
    'What stops messages: complaints, open or closed, withdrawals of consent, and suppressions that somebody or a refusal imposed, lifted ones too. Days of cooling-off after a closing, which classes a reason stops and when it expires are policy and not in here.';
comment on column reporting.suppression.customer_id is 'The profile it was told of: a customer, or what an identifier, an address or a domain stands for.';
comment on column reporting.suppression.canonical_id is 'The person that the profile belongs to now.';
comment on column reporting.suppression.stop is 'complaint, withdrawal or imposed.';
comment on column reporting.suppression.complaint_id is 'The complaint, null for all else.';
comment on column reporting.suppression.severity is 'Of the complaint, as told last.';
comment on column reporting.suppression.channel is 'What was withdrawn or is suppressed, null for all channels.';
comment on column reporting.suppression.contact_point_id is 'What was withdrawn, null for all contact points.';
comment on column reporting.suppression.purpose is 'What was withdrawn or is suppressed, null for all purposes.';
comment on column reporting.suppression.topic is 'What was withdrawn, null for all topics.';
comment on column reporting.suppression.brand is 'The brand it was about, null for all.';
comment on column reporting.suppression.stopped_at is 'When the complaint was made, the consent withdrawn or the suppression imposed.';
comment on column reporting.suppression.closed_at is 'When the complaint was closed, null while it is open and for all else.';
comment on column reporting.suppression.outcome is 'Of the closing in force.';
comment on column reporting.suppression.position is 'Position in the log of the newest fact that it rests on.';
comment on column reporting.suppression.suppression_id is 'The imposed suppression, null for all else.';
comment on column reporting.suppression.reason is 'Why it was imposed, as a reason code.';
comment on column reporting.suppression.scope is 'What it was said of: customer, address or domain.';
comment on column reporting.suppression.until is 'When it was said to end by itself, null where nobody said so.';
comment on column reporting.suppression.lifted_at is 'When it was lifted, null while it is not.';

-- Responses

create view reporting.campaign_response as
with decided as (
    select distinct on (r.campaign_id, d.customer_id) r.campaign_id, d.customer_id,
           d.verdict = 'held_out' as held_out, greatest(r.planned_for, a.recorded_at) as planned_at, d.position
    from read_campaigns.run r
    join read_campaigns.run_audience a on a.run_id = r.run_id
    join read_campaigns.run_decision d on d.run_id = r.run_id
    where d.verdict in ('eligible', 'held_out')
    order by r.campaign_id, d.customer_id, d.position
),
span as (
    select campaign_id, make_interval(hours => 24 * coalesce(attribution_window_days, 14)::integer) as length
    from read_campaigns.campaign
),
mail as (
    select m.campaign_id, m.customer_id, m.status, m.handed_over_at, m.position,
           m.status = 'failed' and m.reasons is null as refused,
           m.status = 'sent' and exists (
               select from read_responses.address_bounce b
               where b.customer_id = m.address_id and b.imposed_at >= m.handed_over_at
                 and b.imposed_at < m.handed_over_at + s.length
                 and (b.message_id = m.message_id or b.message_id is null and not exists (
                     select from read_campaigns.message n
                     where n.address_id = m.address_id and n.status in ('handed_over', 'sent', 'unknown')
                       and n.handed_over_at <= b.imposed_at
                       and (n.handed_over_at, n.message_id) > (m.handed_over_at, m.message_id)))) as bounced
    from read_campaigns.message m join span s on s.campaign_id = m.campaign_id
),
person as (
    select p.*, p.begins + s.length as ends
    from (
        select o.campaign_id, coalesce(c.canonical_id, o.customer_id) as person_id,
               bool_or(o.held_out) as held_out, count(*) filter (where o.status = 'sent') as sent,
               count(*) filter (where o.refused) as refused, count(*) filter (where o.bounced) as bounced,
               case when bool_or(o.held_out) then min(o.planned_at) filter (where o.held_out)
                    else coalesce(min(o.handed_over_at) filter (where o.status in ('sent', 'unknown')),
                                  min(o.handed_over_at), min(o.planned_at)) end as begins,
               max(o.position) as position
        from (
            select campaign_id, customer_id, held_out, planned_at, null as status,
                   null::timestamptz as handed_over_at, false as refused, false as bounced, position
            from decided
            union all
            select campaign_id, customer_id, null, null, status, handed_over_at, refused, bounced, position
            from mail
        ) o
        left join read_identity.canonical_map c on c.profile_id = o.customer_id
        group by 1, 2
        having count(o.planned_at) > 0
    ) p
    join span s on s.campaign_id = p.campaign_id
),
touch as (
    select t.campaign_id, t.customer_id, t.kind, t.direction, t.machine, t.occurred_at
    from read_responses.campaign_touch t where t.campaign_id is not null
    union all
    select r.campaign_id, t.customer_id, t.kind, t.direction, t.machine, t.occurred_at
    from read_responses.campaign_touch t join read_campaigns.run r on r.run_id = t.run_id
    union all
    select m.campaign_id, t.customer_id, t.kind, t.direction, t.machine, t.occurred_at
    from read_responses.campaign_touch t join read_campaigns.message m on m.message_id = t.message_id
),
happened as (
    select campaign_id, customer_id, occurred_at, null as currency, null::numeric as value,
           case when kind = 'email_opened' then case when machine then 'machine_opened' else 'opened' end
                when kind = 'email_clicked' then case when machine then 'machine_clicked' else 'clicked' end
                when kind <> 'delivered' and direction = 'inbound' and not machine then 'responded' end as what
    from touch
    union all
    select campaign_id, customer_id, occurred_at, null, null, 'opted_out'
    from read_responses.campaign_opt_out where campaign_id is not null
    union all
    select r.campaign_id, o.customer_id, o.occurred_at, null, null, 'opted_out'
    from read_responses.campaign_opt_out o join read_campaigns.run r on r.run_id = o.run_id
    union all
    select null, customer_id, placed_at, currency, amount - refunded - cancelled, 'ordered'
    from read_orders.purchase where cancelled_at is null and placed_at is not null
),
did as (
    select p.campaign_id, p.person_id, p.held_out, h.what, h.currency, h.value
    from happened h
    left join read_identity.canonical_map c on c.profile_id = h.customer_id
    join person p on p.person_id = coalesce(c.canonical_id, h.customer_id)
        and p.campaign_id = coalesce(h.campaign_id, p.campaign_id)
        and (h.what = 'opted_out' or h.occurred_at >= p.begins and h.occurred_at < p.ends)
),
told as (
    select campaign_id, held_out, count(sent) as people, sum(sent) as sent, sum(refused) as refused,
           sum(bounced) as bounced, count(*) filter (where 'opened' = any(whats)) as opened,
           count(*) filter (where 'clicked' = any(whats)) as clicked,
           count(*) filter (where 'machine_opened' = any(whats)) as machine_opened,
           count(*) filter (where 'machine_clicked' = any(whats)) as machine_clicked,
           count(*) filter (where whats && array['clicked', 'responded']) as responded,
           count(*) filter (where 'opted_out' = any(whats)) as opted_out,
           count(*) filter (where 'ordered' = any(whats)) as converted, null::numeric as orders,
           null::jsonb as revenue, max(position) as position
    from (
        select campaign_id, held_out, sent, refused, bounced, '{}'::text[] as whats, position from person
        union all
        select campaign_id, held_out, null, null, null, array_agg(distinct what), null
        from did group by campaign_id, person_id, held_out
    ) o
    group by campaign_id, held_out
    union all
    select campaign_id, held_out, null, null, null, null, null, null, null, null, null, null, null, sum(orders),
           jsonb_object_agg(currency, value::text), null
    from (
        select campaign_id, held_out, currency, count(*) as orders, sum(value) as value
        from did where what = 'ordered' group by campaign_id, held_out, currency
    ) by_currency
    group by campaign_id, held_out
)
select campaign_id, held_out as hold_out, max(people) as people, max(sent)::bigint as sent,
       max(refused)::bigint as refused, max(bounced)::bigint as bounced,
       (max(sent) - max(bounced))::bigint as delivered, max(opened) as opened, max(clicked) as clicked,
       max(machine_opened) as machine_opened, max(machine_clicked) as machine_clicked,
       max(responded) as responded, max(opted_out) as opted_out, max(converted) as converted,
       coalesce(max(orders), 0)::bigint as orders,
       coalesce((array_agg(revenue) filter (where revenue is not null))[1], '{}') as revenue,
       max(position) as position
from told
group by campaign_id, held_out;

comment on view reporting.campaign_response is
    'What came of each campaign: a row for those who were to get its message and one for those held out. What happened from the handover, else from the planned send time on counts, for the days of the campaign''s window.';
comment on column reporting.campaign_response.campaign_id is 'The campaign.';
comment on column reporting.campaign_response.hold_out is 'Whether these are the people held out.';
comment on column reporting.campaign_response.people is 'How many persons the first decision found eligible, or held out, whatever became of the message.';
comment on column reporting.campaign_response.sent is 'Messages that the next hop accepted.';
comment on column reporting.campaign_response.refused is 'Messages that the next hop refused.';
comment on column reporting.campaign_response.bounced is 'Of those sent: their address turned out not to exist. What says so without naming a message is said of the newest one to that address.';
comment on column reporting.campaign_response.delivered is 'sent - bounced: SMTP never tells more.';
comment on column reporting.campaign_response.opened is 'Persons who opened it, machines not counted.';
comment on column reporting.campaign_response.clicked is 'Persons who clicked, machines not counted.';
comment on column reporting.campaign_response.machine_opened is 'Persons whose message a machine opened.';
comment on column reporting.campaign_response.machine_clicked is 'Persons in whose message a machine followed a link.';
comment on column reporting.campaign_response.responded is 'Persons with an inbound touchpoint that names the campaign or replies to its message, or with a click.';
comment on column reporting.campaign_response.opted_out is 'Persons who withdrew by the link of its message, however late.';
comment on column reporting.campaign_response.converted is 'Persons with an order that is not cancelled.';
comment on column reporting.campaign_response.orders is 'These orders.';
comment on column reporting.campaign_response.revenue is 'What these orders are worth by currency, less refunds: {"EUR": "12.50"}.';
comment on column reporting.campaign_response.position is 'Position in the log of the newest decision about, or message to, one of these people.';
