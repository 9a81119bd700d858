"""The person: sign-in, real name, consent, roles."""
