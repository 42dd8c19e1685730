"""Builds the rendering of messages, which is the same in the dispatcher and in previews."""

from urllib.parse import urlsplit

from application.rendering import Rendering, Sender
from application.signed_links import SignedLinks
from application.templates import Templates
from infrastructure.machine.settings import Settings
from infrastructure.mail.headers import address, id_domain
from infrastructure.mail.mime import mime_digest


def rendering(templates: Templates, links: SignedLinks, settings: Settings) -> Rendering:
    sender = Sender(address=settings.mail_from, domain=_domain(settings))
    return Rendering(templates, sender, mime_digest, links)


def _domain(settings: Settings) -> str:
    """Returns the domain of Message-IDs: that of the public URL, or else that of the sender."""
    _, _, mail_domain = address(settings.mail_from, "FARLEY_MAIL_FROM").partition("@")
    return id_domain(urlsplit(settings.public_url).hostname or "", mail_domain)
