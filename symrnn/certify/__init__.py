"""Finds certificates: proofs that the kernel accepts, written down as it accepted them. Nobody has to believe this."""
