"""The database roles of an installation. Migrations grant their rights."""

ROLES = (
    "farley_owner",
    "farley_api",
    "farley_projector",
    "farley_dispatcher",
    "farley_reader",
    "farley_replayer",
    "farley_keys",
    "farley_reporting",
)
