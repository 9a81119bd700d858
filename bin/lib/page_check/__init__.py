"""What ``bin/check-pages`` looks at and how: the list of pages by role, the eyes that look, the W3C's checker."""
