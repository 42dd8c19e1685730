-- When campaigns shall run, and what became of each planned instant.

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
create index schedule_due on schedule (planned_for) where state = 'planned';
comment on column schedule.state is 'planned, triggered, missed or withdrawn.';

-- Instants that the first fact of their run decided, planned by a schedule or not.
create table slot (
    campaign_id uuid        not null,
    planned_for timestamptz not null,
    run_id      uuid        not null,
    state       text        not null,
    why         text,
    "position"  bigint      not null,
    primary key (campaign_id, planned_for)
);

-- Campaigns whose undecided instants never come.
create table withdrawal (
    campaign_id uuid   primary key,
    "position"  bigint not null
);
