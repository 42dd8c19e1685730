-- Activities: touchpoints, orders and complaints.
insert into audience_activity (customer_id, "position", kind, channel, occurred_at, person_id)
select a.customer_id, a.position, a.kind, a.channel, a.occurred_at, coalesce(m.person_id, a.customer_id)
from (
    select customer_id, position, kind, channel, occurred_at from touchpoint_recorded where machine is not true
    union all
    select customer_id, position, 'order', channel, occurred_at from order_placed
    union all
    select customer_id, position, 'complaint', channel, occurred_at from complaint_opened
) a left join person_profile m on m.profile_id = a.customer_id;

-- The value of each order, filled by its placing, refunds and cancellation in any order.
insert into audience_order as t (customer_id, order_id, placed_at, currency, amount)
select customer_id, order_id, max(placed_at), max(currency), sum(amount)
from change_of_order
group by customer_id, order_id
on conflict (customer_id, order_id) do update
set placed_at = coalesce(t.placed_at, excluded.placed_at), amount = t.amount + excluded.amount;

-- The total value of each profile's orders. Without a placing, as at a past moment to which a refund was dated back,
-- there is no order yet: what this batch adds is all of an order that it places, else the changes of a placed one.
insert into audience_value as t
select c.customer_id, o.currency, sum(case when c.is_placing then o.amount else c.amount end)
from (
    select customer_id, order_id, sum(amount) as amount, bool_or(placed_at is not null) as is_placing
    from change_of_order
    group by customer_id, order_id
) c
cross join lateral (
    select currency, amount, placed_at from audience_order
    where customer_id = c.customer_id and order_id = c.order_id
    limit 1
) o
where o.placed_at is not null
group by c.customer_id, o.currency
on conflict (customer_id, currency) do update set amount = t.amount + excluded.amount;

-- Whether each complaint is open, according to the newest step in its stream, and whether its opening is among them.
insert into audience_complaint as t (customer_id, complaint_id, version, is_open, has_opening)
select customer_id, complaint_id, max(version), (array_agg(is_open order by version desc))[1], bool_or(is_opening)
from (
    select customer_id, originator_id as complaint_id, originator_version as version, true as is_open,
           true as is_opening
    from complaint_opened
    union all
    select customer_id, originator_id, originator_version, true, false from complaint_reopened
    union all
    select customer_id, originator_id, originator_version, false, false from complaint_closed
) c
group by customer_id, complaint_id
on conflict (customer_id, complaint_id) do update
set version = greatest(t.version, excluded.version),
    is_open = case when t.version < excluded.version then excluded.is_open else t.is_open end,
    has_opening = t.has_opening or excluded.has_opening;

-- The newest handover of each message.
insert into audience_handover (message_id, handed_over_at, version)
select distinct on (originator_id) originator_id, occurred_at, originator_version
from message_handed_over
order by originator_id, originator_version desc
on conflict (message_id) do update
set handed_over_at = excluded.handed_over_at, version = excluded.version;

-- The counts and newest instants of each profile's activities. A link and its end raise the position of both profiles,
-- if they have a row.
insert into audience_profile as t (
    customer_id, person_id, order_count, last_order_at, touchpoint_count, last_touchpoint_at,
    complaint_count, last_complaint_at, campaign_contacts, last_contact_at, campaign_responses, "position")
select customer_id,
       coalesce((select m.person_id from person_profile m where m.profile_id = activity.customer_id), customer_id),
       count(*) filter (where what = 'order'), max(occurred_at) filter (where what = 'order'),
       count(*) filter (where what = 'touchpoint'), max(occurred_at) filter (where what = 'touchpoint'),
       count(*) filter (where what = 'complaint'), max(occurred_at) filter (where what = 'complaint'),
       count(*) filter (where what = 'contact'), max(occurred_at) filter (where what = 'contact'),
       count(*) filter (where what = 'response'), max(position)
from (
    select customer_id, 'touchpoint' as what, occurred_at, position from touchpoint_recorded
    union all
    select customer_id, 'response', occurred_at, position from campaign_reaction where is_response
    union all
    select customer_id, 'order', occurred_at, position from order_placed
    union all
    select customer_id, 'complaint', occurred_at, position from complaint_opened
    union all
    select m.customer_id, 'contact',
           (select h.handed_over_at from audience_handover h where h.message_id = m.originator_id), m.position
    from (
        select customer_id, originator_id, position from message_sent
        union all
        select customer_id, originator_id, position from message_resolved where outcome = 'sent'
    ) m
    union all
    select customer_id, 'more', occurred_at, position from order_refunded
    union all
    select customer_id, 'more', occurred_at, position from order_cancelled
    union all
    select customer_id, 'more', occurred_at, position from complaint_closed
    union all
    select customer_id, 'more', occurred_at, position from complaint_reopened
    union all
    select customer_id, 'more', occurred_at, position from customer_registered
    union all
    select customer_id, 'more', occurred_at, position from customer_details_corrected
    union all
    select unnest(array[customer_id, other_profile_id]), 'link', null, position from profile_linked
    union all
    select unnest(array[customer_id, other_profile_id]), 'link', null, position from profile_unlinked
) activity
group by customer_id
having bool_or(what <> 'link')
    or (select true from audience_profile known where known.customer_id = activity.customer_id)
