"""Where the console may be used: under FARLEY_PUBLIC_URL with https, or on the machine itself."""

from urllib.parse import urlsplit

from domain.errors import NotAllowed
from interfaces.http.current import Incoming, services

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
SAME_ORIGIN = "same-origin"
OWN_SITE = (SAME_ORIGIN, "none")
"""The values of Sec-Fetch-Site of a request from our own pages, and of one that a person began."""
WITHOUT_REFERRER = "null"


class FromAnotherSite(NotAllowed):
    """This form was sent from another site."""


class NotSecure(NotAllowed):
    """Nobody can sign in under this address, because others could read along."""


def refuse_insecure(request: Incoming) -> None:
    """Raises NotSecure unless a browser keeps the session's cookie under this address, which needs https.

    Browsers take plain http on the machine itself for secure.
    """
    if not (_is_loopback(request.host) or f"https://{request.host}" == _origin_of(services().public_url)):
        raise NotSecure()


def refuse_other_sites(request: Incoming) -> None:
    """Raises FromAnotherSite if the browser says that another site sent this form.

    A page without a referrer sends the origin `null`. Then the browser has to say that the page was of this site.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None and site not in OWN_SITE:
        raise FromAnotherSite()
    if origin == WITHOUT_REFERRER and site == SAME_ORIGIN:
        return
    if origin is not None and not _is_ours(request, origin):
        raise FromAnotherSite()


def is_from_own_page(request: Incoming) -> bool:
    """Whether the browser says that a page of ours sent this form."""
    return request.headers.get("Sec-Fetch-Site") == SAME_ORIGIN


def _is_ours(request: Incoming, origin: str) -> bool:
    if origin == _origin_of(services().public_url):
        return True
    return _is_loopback(request.host) and origin == f"http://{request.host}"


def _origin_of(url: str) -> str:
    """`https://crm.example.org:443/farley` -> `https://crm.example.org`, as a browser writes it."""
    parts = urlsplit(url)
    usual = {"http": 80, "https": 443}[parts.scheme]
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port not in (None, usual) else "")


def _is_loopback(host: str) -> bool:
    return urlsplit(f"//{host}").hostname in LOOPBACK
