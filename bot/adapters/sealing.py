"""What people wrote is sealed at rest: whoever reads the store's disk reads no incident.

AES-256-GCM with a random nonce for each piece. The key is made by HKDF-SHA256 (RFC 5869) from a secret of
the operator, so that all our processes share it and none of it is in the store.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import CopilotError

FORM = b"\x01"
"""First byte of all that is sealed in this way; another way would take another one."""
KEY_BYTES = 32
NONCE_BYTES = 12
PURPOSE = b"incident-copilot log"


class SealBrokenError(CopilotError):
    """What is stored cannot be opened: the secret has changed, or somebody else wrote it.

    Args:
        about: What it was said to be about.
    """

    def __init__(self, *, about: str) -> None:
        super().__init__(f"cannot be opened: {about}")
        self.about = about


class Sealer:
    """Seals and opens with one secret.

    Args:
        secret: Of the operator, and the same in all processes; long and random, as a token is.
    """

    def __init__(self, secret: str) -> None:
        made = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=PURPOSE)
        self._cipher = AESGCM(made.derive(secret.encode()))

    def seal(self, data: bytes, *, about: str) -> bytes:
        """Return `data` sealed; it opens only for the same `about`, so that it cannot be moved elsewhere."""
        nonce = os.urandom(NONCE_BYTES)
        return FORM + nonce + self._cipher.encrypt(nonce, data, about.encode())

    def open(self, sealed: bytes, *, about: str) -> bytes:
        """Return what was sealed.

        Raises:
            SealBrokenError: It was sealed with another secret, about something else, or was changed.
        """
        nonce, rest = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        if sealed[:1] != FORM or len(nonce) != NONCE_BYTES:
            raise SealBrokenError(about=about)
        try:
            return self._cipher.decrypt(nonce, rest, about.encode())
        except InvalidTag:
            raise SealBrokenError(about=about) from None
