"""Training programmes of unions and their policies."""
