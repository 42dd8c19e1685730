-- Views for reporting tools. They are a public contract: columns are only added, and no column has personal data.
-- A view runs with its owner's rights, so its readers need no rights on other tables.

create view reporting.complaints as
select c.complaint_id, c.customer_id, coalesce(m.person_id, c.customer_id) as person_id, c.status,
       c.severity, c.category, c.channel, c.product, c.source, c.number, c.brand, c.division, c.opened_at,
       c.first_responded_at, c.closed_at, c.root_cause, c.outcome, c.reopenings, c.compensation, c.currency,
       c.position,
       case when c.first_responded_at is not null
            then greatest(c.first_responded_at, c.opened_at) - c.opened_at end as time_to_first_response,
       case when c.closed_at is not null
            then greatest(c.closed_at, c.opened_at) - c.opened_at end as time_to_close,
       c.answered_at, c.last_step_at
from read_complaints.complaint c
left join read_identity.person_profile m on m.profile_id = c.customer_id
where c.opened_at is not null;

comment on view reporting.complaints is
    'Complaints as they stand, dates as they were told: an answer or a closing may be dated before its complaint. It then took no time: time_to_first_response and time_to_close are never negative.';
comment on column reporting.complaints.complaint_id is 'The complaint.';
comment on column reporting.complaints.customer_id is 'The profile that complained: a customer, or what an identifier stands for.';
comment on column reporting.complaints.person_id is 'The person that the profile belongs to now.';
comment on column reporting.complaints.status is 'open, responded, escalated, resolved or closed.';
comment on column reporting.complaints.severity is 'low, normal, high or critical, as told last.';
comment on column reporting.complaints.category is 'What it is about, in the words of the source.';
comment on column reporting.complaints.channel is 'How it came in.';
comment on column reporting.complaints.product is 'The product, null where none was named.';
comment on column reporting.complaints.source is 'The system that numbers it, null where none does.';
comment on column reporting.complaints.number is 'Its number there.';
comment on column reporting.complaints.brand is 'The brand it was about, null for all.';
comment on column reporting.complaints.division is 'The division it was about, null for all.';
comment on column reporting.complaints.opened_at is 'When it was made, by the clock of the source.';
comment on column reporting.complaints.first_responded_at is 'The earliest answer as told; before opened_at where it was told so. Null: none.';
comment on column reporting.complaints.closed_at is 'When the closing in force was, null while it is not closed.';
comment on column reporting.complaints.root_cause is 'Of the closing in force.';
comment on column reporting.complaints.outcome is 'Of the closing in force: upheld, partly_upheld, rejected, withdrawn, duplicate or opened_in_error.';
comment on column reporting.complaints.reopenings is 'How often it was reopened.';
comment on column reporting.complaints.compensation is 'What was offered last, null where nothing was.';
comment on column reporting.complaints.currency is 'ISO 4217; of the compensation.';
comment on column reporting.complaints.position is 'Position in the log of the newest fact about the complaint.';
comment on column reporting.complaints.time_to_first_response is 'From opened_at to first_responded_at; zero for an answer that is dated before the complaint. Null: no answer.';
comment on column reporting.complaints.time_to_close is 'From opened_at to closed_at, also over a reopening; zero for a closing that is dated before the complaint. Null while it is not closed.';
comment on column reporting.complaints.answered_at is 'The earliest answer since it was made or, if it was reopened, since the newest reopening. Null: none.';
comment on column reporting.complaints.last_step_at is 'The latest instant of all its steps, as told.';
