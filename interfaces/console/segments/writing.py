"""Drafts and criteria: one made from the other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from interfaces.console.segments.conditions import Words, criterion_of, typed_for
from interfaces.console.segments.draft import ALL, ANY, NONE, Condition, Draft, Group, Part, empty

AUDIENCE = "audience"


@dataclass(kw_only=True)
class Written:
    """Criteria of a draft. `numbers`: the number of the part at each path. `left_out`: parts that are not complete."""

    criteria: dict[str, Any]
    numbers: dict[str, int] = field(default_factory=dict)
    left_out: list[int] = field(default_factory=list)

    def number_at(self, path: str) -> int | None:
        """Returns the number of the innermost part at a path of a refusal, or None."""
        steps = path.split(".")
        places = (".".join(steps[:length]) for length in range(len(steps), 0, -1))
        return next((self.numbers[place] for place in places if place in self.numbers), None)


def criteria_written(draft: Draft, words: Words, *, at: str = AUDIENCE) -> Written:
    """Returns the criteria of the draft, without what is not complete. `at`: the path of the criteria."""
    written = Written(criteria={ALL: []})
    criteria = _criteria(draft.root, at, words, written)
    return written if criteria is None else _with(written, criteria)


def drafted(criteria: Mapping[str, Any], words: Words) -> Draft:
    """Returns the draft of criteria that the API has accepted. The outermost part is always a group."""
    draft = empty()
    draft.last = 0
    root = _part(criteria, draft, words)
    draft.root = root if isinstance(root, Group) else Group(number=draft.next(), kind=ALL, items=[root])
    return draft


def _with(written: Written, criteria: dict[str, Any]) -> Written:
    written.criteria = criteria
    return written


def _criteria(part: Part, path: str, words: Words, written: Written) -> dict[str, Any] | None:
    if isinstance(part, Condition):
        criterion = criterion_of(part.typed, words)
        if criterion is None:
            written.left_out.append(part.number)
        else:
            written.numbers[path] = part.number
        return criterion
    return _group_criteria(part, path, words, written)


def _group_criteria(group: Group, path: str, words: Words, written: Written) -> dict[str, Any] | None:
    """A group of none is the opposite of any. A group without parts is left out, but for the outermost one of all."""
    written.numbers[path] = group.number
    inner = {ALL: f"{path}.all", ANY: f"{path}.any", NONE: f"{path}.not.any"}[group.kind]
    items: list[dict[str, Any]] = []
    for part in group.items:
        criterion = _criteria(part, f"{inner}.{len(items)}", words, written)
        if criterion is not None:
            items.append(criterion)
    if not items:
        del written.numbers[path]
        return None
    return {"not": {ANY: items}} if group.kind == NONE else {group.kind: items}


def _part(criteria: Mapping[str, Any], draft: Draft, words: Words) -> Part:
    number = draft.next()
    for kind in (ALL, ANY):
        if kind in criteria:
            return Group(number=number, kind=kind, items=[_part(one, draft, words) for one in criteria[kind]])
    if "not" in criteria:
        inner = criteria["not"]
        items = inner.get(ANY, [inner])
        return Group(number=number, kind=NONE, items=[_part(one, draft, words) for one in items])
    return Condition(number=number, typed=typed_for(criteria, words))
