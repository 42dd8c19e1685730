"""Recognises by its headers a request that a program, not a person, makes to a link."""

import re
from typing import Protocol

PREFETCHING = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
_PREFETCH = re.compile(r"prefetch|prerender|preview", re.IGNORECASE)
_MACHINE = re.compile(
    r"(?<!cu)bot\b|crawl|spider|slurp|scanner|preview|prefetch|headless|phantomjs|imageproxy|mailproxy"
    r"|barracuda|mimecast|proofpoint|safelinks|trendmicro|symantec|messagelabs|forcepoint|fireeye|ironport"
    r"|sophos|mcafee|bitdefender|virustotal|urldefense|cloudmark|facebookexternalhit|whatsapp|skypeuripreview"
    r"|^curl/|^wget/|python-|^go-http-client|^java/|okhttp|libwww|httpclient|axios|node-fetch|^ruby|^php",
    re.IGNORECASE,
)


class Headers(Protocol):
    """The headers of a request, with case-insensitive names."""

    def get(self, key: str, default: str) -> str: ...


def is_machine(headers: Headers) -> bool:
    """Returns whether a scanner, link preview, prefetching browser or client without a User-Agent asks."""
    if any(_PREFETCH.search(headers.get(name, "")) for name in PREFETCHING):
        return True
    agent = headers.get("User-Agent", "").strip()
    return not agent or _MACHINE.search(agent) is not None