on conflict (customer_id) do update
set order_count = t.order_count + excluded.order_count,
    last_order_at = greatest(t.last_order_at, excluded.last_order_at),
    touchpoint_count = t.touchpoint_count + excluded.touchpoint_count,
    last_touchpoint_at = greatest(t.last_touchpoint_at, excluded.last_touchpoint_at),
    complaint_count = t.complaint_count + excluded.complaint_count,
    last_complaint_at = greatest(t.last_complaint_at, excluded.last_complaint_at),
    campaign_contacts = t.campaign_contacts + excluded.campaign_contacts,
    last_contact_at = greatest(t.last_contact_at, excluded.last_contact_at),
    campaign_responses = t.campaign_responses + excluded.campaign_responses,
    "position" = greatest(t."position", excluded."position");

-- Delete the handovers that a fact of this batch ended.
delete from audience_handover where ctid = any (array(
    select h.ctid
    from (
        select originator_id, originator_version from message_sent
        union all select originator_id, originator_version from handover_lapsed
        union all select originator_id, originator_version from message_refused_for_now
        union all select originator_id, originator_version from message_failed
        union all select originator_id, originator_version from message_resolved
    ) ended
    cross join lateral (
        select ctid, version from audience_handover where message_id = ended.originator_id limit 1
    ) h
    where ended.originator_version > h.version));

-- Keep each fact's details of a customer and the instant from which they count.
insert into audience_statement
select customer_id, position, said_at, '["language","country","time_zone","birth_date"]', kind, language, country,
       time_zone, year_of_birth, attributes, occurred_at
from customer_registered
union all
select customer_id, position, said_at, corrected, null, language, country, time_zone, year_of_birth, attributes, null
from customer_details_corrected
on conflict do nothing;

-- Registered profiles: for each detail the value with the newest said_at, whenever it was recorded. Without a
-- registration, as at a past moment to which a correction was dated back, there are no details yet.
insert into audience_profile as t (
    customer_id, person_id, kind, language, country, time_zone, year_of_birth, attributes, registered_at,
    registered_position, "position")
select customer_id, customer_id, kind[1], language[1], country[1], time_zone[1], year_of_birth[1],
       (select coalesce(jsonb_strip_nulls(jsonb_object_agg(a.key, a.value order by s.ordinal)), '{}')
        from unnest(attributes) with ordinality as s(stated, ordinal), jsonb_each(s.stated) as a),
       registered_at, registered_position, newest_position
from (
    select customer_id,
           array_agg(kind order by position) filter (where kind is not null) as kind,
           array_agg(language order by said_at desc, position desc) filter (where corrected ? 'language') as language,
           array_agg(country order by said_at desc, position desc) filter (where corrected ? 'country') as country,
           array_agg(time_zone order by said_at desc, position desc)
               filter (where corrected ? 'time_zone') as time_zone,
           array_agg(year_of_birth order by said_at desc, position desc)
               filter (where corrected ?| '{birth_date,year_of_birth}') as year_of_birth,
           array_agg(attributes order by said_at, position) as attributes,
           min(registered_at) as registered_at,
           min(position) filter (where kind is not null) as registered_position,
           max(position) as newest_position
    from audience_statement
    where customer_id = any (array(
        select customer_id from customer_details_corrected union select customer_id from customer_registered))
    group by customer_id
    having count(kind) > 0
) newest
on conflict (customer_id) do update
set kind = excluded.kind, language = excluded.language, country = excluded.country,
    time_zone = excluded.time_zone, year_of_birth = excluded.year_of_birth,
    attributes = excluded.attributes, registered_at = excluded.registered_at,
    registered_position = excluded.registered_position;

-- Open complaints of the profiles whose complaints this batch changed. Without an opening, as at a past moment to which
-- a reopening was dated back, there is no complaint yet.
update audience_profile p
set open_complaints = (
    select count(*) from audience_complaint c
    where c.customer_id = p.customer_id and c.is_open and c.has_opening)
where customer_id = any (array(
    select customer_id from complaint_opened union select customer_id from complaint_closed
    union select customer_id from complaint_reopened));

-- The profiles whose facts or links the batch changed.
insert into audience_touched (customer_id)
select customer_id from profile_linked union select other_profile_id from profile_linked
union select customer_id from profile_unlinked union select other_profile_id from profile_unlinked
union select customer_id from customer_registered union select customer_id from customer_details_corrected
union select customer_id from touchpoint_recorded
union select customer_id from order_placed union select customer_id from order_refunded
union select customer_id from order_cancelled
union select customer_id from complaint_opened union select customer_id from complaint_closed
union select customer_id from complaint_reopened
union select customer_id from message_sent
union select customer_id from message_resolved where outcome = 'sent';

