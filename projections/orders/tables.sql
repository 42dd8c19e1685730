-- Orders of customers with what was refunded and cancelled, and all steps of each order.

-- `lines`: as the fact has them. `placed_position`: the position of the placing; "position": of the newest fact.
create table purchase (
    customer_id     uuid    not null,
    order_id        uuid    not null,
    placed_at       timestamptz,
    placed_position bigint,
    currency        text    not null,
    lines           jsonb,
    amount          numeric not null,
    refunded        numeric not null,
    cancelled       numeric not null,
    quantity        numeric not null,
    cost            numeric,
    cancelled_at    timestamptz,
    status          text    not null generated always as (
        case when cancelled_at is not null then 'cancelled'
             when refunded = 0 then 'placed'
             when refunded < amount then 'partly_refunded'
             else 'refunded' end) stored,
    source          text,
    number          text,
    channel         text,
    brand           text,
    division        text,
    version         bigint  not null,
    "position"      bigint  not null,
    primary key (customer_id, order_id)
);
create index purchase_by_id on purchase (order_id);
create index purchase_by_number on purchase (number);
create index purchase_in_order on purchase (placed_at, placed_position);
-- Most orders stay as they were placed. A list of those goes through purchase_in_order.
create index purchase_by_status on purchase (status, placed_at, placed_position) where status <> 'placed';

-- `amount`: what was ordered, refunded or cancelled. `reason`: a sealed token.
create table purchase_step (
    customer_id uuid        not null,
    order_id    uuid        not null,
    version     bigint      not null,
    "position"  bigint      not null,
    step        text        not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    actor       text        not null,
    brand       text,
    division    text,
    amount      numeric     not null,
    refund_id   text,
    reason      text,
    primary key (customer_id, order_id, version)
);
