"""A forward pass that PyTorch or JAX differentiates, as a backward pass that can be checked."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from symrnn.errors import SelectionError

LIBRARIES = ("torch", "jax")


def differentiated(
    forward: Callable[..., Any], library: str = "torch", *, targets: bool = False
) -> Callable[..., dict[str, Any]]:
    """The backward pass that a library finds for a forward pass: its own, or that of a ``torch.autograd.Function``.

    The forward pass takes its arguments by name, as the functions of :func:`symrnn.testing.check_backward` do, but as
    tensors, and returns the sequence at which the loss looks; several in a tuple, or the loss where it has a formula.
    Gradients by targets and masks are left out: formulas of a loss that agree wherever targets sum to 1 may have other
    slopes by them.

    Args:
        forward: the function; a module is called by ``torch.func.functional_call``.
        library: ``"torch"`` or ``"jax"``.
        targets: whether gradients by what the loss alone looks at, its targets and masks, are compared too; that by a
            mask is not where the pass counts the steps N of a mean itself, for N is a number in the equations.

    Raises:
        SelectionError: for another library, or one that is not installed, and for a forward pass that is no function.

    >>> def forward(W_ih, W_hh, b_ih, b_hh, x, h0, c0):                         # doctest: +SKIP
    ...     lstm = torch.nn.LSTM(x.shape[-1], h0.shape[-1], dtype=x.dtype)
    ...     weights = {"weight_ih_l0": W_ih, "weight_hh_l0": W_hh, "bias_ih_l0": b_ih, "bias_hh_l0": b_hh}
    ...     return torch.func.functional_call(lstm, weights, (x, (h0[None], c0[None])))[0]
    >>> check_backward(LSTM(), differentiated(forward), names=stacked)          # doctest: +SKIP
    forward: 19 gradients of the LSTM are right
    """
    if not callable(forward):
        raise SelectionError(f"{forward!r} is not a function", advice="give the forward pass itself")
    if not isinstance(library, str) or library not in LIBRARIES:
        raise SelectionError(f"there is no library {library!r} here", advice=f"take one of {', '.join(LIBRARIES)}")
    try:
        module = import_module(library)
    except ImportError:
        raise SelectionError(f"{library} is not installed", advice=f"pip install {library}") from None
    find = _by_torch if library == "torch" else _by_jax
    known = inspect.signature(forward).parameters

    def backward(**given: Any) -> dict[str, Any]:
        slopes: Mapping[str, Any] = given.pop("slopes")
        return find(module, forward, given, list(slopes.values()))

    names = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=p.default) for name, p in known.items()]
    names += [inspect.Parameter("slopes", inspect.Parameter.KEYWORD_ONLY)]
    backward.__signature__ = inspect.Signature(names)  # type: ignore[attr-defined]
    backward.leaves_out_targets = not targets  # type: ignore[attr-defined]
    backward.__qualname__ = getattr(forward, "__qualname__", "the forward pass")
    return backward


def _by_torch(torch: Any, forward: Callable[..., Any], given: Mapping[str, Any], slopes: list[Any]) -> dict[str, Any]:
    tensors = {name: torch.tensor(value, requires_grad=True) for name, value in _arrays(given).items()}
    outputs = _outputs(forward(**{**given, **tensors}), torch.Tensor, slopes, "torch.stack")
    ways = [torch.as_tensor(slope) for slope in slopes] or [torch.ones_like(outputs[0])]
    gradients = torch.autograd.grad(outputs, list(tensors.values()), ways, allow_unused=True)
    zeros = (torch.zeros_like(tensor) for tensor in tensors.values())
    lowest = min((each.dtype for each in outputs), key=lambda each: torch.finfo(each).bits)
    return {
        name: (zero if each is None else each).to(lowest)  # no more exact than the sequence that was differentiated
        for name, each, zero in zip(tensors, gradients, zeros, strict=True)
    }


def _by_jax(jax: Any, forward: Callable[..., Any], given: Mapping[str, Any], slopes: list[Any]) -> dict[str, Any]:
    arrays = _arrays(given)
    others = {name: value for name, value in given.items() if name not in arrays}

    def outputs(tensors: Mapping[str, Any]) -> list[Any]:
        return _outputs(forward(**others, **tensors), jax.Array, slopes, "jax.numpy.stack")

    found, pull = jax.vjp(outputs, {name: jax.numpy.asarray(value) for name, value in arrays.items()})
    ways = [jax.numpy.asarray(slope, dtype=each.dtype) for slope, each in zip(slopes, found, strict=False)]
    (gradients,) = pull(ways or [jax.numpy.ones_like(found[0])])
    return dict(gradients)


def _outputs(found: Any, tensor: type, slopes: list[Any], stack: str) -> list[Any]:
    """What a forward pass returns, as far as the loss looks at it: a sequence for each slope, or the loss alone.

    Raises:
        SelectionError: for anything else, with what to return.
    """
    outputs = list(found) if isinstance(found, tuple) else [found]
    odd = next((each for each in outputs if not isinstance(each, tensor)), None)
    if not outputs or odd is not None:
        what = type(odd).__name__ if outputs else "nothing"
        raise SelectionError(
            f"the forward pass returns {what}, and no {'tensor' if stack.startswith('torch') else 'array'}",
            advice=f"return the {'sequence at which the loss looks in one' if slopes else 'loss as a'} "
            f"{'tensor' if stack.startswith('torch') else 'array'}" + (f", as {stack}(ys)" if slopes else ""),
        )
    if not slopes and outputs[0].ndim and max(outputs[0].shape) > 1:
        raise SelectionError(
            f"the forward pass returns {tuple(outputs[0].shape)}, and the loss has a formula",
            advice="return the loss, which is one number; or leave out its formula, as in Elman('tanh'), "
            "and return the sequence at which it looks",
        )
    if len(outputs) < len(slopes):
        raise SelectionError(
            f"the forward pass returns {len(outputs)} of the {len(slopes)} sequences at which the loss looks",
            advice="return all of them, in a tuple",
        )
    for output, slope in zip(outputs, slopes, strict=False):
        if tuple(output.shape) != tuple(slope.shape):
            raise SelectionError(
                f"the forward pass returns {tuple(output.shape)}, and the loss looks at {tuple(slope.shape)}",
                advice="return the sequence at which the loss looks, with all steps; a loss of the last step alone is "
                "cell.with_loss(..., over='last')",
            )
    return outputs[: max(len(slopes), 1)]


def _arrays(given: Mapping[str, Any]) -> dict[str, Any]:
    """What can be differentiated by: arrays, not numbers."""
    return {name: value for name, value in given.items() if getattr(value, "ndim", 0) > 0}
