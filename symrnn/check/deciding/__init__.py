"""The way to a verdict: the stages that are the same for every kind of statement, and each kind at each of them."""
