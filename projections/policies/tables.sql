-- The versions of the suppression policy after the first, which came with Farley.

create table suppression_policy (
    version            bigint      primary key,
    takes_effect_at    timestamptz not null,
    cooling_off_days   jsonb       not null,
    stops              jsonb       not null,
    expires_after_days jsonb       not null,
    credit_purposes    jsonb       not null,
    note               text,
    adopted_at         timestamptz not null,
    adopted_by         text        not null,
    "position"         bigint      not null
);

-- Versions that were planned and shall never take effect.
create table suppression_policy_withdrawal (
    version      bigint      primary key,
    reason       text,
    withdrawn_at timestamptz not null,
    withdrawn_by text        not null,
    "position"   bigint      not null
);
