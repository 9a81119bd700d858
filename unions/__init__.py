"""The tree of unions with time, memberships and appointments."""
