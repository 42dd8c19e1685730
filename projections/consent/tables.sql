-- All consents and withdrawals, as stated. A null in the scope means all.

-- Which statement about a scope is the newest depends on the reader: a person who was linked later has only what was
-- recorded after the link, and the earlier holder of an identifier only what was recorded before it was given up.
-- `evidence` of a consent and `reason` of a withdrawal are sealed tokens.
-- Names in whatever spelling are one scope if their folded forms are equal; `purpose`, `topic` and `brand` show the
-- names as they were stated.
create table consent_statement (
    customer_id      uuid        not null,
    channel          text,
    contact_point_id uuid,
    purpose_folded   text,
    topic_folded     text,
    brand_folded     text,
    purpose          text,
    topic            text,
    brand            text,
    granted          boolean     not null,
    occurred_at      timestamptz not null,
    "position"       bigint      not null,
    expires_at       timestamptz,
    said_at          timestamptz not null,
    recorded_at      timestamptz not null,
    actor            text        not null,
    evidence         text,
    reason           text,
    primary key (customer_id, "position")
);
