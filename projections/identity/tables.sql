-- Which profiles are one person. No row outlasts the links from which it comes, so unlinking is exact.

-- Profiles that have facts of their own, with the positions of the registration and of the first such fact.
create table profile (
    profile_id          uuid   primary key,
    registered_position bigint,
    first_position      bigint not null
);

-- Links that hold, according to the newest fact about each pair.
create table link (
    profile_id       uuid   not null,
    other_profile_id uuid   not null,
    "position"       bigint not null,
    basis            text   not null,
    primary key (profile_id, other_profile_id)
);
create index link_other on link (other_profile_id, profile_id);

-- Linked profiles without facts of their own: the person id of the person for whom each stands.
create table alias (
    profile_id uuid primary key,
    person_id  uuid not null
);
create index alias_person on alias (person_id);

-- Members of clusters in which more than one profile has facts of its own, the canonical one included.
create table person_profile (
    profile_id uuid primary key,
    person_id  uuid not null
);
create index person_profile_person on person_profile (person_id);
