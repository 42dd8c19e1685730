-- Reactions to campaigns.
insert into campaign_touch
select customer_id, touchpoint_id, campaign_id, run_id, message_id, reaction, is_response, occurred_at, position
from campaign_reaction
on conflict do nothing;

-- Opt-outs by link.
insert into campaign_opt_out
select customer_id, position, campaign_id, run_id, occurred_at
from consent_withdrawn
where campaign_id is not null or run_id is not null
on conflict do nothing;

-- Hard bounces of addresses.
insert into address_bounce
select customer_id, originator_id, occurred_at, message_id
from suppression_imposed
where reason_code = 'HARD_BOUNCE' and scope = 'address'
on conflict do nothing;
