-- Which profiles are one person. Nothing here outlasts the links it comes from, so unlinking is exact.

-- Profiles that have facts of their own, and where the first of them and the registration stand.
create table profile (
    profile_id          uuid   primary key,
    registered_position bigint,
    first_position      bigint not null
);

-- Links that hold, as the newest fact about each pair says.
create table link (
    profile_id        uuid   not null,
    other_customer_id uuid   not null,
    how               text   not null,
    "position"        bigint not null,
    primary key (profile_id, other_customer_id)
);
create index link_other on link (other_customer_id);

-- Linked profiles without facts of their own: the canonical id of the person they stand for.
create table alias (
    profile_id  uuid primary key,
    customer_id uuid not null
);
create index alias_customer on alias (customer_id);

-- Members of clusters in which more than one profile has facts of its own, the canonical one included.
create table canonical_map (
    profile_id   uuid primary key,
    canonical_id uuid not null
);
create index canonical_map_canonical on canonical_map (canonical_id);
