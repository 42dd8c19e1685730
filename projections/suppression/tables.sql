-- Complaints and suppressions that may stop a message to a customer. A decision adds the policy's days of cooling-off.
-- Instants are the facts' said_at, so a source's clock that runs ahead does not lengthen a stop.

create table complaint_stop (
    customer_id     uuid        not null,
    complaint_id    uuid        not null,
    severity        text        not null,
    brand           text,
    opened_at       timestamptz not null,
    opened_position bigint      not null,
    status          text        not null,
    outcome         text,
    closed_at       timestamptz,
    "position"      bigint      not null,
    primary key (customer_id, complaint_id)
);

-- The steps of each complaint, from which its row is recomputed. `version` gives their order in the stream.
create table complaint_stop_step (
    customer_id  uuid        not null,
    complaint_id uuid        not null,
    version      bigint      not null,
    "position"   bigint      not null,
    step         text        not null,
    said_at      timestamptz not null,
    severity     text,
    brand        text,
    outcome      text,
    primary key (customer_id, complaint_id, version)
);

-- Suppressions that a person or a next hop's refusal imposed. A lifting adds who lifted it and why, and overwrites
-- nothing.
create table imposed_suppression (
    customer_id         uuid        not null,
    suppression_id      uuid        not null,
    reason_code         text        not null,
    scope               text        not null,
    only_channel        text,
    only_purpose        text,
    only_purpose_folded text,
    only_brand          text,
    only_brand_folded   text,
    imposed_at          timestamptz not null,
    until               timestamptz,
    message_id          uuid,
    address             text,
    note                text,
    actor               text        not null,
    "position"          bigint      not null,
    lifted_position     bigint,
    lifted_at           timestamptz,
    lifted_by           text,
    lift_reason                 text,
    primary key (customer_id, suppression_id)
);
create index imposed_suppression_by_id on imposed_suppression (suppression_id);
create index imposed_suppression_position on imposed_suppression ("position");
