"""
The return of a month or year to the superior union: what the pages show, frozen when it is handed in.

A return is a document (``content``): screen, XLSX, CSV, PDF and API are drawn from the same one, so they cannot differ.
The superior accepts it or sends it back with a remark; who has not handed in is a list with one press to chase.
"""
