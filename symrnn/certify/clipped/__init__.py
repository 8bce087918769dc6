"""Searches for certificates of statements about clipped gradients. Nobody has to believe this."""
