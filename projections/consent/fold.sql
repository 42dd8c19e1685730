-- The newest consent or withdrawal for each scope.
insert into consent_statement as t
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
) statement
order by customer_id, channel, contact_point_id, purpose_folded, topic_folded, brand_folded,
         said_at desc, granted, position desc
on conflict (customer_id, channel, contact_point_id, purpose_folded, topic_folded, brand_folded) do update
set purpose = excluded.purpose, topic = excluded.topic, brand = excluded.brand, granted = excluded.granted,
    occurred_at = excluded.occurred_at, "position" = excluded."position", expires_at = excluded.expires_at,
    said_at = excluded.said_at
where (t.said_at, not t.granted, t.position)
    < (excluded.said_at, not excluded.granted, excluded.position);
