-- Views for reporting tools. They are a public contract: columns are only added, and no column has personal data.
-- A view runs with its owner's rights, so its readers need no rights on other tables.

create view reporting.suppression as
select s.customer_id, coalesce(m.person_id, s.customer_id) as person_id, 'complaint' as stop,
       s.complaint_id, s.severity, null::text as channel, null::uuid as contact_point_id,
       null::text as purpose, null::text as topic, s.brand, s.opened_at as stopped_at, s.closed_at,
       s.outcome, s.position, null::uuid as suppression_id, null::text as reason_code, null::text as scope,
       null::timestamptz as until, null::timestamptz as lifted_at
from read_suppression.complaint_stop s
left join read_identity.person_profile m on m.profile_id = s.customer_id
where s.opened_at is not null
union all
select w.customer_id, coalesce(m.person_id, w.customer_id), 'withdrawal', null, null, w.channel,
       w.contact_point_id, w.purpose, w.topic, w.brand, w.occurred_at, null, null, w.position, null, null, null, null,
       null
from (
    -- The newest statement about each scope. Of several at one instant it is a withdrawal, the one stored last.
    -- Most profiles never withdrew anything. Their statements are left out, because sorting all of them is slow.
    select distinct on (customer_id, channel, contact_point_id, purpose_folded, topic_folded, brand_folded) *
    from read_consent.consent_statement
    where customer_id in (select customer_id from read_consent.consent_statement where not granted)
    order by customer_id, channel, contact_point_id, purpose_folded, topic_folded, brand_folded,
             said_at desc, granted, "position" desc
) w
left join read_identity.person_profile m on m.profile_id = w.customer_id
where not w.granted
union all
select i.customer_id, coalesce(m.person_id, i.customer_id), 'imposed', null, null, i.only_channel, null,
       i.only_purpose, null, i.only_brand, i.imposed_at, null, null, coalesce(i.lifted_position, i.position),
       i.suppression_id, i.reason_code, i.scope, i.until, i.lifted_at
from read_suppression.imposed_suppression i
left join read_identity.person_profile m on m.profile_id = i.customer_id;

comment on view reporting.suppression is
    'What stops messages: complaints, open or closed, withdrawals of consent, and suppressions that somebody or a refusal imposed, lifted ones too. Days of cooling-off after a closing, which classes a reason stops and when it expires are policy and not in here.';
comment on column reporting.suppression.customer_id is 'The profile it was told of: a customer, or what an identifier, an address or a domain stands for.';
comment on column reporting.suppression.person_id is 'The person that the profile belongs to now.';
comment on column reporting.suppression.stop is 'complaint, withdrawal or imposed.';
comment on column reporting.suppression.complaint_id is 'The complaint, null for all else.';
comment on column reporting.suppression.severity is 'Of the complaint, as told last.';
comment on column reporting.suppression.channel is 'What was withdrawn or is suppressed, null for all channels.';
comment on column reporting.suppression.contact_point_id is 'What was withdrawn, null for all contact points.';
comment on column reporting.suppression.purpose is 'What was withdrawn or is suppressed, null for all purposes.';
comment on column reporting.suppression.topic is 'What was withdrawn, null for all topics.';
comment on column reporting.suppression.brand is 'The brand it was about, null for all.';
comment on column reporting.suppression.stopped_at is 'When the complaint was made, the consent withdrawn or the suppression imposed.';
comment on column reporting.suppression.closed_at is 'When the complaint was closed, null while it is open and for all else.';
comment on column reporting.suppression.outcome is 'Of the closing in force.';
comment on column reporting.suppression.position is 'Position in the log of the newest fact that it rests on.';
comment on column reporting.suppression.suppression_id is 'The imposed suppression, null for all else.';
comment on column reporting.suppression.reason_code is 'Why it was imposed, as a reason code.';
comment on column reporting.suppression.scope is 'What it was said of: customer, address or domain.';
comment on column reporting.suppression.until is 'When it was said to end by itself, null where nobody said so.';
comment on column reporting.suppression.lifted_at is 'When it was lifted, null while it is not.';
