-- Views for reporting tools. They are a public contract: columns are only added, and no column has personal data.
-- A view runs with its owner's rights, so its readers need no rights on other tables.

create view reporting.timeline as
select t.customer_id, coalesce(m.person_id, t.customer_id) as person_id, t.occurred_at, t.recorded_at,
       t.about, t.kind, t.channel, t.subject_id, t.brand, t.division, t.detail, t.position
from read_timeline.timeline_entry t
left join read_identity.person_profile m on m.profile_id = t.customer_id;

comment on view reporting.timeline is
    'What happened between customers and the company: touchpoints, orders, complaints, consents, messages, suppressions; a row per fact.';
comment on column reporting.timeline.customer_id is 'The profile it was told of: a customer, or what an identifier stands for.';
comment on column reporting.timeline.person_id is 'The person that the profile belongs to now.';
comment on column reporting.timeline.occurred_at is 'When it happened, by the clock of the source.';
comment on column reporting.timeline.recorded_at is 'When it was recorded; never goes back along position.';
comment on column reporting.timeline.about is 'touchpoint, order, complaint, consent, message or suppression.';
comment on column reporting.timeline.kind is 'The kind of the touchpoint, or order, order_cancelled, refund, complaint, complaint_responded, complaint_escalated, complaint_resolved, complaint_closed, complaint_reopened, consent, withdrawal, message (handed over), message_withheld, message_failed, suppression, suppression_lifted.';
comment on column reporting.timeline.channel is 'Where, null where the fact has no channel.';
comment on column reporting.timeline.subject_id is 'The order, complaint, touchpoint, message or suppression it belongs to; of consents the list of them.';
comment on column reporting.timeline.brand is 'The brand it was about, null for all.';
comment on column reporting.timeline.division is 'The division it was about, null for all.';
comment on column reporting.timeline.detail is 'What else was told and is not personal, by name.';
comment on column reporting.timeline.position is 'Position of the fact in the log.';
