-- The newest consent or withdrawal for each scope.
insert into consent_said as t
select distinct on (customer_id, channel, contact_point_id, purpose_folded, topic_folded, brand_folded) *
from (
    select customer_id, channel,
           coalesce(contact_point_id, '00000000-0000-0000-0000-000000000000') as contact_point_id,
           purpose_folded, coalesce(topic_folded, '') as topic_folded, coalesce(brand_folded, '') as brand_folded,
           purpose, topic, brand, true as granted, occurred_at, position, expires_at, said_at
    from consent_granted
    union all
    select customer_id, coalesce(channel, ''),
           coalesce(contact_point_id, '00000000-0000-0000-0000-000000000000'),
           coalesce(purpose_folded, ''), coalesce(topic_folded, ''), coalesce(brand_folded, ''),
           purpose, topic, brand, false, occurred_at, position, null, said_at
    from consent_withdrawn
) said
order by customer_id, channel, contact_point_id, purpose_folded, topic_folded, brand_folded,
         said_at desc, granted, position desc
on conflict (customer_id, channel, contact_point_id, purpose_folded, topic_folded, brand_folded) do update
set purpose = excluded.purpose, topic = excluded.topic, brand = excluded.brand, granted = excluded.granted,
    occurred_at = excluded.occurred_at, "position" = excluded."position", expires_at = excluded.expires_at,
    said_at = excluded.said_at
where (t.said_at, not t.granted, t.position)
    < (excluded.said_at, not excluded.granted, excluded.position);

-- The effective consent for each channel and purpose of the customers that this batch touched. A statement about all
-- channels or purposes counts for the built-in ones and for those that the customer named.
insert into consent_effective
with said as (
    select * from consent_said
    where customer_id in (select customer_id from consent_granted
                          union select customer_id from consent_withdrawn)
)
select distinct on (s.customer_id, c.channel, p.purpose_folded)
       s.customer_id, c.channel, p.purpose_folded, p.purpose, s.granted, s.occurred_at, s.position, s.expires_at
from said s
join (
    select customer_id, channel from said where channel <> ''
    union
    select customer_id, unnest('{email,phone,sms,post,social,push}'::text[]) from said where channel = ''
) c on c.customer_id = s.customer_id and s.channel in ('', c.channel)
join (
    select customer_id, purpose_folded, min(purpose) as purpose
    from (
        select customer_id, purpose_folded, purpose from said where purpose_folded <> ''
        union
        select customer_id, built_in, built_in
        from said cross join unnest('{marketing,survey,service}'::text[]) built_in where purpose_folded = ''
    ) named
    group by customer_id, purpose_folded
) p on p.customer_id = s.customer_id and s.purpose_folded in ('', p.purpose_folded)
where s.contact_point_id = '00000000-0000-0000-0000-000000000000' and s.topic_folded = '' and s.brand_folded = ''
order by s.customer_id, c.channel, p.purpose_folded, s.said_at desc, s.granted, s.position desc
on conflict (customer_id, channel, purpose_folded) do update
set purpose = excluded.purpose, granted = excluded.granted, occurred_at = excluded.occurred_at,
    "position" = excluded."position", expires_at = excluded.expires_at;
