-- Keys of source profiles, wrapped by the installation's wrapping key. Deleting one forgets a profile.

create schema keys;
create table keys.profile_keys (
    profile_id uuid        primary key,
    wrapped    bytea       not null,
    created_at timestamptz not null default clock_timestamp()
);
-- Processes remember the keys that other processes have made since they asked last.
create index profile_keys_created_at on keys.profile_keys (created_at);
create table keys.installation (
    only_row                 boolean primary key default true check (only_row),
    wrapping_key_fingerprint text
);
insert into keys.installation default values;

-- A mark that changes whenever keys were deleted. Processes remember keys for as long as it stays as it is. It is
-- random, so that a database that was restored never shows a later mark of the lost history.
create table keys.deletions (
    only_row boolean primary key default true check (only_row),
    mark     uuid    not null default gen_random_uuid()
);
insert into keys.deletions default values;

create function keys.mark_deletion() returns trigger language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
begin
    update keys.deletions set mark = gen_random_uuid();
    return null;
end $$;
create trigger profile_keys_deleted after update or delete or truncate on keys.profile_keys
    for each statement execute function keys.mark_deletion();

-- The index of names: hashes of the words by which people are found. A row goes with its profile's key.
create table keys.name_words (
    profile_id uuid   primary key references keys.profile_keys on delete cascade,
    names      uuid[] not null,
    towns      uuid[] not null
);
comment on table keys.name_words is 'The hashes of the words of each profile''s name and towns.';
-- Entries are written at once, because a search would have to go through those that wait.
create index name_words_word on keys.name_words using gin ((names || towns)) with (fastupdate = off);

-- How far the index of names has followed the log, and the rules by which its words are made.
create table keys.name_index (
    only_row   boolean primary key default true check (only_row),
    "position" bigint  not null default 0,
    rules      int     not null default 1
);
insert into keys.name_index default values;

-- Keeps the keys of these profiles from being deleted until the transaction ends. Fails at once if one is deleted now.
create function keys.hold_keys(profile_ids uuid[]) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select from keys.profile_keys where profile_id = any (profile_ids) for key share nowait
$$;

revoke all on schema keys from public;
revoke all on all functions in schema keys from public;
grant usage on schema keys to farley_keys;
grant select, insert, delete on keys.profile_keys to farley_keys;
grant select on keys.deletions to farley_keys;
grant select, update on keys.installation to farley_keys;
grant select, insert, update, delete on keys.name_words to farley_keys;
grant select, update on keys.name_index to farley_keys;
grant execute on function keys.hold_keys to farley_keys;
