-- Touchpoints about a campaign. A reply names a message by its id, alone or as the first part of its Message-ID.
insert into campaign_touch
select customer_id, originator_id, campaign_id, run_id, replies_to, kind, direction, machine is true, occurred_at,
       position
from (
    select t.*, substring(t.in_reply_to from
               '^\s*<?([0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-5[0-9A-Fa-f]{3}-[89ABab][0-9A-Fa-f]{3}-[0-9A-Fa-f]{12})'
               '(?:\.[0-9]+@[^<>]*)?>?\s*$')::uuid as replies_to
    from touchpoint_recorded t
    where t.campaign_id is not null or t.run_id is not null or t.in_reply_to is not null
) told
where campaign_id is not null or run_id is not null or replies_to is not null
on conflict do nothing;

-- Opt-outs by link.
insert into campaign_opt_out
select customer_id, position, campaign_id, run_id, occurred_at
from consent_withdrawn
where campaign_id is not null or run_id is not null
on conflict do nothing;

-- Hard bounces of addresses.
insert into address_bounce
select customer_id, originator_id, occurred_at, message_id, position
from suppression_imposed
where reason = 'HARD_BOUNCE' and scope = 'address'
on conflict do nothing;
