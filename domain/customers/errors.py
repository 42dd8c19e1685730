"""The errors about customers."""

from domain.errors import InvalidInput, NotFound, RuleBroken


class CustomerNotFound(NotFound):
    """No customer has this id."""


class ContactPointNotFound(NotFound):
    """This customer has no contact point with this id."""


class ReservedForIdentifiers(InvalidInput):
    """UUIDs of version 8 are reserved for the ids of identifiers' profiles. Send an id of another version, or none."""


class RegistrationForgotten(RuleBroken):
    """This registration was forgotten. State details by PATCH, and add contact points and external ids again."""


class LinkNotFound(NotFound):
    """These profiles are not linked."""


class SelfLink(RuleBroken):
    """A profile cannot be linked to itself."""


class NoWords(InvalidInput):
    """A search needs a word with at least one letter or digit."""


class TooManyWords(InvalidInput):
    """A search has at most 10 different words. Leave some out."""
