"""Reading: drafts for submission, courses for lists and pages, lessons for the player and the ledger."""
