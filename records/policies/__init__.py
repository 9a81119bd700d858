"""
Policies as data that people write: what each field may be (``fields``), what regions have published (``presets``), the
publishing of a version (``publishing``), which value comes from where (``queries``), and the officers' pages.
"""

from records.policies.publishing import PolicyRefused, publish_policy

__all__ = ["PolicyRefused", "publish_policy"]
