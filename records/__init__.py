"""Study sessions, the ledger, statements. A sink: it knows learner, union, policy and activity IRI; no course."""
