"""The checks of `farley check`, from the environment to the roles. They change nothing."""

from infrastructure.checks.everything import findings

__all__ = ["findings"]
