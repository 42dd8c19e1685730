"""The paths of pages that other pages lead to."""

import re
from urllib.parse import quote
from uuid import UUID

from interfaces.console.rooms import ROOT

_OWN_PATH = re.compile(r"/console(/[!-\[\]-~]*)?(\?[!-\[\]-~]*)?")
"""A path of the console, without a backslash, which browsers take for a slash."""


def own_path(path: str) -> str:
    """Returns the path if it is one of the console, else an empty text: nobody is led to another site."""
    return path if _OWN_PATH.fullmatch(path) else ""


def path_of_person(customer_id: UUID | str) -> str:
    return f"{ROOT}/people/{customer_id}"


def path_of_complaint(complaint_id: UUID | str) -> str:
    return f"{ROOT}/complaints/{complaint_id}"


def path_of_order(order_id: UUID | str) -> str:
    return f"{ROOT}/orders/{order_id}"


def path_of_key(key_id: UUID | str) -> str:
    return f"{ROOT}/keys/{key_id}"


def path_of_projection(name: str) -> str:
    return f"{ROOT}/health/projections/{quote(name, safe='')}"
