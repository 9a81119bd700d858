"""
The key registry: keys by id, read from settings, so that a key can be changed while old data stays readable.

``FIELD_KEYS`` is ``id:base64,id:base64``; the first key encrypts, each of them decrypts. Two cipher suites:
``intl`` (AES-256-GCM, HMAC-SHA-256) and ``gm`` (SM4-GCM, HMAC-SM3) for sites under GB/T 39786 assessment; the
suite is written into each ciphertext, so both can be read side by side after a change.
"""

import base64
import binascii
import hmac
import os
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12
TAG_BYTES = 16


class DecryptionFailed(ValueError):
    """A ciphertext is damaged, was moved to another column, or its key is not in the registry."""


@dataclass(frozen=True)
class Key:
    id: str
    secret: bytes


@lru_cache(maxsize=4)
def _parse(spec: str) -> tuple[Key, ...]:
    keys = []
    for part in filter(None, (p.strip() for p in spec.split(","))):
        key_id, _, encoded = part.partition(":")
        try:
            secret = base64.b64decode(encoded, validate=True)
        except binascii.Error as error:
            raise ValueError(f"FIELD_KEYS: key {key_id!r} is not base64") from error
        if len(secret) != 32:
            raise ValueError(f"FIELD_KEYS: key {key_id!r} has {len(secret)} bytes, 32 are needed")
        keys.append(Key(key_id, secret))
    if not keys:
        raise ValueError("FIELD_KEYS is empty")
    return tuple(keys)


def field_keys() -> tuple[Key, ...]:
    """
    Return the keys for encrypted fields, the one that encrypts first.

    :raises ValueError: if the setting is empty or a key is not 32 bytes of base64.
    """
    return _parse(settings.FIELD_KEYS)


def encrypt(plaintext: str, *, context: str) -> str:
    """
    Encrypt a text for one column. ``context`` (``app.Model.field``) is authenticated with it, so a ciphertext
    that is copied to another column does not decrypt there.
    """
    key = field_keys()[0]
    nonce = os.urandom(NONCE_BYTES)
    data, aad = plaintext.encode(), context.encode()
    if settings.CRYPTO_SUITE == "gm":
        encryptor = Cipher(algorithms.SM4(key.secret[:16]), modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(aad)
        sealed = encryptor.update(data) + encryptor.finalize() + encryptor.tag
        suite = "s"
    else:
        sealed = AESGCM(key.secret).encrypt(nonce, data, aad)
        suite = "a"
    return f"{suite}:{key.id}:{base64.b64encode(nonce + sealed).decode()}"


def decrypt(token: str, *, context: str) -> str:
    """
    Return the text of a ciphertext made by :func:`encrypt` for the same column.

    :raises DecryptionFailed: if the key is unknown or the bytes are not what was written for this column.
    """
    suite, key_id, encoded = token.split(":", 2)
    secret = next((k.secret for k in field_keys() if k.id == key_id), None)
    if secret is None:
        raise DecryptionFailed(f"no key {key_id!r} in FIELD_KEYS")
    raw, aad = base64.b64decode(encoded), context.encode()
    nonce, sealed = raw[:NONCE_BYTES], raw[NONCE_BYTES:]
    try:
        if suite == "s":
            body, tag = sealed[:-TAG_BYTES], sealed[-TAG_BYTES:]
            decryptor = Cipher(algorithms.SM4(secret[:16]), modes.GCM(nonce, tag)).decryptor()
            decryptor.authenticate_additional_data(aad)
            return (decryptor.update(body) + decryptor.finalize()).decode()
        return AESGCM(secret).decrypt(nonce, sealed, aad).decode()
    except InvalidTag as error:
        raise DecryptionFailed(f"ciphertext of {context} does not match its key and column") from error


def blind_index(value: str, *, context: str) -> str:
    """
    Return the keyed hash by which an encrypted value is looked up: equal values have equal indexes, and
    nobody without the key can try values against them. 64 hexadecimal digits.
    """
    algorithm = "sm3" if settings.CRYPTO_SUITE == "gm" else "sha256"
    key = base64.b64decode(settings.BLIND_INDEX_KEY)
    return hmac.new(key, f"{context}\0{value}".encode(), algorithm).hexdigest()
