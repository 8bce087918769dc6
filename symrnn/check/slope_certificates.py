"""The certificate of a statement about the slope of an activation."""

from __future__ import annotations

from symrnn.bounds.certificates import certificate_of_bound, certificate_of_maximum
from symrnn.derivation.statement import Maximum, SlopeBound


def certificate(statement: Maximum | SlopeBound, name: str = "") -> list[str]:
    """Lines that :func:`symrnn.kernel.slopes.check` accepts as a proof of a statement.

    Args:
        statement: what is to be proved.
        name: of the certificate; that of the activation when left out.

    Raises:
        ProofError: when no certificate is found.
        UnknownTermError: for a generic activation.

    >>> from symrnn.kernel.slopes import check
    >>> check(certificate(SlopeBound("mish", "<=", 1.1)))
    "mish'(z) <= 11/10 for every real z, where mish(z) = z*tanh(log(1 + exp(z)))"
    """
    if isinstance(statement, Maximum):
        return certificate_of_maximum(statement.function, statement.bound, statement.at, name)
    return certificate_of_bound(statement.function, statement.relation, statement.bound, name)
