"""The first administrator's key: configured, or made at the first start and shown once."""

from application.access import AccessKeys
from infrastructure.home import Located

NAME = "administrator"


def first_key(access: AccessKeys, located: Located) -> str | None:
    """The key that was made just now; None where FARLEY_ADMIN_KEY is set or an administrator has one."""
    configured = located.settings.admin_key
    if configured is not None:
        if access.subject_of(configured) is None:
            access.create(NAME, ["admin"], key=configured)
        return None
    if any("admin" in key.scopes and key.revoked_at is None for key in access.all()):
        return None
    return access.create(NAME, ["admin"])[1]
