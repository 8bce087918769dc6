"""The search for counterexamples: where to look, both sides there, and what is told of a failure."""
