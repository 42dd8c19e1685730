-- What each role may do; tests compare the catalogue with a committed file.

revoke all on schema log, operation, access, event, reporting from public;
revoke all on all functions in schema log, operation from public;

grant usage on schema log, operation, event to farley_api, farley_projector, farley_dispatcher, farley_reader;
grant usage on schema access to farley_api;

grant select on log.events, log.facts, log.installation
    to farley_api, farley_projector, farley_dispatcher;
-- Answers every question, criteria of clients among them: it sees neither keys nor receipts and writes nothing.
grant select on log.events, log.facts to farley_reader;
grant select on log.receipts to farley_api;
grant execute on function log.append to farley_api, farley_dispatcher;
grant execute on function log.expire_receipts, log.hand_over to farley_dispatcher;

grant select on operation.projections, operation.leases
    to farley_api, farley_projector, farley_dispatcher, farley_reader;
grant update (position, state, error, error_at, changed_at) on operation.projections to farley_projector;
grant select on operation.interventions to farley_api, farley_projector;
grant insert (operator, action, projection, "position") on operation.interventions to farley_projector;
grant execute on function operation.hold_lease, operation.release_lease to farley_dispatcher, farley_projector;

grant select, insert, update on access.api_keys to farley_api;

grant usage on schema reporting to farley_reporting;
alter default privileges in schema event grant select on tables to farley_projector, farley_reader;
alter default privileges in schema reporting grant select on tables to farley_reporting;
