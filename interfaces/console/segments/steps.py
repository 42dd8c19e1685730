"""The steps of building criteria. Each is a button of the form, named `STEP-NUMBER` for the part that it is about."""

from collections.abc import Callable, Mapping

from interfaces.console.segments.conditions import COUNTRY
from interfaces.console.segments.draft import ALL, ANY, Condition, Draft, Group

STEP = "do"
"""The field with the step of the button that was pressed."""


def take_step(draft: Draft, step: str) -> str | None:
    """Takes a step. Returns the name of the field or button that gets the focus, or None for no step.

    Raises InvalidInput if the step is about a part that is not there.
    """
    name, _, number = step.partition("-")
    if name not in _STEPS or not (number.isascii() and number.isdecimal()):
        return None
    return _STEPS[name](draft, int(number[:9]))


def _add_condition(draft: Draft, number: int) -> str:
    added = Condition(number=draft.next(), typed={"what": COUNTRY, "op": "eq", "value": ""})
    _group_of(draft, number).items.append(added)
    return f"what-{added.number}"


def _add_group(draft: Draft, number: int) -> str:
    group = _group_of(draft, number)
    added = Group(number=draft.next(), kind=ANY if group.kind == ALL else ALL)
    group.items.append(added)
    return f"kind-{added.number}"


def _remove(draft: Draft, number: int) -> str:
    part, group = draft.find(number)
    if group is None:
        return f"condition-{number}"
    group.items.remove(part)
    return f"condition-{group.number}"


def _up(draft: Draft, number: int) -> str:
    """Moves a part before the one above it; the first of a group out of the group, before it."""
    part, group = draft.find(number)
    if group is not None:
        place, outer = group.items.index(part), draft.find(group.number)[1]
        if place:
            group.items.insert(place - 1, group.items.pop(place))
        elif outer is not None:
            outer.items.insert(outer.items.index(group), group.items.pop(place))
    return f"up-{number}"


def _down(draft: Draft, number: int) -> str:
    """Moves a part behind the one below it, or into the group below; the last of a group out of the group."""
    part, group = draft.find(number)
    if group is not None:
        place, outer = group.items.index(part), draft.find(group.number)[1]
        if place + 1 < len(group.items):
            below = group.items[place + 1]
            group.items.pop(place)
            if isinstance(below, Group) and isinstance(part, Condition):
                below.items.insert(0, part)
            else:
                group.items.insert(place + 1, part)
        elif outer is not None:
            outer.items.insert(outer.items.index(group) + 1, group.items.pop(place))
    return f"down-{number}"


def _group_of(draft: Draft, number: int) -> Group:
    """Returns the group with this number, or that of the condition."""
    part, group = draft.find(number)
    if isinstance(part, Group):
        return part
    return group or draft.root


_STEPS: Mapping[str, Callable[[Draft, int], str]] = {
    "condition": _add_condition,
    "group": _add_group,
    "remove": _remove,
    "up": _up,
    "down": _down,
}
