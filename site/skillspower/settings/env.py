"""
Everything the environment may say, typed, read once.

One variable per service; without it the embedded part serves (design: profiles). Secrets have no default:
``required_secrets`` names all that are missing in one message.
"""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[3]


class Env(BaseSettings):
    model_config = SettingsConfigDict(extra="ignore", case_sensitive=False)

    var_dir: Path = Field(default=ROOT / "var", alias="SKILLSPOWER_VAR")
    secret_key: str = ""
    field_keys: str = ""
    """Keys for encrypted fields, ``id:base64`` (32 bytes) separated by commas; the first one encrypts."""
    blind_index_key: str = ""
    signing_keys: str = ""
    """Ed25519 seeds, ``id:base64`` (32 bytes) separated by commas; the first signs. Empty: derived from FIELD_KEYS."""
    site_url: str = "http://127.0.0.1:8000"
    allowed_hosts: str = ""
    database_url: str = ""
    database_owner_url: str = ""
    redis_url: str = ""
    elasticsearch_url: str = ""
    search_index_prefix: str = "skillspower"
    search_index_replicas: int = 0
    demo_mode: bool = False
    demo_door: bool = False
    """Sign-in at one click as one of the demo's cast. Only ``bin/demo`` says so, to its own web process on loopback."""
    demo_ladder: bool = True
    """Whether the worker makes the other qualities of the demo's clips. Each plays in one without; tests and CI spare minutes."""
    log_format: str = "json"
    crypto_suite: str = "intl"
    sms_gateway: str = "core.gateways.ConsoleGateway"
    email_gateway: str = "core.gateways.ConsoleGateway"
    trusted_proxies: int = 0
    """How many proxies of ours stand in front and append to X-Forwarded-For."""
    task_queue: str = "skillspower"
    job_heartbeat_seconds: float = 5
    sendfile_prefix: str = ""
    """Address prefix under which the proxy in front serves uploads by X-Accel-Redirect; empty: Django sends them."""
    font_paths: str = ""
    """Folders with a Chinese font for PDFs, separated by colons, besides the system's own."""


env = Env()


def required_secrets() -> None:
    """
    Stop the start when a secret is missing, naming all of them at once.

    :raises RuntimeError: if SECRET_KEY, FIELD_KEYS or BLIND_INDEX_KEY is empty.
    """
    missing = [n for n in ("secret_key", "field_keys", "blind_index_key") if not getattr(env, n)]
    if missing:
        names = ", ".join(n.upper() for n in missing)
        raise RuntimeError(f"Missing settings: {names}. See deploy/README.md for how to make them.")
