"""Reading the classification and the standards."""
