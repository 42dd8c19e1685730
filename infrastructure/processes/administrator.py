"""The first administrator's key: the one in FARLEY_ADMIN_KEY, or one that the first start makes, and only it shows."""

from application.access import AccessKeys, AccessScope

NAME = "administrator"


def settle_configured_key(access: AccessKeys, key: str | None) -> bool:
    """Stores the key of FARLEY_ADMIN_KEY, if it is set, before a client can use it.

    Returns True if this ends the key that the variable had at an earlier start. Raises NotConfigured for a key that
    an operator revoked.
    """
    return access.configure(NAME, [AccessScope.ADMIN], key)


def first_key(access: AccessKeys) -> str | None:
    """Makes an administrator's key and returns it, or returns None if an administrator has one."""
    return None if access.anyone_with(AccessScope.ADMIN) else access.create(NAME, [AccessScope.ADMIN])[1]
