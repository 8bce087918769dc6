"""The libraries that code is written for: what they call the few operations that a recurrence needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from symrnn.errors import SelectionError


@dataclass(frozen=True)
class Target:
    """A library of arrays.

    Args:
        name: as on the command line.
        title: as in prose.
        alias: what its functions are called by.
        imports: lines at the top of the module.
        axis, keepdims: its words for the axis of a sum, and for keeping that axis.
        concatenate: its name for joining arrays along an axis.
        functions: its own functions for activations, by the name in the catalogue.
        helpers: lines that define a function, by name, for what the library lacks.
        columnwise: calls of its functions of a whole column, by the name of ours.
        held: a call that keeps the value of an array and lets no derivative through.
        typed_where: whether a choice between two numbers has to be told its type.
        total: a call that adds up what is an array or the number 0.
        pad: a call that puts zeros around a matrix: so many above, below, to the left and to the right.
    """

    name: str
    title: str
    alias: str
    imports: tuple[str, ...]
    axis: str = "axis"
    keepdims: str = "keepdims"
    concatenate: str = "concatenate"
    functions: Mapping[str, str] = field(default_factory=dict)
    helpers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    columnwise: Mapping[str, str] = field(default_factory=dict)
    held: str = "{}"
    typed_where: bool = False
    total: str = "{}.sum()"
    pad: str = "{alias}.pad({text}, (({0}, {1}), ({2}, {3})))"

    def padded(self, text: str, before: str, after: str, axis: int) -> str:
        """A matrix with zeros before and after it along an axis."""
        counts = (before, after, "0", "0") if axis == 0 else ("0", "0", before, after)
        return self.pad.format(*counts, text=text, alias=self.alias)

    def summed(self, text: str, axis: int) -> str:
        """The sum of an array over an axis, which stays."""
        return f"{text}.sum({self.axis}={axis}, {self.keepdims}=True)"

    def joined(self, texts: list[str]) -> str:
        """Arrays below each other."""
        return f"{self.alias}.{self.concatenate}([{', '.join(texts)}], {self.axis}=0)"


def _elementary(alias: str) -> dict[str, str]:
    return {"tanh": f"{alias}.tanh", "exp": f"{alias}.exp", "sin": f"{alias}.sin", "arctan": f"{alias}.arctan"}


def _softplus(alias: str, zero: str = "0") -> tuple[str, ...]:
    return (
        "def softplus(z):",
        '    """log(1 + exp(z)), without overflow."""',
        f"    return {alias}.logaddexp({zero}, z)",
    )


NUMPY = Target(
    "numpy",
    "NumPy",
    "np",
    ("import numpy as np",),
    total="np.sum({})",
    functions=_elementary("np"),
    helpers={
        "sigmoid": (
            "def sigmoid(z):",
            '    """1 / (1 + exp(-z)), without overflow."""',
            "    e = np.exp(np.where(z < 0, z, -z))  # at most 1",
            "    return np.where(z < 0, e, 1) / (1 + e)",
        ),
        "softplus": (
            "def softplus(z):",
            '    """log(1 + exp(z)), without overflow."""',
            "    return np.where(z > 0, z, 0) + np.log1p(np.exp(np.where(z > 0, -z, z)))",
        ),
        "softmax": (
            "def softmax(y):",
            '    """exp(y) in proportion, each column summing to 1, without overflow."""',
            "    e = np.exp(y - y.max(axis=0, keepdims=True))",
            "    return e / e.sum(axis=0, keepdims=True)",
        ),
        "log_sum_exp": (
            "def log_sum_exp(y):",
            '    """The logarithm of the sum of exp(y) over each column, without overflow."""',
            "    top = y.max(axis=0, keepdims=True)",
            "    return top + np.log(np.exp(y - top).sum(axis=0, keepdims=True))",
        ),
        "erf": ("erf = np.vectorize(math.erf, otypes=[float])",),
    },
)

TORCH = Target(
    "torch",
    "PyTorch",
    "torch",
    ("import torch",),
    axis="dim",
    keepdims="keepdim",
    concatenate="cat",
    functions=_elementary("torch") | {"sigmoid": "torch.sigmoid", "erf": "torch.erf"},
    helpers={"softplus": _softplus("torch", "torch.zeros_like(z)")},
    columnwise={"softmax": "torch.softmax({}, dim=0)", "log_sum_exp": "torch.logsumexp({}, dim=0, keepdim=True)"},
    held="{}.detach()",
    typed_where=True,
    total="torch.as_tensor({}).sum()",
    pad="torch.nn.functional.pad({text}, ({2}, {3}, {0}, {1}))",
)

JAX = Target(
    "jax",
    "JAX",
    "jnp",
    ("import jax", "import jax.numpy as jnp"),
    functions=_elementary("jnp") | {"sigmoid": "jax.nn.sigmoid", "erf": "jax.lax.erf"},
    helpers={"softplus": _softplus("jnp", "0.0")},
    held="jax.lax.stop_gradient({})",
    total="jnp.sum({})",
    columnwise={
        "softmax": "jax.nn.softmax({}, axis=0)",
        "log_sum_exp": "jax.nn.logsumexp({}, axis=0, keepdims=True)",
    },
)

FORMS: dict[str, tuple[str, ...]] = {
    "plain": ("numpy", "torch", "jax"),
    "fast": ("numpy", "jax"),
    "compiled": ("numpy",),
}
"""The forms of a module, with the targets that have them."""

TARGETS: dict[str, Target] = {target.name: target for target in (NUMPY, TORCH, JAX)}
"""Every target, by name."""


def target_of(name: str) -> Target:
    """The target of a name.

    Raises:
        SelectionError: for a name that no target has.

    >>> target_of("torch").title
    'PyTorch'
    """
    if not isinstance(name, str) or name not in TARGETS:
        raise SelectionError(f"there is no target {name!r}", advice=f"use one of {', '.join(TARGETS)}")
    return TARGETS[name]


def require_form(target: Target, form: str) -> None:
    """Refuse a form that a target does not have.

    Raises:
        SelectionError: for a form that is not known, or not for this target.

    >>> require_form(TORCH, "fast")
    Traceback (most recent call last):
    symrnn.errors.SelectionError: there is no fast form for PyTorch; use one of plain
    """
    known = [name for name, targets in FORMS.items() if target.name in targets]
    if form not in known:
        is_form = isinstance(form, str) and form in FORMS
        what = f"there is no {form} form for {target.title}" if is_form else f"there is no form {form!r}"
        raise SelectionError(what, advice=f"use one of {', '.join(known)}")
