"""
The key registry: keys by id, read from settings, so that a key can be changed while old data stays readable.

``FIELD_KEYS`` is ``id:base64,id:base64``; the first key encrypts, each of them decrypts. Two cipher suites:
``intl`` (AES-256-GCM, HMAC-SHA-256) and ``gm`` (SM4-GCM, HMAC-SM3) for sites under GB/T 39786 assessment; the
suite is written into each ciphertext, so both can be read side by side after a change.

``SIGNING_KEYS`` is ``id:base64`` likewise: Ed25519 seeds of which the first signs and each verifies. Without it the
signing keys are derived from FIELD_KEYS, under the same ids.
"""

import base64
import binascii
import hmac
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

NONCE_BYTES = 12
TAG_BYTES = 16


class DecryptionFailed(ValueError):
    """A ciphertext is damaged, was moved to another column, or its key is not in the registry."""


@dataclass(frozen=True)
class Key:
    id: str
    secret: bytes


@lru_cache(maxsize=8)
def _parse(spec: str, setting: str = "FIELD_KEYS") -> tuple[Key, ...]:
    keys = []
    for part in filter(None, (p.strip() for p in spec.split(","))):
        key_id, _, encoded = part.partition(":")
        try:
            secret = base64.b64decode(encoded, validate=True)
        except binascii.Error as error:
            raise ValueError(f"{setting}: key {key_id!r} is not base64") from error
        if len(secret) != 32:
            raise ValueError(f"{setting}: key {key_id!r} has {len(secret)} bytes, 32 are needed")
        keys.append(Key(key_id, secret))
    if not keys:
        raise ValueError(f"{setting} is empty")
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


def sealer(context: str) -> Callable[[str], str]:
    """Return what :func:`encrypt` does for one column, for a million values: the key is prepared once."""
    if settings.CRYPTO_SUITE == "gm":
        return partial(encrypt, context=context)
    key, aad = field_keys()[0], context.encode()
    seal, begin = AESGCM(key.secret).encrypt, f"a:{key.id}:"

    def sealed(plaintext: str) -> str:
        nonce = os.urandom(NONCE_BYTES)
        return (
            begin + binascii.b2a_base64(nonce + seal(nonce, plaintext.encode(), aad), newline=False).decode()
        )

    return sealed


def indexer(context: str) -> Callable[[str], str]:
    """Return what :func:`blind_index` does for one column, for a million values."""
    algorithm = "sm3" if settings.CRYPTO_SUITE == "gm" else "sha256"
    key, begin = base64.b64decode(settings.BLIND_INDEX_KEY), f"{context}\0".encode()

    def index(value: str) -> str:
        return hmac.digest(key, begin + value.encode(), algorithm).hex()

    return index


class UnknownKey(LookupError):
    """No key of this id is in the registry."""


def sign(octets: bytes) -> tuple[str, bytes]:
    """Return the id of the signing key in use and its Ed25519 signature of these bytes."""
    key_id, private = next(iter(_signing_keys()))
    return key_id, private.sign(octets)


def public_key(key_id: str) -> Ed25519PublicKey:
    """
    Return the public half of a signing key.

    :raises UnknownKey: if the registry has no such key.
    """
    found = next((private for known, private in _signing_keys() if known == key_id), None)
    if found is None:
        raise UnknownKey(key_id)
    return found.public_key()


def signing_key_in_use() -> str:
    """Return the id of the key that signs."""
    return _signing_keys()[0][0]


def _signing_keys() -> list[tuple[str, Ed25519PrivateKey]]:
    if settings.SIGNING_KEYS:
        seeds = [(key.id, key.secret) for key in _parse(settings.SIGNING_KEYS, "SIGNING_KEYS")]
    else:
        seeds = [(key.id, _derived(key.secret)) for key in field_keys()]
    return [(key_id, Ed25519PrivateKey.from_private_bytes(seed)) for key_id, seed in seeds]


def _derived(secret: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=b"skillspower signing key").derive(secret)


def blind_index(value: str, *, context: str) -> str:
    """
    Return the keyed hash by which an encrypted value is looked up: equal values have equal indexes, and
    nobody without the key can try values against them. 64 hexadecimal digits.
    """
    algorithm = "sm3" if settings.CRYPTO_SUITE == "gm" else "sha256"
    key = base64.b64decode(settings.BLIND_INDEX_KEY)
    return hmac.new(key, f"{context}\0{value}".encode(), algorithm).hexdigest()
