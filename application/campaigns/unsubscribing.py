"""Nobody gets a promotional e-mail that they cannot unsubscribe from."""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from application.templates import Templates
from domain.campaigns.campaign import MessageClass
from domain.campaigns.events import CampaignContent
from domain.errors import InvalidInput, NoUnsubscribeLink, RenderError

UNSUBSCRIBE_URL = "unsubscribe_url"
"""By this name a template prints the message's own link."""
SAMPLE_LINK = "https://farley.example/u/" + "A" * 43
_LINK_GOES_ON = re.compile(r"[\w%/-]", re.ASCII)


def is_unsubscribable(message_class: str, channel: str) -> bool:
    """Whether messages of this class carry an unsubscribe link."""
    return message_class == MessageClass.PROMOTIONAL and channel == "email"


class Unsubscribing:
    """`public_url`: FARLEY_PUBLIC_URL, where the links lead."""

    def __init__(self, templates: Templates, public_url: str) -> None:
        self._templates = templates
        self._public_url = public_url

    def check(self, content: CampaignContent) -> None:
        """NoUnsubscribeLink, with what to add, for a promotional e-mail whose readers could not unsubscribe."""
        if not is_unsubscribable(content.message_class, content.channel):
            return
        if UNSUBSCRIBE_URL not in self._templates.names(content.body):
            raise NoUnsubscribeLink(
                "A promotional e-mail needs an unsubscribe link: write {{ unsubscribe_url }} in its body."
            )
        for body in self._samples(content):
            if not has_link(body, SAMPLE_LINK):
                raise NoUnsubscribeLink(
                    "Not everybody would get a working unsubscribe link: print {{ unsubscribe_url }} as it is,"
                    " and outside of any condition."
                )
        if not can_serve_links(self._public_url):
            raise NoUnsubscribeLink(
                "FARLEY_PUBLIC_URL must be an absolute https URL that readers can reach (http for a loopback"
                " address only): unsubscribe links lead there."
            )

    def _samples(self, content: CampaignContent) -> Iterator[str]:
        """The text for a few invented people; whom it cannot be rendered for would get no message at all."""
        for person in SAMPLES:
            try:
                yield self._templates.render(content.body, {**person, UNSUBSCRIBE_URL: SAMPLE_LINK})
            except (RenderError, InvalidInput):
                continue


SAMPLES: tuple[Mapping[str, object], ...] = tuple(
    {"name": name, "language": language, "country": country, "attributes": {}}
    for name, language, country in (
        ("Ana", "es", "ES"),
        ("Ben", "en", "GB"),
        ("Cem", "de", "DE"),
        (None, None, None),
    )
)


def has_link(body: str, url: str) -> bool:
    """Whether the text has this very link: whole, and with nothing behind it that would be read as part of it."""
    return any(not _LINK_GOES_ON.match(rest) for rest in body.split(url)[1:])


def can_serve_links(public_url: str) -> bool:
    """RFC 8058 wants https; a machine that only talks to itself may do without."""
    try:
        parts = urlsplit(public_url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or parts.query or parts.fragment or not public_url.isascii():
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
