-- Consents of customers, as stated. '' and the id of zeros mean all.

-- The newest consent or withdrawal for each scope, by said_at. Of two at the same instant, the withdrawal counts.
-- Names in whatever spelling are one scope if their folded forms are equal; `purpose`, `topic` and `brand` show the
-- names as they were stated, null for all.
create table consent_statement (
    customer_id      uuid        not null,
    channel          text        not null default '',
    contact_point_id uuid        not null default '00000000-0000-0000-0000-000000000000',
    purpose_folded   text        not null default '',
    topic_folded     text        not null default '',
    brand_folded     text        not null default '',
    purpose          text,
    topic            text,
    brand            text,
    granted          boolean     not null,
    occurred_at      timestamptz not null,
    "position"       bigint      not null,
    expires_at       timestamptz,
    said_at          timestamptz not null,
    primary key (customer_id, channel, contact_point_id, purpose_folded, topic_folded, brand_folded)
);
