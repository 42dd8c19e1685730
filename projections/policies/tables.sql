-- The versions of each kind of policy after the first, which came with Farley.

create table policy_version (
    kind            text        not null,
    version         bigint      not null,
    takes_effect_at timestamptz not null,
    content         jsonb       not null,
    note            text,
    adopted_at      timestamptz not null,
    adopted_by      text        not null,
    "position"      bigint      not null,
    primary key (kind, version)
);

-- Versions that were planned and shall never take effect.
create table policy_withdrawal (
    kind         text        not null,
    version      bigint      not null,
    reason       text,
    withdrawn_at timestamptz not null,
    withdrawn_by text        not null,
    "position"   bigint      not null,
    primary key (kind, version)
);
