-- Campaigns, their runs, the members of these, the decisions, and the outcome of each message.
-- In the rows of a run, member_id is a member of its audience: the person's person id at the run's start. customer_id
-- is the profile whose contact point was chosen.

create table campaign (
    campaign_id   uuid primary key,
    name          text not null,
    message_class text not null,
    purpose       text not null,
    channel       text not null,
    brand         text,
    topic         text,
    audience      jsonb not null,
    subject       text not null,
    body          text not null,
    sender        text,
    ends_at       timestamptz,
    drafted_at    timestamptz not null,
    drafted_position bigint not null,
    hold_out      numeric,
    seed          text    not null,
    attribution_window_days bigint,
    cost_per_contact numeric,
    cost_currency text,
    recheck_segment boolean not null,
    content_version bigint not null,
    "position"    bigint not null
);
create index campaign_by_draft on campaign (drafted_position);
comment on column campaign.content_version is 'The version of the fact in the campaign''s stream that says it.';
comment on column campaign."position" is 'Of the newest fact that this row rests on.';

-- The newest approval. It counts while its version is higher than the content's version.
create table campaign_approval (
    campaign_id uuid primary key,
    approved_at timestamptz not null,
    approved_by text not null,
    version     bigint not null,
    "position"  bigint not null
);

-- Whether the campaign is paused, according to the newest pause or resumption.
create table campaign_pause (
    campaign_id uuid primary key,
    paused      boolean not null,
    reason      text,
    version     bigint not null,
    "position"  bigint not null
);

create table campaign_cancellation (
    campaign_id  uuid primary key,
    cancelled_at timestamptz not null,
    reason       text,
    "position"   bigint not null
);

create table run (
    run_id      uuid primary key,
    campaign_id uuid not null,
    planned_for timestamptz not null,
    ends_at     timestamptz not null,
    planned_position bigint not null
);
create index run_campaign on run (campaign_id);

create table run_audience (
    run_id      uuid primary key,
    size        bigint not null,
    recorded_at timestamptz not null,
    "position"  bigint not null
);

-- How runs ended: finished, cancelled with their campaign, or missed for the reason in `cause`.
create table run_end (
    run_id      uuid primary key,
    finished_at timestamptz not null,
    "position"  bigint not null,
    end_state   text not null,
    cause       text
);

-- The primary keys of these tables are created after their other indexes: of two indexes that PostgreSQL thinks equally
-- good, as it thinks with old statistics, it takes the newer one.

-- The members of each audience, as listed.
create table run_member (
    run_id      uuid not null,
    member_id uuid not null,
    ordinal     bigint not null,
    place       bigint not null,
    "position"  bigint not null
);
create unique index run_member_in_order on run_member (run_id, ordinal, place);
alter table run_member add primary key (run_id, member_id);
comment on column run_member.ordinal is 'Of the part of the audience that lists the member.';
comment on column run_member.place is 'The index of the member in that part, from 0: decisions name members by it.';

-- The first decision about each member.
create table run_decision (
    run_id           uuid not null,
    member_id      uuid not null,
    verdict          text not null,
    reasons          jsonb not null,
    customer_id       uuid,
    address_id       uuid,
    policy_version   bigint not null,
    rules_version    bigint not null,
    read_position    bigint not null,
    decided_for      timestamptz not null,
    "position"       bigint      not null,
    unit             uuid
);
comment on column run_decision.unit is 'The profile that the hold-out was drawn for.';
create index run_decision_person on run_decision (member_id);
create index run_decision_drawn on run_decision (member_id) where unit is not null;
create index run_decision_stopped on run_decision (run_id, (reasons -> 0 ->> 'code'), member_id)
    where verdict <> 'eligible';
create index run_decision_address on run_decision (run_id, address_id);
alter table run_decision add primary key (run_id, member_id);

-- The messages that complaints stopped, by the fact about the complaint that the decision names. A decision that names
-- several complaints has a row for each.
create table stopped_by_complaint (
    run_id        uuid        not null,
    member_id     uuid        not null,
    fact_position bigint      not null,
    reason_code   text        not null,
    decided_for   timestamptz not null,
    recorded_at   timestamptz not null,
    "position"    bigint      not null
);
create index stopped_by_complaint_fact on stopped_by_complaint (fact_position, "position");
alter table stopped_by_complaint add primary key (run_id, member_id, fact_position);
comment on column stopped_by_complaint."position" is 'Of the decision.';

-- How many members of a run have each outcome, how many each reason stopped, how many it stopped as their first reason, and
-- how many are decided. Whoever looks at a run reads this table, so the cost does not grow with the run.
create table run_count (
    run_id uuid   not null,
    what   text   not null,
    name   text   not null,
    n      bigint not null,
    primary key (run_id, what, name)
);
comment on column run_count.what is 'outcome, reason, first_reason or decided.';
comment on column run_count.name is 'The outcome, or the code of the reason; empty for decided.';

-- How many messages of a run were handed over in each ten seconds.
create table run_pace (
    run_id      uuid        not null,
    since       timestamptz not null,
    handed_over bigint      not null,
    primary key (run_id, since)
);
comment on column run_pace.since is 'When the ten seconds begin.';

-- Eligible members whose message has not ended, in the order of their decisions. The dispatcher reads this table very
-- often, so the cost of a query must not grow with the run.
create table run_open (
    run_id           uuid   not null,
    member_id      uuid   not null,
    decided_position bigint not null,
    retry_at         timestamptz
);
create index run_open_in_order on run_open (run_id, decided_position, member_id);
alter table run_open add primary key (run_id, member_id);
comment on column run_open.retry_at is 'Null unless the message is deferred.';

-- The outcome of each message, from its newest fact.
create table message (
    run_id      uuid not null,
    member_id uuid not null,
    message_id  uuid not null,
    campaign_id uuid not null,
    customer_id  uuid not null,
    address_id  uuid,
    outcome     text not null,
    handed_over boolean not null,
    retry_at    timestamptz,
    reasons     jsonb,
    attempt     bigint not null,
    epoch       bigint,
    occurred_at timestamptz not null,
    version     bigint not null,
    "position"  bigint not null,
    handed_over_at timestamptz,
    decided_for    timestamptz,
    read_position  bigint,
    policy_version bigint,
    rules_version  bigint
);
comment on column message.outcome is 'Also the outcome of the member if the first decision is eligible.';
comment on column message.handed_over is 'Whether the message is at the next hop, and its answer is not recorded yet.';
comment on column message.handed_over_at is 'When it was last handed over.';
comment on column message.decided_for is 'Of the newest second decision, which handed it over or withheld it; null before one.';
create index message_member on message (member_id);
create index message_customer on message (customer_id);
create index message_address on message (campaign_id, address_id);
create index message_at_address on message (address_id);
create unique index message_id on message (message_id);
create index message_ended on message (run_id, outcome, member_id) where outcome not in ('pending', 'sent');
create index message_stopped on message (run_id, (reasons -> 0 ->> 'code'), member_id) where reasons is not null;
create index message_unknown on message ("position") where outcome = 'unknown';
create index message_in_flight on message (epoch) where handed_over;
alter table message add primary key (run_id, member_id);
