-- Persons as criteria see them, in typed columns: one row per person, computed from one row per profile.

-- The values of each profile. They count for the person `person_id`.
create table audience_profile (
    customer_id         uuid    primary key,
    person_id           uuid    not null,
    kind                text,
    language            text,
    country             text,
    time_zone           text,
    year_of_birth       integer,
    attributes          jsonb   not null default '{}',
    registered_at       timestamptz,
    registered_position bigint,
    order_count         bigint  not null default 0,
    last_order_at       timestamptz,
    touchpoint_count    bigint  not null default 0,
    last_touchpoint_at  timestamptz,
    complaint_count     bigint  not null default 0,
    open_complaints     bigint  not null default 0,
    last_complaint_at   timestamptz,
    campaign_contacts   bigint  not null default 0,
    last_contact_at     timestamptz,
    campaign_responses  bigint  not null default 0,
    "position"          bigint  not null
);
create index audience_profile_person on audience_profile (person_id);

-- Each fact's details of a customer: a registration sets every detail, a correction those that `corrected` names.
create table audience_statement (
    customer_id   uuid        not null,
    "position"    bigint      not null,
    said_at       timestamptz not null,
    corrected     jsonb       not null,
    kind          text,
    language      text,
    country       text,
    time_zone     text,
    year_of_birth integer,
    attributes    jsonb       not null,
    registered_at timestamptz,
    primary key (customer_id, "position")
);

-- The value of each profile's orders, less refunds and cancelled orders.
create table audience_value (
    customer_id uuid    not null,
    currency    text    not null,
    amount      numeric not null,
    primary key (customer_id, currency)
);

-- The value of each order, for `spent` criteria with `within_days`.
create table audience_order (
    customer_id uuid    not null,
    order_id    uuid    not null,
    placed_at   timestamptz,
    currency    text    not null,
    amount      numeric not null,
    primary key (customer_id, order_id)
);
create index audience_order_placed on audience_order (currency, placed_at);

-- Whether each complaint is open, according to the newest step in its stream, and whether its opening was folded.
create table audience_complaint (
    customer_id  uuid    not null,
    complaint_id uuid    not null,
    version      bigint  not null,
    is_open      boolean not null,
    has_opening  boolean not null,
    primary key (customer_id, complaint_id)
);

-- Activities of customers: orders, complaints, and touchpoints except those of machines. They count for `person_id`.
create table audience_activity (
    customer_id uuid        not null,
    "position"  bigint      not null,
    kind        text        not null,
    channel     text,
    occurred_at timestamptz not null,
    person_id   uuid        not null,
    primary key (customer_id, "position")
);
create index audience_activity_kind on audience_activity (kind, occurred_at) include (person_id);

-- The newest handover of each message without a known end. A contact counts from then, whenever the end is recorded.
create table audience_handover (
    message_id     uuid        primary key,
    handed_over_at timestamptz not null,
    version        bigint      not null
);

-- All persons with at least one registered profile. `value`: currency -> amount as a decimal string.
create table audience_fact (
    person_id          uuid        primary key,
    kind               text,
    language           text,
    country            text,
    time_zone          text,
    year_of_birth      integer,
    attributes         jsonb       not null,
    registered_at      timestamptz not null,
    order_count        bigint      not null,
    value              jsonb       not null,
    last_order_at      timestamptz,
    touchpoint_count   bigint      not null,
    last_touchpoint_at timestamptz,
    complaint_count    bigint      not null,
    open_complaints    bigint      not null,
    last_complaint_at  timestamptz,
    campaign_contacts  bigint      not null,
    last_contact_at    timestamptz,
    campaign_responses bigint      not null,
    "position"         bigint      not null
);
comment on column audience_fact."position" is 'Of the newest fact about any profile of the person, links and their ends included.';
