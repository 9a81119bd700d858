"""
Wagtail's own search (page explorer, choosers, images, documents, people) through the analysis of this package.

Wagtail reaches these backends by settings alone (``WAGTAILSEARCH_BACKENDS``): ``search.cms.elastic`` where there
is an Elasticsearch, ``search.cms.database`` else. Both store terms instead of text, ask for all terms of a
query, and complete words from prefix terms; so 焊工 finds 高级焊工安全操作规程 wherever it is typed.
"""
