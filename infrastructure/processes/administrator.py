"""The first administrator's key: the one in FARLEY_ADMIN_KEY, or one that is made at the first start and shown once."""

from application.access import AccessKeys, AccessScope

NAME = "administrator"


def settle_configured_key(access: AccessKeys, key: str | None) -> bool:
    """Stores the key of FARLEY_ADMIN_KEY, if it is set, before anybody can use it.

    True where the key that stood in the variable at an earlier start ends by this. NotConfigured for one that was
    revoked by hand.
    """
    return access.configure(NAME, [AccessScope.ADMIN], key)


def first_key(access: AccessKeys) -> str | None:
    """The key that was made just now; None where an administrator has one."""
    return None if access.anyone_with(AccessScope.ADMIN) else access.create(NAME, [AccessScope.ADMIN])[1]
