"""A limit on how often something may be tried, kept in the cache: enough to make guessing useless, not an account of it."""

from django.core.cache import caches


def within_limit(key: str, *, amount: int, seconds: int) -> bool:
    """Count one try under a key; False from the one after ``amount`` in a window of ``seconds``, until that ends."""
    name, cache = f"limit:{key}", caches["shared"]
    cache.add(name, 0, seconds)
    try:
        return bool(cache.incr(name) <= amount)
    except ValueError:  # the window ended between the two calls
        return True
