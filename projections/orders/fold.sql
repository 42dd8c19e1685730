-- An order's row is filled by its placing, its refunds and its cancellation, whichever comes first.
insert into purchase as t (
    customer_id, order_id, placed_at, currency, amount, refunded, cancelled, quantity, cost, cancelled_at,
    source, number, channel, brand, division, "position")
select customer_id, order_id, max(placed_at), max(currency), sum(amount), sum(refunded), sum(cancelled),
       sum(quantity), sum(cost), max(cancelled_at), max(source), max(number), max(channel), max(brand),
       max(division), max(position)
from (
    select customer_id, originator_id as order_id, occurred_at as placed_at, currency,
           (select coalesce(sum((line ->> 'amount')::numeric), 0) from jsonb_array_elements(lines) line) as amount,
           0 as refunded, 0 as cancelled,
           (select coalesce(sum((line ->> 'quantity')::numeric), 0) from jsonb_array_elements(lines) line)
               as quantity,
           (select sum((line ->> 'cost')::numeric) from jsonb_array_elements(lines) line) as cost,
           null::timestamptz as cancelled_at, source, number, channel, brand, division, position
    from order_placed
    union all
    select customer_id, originator_id, null, currency, 0, amount, 0, 0, null, null, null, null, null, null,
           null, position
    from order_refunded
    union all
    select customer_id, originator_id, null, currency, 0, 0, amount, 0, null, occurred_at, null, null, null,
           null, null, position
    from order_cancelled
) o
group by customer_id, order_id
on conflict (customer_id, order_id) do update
set placed_at = coalesce(t.placed_at, excluded.placed_at),
    amount = t.amount + excluded.amount, refunded = t.refunded + excluded.refunded,
    cancelled = t.cancelled + excluded.cancelled, quantity = t.quantity + excluded.quantity,
    cost = coalesce(t.cost, excluded.cost), cancelled_at = coalesce(t.cancelled_at, excluded.cancelled_at),
    source = coalesce(t.source, excluded.source), number = coalesce(t.number, excluded.number),
    channel = coalesce(t.channel, excluded.channel), brand = coalesce(t.brand, excluded.brand),
    division = coalesce(t.division, excluded.division),
    "position" = greatest(t."position", excluded."position");
