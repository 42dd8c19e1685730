-- The log: every fact, in one order. Facts enter by log.append, log.append_held and log.hand_over only, under one
-- lock. Beside it stand the leases, the API keys and the progress of the projections; the last part says what each
-- role may do.

create schema log;
create schema operation;
create schema access;
create schema event;
create schema reporting;

create table log.events (
    stream_id          uuid        not null,
    originator_version bigint      not null,
    stored_name              text        not null,
    state              bytea       not null,
    notification_id    bigint      not null,
    recorded_at        timestamptz not null,
    customer_id        uuid,
    other_profile_id  uuid,
    primary key (stream_id, originator_version)
);
create unique index events_notification_id on log.events (notification_id);
create index events_customer_id on log.events (customer_id, notification_id) where customer_id is not null;
create index events_other_profile_id on log.events (other_profile_id, notification_id)
    where other_profile_id is not null;
-- What links two profiles, or a profile and what it holds: a few facts among all that are about a customer.
create index events_between_profiles on log.events (customer_id) where other_profile_id is not null;
-- Where decisions stand: a few facts among many, found by the whole log's order.
create index events_decided on log.events (notification_id)
    where stored_name in ('runs.RunChunkDecided', 'messages.MessageHandedOver', 'messages.MessageWithheld');

comment on table log.events is 'Every fact that was accepted, in order of notification_id, without gaps; never changed.';
comment on column log.events.stream_id is 'Derived from the kind and the id of what the fact is about, so that no id that a client chooses names the stream of another kind.';

-- What a repeated request with the same Idempotency-Key is answered with.
create table log.receipts (
    subject     text        not null,
    key         text        not null,
    fingerprint bytea       not null,
    answer      jsonb       not null,
    position    bigint      not null,
    recorded_at timestamptz not null,
    primary key (subject, key)
);
create index receipts_recorded_at on log.receipts (recorded_at);

-- One row: what the installation fixed for ever, and whether tests may bring their own clock.
create table log.installation (
    only_row           boolean primary key default true check (only_row),
    id_key_fingerprint text,
    brings_own_clock   boolean not null default false
);
insert into log.installation default values;

create function log.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the log is never changed: % refused', tg_op using errcode = '42501';
end $$;

create trigger events_never_change before update or delete or truncate on log.events
    for each statement execute function log.refuse_change();

-- The lock that makes the one order, held to the end of the transaction: the next holder sees all that came
-- before. A table that only the owner may lock, unlike an advisory lock, which any login could take and keep;
-- and an empty one, so that no vacuum ever waits for it or is cancelled by it.
create table log.turn ();

-- Taking it wakes the projector: whoever holds it is about to write.
create function log.lock() returns void language plpgsql as $$
begin
    lock table log.turn in exclusive mode;
    perform operation.wake('projector');
end $$;

-- Processes that sleep until there is work for them. NOTIFY takes a lock of the whole database server at commit,
-- so it is sent once for each sleep, and never for each fact.
create table operation.sleepers (
    name   text    primary key,
    asleep boolean not null
);

-- After this the process looks once more for work, then waits for NOTIFY: what that look does not see yet wakes it.
-- False for the projector while somebody holds the log's lock: their append would not see that it sleeps, and there
-- will be work in a moment.
create function operation.fall_asleep(sleeper text) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if sleeper = 'projector' then
        lock table log.turn in exclusive mode nowait;
    end if;
    insert into operation.sleepers as s values (sleeper, true)
    on conflict (name) do update set asleep = true where not s.asleep;
    return true;
exception when lock_not_available then
    return false;
end $$;

