-- Keep every step.
insert into purchase_step (
    customer_id, order_id, version, "position", step, occurred_at, recorded_at, actor, brand, division, amount,
    refund_id, reason)
select customer_id, order_id, version, position, step, occurred_at, recorded_at, actor, brand, division, amount,
       refund_id, reason
from step_of_order;

-- An order's row is filled by its placing, its refunds and its cancellation, whichever comes first.
insert into purchase as t (
    customer_id, order_id, placed_at, placed_position, currency, lines, amount, refunded, cancelled, quantity,
    cost, cancelled_at, source, number, channel, brand, division, version, "position")
select customer_id, order_id, max(occurred_at) filter (where step = 'placed'),
       max(position) filter (where step = 'placed'), max(currency),
       (array_agg(lines) filter (where step = 'placed'))[1],
       coalesce(sum(amount) filter (where step = 'placed'), 0),
       coalesce(sum(amount) filter (where step = 'refunded'), 0),
       coalesce(sum(amount) filter (where step = 'cancelled'), 0),
       coalesce(sum(quantity), 0), sum(cost), max(occurred_at) filter (where step = 'cancelled'),
       max(source), max(number), max(channel), max(brand) filter (where step = 'placed'),
       max(division) filter (where step = 'placed'), max(version), max(position)
from step_of_order
group by customer_id, order_id
on conflict (customer_id, order_id) do update
set placed_at = coalesce(t.placed_at, excluded.placed_at),
    placed_position = coalesce(t.placed_position, excluded.placed_position),
    lines = coalesce(t.lines, excluded.lines),
    amount = t.amount + excluded.amount, refunded = t.refunded + excluded.refunded,
    cancelled = t.cancelled + excluded.cancelled, quantity = t.quantity + excluded.quantity,
    cost = coalesce(t.cost, excluded.cost), cancelled_at = coalesce(t.cancelled_at, excluded.cancelled_at),
    source = coalesce(t.source, excluded.source), number = coalesce(t.number, excluded.number),
    channel = coalesce(t.channel, excluded.channel), brand = coalesce(t.brand, excluded.brand),
    division = coalesce(t.division, excluded.division), version = greatest(t.version, excluded.version),
    "position" = greatest(t."position", excluded."position");
