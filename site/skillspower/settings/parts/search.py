"""Search: Elasticsearch where ELASTICSEARCH_URL is given, else the embedded engine in ``var/``."""

from skillspower.settings.env import env

ELASTICSEARCH_URL = env.elasticsearch_url
SEARCH_INDEX_PREFIX = env.search_index_prefix
SEARCH_INDEX_DIR = env.var_dir / "index"
SEARCH_INDEX_SHARDS = 1
SEARCH_INDEX_REPLICAS = env.search_index_replicas
# A page waits no longer for Elasticsearch, then it says that search is away.
SEARCH_TIMEOUT_S = 0.8

# Wagtail's own search (pages, images, documents, people, choosers) through the same analysis.
WAGTAILSEARCH_BACKENDS = {
    "default": {
        "BACKEND": "search.cms.elastic",
        "URLS": [ELASTICSEARCH_URL],
        "INDEX_PREFIX": f"{SEARCH_INDEX_PREFIX}-cms-",
        "INDEX_SETTINGS": {
            "settings": {"number_of_shards": 1, "number_of_replicas": SEARCH_INDEX_REPLICAS},
        },
        "TIMEOUT": 3,
    }
    if ELASTICSEARCH_URL
    else {"BACKEND": "search.cms.database"}
}
