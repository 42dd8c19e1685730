-- The adopted versions of each kind of policy. The first version, which comes with Farley, is not among them.

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

-- Planned versions that were withdrawn and never take effect.
create table policy_withdrawal (
    kind         text        not null,
    version      bigint      not null,
    reason       text,
    withdrawn_at timestamptz not null,
    withdrawn_by text        not null,
    primary key (kind, version)
);
