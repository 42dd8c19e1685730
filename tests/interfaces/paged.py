"""Lists over HTTP, read to their end."""

from typing import Any

from tests.interfaces.conftest import Api


def pages(api: Api, path: str) -> list[list[Any]]:
    """The parts of a list, by following its cursors."""
    found, query = [], ""
    while True:
        body = api.get(f"{path}{query}")
        found.append(body["items"])
        if body["next_cursor"] is None:
            return found
        mark = "&" if "?" in path else "?"
        query = f"{mark}cursor={body['next_cursor']}"