-- For each touched profile without facts of its own, the person that it stands for.
insert into audience_touched (customer_id)
select person_id from alias where profile_id = any (array(select customer_id from audience_touched));

-- For each touched profile, all other profiles of its person.
insert into audience_touched (customer_id)
select profile_id from person_profile
where person_id = any (array(
    select person_id from person_profile where profile_id = any (array(select customer_id from audience_touched))));

-- The person of the activities of profiles that are another person's now. The next statement notes it for the profiles.
update audience_activity
set person_id = coalesce(
    (select m.person_id from person_profile m where m.profile_id = audience_activity.customer_id), customer_id)
where customer_id = any (array(
    select p.customer_id from audience_profile p
    where p.customer_id = any (array(select customer_id from audience_touched))
      and p.person_id <> coalesce(
        (select m.person_id from person_profile m where m.profile_id = p.customer_id), p.customer_id)));

-- The person of each touched profile.
update audience_profile p
set person_id = coalesce(
    (select m.person_id from person_profile m where m.profile_id = p.customer_id), p.customer_id)
where customer_id = any (array(select customer_id from audience_touched))
  and person_id <> coalesce(
    (select m.person_id from person_profile m where m.profile_id = p.customer_id), p.customer_id);

-- The touched persons, recomputed from all their profiles: for each detail the value of the first registered profile.
insert into audience_fact as t (
    person_id, kind, language, country, time_zone, year_of_birth, attributes, registered_at, order_count,
    value, last_order_at, touchpoint_count, last_touchpoint_at, complaint_count, open_complaints,
    last_complaint_at, campaign_contacts, last_contact_at, campaign_responses, "position")
select person_id, kind[1], language[1], country[1], time_zone[1], year_of_birth[1],
       (select coalesce(jsonb_object_agg(a.key, a.value order by s.ordinal desc), '{}')
        from unnest(attributes) with ordinality as s(stated, ordinal), jsonb_each(s.stated) as a),
       registered_at[1], order_count, coalesce(value, '{}'), last_order_at, touchpoint_count,
       last_touchpoint_at, complaint_count, open_complaints, last_complaint_at, campaign_contacts,
       last_contact_at, campaign_responses, newest_position
from (
    select person_id,
           array_agg(kind order by registered_position) filter (where kind is not null) as kind,
           array_agg(language order by registered_position) filter (where language is not null) as language,
           array_agg(country order by registered_position) filter (where country is not null) as country,
           array_agg(time_zone order by registered_position)
               filter (where time_zone is not null) as time_zone,
           array_agg(year_of_birth order by registered_position)
               filter (where year_of_birth is not null) as year_of_birth,
           array_agg(attributes order by registered_position) as attributes,
           array_agg(registered_at order by registered_position) as registered_at,
           sum(order_count) as order_count, max(last_order_at) as last_order_at,
           sum(touchpoint_count) as touchpoint_count, max(last_touchpoint_at) as last_touchpoint_at,
           sum(complaint_count) as complaint_count, sum(open_complaints) as open_complaints,
           max(last_complaint_at) as last_complaint_at,
           sum(campaign_contacts) as campaign_contacts, max(last_contact_at) as last_contact_at,
           sum(campaign_responses) as campaign_responses, max("position") as newest_position
    from audience_profile
    where person_id = any (array(
        select person_id from audience_profile
        where customer_id = any (array(select customer_id from audience_touched))))
    group by person_id
    having count(registered_position) > 0
) persons
left join (
    select person_id, jsonb_object_agg(currency, amount::text) as value
    from (
        select p.person_id, v.currency, sum(v.amount) as amount
        from audience_value v
        cross join lateral (
            select person_id from audience_profile where customer_id = v.customer_id limit 1
        ) p
        where v.customer_id = any (array(select customer_id from audience_touched))
        group by p.person_id, v.currency
    ) by_currency
    group by person_id
) bought using (person_id)
on conflict (person_id) do update
set kind = excluded.kind, language = excluded.language, country = excluded.country,
    time_zone = excluded.time_zone, year_of_birth = excluded.year_of_birth,
    attributes = excluded.attributes, registered_at = excluded.registered_at,
    order_count = excluded.order_count, value = excluded.value, last_order_at = excluded.last_order_at,
    touchpoint_count = excluded.touchpoint_count, last_touchpoint_at = excluded.last_touchpoint_at,
    complaint_count = excluded.complaint_count, open_complaints = excluded.open_complaints,
    last_complaint_at = excluded.last_complaint_at, campaign_contacts = excluded.campaign_contacts,
    last_contact_at = excluded.last_contact_at, campaign_responses = excluded.campaign_responses,
    "position" = excluded."position";

-- Delete the row of a profile that is now part of another person.
delete from audience_fact
where person_id = any (array(
    select customer_id from audience_profile
    where person_id <> customer_id and customer_id = any (array(select customer_id from audience_touched))));

-- Empty the table for the next batch.
delete from audience_touched;
