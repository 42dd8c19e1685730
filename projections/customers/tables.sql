-- The newest details of each customer and the contact points. Personal values are sealed tokens.

create table customer (
    customer_id         uuid        primary key,
    kind                text        not null,
    name                text,
    language            text,
    country             text,
    time_zone           text,
    birth_date          text,
    year_of_birth       integer,
    attributes          jsonb       not null,
    registered_at       timestamptz not null,
    registered_position bigint      not null,
    "position"          bigint      not null
);
comment on column customer.attributes is 'What is declared plain; the newest value of each name.';
comment on column customer."position" is 'Of the newest fact that this row rests on.';

-- Each fact's details: a registration sets every detail, a correction those that `corrected` names. Plain attributes
-- are in the clear, personal attributes are one token. A null removes an attribute.
create table customer_statement (
    customer_id         uuid        not null,
    "position"          bigint      not null,
    said_at             timestamptz not null,
    corrected           jsonb       not null,
    kind                text,
    name                text,
    language            text,
    country             text,
    time_zone           text,
    birth_date          text,
    year_of_birth       integer,
    attributes          jsonb       not null,
    personal_attributes text,
    registered_at       timestamptz,
    primary key (customer_id, "position")
);

-- Every contact point a customer ever had; it is live while removed_position is null.
create table contact_point (
    customer_id       uuid        not null,
    contact_point_id  uuid        not null,
    channel           text        not null,
    address_id        uuid        not null,
    value             text,
    label             text,
    region            text,
    added_at          timestamptz not null,
    added_position    bigint      not null,
    removed_position  bigint,
    domain_ids        jsonb       not null,
    mailability       text,
    labelled_at       timestamptz,
    labelled_position bigint,
    primary key (customer_id, contact_point_id)
);
create index contact_point_address on contact_point (address_id);
comment on column contact_point.domain_ids is 'What stands for the domain of an e-mail address and its parents.';
comment on column contact_point.mailability is 'By which next hops mail reaches it: anywhere, with_smtputf8, nowhere.';

-- The external ids of customers.
create table external_id (
    customer_id uuid   not null,
    profile_id  uuid   not null,
    source      text   not null,
    number      text,
    "position"  bigint not null,
    primary key (customer_id, profile_id)
);
create index external_id_profile on external_id (profile_id);
