"""The port to signed links: who holds one was sent the message that it names; nobody can make another."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

FORM_VALID_FOR = timedelta(hours=24)
"""How long a page that was shown may still be submitted."""
CLOCKS_APART = timedelta(minutes=1)
"""How far the clock of the process that showed a page may be ahead of the one that takes its form."""


@dataclass(frozen=True, kw_only=True)
class FollowedLink:
    """A link of a message that leads to `url`, and nowhere else. `id`: the link's own; it does not tell the URL."""

    id: UUID
    message_id: UUID
    url: str


class SignedLinks(Protocol):
    """Links stay valid for ever: they hang on the installation's id key, which never changes."""

    def unsubscribe_url(self, message_id: UUID) -> str:
        """The whole URL of the preference page of a message."""
        ...

    def click_url(self, message_id: UUID, url: str) -> str:
        """The whole URL that leads to `url` and tells which message did. InvalidLinkTarget."""
        ...

    def message_of(self, token: str) -> UUID | None:
        """The message whose preference page this is; None for a token that is not ours."""
        ...

    def followed(self, token: str) -> FollowedLink | None:
        """The link that this token signs; None for a token that this installation did not sign."""
        ...

    def form_token(self, link: str, nonce: UUID, at: datetime) -> str:
        """What a form of the page behind the token `link` carries, shown at this instant."""
        ...

    def form_nonce(self, link: str, form_token: str, at: datetime) -> UUID | None:
        """The nonce of a form of this very link; None where it is missing, forged, another's or too old."""
        ...
