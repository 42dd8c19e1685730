"""The address of a browser, also behind reverse proxies."""

from ipaddress import IPv4Address, IPv6Address, ip_address

from interfaces.http.current import Incoming, services

FORWARDED = "X-Forwarded-For"


def client_address(request: Incoming) -> str:
    """Returns the address that this request comes from. Only proxies in FARLEY_TRUSTED_PROXIES are believed.

    Each proxy appends the address of whoever asked it, so the last one that is no proxy of ours is the browser's.
    """
    address = request.remote_addr or ""
    forwarded = [part.strip() for part in request.headers.get(FORWARDED, "").split(",") if part.strip()]
    while forwarded and _is_trusted(address):
        address = forwarded.pop()
    return address


def _is_trusted(text: str) -> bool:
    address = _parsed(text)
    return address is not None and any(address in network for network in services().trusted_proxies)


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
