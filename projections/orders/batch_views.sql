-- The steps of orders. What only a placing says is null in other steps. `reason` is encrypted.
create view pg_temp.step_of_order as
select customer_id, originator_id as order_id, originator_version as version, position, 'placed' as step,
       occurred_at, recorded_at, actor, brand, division, currency,
       (select coalesce(sum((line ->> 'amount')::numeric), 0) from jsonb_array_elements(lines) line) as amount,
       null as refund_id, null as reason, lines,
       (select sum((line ->> 'quantity')::numeric) from jsonb_array_elements(lines) line) as quantity,
       (select sum((line ->> 'cost')::numeric) from jsonb_array_elements(lines) line) as cost,
       source, number, channel
from order_placed
union all
select customer_id, originator_id, originator_version, position, 'refunded', occurred_at, recorded_at, actor,
       brand, division, currency, amount, refund_id, reason, null, null, null, null, null, null
from order_refunded
union all
select customer_id, originator_id, originator_version, position, 'cancelled', occurred_at, recorded_at, actor,
       brand, division, currency, amount, null, reason, null, null, null, null, null, null
from order_cancelled;
