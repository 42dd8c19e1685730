-- Adopted versions.
insert into policy_version
select kind, version, takes_effect_at, content, note, occurred_at, actor, position
from policy_version_adopted order by position
on conflict do nothing;

-- Withdrawn versions.
insert into policy_withdrawal
select kind, version, reason, occurred_at, actor
from policy_version_withdrawn order by position
on conflict do nothing;
