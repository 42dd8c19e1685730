-- The planned instants of campaigns and the state of each.

create table schedule (
    campaign_id   uuid        not null,
    planned_for   timestamptz not null,
    time_zone     text        not null,
    grace_seconds bigint      not null,
    local_time    text,
    scheduled_at  timestamptz not null,
    state         text        not null,
    "position"    bigint      not null,
    primary key (campaign_id, planned_for)
);
create index schedule_by_instant on schedule (planned_for, campaign_id);
create index schedule_due on schedule (planned_for) where state = 'planned';
comment on column schedule.state is 'planned, triggered, missed or withdrawn.';

-- Slots that the first fact of their run has decided, whether or not a schedule planned them.
create table slot (
    campaign_id uuid        not null,
    planned_for timestamptz not null,
    run_id      uuid        not null,
    state       text        not null,
    cause       text,
    primary key (campaign_id, planned_for)
);

-- Cancelled campaigns: their undecided instants are withdrawn.
create table withdrawal (
    campaign_id uuid primary key
);
