"""The first page, for guests and for people who are signed in. It looks across apps, so it stands at the top."""
