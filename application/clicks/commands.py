"""What a reader's browser tells by following a link."""

from dataclasses import dataclass
from uuid import UUID

from application.links import FollowedLink


@dataclass(frozen=True, kw_only=True)
class RecordClick:
    """`nonce`: the form's, so that the same form sent twice is one click. `machine`: no person followed it."""

    link: FollowedLink
    nonce: UUID
    machine: bool
