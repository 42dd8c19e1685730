-- Reactions of people to campaigns, opt-outs and bounces: the facts from which a campaign's response is counted.

-- Touchpoints by which a customer reacted to a campaign. `reaction`: opened, machine_opened, clicked, machine_clicked or
-- responded.
create table campaign_touch (
    customer_id   uuid        not null,
    touchpoint_id uuid        not null,
    campaign_id   uuid,
    run_id        uuid,
    message_id    uuid,
    reaction      text        not null,
    is_response   boolean     not null,
    occurred_at   timestamptz not null,
    "position"    bigint      not null,
    primary key (customer_id, touchpoint_id)
);
create index campaign_touch_campaign on campaign_touch (campaign_id);
create index campaign_touch_run on campaign_touch (run_id);
create index campaign_touch_message on campaign_touch (message_id);
comment on column campaign_touch.message_id is 'What it replies to, where that has the form of an id of one of our messages.';

-- Withdrawals by the link of a message.
create table campaign_opt_out (
    customer_id uuid        not null,
    "position"  bigint      not null,
    campaign_id uuid,
    run_id      uuid,
    occurred_at timestamptz not null,
    primary key (customer_id, "position")
);
create index campaign_opt_out_campaign on campaign_opt_out (campaign_id);
create index campaign_opt_out_run on campaign_opt_out (run_id);

-- Hard bounces of addresses; customer_id is the profile that stands for the address.
create table address_bounce (
    customer_id    uuid        not null,
    suppression_id uuid        not null,
    imposed_at     timestamptz not null,
    message_id     uuid,
    primary key (customer_id, suppression_id)
);
comment on column address_bounce.message_id is 'The message whose refusal said so; null where an operator or a bounce processor did.';
