"""Whatever is told in whatever order: an identifier links as its rule says, and unlinking is exact.

The rule stands here a second time, in plain Python over sets, with nothing remembered but who holds what and
what was stated.
"""

from collections.abc import Sequence

from hypothesis import given, settings

from tests.amounts import amount
from tests.application.memory_links import MemoryLinks
from tests.application.memory_store import MemoryStore
from tests.application.tellings import Telling, Told, registrations, several_tellings


def told_in_memory() -> Told:
    store = MemoryStore()
    return Told(store, MemoryLinks(store))


@settings(derandomize=True, deadline=None, max_examples=amount(400, quick=100))
@given(registrations, several_tellings)
def test_an_identifier_links_as_its_rule_says_after_any_sequence(
    begin: Sequence[Telling], sequence: Sequence[Telling]
) -> None:
    story = told_in_memory()
    for name, customer, rest in (*begin, *sequence):
        getattr(story, name)(customer, rest)
        assert story.live() == story.rule.links()
    assert story.settle_everything() == 0
