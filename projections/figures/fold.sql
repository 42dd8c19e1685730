-- Each statement adds up its facts before it writes: a batch of many facts changes few rows.

-- Contacts. What machines did stands apart.
insert into figure as t (kind, quarter, outcome, channel, brand, currency, brand_folded, n, "position")
select 'contact', pg_temp.quarter_of(occurred_at), case when machine then 'machine' else direction end, channel,
       coalesce(brand, ''), '', coalesce(brand_folded, ''), count(*), max(position)
from touchpoint_recorded
group by 2, 3, 4, 5, 7
on conflict (kind, quarter, outcome, channel, brand, currency)
do update set n = t.n + excluded.n, "position" = greatest(t."position", excluded."position");

-- What complaints say when they are opened.
insert into figure_complaint
select customer_id, originator_id, pg_temp.quarter_of(occurred_at), channel, coalesce(product, ''),
       coalesce(brand, ''), coalesce(brand_folded, '')
from complaint_opened;

-- Complaints opened, closed and reopened when it happened, and by their opening how many wait for their closing.
insert into figure as t (kind, quarter, outcome, channel, brand, currency, brand_folded, n, "position")
select 'complaint', f.quarter, f.outcome, c.channel, c.brand, '', c.brand_folded, sum(f.n), max(s.position)
from turn_of_complaint s
cross join lateral (
    select * from figure_complaint where customer_id = s.customer_id and complaint_id = s.complaint_id limit 1
) c
cross join lateral (
    values (pg_temp.quarter_of(s.occurred_at), s.step, 1), (c.quarter, 'waiting', s.waiting)
) as f(quarter, outcome, n)
group by f.quarter, f.outcome, c.channel, c.brand, c.brand_folded
on conflict (kind, quarter, outcome, channel, brand, currency)
do update set n = t.n + excluded.n, "position" = greatest(t."position", excluded."position");

delete from figure where n = 0 and exists (select from complaint_closed);

-- Closings by root cause and product.
insert into figure_root_cause as t
select sha256(convert_to(
           jsonb_build_array(extract(epoch from quarter)::bigint, root_cause, product, channel, brand)::text, 'UTF8')),
       quarter, root_cause, product, channel, brand, brand_folded, count(*), max(position)
from (
    select pg_temp.quarter_of(s.occurred_at) as quarter, s.root_cause, c.product, c.channel, c.brand, c.brand_folded,
           s.position
    from complaint_closed s
    cross join lateral (
        select * from figure_complaint where customer_id = s.customer_id and complaint_id = s.originator_id limit 1
    ) c
) closing
group by quarter, root_cause, product, channel, brand, brand_folded
on conflict (combination)
do update set n = t.n + excluded.n, "position" = greatest(t."position", excluded."position");

-- What orders say when they are placed.
insert into figure_order
select customer_id, originator_id, pg_temp.quarter_of(occurred_at), coalesce(channel, ''), coalesce(brand, ''),
       coalesce(brand_folded, '')
from order_placed;

-- Orders, and what was taken back of them, where they were placed: an order's value falls in one quarter.
insert into figure as t (kind, quarter, outcome, channel, brand, currency, brand_folded, n, value, "position")
select 'order', c.quarter, s.step, c.channel, c.brand, s.currency, c.brand_folded, count(*), sum(s.amount),
       max(s.position)
from step_of_order s
cross join lateral (
    select * from figure_order where customer_id = s.customer_id and order_id = s.order_id limit 1
) c
group by c.quarter, s.step, c.channel, c.brand, s.currency, c.brand_folded
on conflict (kind, quarter, outcome, channel, brand, currency)
do update set n = t.n + excluded.n, value = t.value + excluded.value,
              "position" = greatest(t."position", excluded."position");

-- Each content of a campaign.
insert into figure_campaign
select originator_id, position, channel, coalesce(brand, ''), coalesce(brand_folded, '') from campaign_drafted
union all
select originator_id, position, channel, coalesce(brand, ''), coalesce(brand_folded, '') from campaign_revised;

-- What became of messages, by what their campaign said then.
insert into figure as t (kind, quarter, outcome, channel, brand, currency, brand_folded, n, "position")
select s.kind, pg_temp.quarter_of(s.occurred_at), s.outcome, coalesce(c.channel, ''), coalesce(c.brand, ''), '',
       coalesce(c.brand_folded, ''), sum(s.n), max(s.position)
from end_of_message s
left join lateral (
    select channel, brand, brand_folded from figure_campaign
    where campaign_id = s.campaign_id and "position" < s.position
    order by "position" desc limit 1
) c on true
group by 1, 2, 3, 4, 5, 7
on conflict (kind, quarter, outcome, channel, brand, currency)
do update set n = t.n + excluded.n, "position" = greatest(t."position", excluded."position");

-- Consents given and withdrawn. An opt-out is a withdrawal by the link of a message.
insert into figure as t (kind, quarter, outcome, channel, brand, currency, brand_folded, n, "position")
select 'consent', pg_temp.quarter_of(occurred_at), outcome, coalesce(channel, ''), coalesce(brand, ''), '',
       coalesce(brand_folded, ''), count(*), max(position)
from (
    select occurred_at, 'granted' as outcome, channel, brand, brand_folded, position from consent_granted
    union all
    select occurred_at, case when campaign_id is null and run_id is null then 'withdrawn' else 'opted_out' end, channel,
           brand, brand_folded, position
    from consent_withdrawn
) statement
group by 2, 3, 4, 5, 7
on conflict (kind, quarter, outcome, channel, brand, currency)
do update set n = t.n + excluded.n, "position" = greatest(t."position", excluded."position");

-- New customers.
insert into figure as t (kind, quarter, outcome, channel, brand, currency, brand_folded, n, "position")
select 'customer', pg_temp.quarter_of(occurred_at), 'registered', '', coalesce(brand, ''), '',
       coalesce(brand_folded, ''), count(*), max(position)
from customer_registered
group by 2, 5, 7
on conflict (kind, quarter, outcome, channel, brand, currency)
do update set n = t.n + excluded.n, "position" = greatest(t."position", excluded."position");
