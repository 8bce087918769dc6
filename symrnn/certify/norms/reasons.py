"""What each lemma on norms says as the reason of a step, in a student's words."""

from __future__ import annotations

from collections.abc import Iterable

SUM = "the norm of a sum is at most the sum of the norms"
PRODUCT = "the norm of a product is at most the product of the norms"
LEAST = "the smallest singular value of a product is at least the product of the smallest singular values"
STRETCH = "a factor stretches by its smallest singular value at least"
EIGENVALUES = "no eigenvalue is larger than the norm"
POWERS = "powers of a number below 1 tend to 0"
NO_ENTRY = "sums and products of numbers that are not below 0 are not below 0"
ORTHOGONAL = "an orthogonal matrix keeps lengths"

REASONS = {
    "triangle inequality": SUM,
    "norm of a sum": SUM,
    "homogeneity": "the absolute value of a number goes out of a norm",
    "submultiplicativity": PRODUCT,
    "Frobenius norm of a product": PRODUCT,
    "norm of an ordered product": PRODUCT,
    "Frobenius norm of an ordered product": PRODUCT,
    "Kronecker product": "the norm of a Kronecker product is the product of the norms",
    "transpose": "a transpose has the same norm, or rows for columns",
    "identity": "the identity has norm 1",
    "zero": "0 has norm 0",
    "unit vector": "a unit vector has norm 1",
    "diagonal": "the norm of a diagonal matrix is its largest absolute value",
    "length of a diagonal": "a diagonal matrix stretches at most by the length of its diagonal",
    "Hadamard product": "the norm of a product entry by entry is at most the product of the norms",
    "convex combination": "what lies between two numbers is no larger than the larger of them",
    "length of vec": "a matrix is as long as the column of its entries",
    "comparison of norms": "the spectral norm is at most the Frobenius norm",
    "length of a column": "the length of a column is its Frobenius norm",
    "least absolute value": "a number is no larger in absolute value than what is above both it and its negative",
    "norm of a square": "the spectral norm of AᵀA is the square of that of A",
    "norm between two": "‖A‖₂² is at most ‖A‖₁‖A‖_∞",
    "largest row": "‖A‖₂ is at most √n ‖A‖_∞, with n rows",
    "radius of a product": "AB and BA have the same eigenvalues but for 0",
    "absolute value": "a number is at most its magnitude",
    "isometry": ORTHOGONAL,
    "isometry by rows": ORTHOGONAL,
    "radius of an isometry": "all eigenvalues of an orthogonal matrix have absolute value 1",
    "least of two": LEAST,
    "least of an ordered product": LEAST,
    "least before": STRETCH,
    "least behind": STRETCH,
    "least below norm": "the smallest singular value is at most the norm",
    "radius below norm": EIGENVALUES,
    "radius of a power": "the eigenvalues of a power are the powers of the eigenvalues",
    "similar matrices": "similar matrices have the same eigenvalues",
    "normal matrix": "the norm of a normal matrix is its spectral radius",
    "multiple of its transpose": "such a matrix is normal, and its norm is its spectral radius",
    "smallest entry of a sum": NO_ENTRY,
    "smallest entries of a sum": NO_ENTRY,
    "smallest entry of a multiple": "a factor of a matrix is one of each entry",
    "smallest entry of a product": NO_ENTRY,
    "smallest entry of an ordered product": NO_ENTRY,
    "smallest entry of a Hadamard product": NO_ENTRY,
    "smallest entry of a Hadamard square": "a square is not below 0",
    "smallest entry of a Kronecker product": NO_ENTRY,
    "smallest entry of a diagonal": NO_ENTRY,
    "smallest entry of vec": "vec has the same entries",
    "smallest entry of an identity": NO_ENTRY,
    "smallest entry of a unit vector": NO_ENTRY,
    "smallest entry of ones": NO_ENTRY,
    "even power": "a square is not below 0",
    "geometric sum": "the sum is geometric",
    "geometric sequence": POWERS,
    "geometric growth": "powers of a number above 1 tend to infinity",
    "Gelfand": "the powers grow like those of the spectral radius, by Gelfand's formula",
    "multiple to zero": "a multiple of what tends to 0 does so, too",
    "multiple to infinity": "a multiple of what tends to infinity does so, too",
}
"""By the names that the lemmas have in certificates."""


def reason_of(lemmas: Iterable[str]) -> str:
    """The reason of a step that rests on some lemmas, each thing said once.

    >>> reason_of(["submultiplicativity", "norm of an ordered product", "geometric sum"])
    'the norm of a product is at most the product of the norms; the sum is geometric'
    """
    return "; ".join(dict.fromkeys(REASONS[name] for name in lemmas)) or "by the hypotheses"
