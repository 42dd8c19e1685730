-- Consents of customers, as stated and as effective. '' and the id of zeros mean all.

-- The newest consent or withdrawal for each scope, by said_at. Of two at the same instant, the withdrawal counts.
create table consent_said (
    customer_id      uuid        not null,
    channel          text        not null default '',
    contact_point_id uuid        not null default '00000000-0000-0000-0000-000000000000',
    purpose          text        not null default '',
    topic            text        not null default '',
    brand            text        not null default '',
    granted          boolean     not null,
    occurred_at      timestamptz not null,
    "position"       bigint      not null,
    expires_at       timestamptz,
    said_at          timestamptz not null,
    primary key (customer_id, channel, contact_point_id, purpose, topic, brand)
);

-- The effective consent for a whole channel and purpose: all topics, all brands, any contact point of the channel.
-- Without a row, nothing was stated. Readers compare the expiry with their clock.
create table consent_effective (
    customer_id uuid        not null,
    channel     text        not null,
    purpose     text        not null,
    granted     boolean     not null,
    occurred_at timestamptz not null,
    "position"  bigint      not null,
    expires_at  timestamptz,
    primary key (customer_id, channel, purpose)
);
