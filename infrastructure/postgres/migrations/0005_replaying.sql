-- Deciding again from the log alone. A role of its own sees the log and nothing else: no read model, no key, no
-- receipt; it writes only temporary tables, so that no replay can rest on a projection or change one.
grant usage on schema log to farley_replayer;
grant select on log.events, log.facts to farley_replayer;

-- Where decisions stand: a few facts among many, found by the whole log's order.
create index events_decided on log.events (notification_id)
    where topic in ('runs.RunChunkDecided', 'messages.MessageHandedOver', 'messages.MessageWithheld');
