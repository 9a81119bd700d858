"""The audit of the roll-up: all figures counted a second time, by statements that share nothing with it."""
