"""What Farley refuses about customers."""

from domain.errors import NotFound, RuleBroken


class CustomerNotFound(NotFound):
    """No customer has this id."""


class ContactPointNotFound(NotFound):
    """This customer has no contact point of this id."""


class LinkNotFound(NotFound):
    """These profiles are not linked."""


class SelfLink(RuleBroken):
    """A profile cannot be linked to itself."""
