-- Views for reporting tools. They are a public contract: columns are only added, and no column has personal data.
-- A view runs with its owner's rights, so its readers need no rights on other tables.

create view reporting.campaigns as
select c.campaign_id, c.name,
       case when n.campaign_id is not null then 'cancelled'
            when a.campaign_id is null then 'draft'
            when p.paused then 'paused'
            when exists (select from read_campaigns.run r
                         left join read_campaigns.run_end e on e.run_id = r.run_id
                         where r.campaign_id = c.campaign_id and e.run_id is null) then 'active'
            else 'approved' end as state,
       c.message_class, c.purpose, c.channel, c.brand, c.topic, c.audience, c.ends_at, c.drafted_at,
       a.approved_at, greatest(c.position, a.position, p.position, n.position) as position, n.cancelled_at,
       c.hold_out, c.seed, c.attribution_window_days, c.cost_per_contact, c.cost_currency
from read_campaigns.campaign c
left join read_campaigns.campaign_approval a on a.campaign_id = c.campaign_id and a.version > c.content_version
left join read_campaigns.campaign_pause p on p.campaign_id = c.campaign_id
left join read_campaigns.campaign_cancellation n on n.campaign_id = c.campaign_id;

comment on view reporting.campaigns is 'Campaigns.';
comment on column reporting.campaigns.campaign_id is 'The campaign.';
comment on column reporting.campaigns.name is 'What it is called.';
comment on column reporting.campaigns.state is 'draft, approved, active (a run is open), paused or cancelled. After ends_at the campaign has ended, although this column still shows its last state.';
comment on column reporting.campaigns.message_class is 'promotional, service, transactional or recovery.';
comment on column reporting.campaigns.purpose is 'What customers must have consented to.';
comment on column reporting.campaigns.channel is 'How its messages go out.';
comment on column reporting.campaigns.brand is 'Null for all brands.';
comment on column reporting.campaigns.topic is 'Null for no topic of its own.';
comment on column reporting.campaigns.audience is 'The criteria as they were written.';
comment on column reporting.campaigns.ends_at is 'After this nothing is sent, null for no end.';
comment on column reporting.campaigns.drafted_at is 'When it was drafted.';
comment on column reporting.campaigns.approved_at is 'When what it says now was approved, null while it is not.';
comment on column reporting.campaigns.position is 'Position in the log of the newest fact about the campaign.';
comment on column reporting.campaigns.cancelled_at is 'When it was cancelled, null while it is not.';
comment on column reporting.campaigns.hold_out is 'The share of the audience that gets nothing, null where nobody is held out.';
comment on column reporting.campaigns.seed is 'What the hold-out is drawn with: sha256(seed:unit), first 8 bytes big-endian / 2^64 < hold_out.';
comment on column reporting.campaigns.attribution_window_days is 'How long after its contact a person''s responses count, in days of 24 hours.';
comment on column reporting.campaigns.cost_per_contact is 'What a message costs, null where nobody said.';
comment on column reporting.campaigns.cost_currency is 'ISO 4217; of the cost.';

create view reporting.decisions as
select a.run_id, r.campaign_id, a.member_id,
       coalesce(case d.verdict when 'eligible' then m.outcome else d.verdict end, 'pending') as outcome,
       case when d.verdict = 'eligible' then coalesce(m.reasons, '[]'::jsonb) else d.reasons end as reasons,
       coalesce(m.decided_for, d.decided_for) as decided_at,
       coalesce(m.policy_version, d.policy_version) as policy_version,
       coalesce(m.rules_version, d.rules_version) as rules_version, m.message_id, m.attempt,
       greatest(a.position, d.position, m.position) as position, d.unit
from read_campaigns.run_member a
join read_campaigns.run r on r.run_id = a.run_id
left join read_campaigns.run_decision d on d.run_id = a.run_id and d.member_id = a.member_id
left join read_campaigns.message m on m.run_id = a.run_id and m.member_id = a.member_id;

