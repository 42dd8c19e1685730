"""Adds to the refusal of a body the values that the domain would refuse once the others are right."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from domain.errors import InvalidInput
from domain.plain_text import stored_tree
from interfaces.http.current import services
from interfaces.http.problems import errors_in
from interfaces.http.refusals import InvalidFields
from interfaces.http.requests_in import request_to_check
from interfaces.http.schemas.base import MOST_ERRORS
from interfaces.value_rules import Rule, broken


@contextmanager
def naming_all(rules: Sequence[Rule], body: Any) -> Iterator[None]:
    """Adds to an InvalidFields or InvalidInput that is raised inside the values of the body that break a rule."""
    try:
        yield
    except InvalidFields as refused:
        named = {error["path"] for error in refused.errors}
        added = [error for one in _further(rules, body, named) for error in errors_in(one)]
        raise InvalidFields([*refused.errors, *added][:MOST_ERRORS]) from refused
    except InvalidInput as refused:
        known = (refused, *refused.others)
        further = _further(rules, body, {one.path for one in known})
        refused.others = (*refused.others, *further)[: MOST_ERRORS - 1]
        raise


def _further(rules: Sequence[Rule], body: Any, named: Collection[str]) -> list[InvalidInput]:
    """Returns the refusals of values whose paths are not named yet, one for each path."""
    if not rules or not isinstance(body, Mapping):
        return []
    try:
        spelled = stored_tree(body)
    except InvalidInput:
        return []
    refusals = {one.path: one for one in broken(rules, services(), spelled, request_to_check())}
    return [one for path, one in refusals.items() if path not in named]
