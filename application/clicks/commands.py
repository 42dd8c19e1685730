"""What a reader's browser tells by following a link."""

from dataclasses import dataclass

from application.links import FollowedLink


@dataclass(frozen=True, kw_only=True)
class RecordClick:
    """`machine`: no person followed it."""

    link: FollowedLink
    machine: bool
