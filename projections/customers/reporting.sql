-- Views for reporting tools. They are a public contract: columns are only added, and no column has personal data.
-- A view runs with its owner's rights, so its readers need no rights on other tables.

create view reporting.customers as
select c.customer_id, coalesce(m.person_id, c.customer_id) as person_id, c.kind, c.language, c.country,
       c.time_zone, c.year_of_birth, c.attributes, c.registered_at, f.order_count, f.value as order_value,
       f.last_order_at, f.touchpoint_count, f.last_touchpoint_at, f.complaint_count, f.open_complaints,
       f.campaign_contacts, f.last_contact_at, greatest(c.position, f.position) as position
from read_customers.customer c
left join read_identity.person_profile m on m.profile_id = c.customer_id
left join read_audience.audience_fact f on f.person_id = coalesce(m.person_id, c.customer_id);

comment on view reporting.customers is
    'Registered customers. Several with one person_id are one person; what is counted is counted for the whole person, so add up only rows where customer_id = person_id.';
comment on column reporting.customers.customer_id is 'Who was registered.';
comment on column reporting.customers.person_id is 'The person: the id that all linked customers share. It may change when profiles are linked or unlinked.';
comment on column reporting.customers.kind is 'person or organisation.';
comment on column reporting.customers.language is 'As told, null where nobody said.';
comment on column reporting.customers.country is 'As told, null where nobody said.';
comment on column reporting.customers.time_zone is 'Name in the tz database, null where nobody said.';
comment on column reporting.customers.year_of_birth is 'Null where nobody said.';
comment on column reporting.customers.attributes is 'Declared attributes that are not personal, by name.';
comment on column reporting.customers.registered_at is 'When it happened, by the clock of the source.';
comment on column reporting.customers.order_count is 'Orders of the person, cancelled ones included.';
comment on column reporting.customers.order_value is 'What the orders of the person are worth by currency, less refunds and cancelled orders: {"EUR": "12.50"}.';
comment on column reporting.customers.last_order_at is 'When the newest order of the person was placed.';
comment on column reporting.customers.touchpoint_count is 'Touchpoints of the person, those by machines included.';
comment on column reporting.customers.last_touchpoint_at is 'When the newest touchpoint of the person was.';
comment on column reporting.customers.complaint_count is 'Complaints of the person, closed ones included.';
comment on column reporting.customers.open_complaints is 'Complaints of the person that are not closed.';
comment on column reporting.customers.campaign_contacts is 'Campaign messages to the person that the next hop accepted.';
comment on column reporting.customers.last_contact_at is 'When the newest of these was handed over.';
comment on column reporting.customers.position is 'Position in the log of the newest fact about the customer or the person.';
