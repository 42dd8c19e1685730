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

revoke all on schema keys from public;
grant usage on schema keys to farley_keys;
grant select, insert, delete on keys.profile_keys to farley_keys;
grant select on keys.deletions to farley_keys;
grant select, update on keys.installation to farley_keys;
