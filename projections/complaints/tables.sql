-- The current state of each complaint, and all its steps. Policies, not these tables, say what a complaint stops.

create table complaint (
    customer_id        uuid   not null,
    complaint_id       uuid   not null,
    status             text   not null,
    severity           text,
    category           text,
    channel            text,
    product            text,
    source             text,
    number             text,
    brand              text,
    division           text,
    subject            text,
    description        text,
    opened_at          timestamptz,
    opened_position    bigint,
    first_responded_at timestamptz,
    closed_at          timestamptz,
    root_cause         text,
    outcome            text,
    reopenings         bigint not null,
    compensation       numeric,
    currency           text,
    version            bigint not null,
    "position"         bigint not null,
    primary key (customer_id, complaint_id)
);
create index complaint_by_id on complaint (complaint_id);
create index complaint_in_order on complaint (opened_position);

-- `detail` is plain; `sealed` has the token of each personal field under the field's name in the fact.
create table complaint_step (
    customer_id  uuid        not null,
    complaint_id uuid        not null,
    version      bigint      not null,
    "position"   bigint      not null,
    step         text        not null,
    occurred_at  timestamptz not null,
    recorded_at  timestamptz not null,
    actor        text        not null,
    brand        text,
    division     text,
    detail       jsonb       not null,
    sealed       jsonb       not null,
    primary key (customer_id, complaint_id, version)
);
