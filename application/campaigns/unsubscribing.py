"""Checks that every reader of a promotional e-mail can unsubscribe by a link in it."""

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from urllib.parse import urlsplit

from application.campaigns.samples import samples
from application.catalogue.declared import catalogue_of
from application.store import Store
from application.templates import Templates
from domain.campaigns.errors import NoUnsubscribeLink
from domain.campaigns.events import CampaignContent, MessageClass
from domain.customers.details import Channel

UNSUBSCRIBE_URL = "unsubscribe_url"
"""The name by which a template prints the message's unsubscribe link."""
SAMPLE_LINK = "https://farley.example/u/" + "A" * 43
_MARKED, MARKED_LINK = "this_place_link", "https://farley.example/u/" + "B" * 43
"""A name and a link that replace the real ones at one place of the template. They are as long as the real ones."""
MOST_PLACES = 20
_NAME = re.compile(rf"\b{UNSUBSCRIBE_URL}\b")

_JOINS_BEFORE = re.compile(r"[\w.~:/?#@!$&*+,;=%-]")
_JOINS_AFTER = re.compile(r"[.,:;!?)'\]]*[\w~/#@$&*+=%-]")
"""Match characters beside a link that a mail program would read as part of it: letters, digits and the characters
of URLs. A bracket or full stop after the link counts only if more of a URL follows."""


def is_unsubscribable(message_class: str, channel: str) -> bool:
    """Whether messages of this class and channel contain an unsubscribe link."""
    return message_class == MessageClass.PROMOTIONAL and channel == Channel.EMAIL


class Unsubscribing:
    """Checks a campaign's templates. `public_url` is FARLEY_PUBLIC_URL, the base of the links."""

    def __init__(self, store: Store, templates: Templates, public_url: str) -> None:
        self._store = store
        self._templates = templates
        self._public_url = public_url

    def check(self, content: CampaignContent) -> None:
        """Raises NoUnsubscribeLink if a promotional e-mail's readers could not unsubscribe. It says what to add."""
        if not is_unsubscribable(content.message_class, content.channel):
            return
        if not any(named.path[0] == UNSUBSCRIBE_URL for named in self._templates.names(content.body)):
            raise NoUnsubscribeLink(
                "A promotional e-mail needs an unsubscribe link: write {{ unsubscribe_url }} in its body."
            )
        people = list(samples(catalogue_of(self._store)))
        self._refuse_joined(content.body, people)
        linked = [{**person, UNSUBSCRIBE_URL: SAMPLE_LINK} for person in people]
        if not all(has_link(body, SAMPLE_LINK) for body in self._templates.try_out(content.body, linked)):
            raise NoUnsubscribeLink(
                "Not everybody would get a working unsubscribe link: print {{ unsubscribe_url }} as it is,"
                " and outside of any condition."
            )
        if not can_serve_links(self._public_url):
            raise NoUnsubscribeLink(
                "FARLEY_PUBLIC_URL must be an absolute https URL that readers can reach (http for a loopback"
                " address only): unsubscribe links lead there."
            )

    def _refuse_joined(self, source: str, people: Iterable[Mapping[str, object]]) -> None:
        """Refuses a template in which other text touches the link.

        Checks one place of the link after the other. A marked link, which appears nowhere else, shows where the place
        is in the rendered body.
        """
        links = {UNSUBSCRIBE_URL: SAMPLE_LINK, _MARKED: MARKED_LINK}
        linked, places = [{**person, **links} for person in people], list(_NAME.finditer(source))
        if len(places) > MOST_PLACES:
            raise NoUnsubscribeLink(
                f"The body has {{{{ unsubscribe_url }}}} more than {MOST_PLACES} times: once will do."
            )
        for place in places:
            marked = source[: place.start()] + _MARKED + source[place.end() :]
            if any(is_joined(body, MARKED_LINK) for body in self._templates.try_out(marked, linked)):
                line = source.count("\n", 0, place.start()) + 1
                raise NoUnsubscribeLink(
                    f"line {line}: other text touches {{{{ unsubscribe_url }}}} and would become a part of the"
                    " link: put a space or a line break between them."
                )


def is_joined(body: str, url: str) -> bool:
    """Whether at some place in the text a character beside the link would be read as part of it."""
    return any(not alone for alone in _stands_alone(body, url))


def has_link(body: str, url: str) -> bool:
    """Whether the text contains the whole link with no character beside it that would be read as part of it."""
    return any(_stands_alone(body, url))


def _stands_alone(body: str, url: str) -> Iterator[bool]:
    """Yields for each place of the link whether no character beside it would be read as part of it."""
    texts = body.split(url)
    for before, after in pairwise(texts):
        yield not _JOINS_BEFORE.match(before[-1:]) and not _JOINS_AFTER.match(after)


def can_serve_links(public_url: str) -> bool:
    """Whether links can start with this URL. RFC 8058 requires https. A loopback address may use http."""
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