-- Called when there may be work for it, after that work is visible to it or under the log's lock.
create function operation.wake(sleeper text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if exists (select from operation.sleepers s where s.name = sleeper and s.asleep) then
        update operation.sleepers s set asleep = false where s.name = sleeper;
        perform pg_notify('farley_' || sleeper, '');
    end if;
end $$;

-- The instant to record: the database's clock, never before the last fact's; tests may bring their own.
create function log.recording_instant(brought timestamptz, last timestamptz) returns timestamptz
language plpgsql as $$
begin
    if brought is not null and not (select brings_own_clock from log.installation) then
        raise exception 'this installation records by its own clock' using errcode = '42501';
    end if;
    return greatest(coalesce(brought, clock_timestamp()), last);
end $$;

-- Appends the facts of one or several requests in the order of the arrays, with the receipts of those requests that
-- have an Idempotency-Key. fact_requests numbers the request of each fact from 1. The arrays of receipts have an
-- element for each request, null without a key. No two requests of a call name the same stream or the same key.
-- A premise is a stream, and the last version of it that its request has read.
-- Returns a row with the request 0 and the position of the first fact, which the facts of all stored requests follow in
-- their order; and a row for each request of which nothing was stored: with the receipt that an earlier request with the
-- same key left; or without one, where a stream has a fact of this version already, or (outdated) a premise does not
-- hold: its stream has grown since, or another request of this call adds to it.
-- Its plans must not depend on the number of facts, because planning takes longer than appending, nor on how small the
-- log was when they were made.
create function log.append(
    stream_ids uuid[], originator_versions bigint[], stored_names text[], states bytea[],
    customer_ids uuid[], other_profile_ids uuid[], fact_requests int[],
    receipt_subjects text[], receipt_keys text[], receipt_fingerprints bytea[], receipt_answers jsonb[],
    premise_streams uuid[], premise_versions bigint[], premise_requests int[],
    brought_instant timestamptz default null
) returns table (
    request int, first_position bigint, outdated boolean,
    earlier_fingerprint bytea, earlier_answer jsonb, earlier_position bigint
) language plpgsql security definer set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
#variable_conflict use_column
declare
    with_keys constant boolean := array_remove(receipt_keys, null) <> '{}';
    answered int[] := '{}';
    fingerprints bytea[];
    answers jsonb[];
    positions bigint[];
    resting_on_less int[] := '{}';
    refused int[];
    not_stored int[];
    last_position bigint;
    last_instant timestamptz;
    instant timestamptz;
begin
    perform log.lock();
    if with_keys then
        select coalesce(array_agg(c.request), '{}'), array_agg(r.fingerprint), array_agg(r.answer),
               array_agg(r.position)
        into answered, fingerprints, answers, positions
        from unnest(receipt_subjects, receipt_keys) with ordinality as c(subject, key, request)
        join log.receipts r on r.subject = c.subject and r.key = c.key
                           and r.recorded_at > clock_timestamp() - interval '720 hours';
    end if;
    if premise_streams <> '{}' then
        select coalesce(array_agg(distinct p.request), '{}') into resting_on_less
        from unnest(premise_streams, premise_versions, premise_requests) as p(stream_id, version, request)
        where p.request <> all (answered)
          and (p.stream_id = any (stream_ids) and exists (
              select from unnest(stream_ids, fact_requests) as f(stream_id, request)
              where f.stream_id = p.stream_id and f.request <> p.request
          ) or exists (
              select from log.events e where e.stream_id = p.stream_id and e.originator_version > p.version
          ));
    end if;
    select coalesce(array_agg(distinct f.request), '{}') into refused
    from unnest(stream_ids, originator_versions, fact_requests) as f(stream_id, version, request)
    join log.events e on e.stream_id = f.stream_id and e.originator_version = f.version
    where f.request <> all (answered || resting_on_less);

    select e.notification_id, e.recorded_at into last_position, last_instant
    from log.events e order by e.notification_id desc limit 1;
    last_position := coalesce(last_position, 0);
    instant := log.recording_instant(brought_instant, coalesce(last_instant, '-infinity'));

    not_stored := answered || resting_on_less || refused;
    insert into log.events
    select f.stream_id, f.originator_version, f.stored_name, f.state,
           last_position + row_number() over (order by f.ordinal), instant, f.customer_id, f.other_profile_id
    from unnest(stream_ids, originator_versions, stored_names, states, customer_ids, other_profile_ids,
                fact_requests)
        with ordinality as f(stream_id, originator_version, stored_name, state, customer_id, other_profile_id,
                             request, ordinal)
    where f.request <> all (not_stored);

    request := 0;
    first_position := last_position + 1;
    outdated := false;
    return next;
    if not_stored <> '{}' then
        return query
        select a.request, null::bigint, false, a.fingerprint, a.answer, a.position
        from unnest(answered, fingerprints, answers, positions) as a(request, fingerprint, answer, position)
        union all
        select t.request, null, false, null, null, null from unnest(refused) as t(request)
        union all
        select t.request, null, true, null, null, null from unnest(resting_on_less) as t(request);
    end if;

    if with_keys then
        insert into log.receipts
        select receipt_subjects[r.request], receipt_keys[r.request], receipt_fingerprints[r.request],
               receipt_answers[r.request], last_position + (
                   select count(*) from unnest(fact_requests) as f(request)
                   where f.request <= r.request and f.request <> all (not_stored)
               ), clock_timestamp()
        from generate_subscripts(receipt_keys, 1) as r(request)
        where receipt_keys[r.request] is not null and r.request <> all (not_stored)
        on conflict (subject, key) do update
        set fingerprint = excluded.fingerprint, answer = excluded.answer,
            position = excluded.position, recorded_at = excluded.recorded_at;
    end if;
end $$;

-- Forgets the receipts that are older than their 30 days.
create function log.expire_receipts() returns void language sql security definer
set search_path = pg_catalog, pg_temp as $$
    delete from log.receipts where recorded_at < clock_timestamp() - interval '720 hours'
$$;

-- Who does what alone: a holder that was stopped past its lease finds a higher epoch when it continues.
create table operation.leases (
    name       text        primary key,
    holder     text        not null,
    epoch      bigint      not null,
    expires_at timestamptz not null,
    held_since timestamptz not null
);

-- Takes or prolongs a lease; null while another holder has it.
create function operation.hold_lease(lease_name text, lease_holder text, seconds double precision) returns bigint
language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into operation.leases as l
    values (lease_name, lease_holder, 1, clock_timestamp() + seconds * interval '1 second', clock_timestamp())
    on conflict (name) do update
    set holder = excluded.holder, expires_at = excluded.expires_at,
        epoch = l.epoch + (l.holder <> excluded.holder)::int,
        held_since = case when l.holder = excluded.holder then l.held_since else excluded.held_since end
    where l.holder = excluded.holder or l.expires_at < clock_timestamp()
    returning epoch
$$;

create function operation.release_lease(lease_name text, lease_holder text) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    update operation.leases set expires_at = '-infinity' where name = lease_name and holder = lease_holder
$$;

-- When a process last ended a pass of its work well, which runs could not go on in it, and what kind of error its
-- last bad one met.
create table operation.heartbeats (
    name          text primary key,
    ended_well_at timestamptz,
    failed_at     timestamptz,
    error         text,
    held_back     uuid[] not null default '{}',
    disarmed      text,
    waits_since   timestamptz,
    rates         jsonb  not null default '{}'
);
comment on column operation.heartbeats.waits_since is 'Since when the dispatcher has work that is due and does not move; null if it has none.';
comment on column operation.heartbeats.rates is 'How many facts a second the projector folded into each projection over the last minute.';
comment on column operation.heartbeats.disarmed is 'Why the dispatcher sends nothing until an operator confirms.';

-- Processes that run, though nothing else shows it: projectors, and those dispatchers and schedulers that do not have the
-- lease. A process that gets the lease deletes its row. The row of a process that is killed stays.
create table operation.processes (
    process_id uuid        primary key,
    name       text        not null,
    seen_at    timestamptz not null,
    since      timestamptz not null
);
comment on column operation.processes.since is 'Since when the process has run without a lease.';

-- Who let the dispatcher send although the log does not have the fact that was noted outside the database. It goes on
-- from `position`, the head at that moment.
create table operation.armings (
    arming_id      bigint generated always as identity primary key,
    happened_at    timestamptz not null default clock_timestamp(),
    operator       text        not null,
    noted_position bigint,
    "position"     bigint      not null
);

-- Refuses whoever does not hold this lease at this epoch. It is called under the log's lock: a holder that took the
-- lease over while the caller waited for its turn is seen. The lease's row stays locked (for share) to the end of the
-- transaction, so that nobody takes the lease over before the caller has committed.
create function log.require_lease(lease_name text, held_epoch bigint) returns void language plpgsql as $$
begin
    perform 1 from operation.leases l
    where l.name = lease_name and l.epoch = held_epoch and l.expires_at > clock_timestamp()
    for share;
    if not found then
        raise exception 'the lease % is not held at epoch %', lease_name, held_epoch using errcode = 'FA001';
    end if;
end $$;

-- Appends as log.append does, for the holder of this lease at this epoch: a process that was stopped past its lease
-- and continues commits nothing.
create function log.append_held(
    lease_name text, held_epoch bigint,
    stream_ids uuid[], originator_versions bigint[], stored_names text[], states bytea[],
    customer_ids uuid[], other_profile_ids uuid[], fact_requests int[],
    receipt_subjects text[], receipt_keys text[], receipt_fingerprints bytea[], receipt_answers jsonb[],
    premise_streams uuid[], premise_versions bigint[], premise_requests int[],
    brought_instant timestamptz default null
) returns table (
    request int, first_position bigint, outdated boolean,
    earlier_fingerprint bytea, earlier_answer jsonb, earlier_position bigint
) language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform log.lock();
    perform log.require_lease(lease_name, held_epoch);
    return query
    select * from log.append(
        stream_ids, originator_versions, stored_names, states, customer_ids, other_profile_ids, fact_requests,
        receipt_subjects, receipt_keys, receipt_fingerprints, receipt_answers,
        premise_streams, premise_versions, premise_requests, brought_instant
    );
end $$;

-- Hands messages over: appends the fact of each message unless, after the position that its decision read, the log
-- has a stopping fact about a profile that the message watches, or a handover of the same campaign to one of them.
-- Watches are pairs (index into the arrays from 1, profile). A fact about no profile, such as a pause of the campaign
-- or a new policy, is found by its stream and stops all of them. Returns a position or null for each message.
create function log.hand_over(
    lease_name text, held_epoch bigint, read_position bigint, longest_tail bigint,
    stopping_names text[], handover_name text, campaign_id uuid,
    stream_ids uuid[], originator_versions bigint[], states bytea[], customer_ids uuid[],
    watch_indexes int[], watch_profiles uuid[], watched_streams uuid[],
    brought_instant timestamptz default null
) returns table (index int, "position" bigint)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    last_position bigint;
    last_instant timestamptz;
    instant timestamptz;
    refused int[];
    accepted int[];
begin
    perform log.lock();
    perform log.require_lease(lease_name, held_epoch);
    select e.notification_id, e.recorded_at into last_position, last_instant
    from log.events e order by e.notification_id desc limit 1;
    if last_position - read_position not between 0 and longest_tail then
        raise exception 'the facts were read % positions ago', last_position - read_position
            using errcode = 'FA002';
    end if;
    with tail as (
        select e.customer_id, e.other_profile_id
        from log.events e
        where e.notification_id > read_position
          and (e.stored_name = any (stopping_names)
               or (e.stored_name = handover_name
                   and convert_from(e.state, 'UTF8')::jsonb ->> 'campaign_id' = hand_over.campaign_id::text))
          and (e.customer_id is not null or e.stream_id = any (watched_streams))
    ), stopped as (
        select t.customer_id as profile from tail t
        union select t.other_profile_id from tail t where t.other_profile_id is not null
    )
    select array_agg(distinct r.message) into refused
    from (
        select w.message from unnest(watch_indexes, watch_profiles) as w(message, profile)
        join stopped s on s.profile = w.profile
        union all
        select o.message from generate_subscripts(stream_ids, 1) as o(message)
        where exists (select from tail t where t.customer_id is null)
    ) r;

    select array_agg(f.ordinal::int order by f.ordinal) into accepted
    from unnest(stream_ids, originator_versions) with ordinality
        as f(stream_id, originator_version, ordinal)
    where not f.ordinal::int = any (coalesce(refused, '{}'))
      and not exists (select 1 from log.events e where e.stream_id = f.stream_id
                      and e.originator_version >= f.originator_version);

    instant := log.recording_instant(brought_instant, last_instant);
    insert into log.events
    select stream_ids[a.message], originator_versions[a.message], handover_name, states[a.message],
           last_position + a.ordinal, instant, customer_ids[a.message], null
    from unnest(accepted) with ordinality as a(message, ordinal);

    return query
    select o.message::int, last_position + a.ordinal
    from generate_subscripts(stream_ids, 1) as o(message)
    left join unnest(accepted) with ordinality as a(message, ordinal) on a.message = o.message
    order by 1;
end $$;

-- The facts as SQL reads them; the views of schema event stand on this. originator_id is the id of what a fact is
-- about, as clients know it. said_at orders statements: nothing counts as said later than it was recorded.
-- Without `offset 0` PostgreSQL would parse the state once for each column that reads from it.
create view log.facts as
select notification_id as position, recorded_at, stored_name, customer_id, other_profile_id, stream_id,
       (d.data ->> 'originator_id')::uuid as originator_id, originator_version,
       (d.data ->> 'occurred_at')::timestamptz as occurred_at,
       least((d.data ->> 'occurred_at')::timestamptz, recorded_at) as said_at, d.data
from log.events, lateral (select convert_from(state, 'UTF8')::jsonb as data offset 0) d;

-- Keys of client applications and of people: only their hashes. A client has scopes, a person has roles.
create table access.api_keys (
    key_id     uuid        primary key,
    name       text        not null,
    hash       bytea       not null unique,
    scopes     text[]      not null default '{}',
    roles      text[]      not null default '{}',
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used  timestamptz,
    configured boolean     not null default false,
    check (scopes = '{}' or roles = '{}')
);
comment on column access.api_keys.configured is 'It stands or stood in FARLEY_ADMIN_KEY; false once it is revoked by hand.';
create index api_keys_by_age on access.api_keys (created_at, key_id);

-- The keys that work now, and those of people among them.
create view access.live_keys as
select key_id, name, hash, scopes, roles, created_at, last_used from access.api_keys
where revoked_at is null and (expires_at is null or expires_at > clock_timestamp());

create view access.live_people as
select key_id, name, hash, roles, created_at from access.live_keys where roles <> '{}';

-- Links that sign a person in once, by the hash of their secret.
create table access.sign_in_links (
    hash        bytea       primary key,
    key_id      uuid        not null references access.api_keys,
    valid_until timestamptz not null,
    used_at     timestamptz
);

-- Sessions of people in the console, by the hash of their secret.
create table access.sessions (
    session_id uuid        primary key,
    hash       bytea       not null unique,
    key_id     uuid        not null references access.api_keys,
    browser    text        not null,
    began_at   timestamptz not null default clock_timestamp(),
    last_used  timestamptz not null default clock_timestamp(),
    ended_at   timestamptz
);
create index sessions_by_key on access.sessions (key_id);

-- The sessions that work now: begun less than 12 hours ago and used less than an hour ago, by a person whose key works.
create view access.live_sessions as
select s.session_id, s.hash, s.browser, s.began_at, s.last_used, p.key_id, p.name, p.roles
from access.sessions s join access.live_people p using (key_id)
where s.ended_at is null and s.began_at > clock_timestamp() - interval '12 hours'
  and s.last_used > clock_timestamp() - interval '60 minutes';

-- What was done to keys, links and sessions, and by whom: an account of the machine, or the owner of a key. Nobody
-- changes a row or deletes one.
create table access.changes (
    change_id     bigint generated always as identity primary key,
    happened_at   timestamptz not null default clock_timestamp(),
    operator      text        not null,
    access_change text        not null
                  check (access_change in ('key_made', 'key_revoked', 'link_made', 'session_ended')),
    owner         text        not null,
    key_id        uuid        not null references access.api_keys,
    session_id    uuid
);
create index changes_of_key on access.changes (key_id, change_id);
comment on column access.changes.owner is 'Whose key it is: key:NAME of a client, person:NAME of a person.';

-- What people chose for the console. Null: what the browser or the installation says.
create table access.person_settings (
    name      text    primary key,
    language  text,
    time_zone text,
    shortcuts boolean not null default true
);

-- How far each projection has folded, and what stopped it. Its tables are those of its version: a rebuild folds into
-- tables of the next version, beside these, and then raises the version. definition is a hash of the SQL that creates
-- them and of the fold by which the tables of this version were made. Every batch updates all rows, so
-- a row is short, and each page has room for several versions of its rows.
create table operation.projections (
    name       text        primary key,
    version    int         not null,
    definition text        not null,
    position   bigint      not null default 0,
    state      text        not null default 'live' check (state in ('live', 'paused')),
    error      text,
    error_at   bigint,
    changed_at timestamptz not null default clock_timestamp(),
    last_error    text,
    last_error_at timestamptz
) with (fillfactor = 10);
comment on column operation.projections.error is 'Why the fact at the position error_at cannot be folded, while that pauses the projection.';
comment on column operation.projections.last_error is 'The last such error. It stays when the projection goes on.';

-- The SQL that creates the tables of each projection.
create table operation.projection_tables (
    name   text primary key,
    tables text not null
);

create function operation.schema_of(projection text, version int) returns text language sql immutable as $$
    select 'read_' || projection || '_' || version
$$;

-- Makes table names mean the tables that serve, as the calling statement's snapshot sees their versions. A reader calls
-- this inside its own snapshot: one that is older than a switch goes on with the tables of before. A search path that
-- is right already is not set again, because that would make each later statement look up its names again.
create function operation.use_serving_tables() returns void language plpgsql as $$
declare
    path constant text := (
        select string_agg(operation.schema_of(name, version), ', ' order by name) || ', pg_catalog, pg_temp'
        from operation.projections
    );
begin
    if current_setting('search_path') <> path then
        perform set_config('search_path', path, false);
    end if;
end $$;

-- Whoever folds holds this to the end of the transaction, and so does whoever switches: so no projection moves during
-- a switch. It is a table that only the projector may lock, and an empty one, for the same reasons as log.turn.
create table operation.folding ();

-- Ends the sessions that hold the lock for folding and have waited for their process for so many seconds: it is stopped,
-- and would keep the others from folding. PostgreSQL's own limit for a session that rests in a transaction does not count
-- within a pipeline. A role sees and ends its own sessions only. Returns how many sessions were ended. It looks twice,
-- because a session that has just finished a long statement waits for its process for a moment, too.
create function operation.end_stopped_folding(seconds double precision) returns int
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    stopped text[];
    ended int;
begin
    stopped := operation.stopped_folding(seconds);
    if stopped = '{}' then
        return 0;
    end if;
    perform pg_sleep(0.5);
    perform pg_stat_clear_snapshot();
    select count(*) filter (where pg_terminate_backend(split_part(session, ' ', 1)::int)) into ended
    from unnest(operation.stopped_folding(seconds)) as session
    where session = any (stopped);
    return ended;
end $$;

-- The sessions that hold the lock for folding and wait for their process: process id, and since when the state holds.
create function operation.stopped_folding(seconds double precision) returns text[]
language sql set search_path = pg_catalog, pg_temp as $$
select coalesce(array_agg(format('%s %s', a.pid, extract(epoch from a.state_change))), '{}')
from pg_locks l join pg_stat_activity a using (pid)
where l.relation = 'operation.folding'::regclass and l.granted and l.mode = 'ExclusiveLock'
  and l.database = (select oid from pg_database where datname = current_database())
  and a.wait_event = 'ClientRead' and a.state_change < clock_timestamp() - seconds * interval '1 second'
$$;

-- Schemas of versions that serve no more, each with the transactions that ran when it was noted here. One of them may
-- have an older snapshot, and read these tables still.
create table operation.retired_schemas (
    name         text   primary key,
    transactions text[] not null
);

-- Creates the empty tables of a projection in a new schema, with the grants of all roles.
create function operation.create_tables(schema_name text, tables text) returns void language plpgsql as $$
declare
    path constant text := current_setting('search_path');
begin
    execute format('create schema %I', schema_name);
    perform set_config('search_path', format('%I, pg_catalog', schema_name), true);
    execute tables;
    perform set_config('search_path', path, true);
    execute format(
        'grant usage on schema %1$I to farley_projector, farley_reader;'
        ' grant select on all tables in schema %1$I to farley_reader;'
        ' grant select, insert, update, delete on all tables in schema %1$I to farley_projector',
        schema_name
    );
end $$;

-- Whether this version of a projection's tables is the one that the caller's snapshot sees. Refuses a snapshot that is
-- older than the switch to it: to such a snapshot the tables may look empty.
create function operation.serves(projection text, tables_version int) returns boolean
language plpgsql stable parallel safe security definer set search_path = pg_catalog, pg_temp as $$
begin
    if not exists (select from operation.projections p where p.name = projection and p.version = tables_version) then
        raise exception 'the read model % was rebuilt after this transaction began', projection
            using errcode = '40001', hint = 'Begin the transaction again.';
    end if;
    return true;
end $$;

-- Makes the views of schema read_NAME show the tables of the projection's version. The reporting views read these
-- views, and so follow a switch without being replaced.
create function operation.show_tables(projection text) returns void language plpgsql as $$
declare
    shown record;
begin
    for shown in
        select p.name, p.version, n.nspname as schema_name, c.relname as table_name
        from operation.projections p
        join pg_namespace n on n.nspname = operation.schema_of(p.name, p.version)
        join pg_class c on c.relnamespace = n.oid and c.relkind = 'r'
        where p.name = projection
    loop
        execute format(
            'create or replace view %I.%I as select * from %I.%I where (select operation.serves(%L, %s))',
            'read_' || shown.name, shown.table_name, shown.schema_name, shown.table_name, shown.name, shown.version
        );
    end loop;
end $$;

-- Begins a rebuild: creates the empty tables of the next version of these projections, and drops what a rebuild that
-- was cut off has left. Returns the search path with these tables, or null while another session rebuilds. The lock is
-- the session's, so that the end of a process ends its rebuild.
create function operation.begin_rebuild(names text[]) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    rebuilt record;
begin
    if not pg_try_advisory_lock(4702181153) then
        return null;
    end if;
    perform operation.drop_unfinished();
    for rebuilt in
        select operation.schema_of(p.name, p.version + 1) as schema_name, t.tables
        from operation.projections p join operation.projection_tables t using (name) where p.name = any (names)
    loop
        perform operation.create_tables(rebuilt.schema_name, rebuilt.tables);
    end loop;
    return (
        select string_agg(operation.schema_of(p.name, p.version + 1), ', ' order by p.name)
        from operation.projections p where p.name = any (names)
    ) || ', pg_catalog, pg_temp';
end $$;

-- Drops the tables of versions that do not serve yet. Their only reader is the rebuild that filled them.
create function operation.drop_unfinished() returns void language plpgsql as $$
declare
    unfinished text;
begin
    for unfinished in
        select n.nspname from pg_namespace n
        join operation.projections p on n.nspname = operation.schema_of(p.name, p.version + 1)
    loop
        execute format('drop schema %I cascade', unfinished);
    end loop;
end $$;

-- Collects what the planner knows about the tables of the next version, before anybody reads them.
create function operation.analyze_rebuilt(names text[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    rebuilt record;
begin
    for rebuilt in
        select t.schemaname, t.tablename from pg_tables t
        join operation.projections p on t.schemaname = operation.schema_of(p.name, p.version + 1)
        where p.name = any (names)
    loop
        execute format('analyze %I.%I', rebuilt.schemaname, rebuilt.tablename);
    end loop;
end $$;

-- Switches these projections to the tables of their next version, which are folded up to this position by these
-- definitions. The caller holds operation.folding.
create function operation.switch_to_rebuilt(names text[], definitions text[], upto bigint) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update operation.projections p
    set version = p.version + 1, definition = rebuilt.definition, position = upto, state = 'live', error = null,
        error_at = null, changed_at = clock_timestamp()
    from unnest(names, definitions) as rebuilt(name, definition) where p.name = rebuilt.name;
    perform operation.show_tables(name) from unnest(names) as switched(name);
end $$;

-- Whether a session rebuilds now.
create function operation.rebuild_runs() returns boolean language sql stable as $$
    select exists (
        select from pg_locks l
        join pg_database d on d.oid = l.database and d.datname = current_database()
        where l.locktype = 'advisory' and l.objsubid = 1
          and l.classid = (4702181153 >> 32)::oid and l.objid = (4702181153 & 4294967295)::oid
    )
$$;

-- Rebuilds, how far each has come, and how each ended. One that stands as running runs while operation.rebuild_runs says
-- so; otherwise its process was killed or lost its connection.
create table operation.rebuilds (
    rebuild_id  bigint generated always as identity primary key,
    operator    text             not null,
    projections text[]           not null,
    rebuild_state text           not null default 'running'
                                 check (rebuild_state in ('running', 'switched', 'failed', 'stopped', 'cut_off')),
    began_at    timestamptz      not null default clock_timestamp(),
    "position"  bigint           not null default 0,
    goal        bigint           not null default 0,
    rate        double precision not null default 0,
    noted_at    timestamptz      not null default clock_timestamp(),
    waits_for   text,
    error       text
);
comment on column operation.rebuilds.goal is 'The last position to fold, as known at noted_at.';
comment on column operation.rebuilds.rate is 'Facts a second over the last minute before noted_at.';
comment on column operation.rebuilds.waits_for is 'A sentence about the session that the switch waits for; null if none keeps it waiting.';
comment on column operation.rebuilds.noted_at is 'When it last said how far it is; once it runs no more, when it ended.';

-- Ends a rebuild of this session, whether it has switched or not.
create function operation.end_rebuild() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform operation.drop_unfinished();
    perform pg_advisory_unlock(4702181153);
end $$;

-- Drops the tables of earlier versions, once every transaction of this database has ended that ran when they were seen
-- to serve no more.
-- Returns how many schemas have to wait. Tables that somebody locks wait, too.
create function operation.drop_retired() returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout to '1s' as $$
declare
    running text[];
    retired text;
begin
    lock table operation.retired_schemas in share row exclusive mode;
    insert into operation.retired_schemas
    select n.nspname, (
        select coalesce(array_agg(l.virtualxid), '{}')
        from pg_locks l
        join pg_stat_activity a on a.pid = l.pid
        where l.locktype = 'virtualxid' and l.pid <> pg_backend_pid() and a.datname = current_database()
    )
    from pg_namespace n
    join operation.projections p on n.nspname ~ ('^read_' || p.name || '_[0-9]+$')
    where substring(n.nspname from '[0-9]+$')::int < p.version
    on conflict do nothing;
    select coalesce(array_agg(l.virtualxid), '{}') into running from pg_locks l where l.locktype = 'virtualxid';
    for retired in select name from operation.retired_schemas where not transactions && running loop
        begin
            execute format('drop schema if exists %I cascade', retired);
            delete from operation.retired_schemas where name = retired;
        exception when lock_not_available or deadlock_detected then
            null;
        end;
    end loop;
    return (select count(*) from operation.retired_schemas);
end $$;

-- What operators did to projections, and where these stood then.
create table operation.interventions (
    intervention_id bigint generated always as identity primary key,
    happened_at     timestamptz not null default clock_timestamp(),
    operator        text        not null,
    action          text        not null check (action in ('pause', 'retry', 'skip', 'rebuild', 'verify')),
    projection      text        not null,
    "position"      bigint      not null,
    note            text
);
comment on column operation.interventions.note is 'For a skip, why the fact could not be folded; for a verification, what differs.';

-- What was asked over HTTP to be done to projections, and what became of it. Only the projector does it. A rebuild that
-- stands as running waits again if no session rebuilds. `error_at`: the fact that could not be folded when it was asked;
-- another one is not skipped.
create table operation.requests (
    request_id    uuid        primary key,
    asked_at      timestamptz not null default clock_timestamp(),
    operator      text        not null,
    asked_action  text        not null check (asked_action in ('pause', 'retry', 'skip', 'rebuild')),
    projection    text        not null references operation.projections,
    error_at      bigint,
    request_state text        not null default 'waiting'
                  check (request_state in ('waiting', 'running', 'done', 'refused')),
    ended_at      timestamptz,
    note          text
);
comment on column operation.requests.note is 'Why it was refused.';
create unique index requests_open on operation.requests (projection, asked_action) where ended_at is null;
create index requests_by_age on operation.requests (asked_at, request_id);

-- Asks for it, unless the same waits already. Returns the id of the request that waits.
create function operation.ask_intervention(id uuid, asking text, asked text, named text) returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into operation.requests (request_id, operator, asked_action, projection, error_at)
    select id, asking, asked, name, p.error_at from operation.projections p where name = named on conflict do nothing;
    perform operation.wake('projector');
    return coalesce(
        (select request_id from operation.requests where request_id = id),
        (select request_id from operation.requests
         where projection = named and asked_action = asked and ended_at is null)
    );
end $$;

-- Work that takes too long for one request, and what became of it. `done` of `of_all` units are done. `checkpoint`: from
-- where a process goes on with a job that another one has left. `attempt` counts how often a job was begun: a process
-- that was stopped past `held_until` and continues finds a higher one, and changes nothing. `answer` is the result of a
-- finished job, or the error of a failed one.
create table operation.jobs (
    job_id     uuid        primary key,
    job_kind   text        not null check (job_kind in ('past_preview', 'import', 'replay')),
    owner      text        not null,
    question   jsonb       not null,
    "position" bigint      not null,
    job_state  text        not null default 'waiting'
               check (job_state in ('waiting', 'running', 'finished', 'failed', 'cancelled')),
    attempt    int         not null default 0,
    done       bigint      not null default 0,
    of_all     bigint      not null,
    checkpoint jsonb,
    held_until timestamptz,
    asked_at   timestamptz not null default clock_timestamp(),
    begun_at   timestamptz,
    ended_at   timestamptz,
    kept_hours int         not null,
    answer     jsonb
);
create index jobs_newest on operation.jobs (asked_at desc, job_id desc);
create index jobs_of_owner on operation.jobs (owner, asked_at desc, job_id desc);

-- Adds a job that waits. False while so many jobs have not ended.
create function operation.ask_job(
    id uuid, kind text, asked_by text, asked jsonb, head bigint, units bigint, hours int, most_unended int
) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    lock table operation.jobs in share row exclusive mode;
    if (select count(*) from operation.jobs where ended_at is null) >= most_unended then
        return false;
    end if;
    insert into operation.jobs (job_id, job_kind, owner, question, "position", of_all, kept_hours)
    values (id, kind, asked_by, asked, head, units, hours);
    perform operation.wake('jobs');
    return true;
end $$;

-- Ends a job that waits or runs as cancelled. False if it has ended.
create function operation.cancel_job(id uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    cancelled uuid;
begin
    update operation.jobs set job_state = 'cancelled', ended_at = clock_timestamp()
    where job_id = id and ended_at is null
    returning job_id into cancelled;
    perform operation.wake('jobs');
    return cancelled is not null;
end $$;

-- Begins the job that has waited longest, or one whose process does not hold it any more, for these seconds. No row
-- without such a job, or while so many run. A job that was begun too often fails with the answer
-- `lost`. Jobs that ended longer ago than they are kept are deleted.
create function operation.begin_job(
    most_running int, most_attempts int, seconds double precision, lost jsonb
) returns setof operation.jobs language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    lock table operation.jobs in share row exclusive mode;
    delete from operation.jobs where ended_at < clock_timestamp() - kept_hours * interval '1 hour';
    update operation.jobs set job_state = 'failed', ended_at = clock_timestamp(), answer = lost
    where job_state = 'running' and held_until < clock_timestamp() and attempt >= most_attempts;
    if (select count(*) from operation.jobs where job_state = 'running' and held_until >= clock_timestamp())
        >= most_running then
        return;
    end if;
    return query update operation.jobs j
    set job_state = 'running', attempt = j.attempt + 1, done = case when j.checkpoint is null then 0 else j.done end,
        held_until = clock_timestamp() + seconds * interval '1 second', begun_at = clock_timestamp()
    where j.job_id = (
        select w.job_id from operation.jobs w
        where w.job_state = 'waiting' or (w.job_state = 'running' and w.held_until < clock_timestamp())
        order by w.asked_at, w.job_id limit 1)
    returning j.*;
end $$;

-- Holds a job for these seconds more and notes its progress, and its checkpoint if there is one. False if it must not go
-- on.
create function operation.hold_job(
    id uuid, held_attempt int, units_done bigint, units bigint, goes_on_from jsonb, seconds double precision
) returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update operation.jobs
    set done = units_done, of_all = units, checkpoint = coalesce(goes_on_from, checkpoint),
        held_until = clock_timestamp() + seconds * interval '1 second'
    where job_id = id and attempt = held_attempt and job_state = 'running';
    return found;
end $$;

-- Ends a job as finished or failed, unless it has ended or another process has begun it again.
create function operation.end_job(
    id uuid, held_attempt int, end_state text, with_answer jsonb, units_done bigint, units bigint
) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update operation.jobs
    set job_state = end_state, answer = with_answer, ended_at = clock_timestamp(), done = units_done,
        of_all = units
    where job_id = id and attempt = held_attempt and job_state = 'running';
    perform operation.wake('jobs');
end $$;

-- Lets a job wait again, because its process is ending. This beginning does not count.
create function operation.leave_job(id uuid, held_attempt int) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update operation.jobs set job_state = 'waiting', attempt = attempt - 1, held_until = null,
        done = case when checkpoint is null then 0 else done end
    where job_id = id and attempt = held_attempt and job_state = 'running';
    perform operation.wake('jobs');
end $$;

-- The last response to each campaign that was computed. Whoever computes one holds its row. `basis`: the tables and
-- positions of the read models that it was computed from. `code`: a hash of the code that computed it, and the currency.
create table operation.kept_responses (
    campaign_id uuid primary key,
    basis       jsonb,
    code        text,
    computed_at timestamptz,
    answer      jsonb
);

-- Files that were uploaded to be imported, and the job that was asked last for each.
create table operation.imports (
    import_id   uuid        primary key,
    owner       text        not null,
    file_name   text        not null,
    file_bytes  bigint      not null,
    sha256      bytea       not null,
    uploaded_at timestamptz not null default clock_timestamp(),
    job_id      uuid
);
create index imports_newest on operation.imports (uploaded_at desc, import_id desc);

-- Deletes imports that were uploaded so many days ago, unless a job works on them.
create function operation.expire_imports(days int) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    delete from operation.imports i
    where uploaded_at < clock_timestamp() - days * interval '1 day'
      and not exists (select from operation.jobs j where j.job_id = i.job_id and j.ended_at is null)
$$;

-- Which of these imports there are. `rests_for`: seconds since the upload or the end of the last job.
create function operation.kept_imports(ids uuid[])
returns table (import_id uuid, job_id uuid, is_at_work boolean, is_imported boolean, rests_for double precision)
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select i.import_id, i.job_id, j.job_id is not null and j.ended_at is null,
           coalesce(j.job_state = 'finished' and not (j.question ->> 'dry_run')::boolean, false),
           extract(epoch from clock_timestamp() - greatest(i.uploaded_at, j.ended_at))::double precision
    from operation.imports i left join operation.jobs j using (job_id)
    where i.import_id = any(ids)
$$;

-- What each role may do. Tests compare the catalogue with a committed file.

revoke all on schema log, operation, access, event, reporting from public;
revoke all on all functions in schema log, operation from public;

grant usage on schema log, operation, event to farley_api, farley_projector, farley_dispatcher, farley_reader;
grant usage on schema log to farley_replayer;
grant usage on schema access to farley_api;

grant select on log.events, log.facts, log.installation
    to farley_api, farley_projector, farley_dispatcher;
-- farley_reader answers every question, those with criteria of clients among them: it sees neither keys nor receipts
-- and writes nothing.
grant select on log.events, log.facts to farley_reader;
-- farley_replayer decides again from the log alone: it sees no read model, key or receipt and writes only temporary
-- tables, so that no replay can rest on a projection or change one.
grant select on log.events, log.facts to farley_replayer;
grant select on log.receipts to farley_api;
grant execute on function log.append to farley_api, farley_dispatcher;
grant execute on function log.append_held, log.hand_over, log.expire_receipts to farley_dispatcher;

grant select on operation.projections, operation.leases
    to farley_api, farley_projector, farley_dispatcher, farley_reader;
grant update (position, state, error, error_at, changed_at, last_error, last_error_at)
    on operation.projections to farley_projector;
grant select on operation.projection_tables to farley_api;
grant select on operation.interventions to farley_api, farley_projector, farley_dispatcher;
grant insert (operator, action, projection, "position", note) on operation.interventions to farley_projector;
grant select on operation.requests to farley_api, farley_projector;
grant update (request_state, ended_at, note) on operation.requests to farley_projector;
grant execute on function operation.ask_intervention to farley_api;
grant select on operation.rebuilds to farley_api, farley_projector;
grant insert (operator, projections), update ("position", goal, rate, noted_at, waits_for, rebuild_state, error)
    on operation.rebuilds to farley_projector;
grant execute on function operation.rebuild_runs to farley_api, farley_projector;
grant execute on function operation.hold_lease, operation.release_lease to farley_dispatcher, farley_projector;
grant execute on function operation.fall_asleep to farley_dispatcher, farley_projector;
grant execute on function operation.wake, operation.end_stopped_folding, operation.stopped_folding to farley_projector;
grant update on operation.folding to farley_projector;
grant execute on function
    operation.begin_rebuild, operation.analyze_rebuilt, operation.switch_to_rebuilt, operation.end_rebuild,
    operation.drop_retired
    to farley_projector;
grant execute on function operation.use_serving_tables, operation.schema_of to farley_projector, farley_reader;
grant execute on function operation.serves to farley_projector, farley_reader, farley_reporting;
grant select, insert, update on operation.heartbeats to farley_dispatcher, farley_projector;
grant select, insert, update, delete on operation.processes to farley_dispatcher, farley_projector;
grant select on operation.heartbeats, operation.processes to farley_api;
grant insert (operator, noted_position, "position") on operation.armings to farley_dispatcher;
grant select on operation.jobs, operation.imports to farley_api;
grant insert (import_id, owner, file_name, file_bytes, sha256), update (job_id) on operation.imports to farley_api;
grant execute on function operation.expire_imports, operation.kept_imports to farley_dispatcher;
grant execute on function operation.ask_job, operation.cancel_job to farley_api;
grant select, insert, update on operation.kept_responses to farley_api;
grant execute on function operation.begin_job, operation.hold_job, operation.end_job, operation.leave_job
    to farley_dispatcher;

grant select, insert, update on access.api_keys, access.person_settings to farley_api;
grant select, insert, update, delete on access.sign_in_links, access.sessions to farley_api;
grant select on access.live_keys, access.live_people, access.live_sessions to farley_api;
grant select, insert (operator, access_change, owner, key_id, session_id) on access.changes to farley_api;

grant usage on schema reporting to farley_reporting, farley_reader;
alter default privileges in schema event grant select on tables to farley_projector, farley_reader;
alter default privileges in schema reporting grant select on tables to farley_reporting, farley_reader;
