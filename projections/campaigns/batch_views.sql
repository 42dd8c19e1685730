-- Which members of which runs a batch may change: one member, the members that one part of the audience lists, or all
-- members of a run.
create view pg_temp.touched_in_run as
select originator_id as run_id, nullif(ordinal, 0) as ordinal, null::uuid as member_id from run_audience_listed
union all
select originator_id, null, null from run_cancelled
union all
select originator_id, ordinal, null from run_chunk_decided
union all
select run_id, null, member_id from message_handed_over
union all
select run_id, null, member_id from handover_lapsed
union all
select run_id, null, member_id from message_sent
union all
select run_id, null, member_id from message_refused_for_now
union all
select run_id, null, member_id from message_failed
union all
select run_id, null, member_id from message_outcome_unknown
union all
select run_id, null, member_id from message_withheld
union all
select run_id, null, member_id from message_resolved;
