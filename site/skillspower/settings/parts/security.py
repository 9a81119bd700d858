"""Headers and cookies. What depends on TLS follows the scheme of SITE_URL."""

from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF

from skillspower.settings.env import env

_url = urlsplit(env.site_url)
IS_TLS = _url.scheme == "https"
ALLOWED_HOSTS = [h.strip() for h in env.allowed_hosts.split(",") if h.strip()] or [
    _url.hostname or "127.0.0.1"
]
SITE_URL = env.site_url.rstrip("/")
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SILENCED_SYSTEM_CHECKS = [
    "security.W008",  # the proxy in front redirects to TLS
    "security.W019",  # Wagtail shows previews in a frame of the same origin
]
SECURE_SSL_REDIRECT = False  # the proxy in front redirects; behind it every request is plain HTTP
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_TLS else None
SECURE_HSTS_SECONDS = 31_536_000 if IS_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_TLS
SECURE_HSTS_PRELOAD = IS_TLS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_TLS
SESSION_COOKIE_NAME = "__Host-session" if IS_TLS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if IS_TLS else "csrf"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 30 * 24 * 3600
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"

CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": [
        "/cms/"
    ],  # Wagtail's admin sets styles from script; it has a policy of its own below
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "font-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
    },
}
