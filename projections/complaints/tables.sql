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
    brand_folded       text,
    division           text,
    subject            text,
    description        text,
    opened_at          timestamptz,
    opened_position    bigint,
    first_responded_at timestamptz,
    answered_at        timestamptz,
    last_step_at       timestamptz not null,
    closed_at          timestamptz,
    root_cause         text,
    outcome            text,
    reopenings         bigint not null,
    compensation       numeric,
    currency           text,
    version            bigint not null,
    "position"         bigint not null,
    queue_part         smallint generated always as (
        case when status = 'closed' then 2 when answered_at is null then 0 else 1 end) stored,
    queue_since        timestamptz generated always as (
        case when status <> 'closed' and answered_at is null then opened_at else last_step_at end) stored,
    primary key (customer_id, complaint_id)
);
comment on column complaint.answered_at is
    'The earliest response since the opening or, if there is one, the newest reopening; null without one.';
comment on column complaint.last_step_at is 'The latest instant of all steps, as told.';
comment on column complaint.queue_part is
    'Its part of the queue: 0 for an open complaint without an answer, 1 for an open one with an answer, 2 for a closed one.';
comment on column complaint.queue_since is 'Its place in that part: the opening of part 0, else the last step.';
create index complaint_by_id on complaint (complaint_id);
create index complaint_in_order on complaint (opened_position);

-- The queue, and what is filtered by. Lists are in the order of the queue, or of `opened_position`.
create index complaint_in_queue on complaint (queue_part, queue_since, opened_position);
create index complaint_without_answer on complaint (queue_part, queue_since, opened_position) where answered_at is null;
create index complaint_by_status on complaint (status, opened_position);
create index complaint_by_severity on complaint (severity, opened_position);
create index complaint_by_category on complaint (category, opened_position);
create index complaint_by_product on complaint (product, opened_position);
create index complaint_by_brand on complaint (brand_folded, opened_position);
create index complaint_by_channel on complaint (channel, opened_position);
create index complaint_by_opening on complaint (opened_at);

-- How many complaints have the same values in everything that is counted, so that nobody has to read all complaints to
-- count them. `combination` is a hash of these values, which together may be too long for an index.
create table complaint_count (
    combination  bytea   primary key,
    status       text    not null,
    severity     text    not null,
    category     text    not null,
    product      text    not null,
    brand        text    not null,
    brand_folded text    not null,
    channel      text    not null,
    answered     boolean not null,
    n            bigint  not null
);
comment on column complaint_count.product is 'Empty where none was named.';
comment on column complaint_count.brand is 'Empty for all brands.';
create index complaint_count_none on complaint_count (combination) where n = 0;

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
    brand_folded text,
    division     text,
    detail       jsonb       not null,
    sealed       jsonb       not null,
    primary key (customer_id, complaint_id, version)
);
