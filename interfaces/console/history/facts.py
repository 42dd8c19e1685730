"""A stored fact as pages show it, from an answer of the API."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from application import codec
from domain.facts import FACTS, FOLDED
from interfaces.console.paths import (
    path_of_campaign,
    path_of_complaint,
    path_of_decision,
    path_of_order,
    path_of_person,
    path_of_run,
)

Answer = Mapping[str, Any]
OF_POSITIONS = ("read_position", "contact_point_position", "facts")
"""The fields of facts that hold positions, or lists of them."""
PATH_OF_THING: Mapping[str, Callable[[Answer], str]] = {
    "complaints": lambda fact: path_of_complaint(fact["stream_id"]),
    "orders": lambda fact: path_of_order(fact["stream_id"]),
    "campaigns": lambda fact: path_of_campaign(fact["stream_id"]),
    "runs": lambda fact: path_of_run(fact["data"]["campaign_id"], fact["stream_id"]),
    "messages": lambda fact: path_of_decision(
        fact["data"]["campaign_id"], fact["data"]["run_id"], fact["data"]["member_id"]
    ),
}
"""The page of what the facts of a stream are about, by the kind of the stream."""


@dataclass(frozen=True, kw_only=True)
class Value:
    """A value in a fact: the names that lead to it, and its text, or the position that it is."""

    name: str
    text: str
    position: int | None = None


def values_of(data: Answer) -> list[Value]:
    """Returns the values of a fact's data. Empty ones are left out, and the spellings by which names are compared."""
    return [
        value for name, part in data.items() if not name.endswith(FOLDED) for value in _values(name, part)
    ]


def thing_of(fact: Answer, customer_id: UUID | None) -> str | None:
    """Returns the path of the page of what the fact is about, or None if there is none."""
    fact_class = FACTS.get(fact["type"])
    path_of = PATH_OF_THING.get(fact_class.stream_kind) if fact_class is not None else None
    if path_of is not None:
        return path_of(fact)
    return path_of_person(customer_id) if customer_id is not None else None


def _values(path: str, part: Any) -> Iterator[Value]:
    if isinstance(part, Mapping):
        for name, inner in part.items():
            yield from _values(f"{path}.{name}", inner)
    elif isinstance(part, list | tuple):
        for place, inner in enumerate(part):
            yield from _values(f"{path}.{place}", inner)
    elif part is not None:
        yield Value(name=path, text=_text(part), position=_position(path, part))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else codec.encode(value).decode()


def _position(path: str, value: Any) -> int | None:
    """Returns the value if its field holds positions: the last name of the path that is no place in a list."""
    name = next(name for name in reversed(path.split(".")) if not name.isdecimal())
    return value if name in OF_POSITIONS and isinstance(value, int) else None
