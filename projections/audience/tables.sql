-- Who everyone is to a marketer, in typed columns that criteria compile to: a row per person, from rows per profile.

-- A profile's own facts, and whose they count for: the canonical id of its person.
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

-- What each fact told of a customer: the registration of every detail, a correction of those in `corrected`.
create table audience_told (
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

-- What a profile's orders are worth, less refunds and cancelled orders.
create table audience_value (
    customer_id uuid    not null,
    currency    text    not null,
    amount      numeric not null,
    primary key (customer_id, currency)
);

-- The same by order, for what was spent lately.
create table audience_order (
    customer_id uuid    not null,
    order_id    uuid    not null,
    placed_at   timestamptz,
    currency    text    not null,
    amount      numeric not null,
    primary key (customer_id, order_id)
);
create index audience_order_placed on audience_order (currency, placed_at);

-- Whether each complaint is open, as the newest step in its stream says.
create table audience_complaint (
    customer_id  uuid    not null,
    complaint_id uuid    not null,
    version      bigint  not null,
    is_open      boolean not null,
    primary key (customer_id, complaint_id)
);

-- What somebody did: touchpoints but those of machines, orders, complaints.
create table audience_activity (
    customer_id uuid        not null,
    "position"  bigint      not null,
    kind        text        not null,
    channel     text,
    occurred_at timestamptz not null,
    primary key (customer_id, "position")
);
create index audience_activity_kind on audience_activity (kind, occurred_at);

-- Messages whose end is not known, and when each was last handed over: a contact was then, whenever it is told.
create table audience_handover (
    message_id     uuid        primary key,
    handed_over_at timestamptz not null,
    version        bigint      not null
);

-- Everyone: persons with at least one registered profile. `value`: currency -> amount as a decimal string.
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

-- While a batch is folded: the profiles that it touched and everyone linked with them. Else empty.
create table audience_touched (
    customer_id uuid primary key
);
