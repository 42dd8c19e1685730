"""Whether a program, and no person, follows a link: told by what it says of itself."""

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
    """A request's, by any spelling of their names."""

    def get(self, key: str, default: str) -> str: ...


def is_machine(headers: Headers) -> bool:
    """Known scanners, link previews, prefetching browsers, and whoever does not say what they are."""
    if any(_PREFETCH.search(headers.get(name, "")) for name in PREFETCHING):
        return True
    agent = headers.get("User-Agent", "").strip()
    return not agent or _MACHINE.search(agent) is not None
