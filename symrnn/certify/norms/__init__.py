"""Searches for certificates of inequalities and limits of norms. Nobody has to believe this."""
