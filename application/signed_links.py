"""The port to signed links. A link proves that its reader got the message that it names. Nobody can forge one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

FORM_VALID_FOR = timedelta(hours=24)
"""How long after it was shown a page may be submitted."""
CLOCKS_APART = timedelta(minutes=1)
"""How far the clock of the process that shows a page may be ahead of the process that receives its form."""


@dataclass(frozen=True, kw_only=True)
class FollowedLink:
    """A link in a message that leads to `url`. `id` identifies the link without revealing the URL."""

    id: UUID
    message_id: UUID
    url: str


class SignedLinks(Protocol):
    """Makes and checks links. They stay valid for ever, because they are signed with the installation's id key,
    which never changes."""

    def unsubscribe_url(self, message_id: UUID) -> str:
        """Returns the absolute URL of a message's preference page."""

    def click_url(self, message_id: UUID, url: str) -> str:
        """Returns the absolute URL that leads to `url` and names the message. Raises InvalidLinkTarget."""

    def message_of(self, token: str) -> UUID | None:
        """Returns the message whose preference page this is, or None if this installation did not sign the token."""

    def followed(self, token: str) -> FollowedLink | None:
        """Returns the link behind this token, or None if this installation did not sign the token."""

    def form_token(self, link: str, nonce: UUID, at: datetime) -> str:
        """Returns the token for a form on the page behind the token `link`, shown at this instant."""

    def form_nonce(self, link: str, form_token: str, at: datetime) -> UUID | None:
        """Returns the nonce of a form, or None if its token is missing, forged, too old, or of another link."""
