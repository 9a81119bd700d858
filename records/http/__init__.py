"""The study record's part of the API: sessions, beats, presence, and a learner's own records."""
