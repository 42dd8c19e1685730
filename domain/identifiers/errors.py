"""What Farley refuses about identifiers."""

from domain.errors import InvalidInput


class InvalidEmailAddress(InvalidInput):
    """Not an e-mail address."""


class InvalidPhoneNumber(InvalidInput):
    """Not a phone number; write it with +country code, or set the region it is read with."""


class InvalidIdentifier(InvalidInput):
    """Not an identifier: it is empty, too long or has control characters."""


class InvalidDomain(InvalidInput):
    """Not the domain of an e-mail address."""


class InvalidPostalAddress(InvalidInput):
    """Not a postal address."""
