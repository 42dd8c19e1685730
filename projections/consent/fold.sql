-- The newest consent or withdrawal for each scope.
insert into consent_said as t
select distinct on (customer_id, channel, contact_point_id, purpose, topic, brand) *
from (
    select customer_id, channel,
           coalesce(contact_point_id, '00000000-0000-0000-0000-000000000000') as contact_point_id,
           purpose, coalesce(topic, '') as topic, coalesce(brand, '') as brand,
           true as granted, occurred_at, position, expires_at, said_at
    from consent_granted
    union all
    select customer_id, coalesce(channel, ''),
           coalesce(contact_point_id, '00000000-0000-0000-0000-000000000000'),
           coalesce(purpose, ''), coalesce(topic, ''), coalesce(brand, ''),
           false, occurred_at, position, null, said_at
    from consent_withdrawn
) said
order by customer_id, channel, contact_point_id, purpose, topic, brand,
         said_at desc, granted, position desc
on conflict (customer_id, channel, contact_point_id, purpose, topic, brand) do update
set granted = excluded.granted, occurred_at = excluded.occurred_at, "position" = excluded."position",
    expires_at = excluded.expires_at, said_at = excluded.said_at
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
select distinct on (s.customer_id, c.channel, p.purpose)
       s.customer_id, c.channel, p.purpose, s.granted, s.occurred_at, s.position, s.expires_at
from said s
join (
    select customer_id, channel from said where channel <> ''
    union
    select customer_id, unnest('{email,phone,sms,post,social,push}'::text[]) from said where channel = ''
) c on c.customer_id = s.customer_id and s.channel in ('', c.channel)
join (
    select customer_id, purpose from said where purpose <> ''
    union
    select customer_id, unnest('{marketing,survey,service}'::text[]) from said where purpose = ''
) p on p.customer_id = s.customer_id and s.purpose in ('', p.purpose)
where s.contact_point_id = '00000000-0000-0000-0000-000000000000' and s.topic = '' and s.brand = ''
order by s.customer_id, c.channel, p.purpose, s.said_at desc, s.granted, s.position desc
on conflict (customer_id, channel, purpose) do update
set granted = excluded.granted, occurred_at = excluded.occurred_at, "position" = excluded."position",
    expires_at = excluded.expires_at;
