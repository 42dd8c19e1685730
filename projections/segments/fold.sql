-- The newest content of each segment, in the order of its stream.
insert into segment as t
select segment_id, name, criteria,
       array(select distinct (named #>> '{}')::uuid from jsonb_path_query(criteria, 'strict $.**.segment') named
             order by 1),
       defined_at, defined_position, version, position
from (
    select content.*, first_value(position) over by_version as defined_position,
           first_value(occurred_at) over by_version as defined_at,
           row_number() over (partition by segment_id order by version desc) as newest
    from (
        select originator_id as segment_id, originator_version as version, name, criteria, occurred_at, position
        from segment_defined
        union all
        select originator_id, originator_version, name, criteria, occurred_at, position from segment_revised
    ) content
    window by_version as (partition by segment_id order by version)
) numbered
where newest = 1
on conflict (segment_id) do update
set name = excluded.name, criteria = excluded.criteria, segments = excluded.segments, version = excluded.version,
    "position" = excluded."position"
where t.version < excluded.version;

-- The segments that the newest content of each campaign names.
insert into segment_campaign as t
select distinct on (campaign_id) campaign_id, name, audience,
       array(select distinct (named #>> '{}')::uuid from jsonb_path_query(audience, 'strict $.**.segment') named
             order by 1),
       version, position
from (
    select originator_id as campaign_id, originator_version as version, name, audience, position
    from campaign_drafted
    union all
    select originator_id, originator_version, name, audience, position from campaign_revised
) content
order by campaign_id, version desc
on conflict (campaign_id) do update
set name = excluded.name, audience = excluded.audience, segments = excluded.segments, version = excluded.version,
    "position" = excluded."position"
where t.version < excluded.version;
