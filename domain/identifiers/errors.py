"""The errors about identifiers."""

from domain.errors import InvalidInput


class InvalidEmailAddress(InvalidInput):
    """Not an e-mail address."""


class InvalidPhoneNumber(InvalidInput):
    """Not a phone number; write it with +country code."""


class NoCountryCode(InvalidPhoneNumber):
    """A phone number without a country code: write it with + and its country code."""

    def __init__(self, message: str | None = None, *, path: str = "", code: str = "no_country_code") -> None:
        super().__init__(message, path=path, code=code)


class PhoneExtension(InvalidPhoneNumber):
    """A number with an extension may belong to several people; give it without the extension if it is one person's."""

    def __init__(self, message: str | None = None, *, path: str = "", code: str = "extension") -> None:
        super().__init__(message, path=path, code=code)


class InvalidIdentifier(InvalidInput):
    """Not an identifier: it is empty, too long, or has characters that are controls or change the order of text."""


class InvalidDomain(InvalidInput):
    """Not the domain of an e-mail address."""


class InvalidPostalAddress(InvalidInput):
    """Not a postal address."""
