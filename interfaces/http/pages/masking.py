"""An address as a page may show it to whoever holds the link."""


def masked(address: str) -> str:
    """`ann@example.com` -> `a•••@example.com`."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}"
