-- Timeline entries, one row per fact about a customer and the company, and the number of touchpoints by channel.

-- `about`: touchpoint, order, complaint, consent, message or suppression. `subject_id`: the id of the
-- thing that the fact's stream is about.
-- `detail` is plain; `sealed` has the token of each personal field under the field's name in the fact.
create table timeline_entry (
    customer_id uuid        not null,
    "position"  bigint      not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    about       text        not null,
    kind        text        not null,
    channel     text,
    subject_id  uuid        not null,
    brand       text,
    division    text,
    detail      jsonb       not null,
    sealed      jsonb       not null,
    primary key (customer_id, "position")
);
create index timeline_entry_in_order on timeline_entry (customer_id, occurred_at, "position");

create table touchpoint_count (
    customer_id uuid        not null,
    channel     text        not null,
    total       bigint      not null,
    last_at     timestamptz not null,
    primary key (customer_id, channel)
);

-- The opening instant of each complaint. Steps that are dated before it are late.
create table timeline_opening (
    customer_id  uuid        not null,
    complaint_id uuid        not null,
    opened_at    timestamptz not null,
    primary key (customer_id, complaint_id)
);

-- The outcome of each attempt to hand a message over, according to its newest fact.
create table timeline_outcome (
    customer_id uuid        not null,
    message_id  uuid        not null,
    attempt     bigint      not null,
    version     bigint      not null,
    outcome     text        not null,
    reason_code text,
    primary key (customer_id, message_id, attempt)
);
