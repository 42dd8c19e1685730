-- Keep attributes as they were told.
insert into attributes_told
select customer_id, position, attributes, personal_attributes from customer_registered
where attributes <> '{}' or personal_attributes is not null
union all
select customer_id, position, attributes, personal_attributes from customer_details_corrected
where attributes <> '{}' or personal_attributes is not null
on conflict do nothing;

-- Customers: of each field the newest value, from the row as it stands and what the batch says.
insert into customer
select customer_id, kind[1], name[1], language[1], country[1], time_zone[1], birth_date[1], year_of_birth[1],
       (select coalesce(jsonb_strip_nulls(jsonb_object_agg(a.key, a.value order by t.ordinal)), '{}')
        from unnest(attributes) with ordinality as t(told, ordinal), jsonb_each(t.told) as a),
       registered_at, registered_position, last_position
from (
    select customer_id,
           array_agg(kind order by position) filter (where kind is not null) as kind,
           array_agg(name order by position desc) filter (where corrected ? 'name') as name,
           array_agg(language order by position desc) filter (where corrected ? 'language') as language,
           array_agg(country order by position desc) filter (where corrected ? 'country') as country,
           array_agg(time_zone order by position desc) filter (where corrected ? 'time_zone') as time_zone,
           array_agg(birth_date order by position desc) filter (where corrected ? 'birth_date') as birth_date,
           array_agg(year_of_birth order by position desc)
               filter (where corrected ? 'year_of_birth') as year_of_birth,
           array_agg(attributes order by position) as attributes,
           min(registered_at) as registered_at,
           min(registered_position) as registered_position,
           max(position) as last_position
    from (
        select customer_id, kind, name, language, country, time_zone, birth_date, year_of_birth, attributes,
               registered_at, registered_position, position,
               '["name","language","country","time_zone","birth_date","year_of_birth"]'::jsonb as corrected
        from customer
        where customer_id in (select customer_id from customer_details_corrected
                              union select customer_id from customer_registered)
        union all
        select customer_id, kind, name, language, country, time_zone, birth_date, year_of_birth, attributes,
               occurred_at, position, position, '["name","language","country","time_zone","birth_date","year_of_birth"]'
        from customer_registered
        union all
        select customer_id, null, name, language, country, time_zone, birth_date, year_of_birth, attributes,
               null, null, position, corrected
        from customer_details_corrected
    ) told
    group by customer_id
) newest
on conflict (customer_id) do update
set name = excluded.name, language = excluded.language, country = excluded.country,
    time_zone = excluded.time_zone, birth_date = excluded.birth_date,
    year_of_birth = excluded.year_of_birth, attributes = excluded.attributes,
    "position" = excluded."position";

-- Contact points: as last added, and removed where nothing added them again.
insert into contact_point
select customer_id, contact_point_id, channel[1], address_id[1], value[1], label[1], region[1], added_at[1],
       added_position, case when removed_position > added_position then removed_position end, domain_ids[1],
       mailability[1]
from (
    select customer_id, contact_point_id,
           array_agg(channel order by added_position desc nulls last) as channel,
           array_agg(address_id order by added_position desc nulls last) as address_id,
           array_agg(value order by added_position desc nulls last) as value,
           array_agg(label order by added_position desc nulls last) as label,
           array_agg(region order by added_position desc nulls last) as region,
           array_agg(domain_ids order by added_position desc nulls last) as domain_ids,
           array_agg(mailability order by added_position desc nulls last) as mailability,
           array_agg(added_at order by added_position desc nulls last) as added_at,
           max(added_position) as added_position,
           max(removed_position) as removed_position
    from (
        select customer_id, contact_point_id, channel, address_id, value, label, region, domain_ids, mailability,
               added_at, added_position, removed_position
        from contact_point
        where (customer_id, contact_point_id) in (
            select customer_id, contact_point_id from contact_point_added
            union select customer_id, contact_point_id from contact_point_removed)
        union all
        select customer_id, contact_point_id, channel, address_id, value, label, region, domain_ids, mailability,
               occurred_at, position, null
        from contact_point_added
        union all
        select customer_id, contact_point_id, null, null, null, null, null, null, null, null, null, position
        from contact_point_removed
    ) told
    group by customer_id, contact_point_id
) newest
on conflict (customer_id, contact_point_id) do update
set channel = excluded.channel, address_id = excluded.address_id, value = excluded.value,
    label = excluded.label, region = excluded.region, added_at = excluded.added_at,
    added_position = excluded.added_position, removed_position = excluded.removed_position,
    domain_ids = excluded.domain_ids, mailability = excluded.mailability;

-- How other systems number them, as first told.
insert into external_id
select distinct on (customer_id, profile_id) customer_id, profile_id, source, number, position
from external_id_added
order by customer_id, profile_id, position
on conflict do nothing;
