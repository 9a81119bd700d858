"""One interface, two engines; Chinese analysis in Python; index and result pages."""
