"""Links that need no look-up to be verified: HMAC-SHA256, cut to 16 bytes, under a key of the id key's.

A token is base64url without padding of message id (16 bytes), MAC (16) and, of a click, the target. A form's
is of instant (8 bytes, whole seconds), nonce (16) and MAC (16). A label keeps each kind from passing as another.
"""

import base64
import binascii
import hmac
import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from application.signed_links import CLOCKS_APART, FORM_VALID_FOR, FollowedLink
from domain.errors import InvalidInput
from domain.link_targets import LONGEST_TARGET, link_target

ID, MAC, INSTANT = 16, 16, 8
LABEL = b"links"
_LONGEST_TOKEN = -(-(ID + MAC + LONGEST_TARGET) * 4 // 3)
_TOKEN = re.compile(r"[A-Za-z0-9_-]+")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class HmacLinks:
    """The SignedLinks port. `public_url` is the installation's public address, from its configuration only."""

    def __init__(self, id_key: bytes, public_url: str) -> None:
        self._key = HKDF(algorithm=SHA256(), length=32, salt=None, info=LABEL).derive(id_key)
        self._base = public_url.rstrip("/")

    def unsubscribe_url(self, message_id: UUID) -> str:
        return f"{self._base}/u/{_written(message_id.bytes + self._mac(b'u', message_id.bytes))}"

    def click_url(self, message_id: UUID, url: str) -> str:
        target = link_target(url).url.encode("ascii")
        mac = self._mac(b"c", message_id.bytes + target)
        return f"{self._base}/c/{_written(message_id.bytes + mac + target)}"

    def message_of(self, token: str) -> UUID | None:
        raw = _read(token)
        if raw is None or len(raw) != ID + MAC or not self._is_mac(b"u", raw[:ID], raw[ID:]):
            return None
        return UUID(bytes=raw[:ID])

    def followed(self, token: str) -> FollowedLink | None:
        raw = _read(token)
        if raw is None or len(raw) <= ID + MAC:
            return None
        message_id, mac, target = raw[:ID], raw[ID : ID + MAC], raw[ID + MAC :]
        if not self._is_mac(b"c", message_id + target, mac):
            return None
        try:
            # looked at again, so that a rule tightened later holds for links that are out
            url = link_target(target.decode("ascii")).url
        except (InvalidInput, UnicodeDecodeError):
            return None
        return FollowedLink(id=UUID(bytes=mac), message_id=UUID(bytes=message_id), url=url)

    def form_token(self, link: str, nonce: UUID, at: datetime) -> str:
        payload = ((at - _EPOCH) // timedelta(seconds=1)).to_bytes(INSTANT, "big") + nonce.bytes
        return _written(payload + self._mac(b"f", payload + link.encode("ascii")))

    def form_nonce(self, link: str, form_token: str, at: datetime) -> UUID | None:
        raw = _read(form_token)
        if raw is None or len(raw) != INSTANT + ID + MAC or not link.isascii():
            return None
        payload, mac = raw[: INSTANT + ID], raw[INSTANT + ID :]
        if not self._is_mac(b"f", payload + link.encode("ascii"), mac):
            return None
        age = at - (_EPOCH + timedelta(seconds=int.from_bytes(payload[:INSTANT], "big")))
        return UUID(bytes=payload[INSTANT:]) if -CLOCKS_APART <= age <= FORM_VALID_FOR else None

    def _mac(self, kind: bytes, payload: bytes) -> bytes:
        return hmac.digest(self._key, kind + payload, "sha256")[:MAC]

    def _is_mac(self, kind: bytes, payload: bytes, mac: bytes) -> bool:
        return hmac.compare_digest(self._mac(kind, payload), mac)


def _written(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _read(token: str) -> bytes | None:
    """Returns the bytes of a token, or None unless the token is the exact encoding of them."""
    if len(token) > _LONGEST_TOKEN or not _TOKEN.fullmatch(token):
        return None
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except binascii.Error:
        return None
    return raw if _written(raw) == token else None
