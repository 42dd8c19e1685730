"""What is kept of an error of a fold: never a value of the fact, which may be personal."""

import re
from traceback import extract_tb

import psycopg

from domain.errors import FarleyError

LONGEST = 500
QUOTED = re.compile(r'["«„“].*["»”“]', re.DOTALL)
"""From the first to the last quotation mark of a message, in the languages that PostgreSQL speaks."""


def without_values(error: BaseException) -> str:
    """Returns the class of the error, and PostgreSQL's message without what it quotes.

    Such as `InvalidTextRepresentation: invalid input syntax for type numeric: "…"`. Farley's own refusals keep their
    message. Any other error is named by its class and the function that raised it.
    """
    return f"{type(error).__name__}{_said(error)}".splitlines()[0][:LONGEST]


def _said(error: BaseException) -> str:
    if isinstance(error, FarleyError):
        return f": {error.message}"
    if isinstance(error, psycopg.Error) and error.diag.message_primary:
        return ": " + QUOTED.sub('"…"', error.diag.message_primary)
    frames = extract_tb(error.__traceback__)
    return f" in {frames[-1].name}" if frames else ""
