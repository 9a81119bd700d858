"""What writes to the study record: one function per business act."""
