"""The door to programmes for the apps above."""

from programmes.models import Programme
from programmes.operations import create_programme
from programmes.queries import policy_owners_for, programmes_of, programmes_of_chain

__all__ = ["Programme", "create_programme", "policy_owners_for", "programmes_of", "programmes_of_chain"]
