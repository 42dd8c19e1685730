-- The newest definition of each segment, in the order of its stream.
insert into segment as t (segment_id, name, criteria, defined_at, defined_position, version, "position")
select segment_id, (array_agg(name order by version desc))[1], (array_agg(criteria order by version desc))[1],
       (array_agg(occurred_at order by version))[1], min(position), max(version), max(position)
from (
    select originator_id as segment_id, name, criteria, occurred_at, originator_version as version, position
    from segment_defined
) d
group by segment_id
on conflict (segment_id) do update
set name = excluded.name, criteria = excluded.criteria, version = excluded.version,
    "position" = excluded."position"
where t.version < excluded.version;
