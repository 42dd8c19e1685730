"""The database roles of an installation, and the settings that a role has. Migrations grant their rights."""

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
SETTINGS = {
    "farley_reader": {"default_transaction_read_only": "on"},
    "farley_reporting": {
        "search_path": "reporting",
        "statement_timeout": "120s",
        "default_transaction_read_only": "on",
        "idle_in_transaction_session_timeout": "300s",
    },
}
