-- Views for reporting tools. They are a public contract: columns are only added, and no column has personal data.
-- A view runs with its owner's rights, so its readers need no rights on other tables.

create view reporting.orders as
select o.order_id, o.customer_id, coalesce(m.person_id, o.customer_id) as person_id, o.placed_at,
       o.currency, o.amount, o.refunded, o.cancelled, o.amount - o.refunded - o.cancelled as value,
       o.quantity, o.cost, o.cancelled_at, o.source, o.number, o.channel, o.brand, o.division, o.position
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
