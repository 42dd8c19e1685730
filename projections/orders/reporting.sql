-- Views for reporting tools. They are a public contract: columns are only added, and no column has personal data.
-- A view runs with its owner's rights, so its readers need no rights on other tables.

create view reporting.orders as
select o.order_id, o.customer_id, coalesce(m.person_id, o.customer_id) as person_id, o.placed_at,
       o.currency, o.amount, o.refunded, o.cancelled, o.amount - o.refunded - o.cancelled as value,
       o.quantity, o.cost, o.cancelled_at, o.source, o.number, o.channel, o.brand, o.division, o.position,
       o.status
from read_orders.purchase o
left join read_identity.person_profile m on m.profile_id = o.customer_id
where o.placed_at is not null;

comment on view reporting.orders is 'Orders with what was refunded and cancelled. Amounts of one currency may be added up.';
comment on column reporting.orders.order_id is 'The order.';
comment on column reporting.orders.customer_id is 'The profile that ordered: a customer, or what an identifier stands for.';
comment on column reporting.orders.person_id is 'The person that the profile belongs to now.';
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
comment on column reporting.orders.status is 'placed, partly_refunded, refunded or cancelled.';

create view reporting.order_lines as
select o.order_id, o.customer_id, coalesce(m.person_id, o.customer_id) as person_id, o.placed_at,
       l.line_number, l.line ->> 'sku' as sku, (l.line ->> 'quantity')::numeric as quantity, o.currency,
       (l.line ->> 'amount')::numeric as amount, (l.line ->> 'cost')::numeric as cost, o.status,
       o.placed_position as position
from read_orders.purchase o
cross join lateral jsonb_array_elements(o.lines) with ordinality as l(line, line_number)
left join read_identity.person_profile m on m.profile_id = o.customer_id
where o.placed_at is not null;

comment on view reporting.order_lines is
    'The lines of orders as they were ordered. Refunds and cancellations are of whole orders: reporting.orders has them.';
comment on column reporting.order_lines.order_id is 'The order.';
comment on column reporting.order_lines.customer_id is 'The profile that ordered: a customer, or what an identifier stands for.';
comment on column reporting.order_lines.person_id is 'The person that the profile belongs to now.';
comment on column reporting.order_lines.placed_at is 'When it was ordered, by the clock of the source.';
comment on column reporting.order_lines.line_number is 'The place of the line in its order, counted from 1.';
comment on column reporting.order_lines.sku is 'The article.';
comment on column reporting.order_lines.quantity is 'Pieces of the line.';
comment on column reporting.order_lines.currency is 'ISO 4217; of the amount and the cost.';
comment on column reporting.order_lines.amount is 'Of the whole line; negative for a voucher or a discount.';
comment on column reporting.order_lines.cost is 'Of the whole line, null where nobody said.';
comment on column reporting.order_lines.status is 'Of the order: placed, partly_refunded, refunded or cancelled.';
comment on column reporting.order_lines.position is 'Position in the log of the placing of the order.';