comment on view reporting.decisions is 'Everyone in the audience of each run, in exactly one outcome, with why.';
comment on column reporting.decisions.run_id is 'The run.';
comment on column reporting.decisions.campaign_id is 'The campaign that runs.';
comment on column reporting.decisions.member_id is 'The member of the audience: the person id when the run began.';
comment on column reporting.decisions.outcome is 'pending, deferred, sent, suppressed, held_out, failed or unknown.';
comment on column reporting.decisions.reasons is 'The rules that spoke: [{"code", "facts": [position], "until"}]; of two verdicts the later. Null before the decision.';
comment on column reporting.decisions.decided_at is 'The instant that was decided for, of two verdicts the later''s; null before the decision.';
comment on column reporting.decisions.policy_version is 'Of the policy decided by, of two verdicts the later''s.';
comment on column reporting.decisions.rules_version is 'Of the rules decided by, of two verdicts the later''s.';
comment on column reporting.decisions.message_id is 'The message, null where none was tried.';
comment on column reporting.decisions.attempt is 'Which try the outcome is of.';
comment on column reporting.decisions.position is 'Position in the log of the newest fact about this member of the run.';
comment on column reporting.decisions.unit is 'The profile that the hold-out was drawn for, null where nothing was drawn.';

create view reporting.runs as
select r.run_id, r.campaign_id,
       case when e.run_id is not null then e.end_state
            when p.paused and n.campaign_id is null then 'paused'
            when s.size is null then 'planned'
            when coalesce(o.decided, 0) < s.size then 'deciding'
            else 'sending' end as state,
       r.planned_for, r.ends_at, s.recorded_at as started_at, e.finished_at, s.size as audience,
       coalesce(o.pending, 0) as pending, coalesce(o.deferred, 0) as deferred, coalesce(o.sent, 0) as sent,
       coalesce(o.suppressed, 0) as suppressed, coalesce(o.held_out, 0) as held_out,
       coalesce(o.failed, 0) as failed, coalesce(o.unknown, 0) as unknown,
       coalesce(o.members, 0) = coalesce(s.size, o.pending, 0) as balanced,
       greatest(r.planned_position, s.position, e.position, o.position) as position, e.cause
from read_campaigns.run r
left join read_campaigns.campaign_pause p on p.campaign_id = r.campaign_id
left join read_campaigns.campaign_cancellation n on n.campaign_id = r.campaign_id
left join read_campaigns.run_audience s on s.run_id = r.run_id
left join read_campaigns.run_end e on e.run_id = r.run_id
left join (
    select run_id, count(*) as members, count(*) filter (where decided_at is not null) as decided,
           count(*) filter (where outcome = 'pending') as pending,
           count(*) filter (where outcome = 'deferred') as deferred,
           count(*) filter (where outcome = 'sent') as sent,
           count(*) filter (where outcome = 'suppressed') as suppressed,
           count(*) filter (where outcome = 'held_out') as held_out,
           count(*) filter (where outcome = 'failed') as failed,
           count(*) filter (where outcome = 'unknown') as unknown,
           max(position) as position
    from reporting.decisions
    group by run_id
) o on o.run_id = r.run_id;

comment on view reporting.runs is 'Runs of campaigns with their balance.';
comment on column reporting.runs.run_id is 'The run.';
comment on column reporting.runs.campaign_id is 'The campaign that runs.';
comment on column reporting.runs.state is 'planned, deciding, sending, paused, finished, cancelled (with its campaign) or missed.';
comment on column reporting.runs.planned_for is 'When it was to run.';
comment on column reporting.runs.ends_at is 'What is still open then ends.';
comment on column reporting.runs.started_at is 'When its audience was recorded, null before.';
comment on column reporting.runs.finished_at is 'When it finished, was cancelled or was missed; null before.';
comment on column reporting.runs.audience is 'How many people the audience has, as recorded before the first decision.';
comment on column reporting.runs.pending is 'Of them: not decided, not handed over yet, or at the next hop.';
comment on column reporting.runs.deferred is 'Of them: tried again later.';
comment on column reporting.runs.sent is 'Of them: accepted by the next hop.';
comment on column reporting.runs.suppressed is 'Of them: stopped by a rule.';
comment on column reporting.runs.held_out is 'Of them: left out to compare with.';
comment on column reporting.runs.failed is 'Of them: refused by the next hop, not renderable, or still open when the run ended.';
comment on column reporting.runs.unknown is 'Of them: nobody knows whether the next hop accepted it.';
comment on column reporting.runs.balanced is 'Whether the outcomes add up to the audience; before its size is recorded, whether all are pending.';
comment on column reporting.runs.position is 'Position in the log of the newest fact about the run or one of its members.';
comment on column reporting.runs.cause is 'Of a missed run: late, paused, not_approved, another_run or ended.';
