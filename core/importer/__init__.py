"""
Bringing tables in, for every app: read a file, show what would happen, do it in the background, take it back as a whole.

An app writes one ``base.Importer`` (columns, ``plan``, ``apply``, ``undo``) and registers it in its ``AppConfig.ready``.
Nothing is changed before somebody has seen the preview; what is refused says why, line by line, and comes back as a
file that can be put right and brought in again. ``runs`` has what pages and commands call.
"""
