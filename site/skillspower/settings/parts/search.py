"""Search: Elasticsearch where ELASTICSEARCH_URL is given, else the embedded engine in ``var/``."""

from skillspower.settings.env import env

ELASTICSEARCH_URL = env.elasticsearch_url
SEARCH_INDEX_PREFIX = env.search_index_prefix
SEARCH_INDEX_DIR = env.var_dir / "index"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
