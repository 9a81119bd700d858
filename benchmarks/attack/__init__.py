"""Attack a running server: can study hours be forged, can they be lost? ``bin/attack`` runs it."""
