"""
The review of an edition as one object: whose turn it is and until when, the six points, remarks at their place, what
differs from the version before, and a log.

``rules`` and ``difference`` are pure; ``turns``, ``deciding``, ``comments`` and ``reminders`` write; ``queries`` and
``versions`` read; ``views`` are the pages of the CMS.
"""
