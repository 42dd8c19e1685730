-- Policies as adopted.
insert into suppression_policy
select version, takes_effect_at, cooling_off_days, stops, expires_after_days, credit_purposes, note, occurred_at,
       actor, position
from suppression_policy_adopted order by position
on conflict do nothing;

-- Versions as withdrawn.
insert into suppression_policy_withdrawal
select version, reason, occurred_at, actor, position
from suppression_policy_withdrawn order by position
on conflict do nothing;
