-- Segments: criteria with a name, and where they are used.

-- `segments`: the segments that the criteria name.
create table segment (
    segment_id       uuid        primary key,
    name             text        not null,
    criteria         jsonb       not null,
    segments         uuid[]      not null,
    defined_at       timestamptz not null,
    defined_position bigint      not null,
    version          bigint      not null,
    "position"       bigint      not null
);
create index segment_in_order on segment (defined_position);
create index segment_name on segment (lower(name), defined_position);
create index segment_names on segment using gin (segments);

-- The segments that the audience of each campaign names, by its newest content.
create table segment_campaign (
    campaign_id uuid   primary key,
    name        text   not null,
    audience    jsonb  not null,
    segments    uuid[] not null,
    version     bigint not null,
    "position"  bigint not null
);
create index segment_campaign_names on segment_campaign using gin (segments);
