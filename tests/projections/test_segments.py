"""Criteria that got a name."""

from hypothesis import given
from hypothesis import strategies as st

from domain.segments.events import SegmentDefined
from projections.segments.reading import criteria_of, segment, segments
from tests.builders import Story, named
from tests.projections.laws import assert_laws, lawful, told_log
from tests.projections.log import Database
from tests.projections.reference.segments import segments as reference

SPAIN = {"field": "country", "op": "eq", "value": "ES"}


@lawful()
@given(names=st.lists(st.sampled_from("abc"), max_size=6))
def test_segments_are_the_same_live_rebuilt_split_and_shuffled(database: Database, names: list[str]) -> None:
    story = Story()
    for number, name in enumerate(names):
        story.tell(SegmentDefined, named(name), name=f"{name} {number}", criteria=SPAIN | {"value": name})
    assert_laws(database, "segments", story.facts, reference, seed=len(names))


def test_segments_are_listed_the_last_defined_first_and_found_by_id(database: Database) -> None:
    log, story = told_log(database), Story()
    log.empty("segments")
    for name in ("one", "two", "three"):
        story.tell(SegmentDefined, named(name), name=name, criteria=SPAIN)
    log.append(story.facts)
    log.catch_up()
    with log.reading() as reading:
        first = segments(reading, limit=2)
        assert [one.name for one in first] == ["three", "two"]
        assert [one.name for one in segments(reading, before=first[-1].defined_position)] == ["one"]
        found = segment(reading, named("two"))
        assert found is not None
        assert (found.criteria, found.version) == (SPAIN, 1)
        look_up = criteria_of(reading)
        assert (look_up(named("two")), look_up(named("no segment"))) == (SPAIN, None)
