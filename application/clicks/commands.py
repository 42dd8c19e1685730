"""The command about clicks on the links in messages."""

from dataclasses import dataclass

from application.signed_links import FollowedLink


@dataclass(frozen=True, kw_only=True)
class RecordClick:
    """Records that a link was followed. `machine` means that software followed it, not a person."""

    link: FollowedLink
    machine: bool
