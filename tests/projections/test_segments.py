"""Criteria that got a name."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.segments.events import SegmentDefined, SegmentRevised
from projections.segments.reading import criteria_of, segment, segments, segments_named, users_of
from tests.builders import Story, named
from tests.projections.campaigning import draft, revise
from tests.projections.laws import assert_laws, lawful, told_log
from tests.projections.log import Database
from tests.projections.reference.segments import segments as reference

SPAIN = {"field": "country", "op": "eq", "value": "ES"}


CRITERIA = st.recursive(
    st.sampled_from((SPAIN, *({"segment": str(named(name))} for name in "abc"))),
    lambda items: st.builds(lambda all_: {"all": all_}, st.lists(items, max_size=3))
    | st.builds(lambda item: {"not": item}, items),
    max_leaves=4,
)
STEPS = st.lists(st.tuples(st.sampled_from("abc"), st.booleans(), CRITERIA), max_size=8)


@lawful()
@given(steps=STEPS)
def test_segments_and_their_users_are_the_same_live_rebuilt_split_and_shuffled(
    database: Database, steps: list[tuple[str, bool, dict[str, Any]]]
) -> None:
    story, begun = Story(), set()
    for number, (name, is_campaign, criteria) in enumerate(steps):
        first = (name, is_campaign) not in begun
        begun.add((name, is_campaign))
        if is_campaign:
            tell = draft if first else revise
            tell(story, named(f"campaign {name}"), name=f"{name} {number}", audience=criteria)
        else:
            fact = SegmentDefined if first else SegmentRevised
            story.tell(fact, named(name), name=f"{name} {number}", criteria=criteria)
    assert_laws(database, "segments", story.facts, reference, seed=len(steps))


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


def test_a_revision_counts_from_its_position_on_and_a_definition_always(database: Database) -> None:
    log, story = told_log(database), Story()
    log.empty("segments")
    story.tell(SegmentDefined, named("one"), name="one", criteria=SPAIN)
    story.tell(SegmentRevised, named("one"), name="one", criteria={"not": SPAIN})
    log.append(story.facts)
    log.catch_up()
    with log.reading() as reading:
        criteria = [
            criteria_of(reading, upto)(named("one")) for upto in (None, log.head(), log.head() - 1, 0)
        ]
    assert criteria == [{"not": SPAIN}, {"not": SPAIN}, SPAIN, SPAIN]


def test_it_is_known_what_names_a_segment_and_which_have_a_name(database: Database) -> None:
    log, story = told_log(database), Story()
    log.empty("segments")
    of_one = {"all": [SPAIN, {"not": {"segment": str(named("one"))}}]}
    story.tell(SegmentDefined, named("one"), name="One", criteria=SPAIN)
    story.tell(SegmentDefined, named("two"), name="oNE", criteria=of_one)
    draft(story, named("spring"), audience=of_one, name="Spring")
    draft(story, named("summer"), audience=of_one, name="Summer")
    revise(story, named("summer"), audience=SPAIN, name="Summer")
    log.append(story.facts)
    log.catch_up()
    with log.reading() as reading:
        assert users_of(reading, named("one")) == {
            "segments": [{"segment_id": named("two"), "name": "oNE"}],
            "campaigns": [{"campaign_id": named("spring"), "name": "Spring"}],
        }
        assert users_of(reading, named("two")) == {"segments": [], "campaigns": []}
        found = segment(reading, named("one"))
        assert found is not None
        assert (found.in_segments, found.in_campaigns) == (1, 1)
        assert segments_named(reading, "ONE") == [named("two"), named("one")]
