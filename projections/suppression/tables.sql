-- What may stop a message to a customer. No policy: the days of cooling-off are added when deciding.

create table complaint_stop (
    customer_id     uuid        not null,
    complaint_id    uuid        not null,
    severity        text,
    brand           text,
    opened_at       timestamptz,
    opened_position bigint,
    state           text        not null,
    outcome         text,
    closed_at       timestamptz,
    "position"      bigint      not null,
    primary key (customer_id, complaint_id)
);

-- The steps of each complaint, from which its row is recomputed: the order of a stream is its version.
create table complaint_stop_step (
    customer_id  uuid        not null,
    complaint_id uuid        not null,
    version      bigint      not null,
    "position"   bigint      not null,
    step         text        not null,
    occurred_at  timestamptz not null,
    severity     text,
    brand        text,
    outcome      text,
    primary key (customer_id, complaint_id, version)
);
