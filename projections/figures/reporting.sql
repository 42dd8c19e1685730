-- Views for reporting tools. They are a public contract: columns are only added, and no column has personal data.
-- A view runs with its owner's rights, so its readers need no rights on other tables.

create view reporting.figures as
select f.quarter, f.kind, f.outcome, nullif(f.channel, '') as channel, nullif(f.brand, '') as brand,
       nullif(f.currency, '') as currency, f.n as count, f.value, f.position
from read_figures.figure f;

comment on view reporting.figures is
    'How much happened in each quarter of an hour, as dated by the sources. A day of any time zone is 96 quarters, or a few more or less where clocks change. Amounts of one currency may be added up.';
comment on column reporting.figures.quarter is 'The beginning of the quarter of an hour. Of orders, refunds and cancellations: of the placing. Of complaints that wait: of the opening.';
comment on column reporting.figures.kind is 'contact, complaint, message, stopped, consent, order or customer.';
comment on column reporting.figures.outcome is 'Of a contact: inbound, outbound or machine. Of a complaint: opened, closed, reopened or waiting, that is not closed yet. Of a message: sent or held_out. Of a message that was stopped: the code of the first reason. Of a consent: granted, withdrawn or, by the link of a message, opted_out. Of an order: placed, refunded or cancelled. Of a customer: registered.';
comment on column reporting.figures.channel is 'Of the contact, the complaint, the consent, the order or the campaign. Null where nobody said.';
comment on column reporting.figures.brand is 'The brand, as it was stated. Null for all.';
comment on column reporting.figures.currency is 'ISO 4217; of the value. Null where nothing has an amount.';
comment on column reporting.figures.count is 'How many.';
comment on column reporting.figures.value is 'Of orders: what was ordered, refunded or cancelled. The value of orders is what was placed less the other two.';
comment on column reporting.figures.position is 'Position in the log of the newest fact that changed the count.';

create view reporting.root_causes as
select f.quarter, f.root_cause, nullif(f.product, '') as product, nullif(f.channel, '') as channel,
       nullif(f.brand, '') as brand, f.n as count, f.position
from read_figures.figure_root_cause f;

comment on view reporting.root_causes is
    'How many complaints were closed in each quarter of an hour, by root cause and product. A complaint that was reopened counts with each of its closings.';
comment on column reporting.root_causes.quarter is 'The beginning of the quarter of an hour of the closing.';
comment on column reporting.root_causes.root_cause is 'As told at the closing.';
comment on column reporting.root_causes.product is 'Of the complaint, null where none was named.';
comment on column reporting.root_causes.channel is 'How the complaint came in.';
comment on column reporting.root_causes.brand is 'The brand it was about, null for all.';
comment on column reporting.root_causes.count is 'How many closings.';
comment on column reporting.root_causes.position is 'Position in the log of the newest closing that is counted.';
