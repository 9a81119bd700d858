"""The demo community. All persons, places and units in it are invented."""
