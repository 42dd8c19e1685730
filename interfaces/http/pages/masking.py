"""Masks an e-mail address for a page that anyone with its link can read."""


def masked(address: str) -> str:
    """`ann@example.com` -> `a•••@example.com`."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}"
