-- Keep each fact's details and the instant from which they count.
insert into customer_statement
select customer_id, position, said_at, '["name","language","country","time_zone","birth_date","year_of_birth"]',
       kind, name, language, country, time_zone, birth_date, year_of_birth, attributes, personal_attributes, occurred_at
from customer_registered
union all
select customer_id, position, said_at, corrected, null, name, language, country, time_zone, birth_date, year_of_birth,
       attributes, personal_attributes, null
from customer_details_corrected
on conflict do nothing;

-- Customers that this batch touched: for each field the value with the newest said_at, whenever it was recorded.
-- Without a registration, as at a past moment to which a correction was dated back, there is no customer yet.
insert into customer
select customer_id, kind[1], name[1], language[1], country[1], time_zone[1], birth_date[1], year_of_birth[1],
       (select coalesce(jsonb_strip_nulls(jsonb_object_agg(a.key, a.value order by t.ordinal)), '{}')
        from unnest(attributes) with ordinality as t(told, ordinal), jsonb_each(t.told) as a),
       registered_at, registered_position, last_position
from (
    select customer_id,
           array_agg(kind order by position) filter (where kind is not null) as kind,
           array_agg(name order by said_at desc, position desc) filter (where corrected ? 'name') as name,
           array_agg(language order by said_at desc, position desc) filter (where corrected ? 'language') as language,
           array_agg(country order by said_at desc, position desc) filter (where corrected ? 'country') as country,
           array_agg(time_zone order by said_at desc, position desc)
               filter (where corrected ? 'time_zone') as time_zone,
           array_agg(birth_date order by said_at desc, position desc)
               filter (where corrected ? 'birth_date') as birth_date,
           array_agg(year_of_birth order by said_at desc, position desc)
               filter (where corrected ? 'year_of_birth') as year_of_birth,
           array_agg(attributes order by said_at, position) as attributes,
           min(registered_at) as registered_at,
           min(position) filter (where kind is not null) as registered_position,
           max(position) as last_position
    from customer_statement
    where customer_id = any (array(
        select customer_id from customer_details_corrected union select customer_id from customer_registered))
    group by customer_id
    having count(kind) > 0
) newest
on conflict (customer_id) do update
set name = excluded.name, language = excluded.language, country = excluded.country,
    time_zone = excluded.time_zone, birth_date = excluded.birth_date,
    year_of_birth = excluded.year_of_birth, attributes = excluded.attributes,
    "position" = excluded."position";

-- Contact points: as last stated, and removed where nothing added them again. A contact point was added by the first
-- fact since its last removal; later facts state its value or label again. The label is the newest since that removal.
insert into contact_point
select customer_id, contact_point_id, channel[1], address_id[1], value[1], label[1], region[1], added_at[1],
       added_position[1], case when removed_position > added_position[1] then removed_position end, domain_ids[1],
       mailability[1], labelled_at[1], labelled_position[1]
from (
    select customer_id, contact_point_id,
           array_agg(channel order by added_position desc nulls last) as channel,
           array_agg(address_id order by added_position desc nulls last) as address_id,
           array_agg(value order by added_position desc nulls last) as value,
           array_agg(label order by labelled_at desc, labelled_position desc)
               filter (where labelled_position > before_position) as label,
           array_agg(labelled_at order by labelled_at desc, labelled_position desc)
               filter (where labelled_position > before_position) as labelled_at,
           array_agg(labelled_position order by labelled_at desc, labelled_position desc)
               filter (where labelled_position > before_position) as labelled_position,
           array_agg(region order by added_position desc nulls last) as region,
           array_agg(domain_ids order by added_position desc nulls last) as domain_ids,
           array_agg(mailability order by added_position desc nulls last) as mailability,
           array_agg(added_at order by removals desc, added_position)
               filter (where added_position is not null) as added_at,
           array_agg(added_position order by removals desc, added_position)
               filter (where added_position is not null) as added_position,
           max(removed_position) as removed_position
    from (
        select point.*,
               coalesce(max(removed_position) over held, 0) as before_position,
               count(removed_position) over (held order by coalesce(added_position, removed_position)
                                             rows between unbounded preceding and 1 preceding) as removals
        from (
            select customer_id, contact_point_id, channel, address_id, value, label, region, domain_ids,
                   mailability, added_at, added_position, removed_position, labelled_at, labelled_position
            from contact_point
            where customer_id = any (array(
                select customer_id from contact_point_added union select customer_id from contact_point_removed))
              and (customer_id, contact_point_id) in (
                select customer_id, contact_point_id from contact_point_added
                union select customer_id, contact_point_id from contact_point_removed)
            union all
            select customer_id, contact_point_id, channel, address_id, value, label, region, domain_ids,
                   mailability, occurred_at, position, null, case when label is not null then said_at end,
                   case when label is not null then position end
            from contact_point_added
            union all
            select customer_id, contact_point_id, null, null, null, null, null, null, null, null, null, position, null,
                   null
            from contact_point_removed
        ) point
        window held as (partition by customer_id, contact_point_id)
    ) point
    group by customer_id, contact_point_id
    having count(added_position) > 0
) newest
on conflict (customer_id, contact_point_id) do update
set channel = excluded.channel, address_id = excluded.address_id, value = excluded.value,
    label = excluded.label, region = excluded.region, added_at = excluded.added_at,
    added_position = excluded.added_position, removed_position = excluded.removed_position,
    domain_ids = excluded.domain_ids, mailability = excluded.mailability, labelled_at = excluded.labelled_at,
    labelled_position = excluded.labelled_position;

-- External ids of customers, as first recorded. Only a number that was forgotten is added again.
insert into external_id
select customer_id, profile_id, min(source), (array_agg(number order by position desc))[1], min(position)
from external_id_added
group by customer_id, profile_id
on conflict (customer_id, profile_id) do update
set number = excluded.number;
