-- Segments: criteria with a name.

create table segment (
    segment_id       uuid        primary key,
    name             text        not null,
    criteria         jsonb       not null,
    defined_at       timestamptz not null,
    defined_position bigint      not null,
    version          bigint      not null,
    "position"       bigint      not null
);
create index segment_in_order on segment (defined_position);
