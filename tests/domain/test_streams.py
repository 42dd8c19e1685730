"""No id that a client chooses names the stream of another kind."""

from itertools import combinations
from uuid import UUID

import domain.registry  # noqa: F401 - every fact and every aggregate is known
from domain.aggregates import Aggregate
from domain.facts import FACTS, stream_of

SOME_ID = UUID("00000000-0000-4000-8000-00000000000a")


def aggregates() -> list[type[Aggregate]]:
    return [one for one in Aggregate.__subclasses__() if one.__module__.startswith("domain.")]


def test_every_fact_belongs_to_the_streams_of_one_aggregate() -> None:
    kinds = [one.stream_kind for one in aggregates()]
    assert len(set(kinds)) == len(kinds)
    assert {fact.stream_kind for fact in FACTS.values() if fact.__module__.startswith("domain.")} == set(
        kinds
    )


def test_the_same_id_names_another_stream_for_every_kind() -> None:
    for one, other in combinations(aggregates(), 2):
        assert one.stream_of(SOME_ID) != other.stream_of(SOME_ID)


def test_the_id_of_a_stream_given_as_an_id_names_another_stream() -> None:
    streams = {one.stream_of(SOME_ID) for one in aggregates()}
    assert SOME_ID not in streams
    assert not streams & {stream_of(one.stream_kind, given) for one in aggregates() for given in streams}
