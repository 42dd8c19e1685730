"""The first administrator's key: the one in FARLEY_ADMIN_KEY, or one that the first start makes, and only it shows."""

from application.access.keys import AccessKeys, Owner
from application.access.roles import Role
from application.access.sessions import PersonNotFound
from application.services import Services

NAME = "administrator"
OWNER = Owner(name=NAME, roles=(Role.ADMINISTRATOR,))
"""The first administrator is a person: the key works for the API, and signs in to the console."""


def settle_configured_key(access: AccessKeys, key: str | None) -> bool:
    """Stores the key of FARLEY_ADMIN_KEY, if it is set, before a client can use it.

    Returns True if this ends the key that the variable had at an earlier start. Raises NotConfigured for a key that
    an operator revoked.
    """
    return access.configure(OWNER, key)


def first_key(access: AccessKeys) -> str | None:
    """Makes an administrator's key and returns it, or returns None if an administrator has one."""
    return None if access.any_administrator() else access.create_for_person(NAME, OWNER.roles)[1]


def administrators_link(services: Services) -> str | None:
    """Returns a link that signs the first administrator in to the console, or None if they have no live key."""
    try:
        return services.sign_in_url(services.sessions.make_link(NAME))
    except PersonNotFound:
        return None
