-- The profiles that the batch touched and all profiles of their persons. The fold fills and empties the table. A profile
-- may have two rows.
create table pg_temp.audience_touched (customer_id uuid);

-- How facts change the value of orders: a placing adds to it, a refund and a cancellation take from it.
create view pg_temp.change_of_order as
select customer_id, originator_id as order_id, occurred_at as placed_at, currency,
       (select coalesce(sum((line ->> 'amount')::numeric), 0) from jsonb_array_elements(lines) line) as amount
from order_placed
union all
select customer_id, originator_id, null, currency, -amount from order_refunded
union all
select customer_id, originator_id, null, currency, -amount from order_cancelled;
