-- Views for reporting tools. They are a public contract: columns are only added, and no column has personal data.
-- A view runs with its owner's rights, so its readers need no rights on other tables.

create view reporting.campaign_reactions as
select t.campaign_id, t.customer_id, t.reaction, t.is_response, t.occurred_at, t.position
from read_responses.campaign_touch t where t.campaign_id is not null
union
select r.campaign_id, t.customer_id, t.reaction, t.is_response, t.occurred_at, t.position
from read_responses.campaign_touch t join read_campaigns.run r on r.run_id = t.run_id
union
select m.campaign_id, t.customer_id, t.reaction, t.is_response, t.occurred_at, t.position
from read_responses.campaign_touch t join read_campaigns.message m on m.message_id = t.message_id
union
select o.campaign_id, o.customer_id, 'opted_out', false, o.occurred_at, o.position
from read_responses.campaign_opt_out o where o.campaign_id is not null
union
select r.campaign_id, o.customer_id, 'opted_out', false, o.occurred_at, o.position
from read_responses.campaign_opt_out o join read_campaigns.run r on r.run_id = o.run_id;

comment on view reporting.campaign_reactions is
    'Reactions of customers to campaigns. A touchpoint belongs to the campaigns that it names, by id, by run or as the reply to a message. An opt-out belongs to the campaign whose link it used.';
comment on column reporting.campaign_reactions.campaign_id is 'The campaign.';
comment on column reporting.campaign_reactions.customer_id is 'The profile that reacted: a customer, or what an identifier stands for.';
comment on column reporting.campaign_reactions.reaction is 'opened, machine_opened, clicked, machine_clicked, responded or opted_out.';
comment on column reporting.campaign_reactions.is_response is 'Whether the reaction counts as a response.';
comment on column reporting.campaign_reactions.occurred_at is 'When it happened.';
comment on column reporting.campaign_reactions.position is 'Position in the log of the fact.';

create view reporting.campaign_response as
with decided as (
    select distinct on (r.campaign_id, d.member_id) r.campaign_id, d.member_id,
           d.verdict = 'held_out' as held_out, greatest(r.planned_for, a.recorded_at) as planned_at, d.position
    from read_campaigns.run r
    join read_campaigns.run_audience a on a.run_id = r.run_id
    join read_campaigns.run_decision d on d.run_id = r.run_id
    where d.verdict in ('eligible', 'held_out')
    order by r.campaign_id, d.member_id, d.position
),
span as (
    select campaign_id, make_interval(hours => 24 * coalesce(attribution_window_days, 14)::integer) as length
    from read_campaigns.campaign
),
mail as (
    select m.campaign_id, m.member_id, m.outcome, m.handed_over_at, m.position,
           m.outcome = 'failed' and m.reasons is null as refused,
           m.outcome = 'sent' and exists (
               select from read_responses.address_bounce b
               where b.customer_id = m.address_id and b.imposed_at >= m.handed_over_at
                 and b.imposed_at < m.handed_over_at + s.length
                 and (b.message_id = m.message_id or b.message_id is null and not exists (
                     select from read_campaigns.message n
                     where n.address_id = m.address_id and (n.handed_over or n.outcome in ('sent', 'unknown'))
                       and n.handed_over_at <= b.imposed_at
                       and (n.handed_over_at, n.message_id) > (m.handed_over_at, m.message_id)))) as bounced
    from read_campaigns.message m join span s on s.campaign_id = m.campaign_id
),
person as (
    select p.*, p.begins + s.length as ends
    from (
        select o.campaign_id, coalesce(c.person_id, o.member_id) as person_id,
               bool_or(o.held_out) as held_out, count(*) filter (where o.outcome = 'sent') as sent,
               count(*) filter (where o.refused) as refused, count(*) filter (where o.bounced) as bounced,
               case when bool_or(o.held_out) then min(o.planned_at) filter (where o.held_out)
                    else coalesce(min(o.handed_over_at) filter (where o.outcome in ('sent', 'unknown')),
                                  min(o.handed_over_at), min(o.planned_at)) end as begins,
               max(o.position) as position
        from (
            select campaign_id, member_id, held_out, planned_at, null as outcome,
                   null::timestamptz as handed_over_at, false as refused, false as bounced, position
            from decided
            union all
            select campaign_id, member_id, null, null, outcome, handed_over_at, refused, bounced, position
            from mail
        ) o
        left join read_identity.person_profile c on c.profile_id = o.member_id
        group by 1, 2
        having count(o.planned_at) > 0
    ) p
    join span s on s.campaign_id = p.campaign_id
),
happened as (
    select campaign_id, customer_id, occurred_at, null as currency, null::numeric as value, reaction as what,
           is_response
    from reporting.campaign_reactions
    union all
    select null, customer_id, placed_at, currency, amount - refunded - cancelled, 'ordered', false
    from read_orders.purchase where cancelled_at is null and placed_at is not null
),
did as (
    select p.campaign_id, p.person_id, p.held_out, h.what, h.is_response, h.currency, h.value
    from happened h
    left join read_identity.person_profile c on c.profile_id = h.customer_id
    join person p on p.person_id = coalesce(c.person_id, h.customer_id)
        and p.campaign_id = coalesce(h.campaign_id, p.campaign_id)
        and (h.what = 'opted_out' or h.occurred_at >= p.begins and h.occurred_at < p.ends)
),
counted as (
    select campaign_id, held_out, count(sent) as people, sum(sent) as sent, sum(refused) as refused,
           sum(bounced) as bounced, count(*) filter (where 'opened' = any(whats)) as opened,
           count(*) filter (where 'clicked' = any(whats)) as clicked,
           count(*) filter (where 'machine_opened' = any(whats)) as machine_opened,
           count(*) filter (where 'machine_clicked' = any(whats)) as machine_clicked,
           count(*) filter (where responded) as responded,
           count(*) filter (where 'opted_out' = any(whats)) as opted_out,
           count(*) filter (where 'ordered' = any(whats)) as converted, null::numeric as orders,
           null::jsonb as revenue, max(position) as position
    from (
        select campaign_id, held_out, sent, refused, bounced, '{}'::text[] as whats, false as responded, position
        from person
        union all
        select campaign_id, held_out, null, null, null, array_agg(distinct what), bool_or(is_response), null
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
from counted
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
