-- Keys of source profiles, wrapped by the installation's wrapping key. Deleting one forgets a profile.

create schema keys;
create table keys.profile_keys (
    profile_id uuid        primary key,
    wrapped    bytea       not null,
    created_at timestamptz not null default clock_timestamp()
);
create table keys.installation (
    only_row                 boolean primary key default true check (only_row),
    wrapping_key_fingerprint text
);
insert into keys.installation default values;

revoke all on schema keys from public;
grant usage on schema keys to farley_keys;
grant select, insert, delete on keys.profile_keys to farley_keys;
grant select, update on keys.installation to farley_keys;
