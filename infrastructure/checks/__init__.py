"""What `farley check` looks at, from the environment to the roles; nothing here changes anything."""

from infrastructure.checks.everything import findings

__all__ = ["findings"]
