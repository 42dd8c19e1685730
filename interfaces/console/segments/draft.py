"""Criteria while somebody builds them: groups and conditions, each with a number that it keeps, and what was typed."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.criteria.parsing import DEEPEST, LARGEST
from domain.errors import InvalidInput

ALL, ANY, NONE = "all", "any", "none"
GROUPS = (ALL, ANY, NONE)
"""The kinds of groups: who meets all of their parts, any of them, or none."""
LONGEST_TYPED = 20_000
Typed = dict[str, str]


@dataclass(kw_only=True)
class Condition:
    """One condition. `typed`: what its fields have, by their names; `what` says what the condition is about."""

    number: int
    typed: Typed

    def fill_in(self, typed: Typed) -> None:
        """Takes what was typed. What was typed for something else is dropped."""
        if typed.get("what", self.typed.get("what")) != self.typed.get("what"):
            self.typed = {"what": typed["what"]}
        else:
            self.typed.update(typed)


@dataclass(kw_only=True)
class Group:
    """Several conditions and groups. `kind`: one of GROUPS."""

    number: int
    kind: str
    items: list["Condition | Group"] = field(default_factory=list)


Part = Condition | Group


@dataclass(kw_only=True)
class Draft:
    """The criteria as they are being built. `last`: the last number that was given to a part."""

    root: Group
    last: int = 1

    def parts(self) -> Iterator[tuple[Part, Group | None]]:
        """Yields every part with the group that it is in, in the order of reading."""
        yield from _parts(self.root, None)

    def find(self, number: int) -> tuple[Part, Group | None]:
        """Raises InvalidInput if no part has this number."""
        for part, group in self.parts():
            if part.number == number:
                return part, group
        raise _unreadable()

    def next(self) -> int:
        self.last += 1
        return self.last

    def fill_in(self, given: Mapping[str, str]) -> None:
        """Takes what was typed: a field of a part is named `NAME-NUMBER`."""
        of_part: dict[int, Typed] = {}
        for name, value in given.items():
            what, _, number = name.rpartition("-")
            if what and number.isascii() and number.isdecimal():
                of_part.setdefault(int(number[:9]), {})[what] = value[:LONGEST_TYPED]
        for part, _ in self.parts():
            typed = of_part.get(part.number, {})
            if isinstance(part, Condition):
                part.fill_in(typed)
            elif typed.get("kind") in GROUPS:
                part.kind = typed["kind"]

    def written(self) -> str:
        """Returns the draft as the text that `read` reads."""
        return json.dumps({"last": self.last, "root": _written(self.root)}, separators=(",", ":"))


def empty() -> Draft:
    """Returns a draft that everybody matches."""
    return Draft(root=Group(number=1, kind=ALL))


def read(text: str) -> Draft:
    """Returns the draft of a form. Raises InvalidInput for what no page has written."""
    try:
        written = json.loads(text)
        draft = Draft(root=_group(written["root"], 1), last=int(written["last"]))
        numbers = [part.number for part, _ in draft.parts()]
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise _unreadable() from error
    if len(set(numbers)) < len(numbers) or max(numbers) > draft.last or len(numbers) > LARGEST:
        raise _unreadable()
    return draft


def _parts(part: Part, group: Group | None) -> Iterator[tuple[Part, Group | None]]:
    yield part, group
    if isinstance(part, Group):
        for item in part.items:
            yield from _parts(item, part)


def _written(part: Part) -> dict[str, Any]:
    if isinstance(part, Condition):
        return {"n": part.number, "typed": part.typed}
    return {"n": part.number, "kind": part.kind, "items": [_written(item) for item in part.items]}


def _group(written: Mapping[str, Any], depth: int) -> Group:
    kind = written["kind"]
    if kind not in GROUPS or depth > DEEPEST:
        raise _unreadable()
    items = [_part(item, depth + 1) for item in written["items"]]
    return Group(number=int(written["n"]), kind=kind, items=items)


def _part(written: Mapping[str, Any], depth: int) -> Part:
    if "kind" in written:
        return _group(written, depth)
    typed = {str(name): str(value) for name, value in written["typed"].items()}
    return Condition(number=int(written["n"]), typed=typed)


def _unreadable() -> InvalidInput:
    return InvalidInput("This draft cannot be read.", path="draft")
