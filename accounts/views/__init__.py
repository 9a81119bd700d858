"""The door for phones, and a person's message centre."""
