"""Ground of all apps: fields, keys, jobs, audit, policies. Knows no app above it."""
