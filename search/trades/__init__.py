"""
The trade box: a worker types the own job (“开天车的”, “cnc”, “水电工”) and gets the occupation.

``model`` is pure Python over rows and titles; ``suggest`` fills it from the database once a process.
"""
