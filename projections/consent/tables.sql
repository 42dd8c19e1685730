-- What customers allow, as they said it and as it counts. '' and the id of zeros mean all.

-- The newest saying about each scope, by said_at: of two at one instant the withdrawal.
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

-- What holds for a channel and purpose as a whole: all topics, all brands, any contact point of the channel.
-- No row: nothing was said. An expiry is left to the reader, who has a clock.
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
