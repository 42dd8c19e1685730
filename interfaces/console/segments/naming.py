"""The names of the segments that criteria name."""

from collections.abc import Collection, Mapping

from interfaces.console.asking import ask, may

MOST_NAMED = 20
"""The most segments of one page that are named; others are shown by their ids."""


def names_of_segments(segment_ids: Collection[str]) -> Mapping[str, str]:
    """Returns the names by id, of those that this person may see."""
    if not segment_ids or not may("segments.list_segments"):
        return {}
    listed = ask("segments.list_segments", {"limit": "500"})["items"]
    return {str(one["segment_id"]): one["name"] for one in listed if str(one["segment_id"]) in segment_ids}
