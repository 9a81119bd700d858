"""Acts upon the classification and the standards."""
