"""The database roles of an installation; migrations say what each may do."""

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
