"""Normal forms of e-mail addresses and phone numbers, by the libraries that know domains and number plans."""

import re
from functools import lru_cache
from unicodedata import normalize

import idna
import phonenumbers
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from domain.identifiers.errors import (
    InvalidDomain,
    InvalidEmailAddress,
    InvalidPhoneNumber,
    NoCountryCode,
    PhoneExtension,
)
from domain.identifiers.numbering_plans import lacks_its_area, present_spelling
from domain.identifiers.text_forms import LONGEST, LONGEST_EMAIL, lower_form, text_form
from infrastructure.phone_and_email.ordinary_phones import is_ordinary_phone

_EXTENSION_WORD = re.compile("x|int|anexo|доб|e?xt(?:ensi[oó])?n?")
"""The words for extensions that the library knows, in lower case and NFKC."""
_DIGIT_THEN_REST = re.compile(r"\d.*", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]+")
_ORDINARY = re.compile(
    r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"
)
_LONGEST_ORDINARY, _LONGEST_LOCAL_PART = 254, 64
_LAST_DOT = re.compile("[.\u3002\uff0e\uff61]\\Z")
_MOST_TRUNK_ZEROS = 20


class LibraryNormalForms:
    """Implements `NormalForms`. The libraries validate. They only spell E.164 and domains in other scripts."""

    def __init__(self) -> None:
        # Names like `.test` and `.local` are in use inside companies, and an address there identifies as
        # well as any other. The library offers this list for changing.
        SPECIAL_USE_DOMAIN_NAMES.clear()

    def email(self, raw: str) -> str:
        """Lower case, NFC, its domain as A-labels; dots and plus signs stay. Raises `InvalidEmailAddress`."""
        if _is_ordinary(raw):
            return raw
        written = text_form(raw, longest=LONGEST_EMAIL, refusal=InvalidEmailAddress)
        _check_syntax(written)
        local, _, domain = written.rpartition("@")
        normal = f"{lower_form(local)}@{_a_labels(domain)}"
        if not normal.isascii():  # lower case can have made it longer
            _check_syntax(normal)
        return normal

    def domain(self, raw: str) -> str:
        """Lower case, as A-labels, without a dot at its end. Raises `InvalidDomain`.

        It is read like the domain of an e-mail address, so that both have the same normal form.
        """
        written = _LAST_DOT.sub("", text_form(raw, longest=LONGEST_EMAIL, refusal=InvalidDomain))
        try:
            return self.email(f"x@{written}").removeprefix("x@")
        except InvalidEmailAddress:
            raise InvalidDomain() from None

    def phone(self, raw: str, region: str | None, *, drop_extension: bool = False) -> str:
        """E.164 in the spelling of the present plan; `region` is for national notation.

        Raises `InvalidPhoneNumber`, also for letters after digits, which would be dialled as digits, and
        `NoCountryCode` for a number in national notation without a region.
        """
        if is_ordinary_phone(raw):
            return raw
        written = text_form(raw, longest=LONGEST, refusal=InvalidPhoneNumber)
        region = region.strip().upper() if region else None
        extension = _parsed(written, region).extension
        _refuse_letters_after_digits(written, extension)
        if extension and not drop_extension:
            raise PhoneExtension()
        normal = _e164(written, region)
        for _ in range(_MOST_TRUNK_ZEROS):
            reparsed = _e164(normal, None)
            if reparsed == normal:
                return normal
            normal = reparsed
        raise InvalidPhoneNumber()


# The libraries' own messages quote the address, so they are not chained: tracebacks are logged.


def _is_ordinary(address: object) -> bool:
    """Says whether an address is its own normal form, for the most usual ones, which the library need not look at."""
    return (
        isinstance(address, str)
        and len(address) <= _LONGEST_ORDINARY
        and _ORDINARY.fullmatch(address) is not None
        and address.index("@") <= _LONGEST_LOCAL_PART
        and "--" not in address
    )


def _check_syntax(address: str) -> None:
    try:
        validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        raise InvalidEmailAddress() from None


def _a_labels(domain: str) -> str:
    if domain.isascii():
        return domain.lower()
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        raise InvalidEmailAddress() from None


def _e164(number: str, region: str | None) -> str:
    """Reads the number once. This can leave trunk zeros of unusual numbers, which the next reading removes."""
    e164 = present_spelling(
        phonenumbers.format_number(_parsed(number, region), phonenumbers.PhoneNumberFormat.E164)
    )
    # not numbers that can be dialled within one town only: everybody's "12" would be the same
    length = phonenumbers.is_possible_number_with_reason(_parsed(e164, None))
    if length != phonenumbers.ValidationResult.IS_POSSIBLE or lacks_its_area(e164):
        raise InvalidPhoneNumber()
    return e164


def _parsed(number: str, region: str | None) -> phonenumbers.PhoneNumber:
    try:
        return _parsed_once(number, region)
    except phonenumbers.NumberParseException as error:
        raise (NoCountryCode() if _is_national(number, region, error) else InvalidPhoneNumber()) from None


@lru_cache(maxsize=16)
def _parsed_once(number: str, region: str | None) -> phonenumbers.PhoneNumber:
    """Parses a number that is asked for several times while its normal form is found. The library is slow."""
    return phonenumbers.parse(number, region)


def _is_national(number: str, region: str | None, error: phonenumbers.NumberParseException) -> bool:
    """Says whether this is a number in national notation that cannot be read because no region is set."""
    without_code = error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE
    return without_code and region is None and "+" not in normalize("NFKC", number)


def _refuse_letters_after_digits(written: str, extension: str | None) -> None:
    rest = _DIGIT_THEN_REST.search(written)
    words = _WORD.findall(rest.group()) if rest else []
    if words and not (extension and len(words) == 1 and _names_an_extension(words[0])):
        raise InvalidPhoneNumber(
            "Letters after the digits of a phone number would be dialled: leave them out."
        )


def _names_an_extension(word: str) -> bool:
    return _EXTENSION_WORD.fullmatch(normalize("NFKC", word).lower()) is not None
