-- Orders of customers: one row per order, with its refunds and its cancellation.

create table purchase (
    customer_id  uuid    not null,
    order_id     uuid    not null,
    placed_at    timestamptz,
    currency     text    not null,
    amount       numeric not null,
    refunded     numeric not null,
    cancelled    numeric not null,
    quantity     numeric not null,
    cost         numeric,
    cancelled_at timestamptz,
    source       text,
    number       text,
    channel      text,
    brand        text,
    division     text,
    "position"   bigint  not null,
    primary key (customer_id, order_id)
);
create index purchase_placed on purchase (placed_at);
