-- Decided instants.
insert into slot
select campaign_id, planned_for, originator_id, 'triggered', null from run_planned
union all
select campaign_id, planned_for, originator_id, 'missed', cause from run_missed
on conflict do nothing;

-- Cancelled campaigns.
insert into withdrawal
select originator_id from campaign_cancelled
on conflict do nothing;

-- Instants as first scheduled.
insert into schedule
select distinct on (originator_id, planned_for)
       originator_id, planned_for, time_zone, grace_seconds, local_time, occurred_at, 'planned', position
from campaign_scheduled
order by originator_id, planned_for, position
on conflict do nothing;

-- The states of planned instants, recomputed for every campaign that the batch is about.
update schedule as t
set state = stands.state
from (
    select s.campaign_id, s.planned_for,
           case when d.state is not null then d.state
                when w.campaign_id is not null then 'withdrawn'
                else 'planned' end as state
    from schedule s
    left join slot d on d.campaign_id = s.campaign_id and d.planned_for = s.planned_for
    left join withdrawal w on w.campaign_id = s.campaign_id
    where s.campaign_id = any (array(
        select originator_id from campaign_scheduled
        union select originator_id from campaign_cancelled
        union select campaign_id from run_planned
        union select campaign_id from run_missed))
) stands
where t.campaign_id = stands.campaign_id and t.planned_for = stands.planned_for and t.state <> stands.state;
