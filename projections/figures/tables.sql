-- How much happened in each quarter of an hour: counts and money, and no people. Any zone's midnight is a boundary.

-- `outcome`: of a contact inbound, outbound or machine; of a complaint opened, closed, reopened or waiting; of a message
-- sent or held_out; of one that was stopped the code of the first reason; of a consent granted, withdrawn or opted_out;
-- of an order placed, refunded or cancelled; of a customer registered.
create table figure (
    kind         text        not null,
    quarter      timestamptz not null,
    outcome      text        not null,
    channel      text        not null,
    brand        text        not null,
    currency     text        not null,
    brand_folded text        not null,
    n            bigint      not null,
    value        numeric,
    "position"   bigint      not null,
    primary key (kind, quarter, outcome, channel, brand, currency)
);
comment on column figure.quarter is
    'The beginning of the quarter of an hour. Of what befalls an order: of its placing. Of waiting: of the opening.';
comment on column figure.channel is 'Empty where none was named.';
comment on column figure.brand is 'Empty for all brands.';
comment on column figure.currency is 'Empty where nothing has an amount.';
comment on column figure."position" is 'Of the newest fact that is counted, or no longer is.';
create index figure_waiting on figure (quarter) where outcome = 'waiting';
create index figure_none on figure (kind) where n = 0;

-- Closings of complaints by what was told as their cause. `combination` is a hash of these values, which together may
-- be too long for an index.
create table figure_root_cause (
    combination  bytea       primary key,
    quarter      timestamptz not null,
    root_cause   text        not null,
    product      text        not null,
    channel      text        not null,
    brand        text        not null,
    brand_folded text        not null,
    n            bigint      not null,
    "position"   bigint      not null
);
comment on column figure_root_cause.product is 'Empty where none was named.';
create index figure_root_cause_quarter on figure_root_cause (quarter);

-- What the facts that begin something say, and later facts about it do not.
create table figure_complaint (
    customer_id  uuid        not null,
    complaint_id uuid        not null,
    quarter      timestamptz not null,
    channel      text        not null,
    product      text        not null,
    brand        text        not null,
    brand_folded text        not null,
    primary key (customer_id, complaint_id)
);

create table figure_order (
    customer_id  uuid        not null,
    order_id     uuid        not null,
    quarter      timestamptz not null,
    channel      text        not null,
    brand        text        not null,
    brand_folded text        not null,
    primary key (customer_id, order_id)
);

-- Each content of a campaign: it holds for the facts from its position to that of the next one.
create table figure_campaign (
    campaign_id  uuid   not null,
    "position"   bigint not null,
    channel      text   not null,
    brand        text   not null,
    brand_folded text   not null,
    primary key (campaign_id, "position")
);
