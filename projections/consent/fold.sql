insert into consent_statement
select customer_id, channel, contact_point_id, purpose_folded, topic_folded, brand_folded, purpose, topic, brand,
       true, occurred_at, position, expires_at, said_at, recorded_at, actor, evidence, null
from consent_granted
union all
select customer_id, channel, contact_point_id, purpose_folded, topic_folded, brand_folded, purpose, topic, brand,
       false, occurred_at, position, null, said_at, recorded_at, actor, null, reason
from consent_withdrawn;
