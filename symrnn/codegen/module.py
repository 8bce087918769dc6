"""A module of code for a recurrence: its forward pass, its backward pass, and what they need."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol

from symrnn.codegen.autograd import Autograd
from symrnn.codegen.backward import Backward
from symrnn.codegen.compiled import compiled_of
from symrnn.codegen.fast import FastForward
from symrnn.codegen.fast_backward import FastBackward
from symrnn.codegen.forward import Forward
from symrnn.codegen.lines import in_docstring, quoted
from symrnn.codegen.plan import Plan
from symrnn.codegen.scan import scan_of
from symrnn.codegen.shapes import Shapes
from symrnn.codegen.stages import Stages
from symrnn.codegen.targets import require_form, target_of
from symrnn.errors import ParameterError
from symrnn.expr import Element
from symrnn.latex import to_text
from symrnn.recurrence import Recurrence

OWN = {
    "fast": (
        *("empty", "columnwise", "beside", "apart", "memory", "dtype"),
        *("step", "before", "known", "first", "after", "last", "found"),
        *("blocks", "begin", "end", "most", "advance", "go_back", "COLUMNS", "d_params"),
    ),
    "compiled": (
        *("empty", "columnwise", "beside", "memory", "dtype"),
        *("numba", "product", "padded", "steps_forward", "steps_backward"),
    ),
}
"""Names that modules of a form use for themselves."""
TEMPLATES = Path(__file__).parent / "templates"


def generate(
    recurrence: Recurrence, target: str = "numpy", total: MatrixSymbol | None = None, form: str = "plain"
) -> str:
    """Python code that computes a recurrence, and the gradients of a loss by backpropagation through time.

    The module has a function ``forward(params, inputs, initial)`` and a function ``backward(params, inputs,
    quantities)``, and ``loss(params, inputs, initial)`` where the loss has a formula. A generic ℓ has none: the caller
    hands in its slopes at every step. Columns are arrays (rows, batch); a batch sums the loss and the gradients.

    Args:
        recurrence: the definitions.
        target: ``"numpy"``, ``"torch"`` or ``"jax"``.
        total: the loss to go back from; by default the total of which no other is made.
        form: one of :data:`FORMS`: ``"plain"`` for the equations, step by step and line by line; ``"fast"`` for the
            same with all that can be done for all steps at once taken out of the loop, which for JAX is a
            ``lax.scan``; ``"compiled"`` for the fast form with loops that Numba compiles.

    Raises:
        ParameterError: for anything but a recurrence.
        SelectionError: for an unknown target, or a form that it does not have.
        UnknownTermError: for a node without a rule, when there is no loss, and for a state that begins with another.
        NotDifferentiableError: for an activation with kinks and no convention.

    >>> from symrnn.cells import Elman
    >>> code = generate(Elman("tanh"))
    >>> print(*(line.strip() for line in code.splitlines() if "da = " in line))
    da = (1 - h[t] ** 2) * dh[t]  # (n, batch)
    """
    if not isinstance(recurrence, Recurrence):
        raise ParameterError(f"{recurrence!r} is not a recurrence", advice="give one, such as symrnn.Elman()")
    recurrence.require_differentiable()
    library = target_of(target)
    require_form(library, form)
    plan = Plan(recurrence, library, total, OWN.get(form, ()))
    passes, template = _passes(plan, form)
    forward, backward = passes
    helpers = dict(forward.activations.helpers) | dict(backward.activations.helpers)
    text = (
        _templates()
        .get_template(template)
        .render(
            plan=plan,
            total_key=quoted(plan.total.name),
            forward=forward,
            backward=backward,
            helpers=helpers.values(),
            form=form,
            shapes=Shapes(plan, backward.taken, backward.handed_in),
            autograd=Autograd(forward, backward) if isinstance(backward, Backward) else None,
            uses_math=any("math." in line for lines in helpers.values() for line in lines),
            equations=[in_docstring(equation) for equation in _equations(recurrence)],
            title=in_docstring(recurrence.name),
        )
    )
    return text if text.endswith("\n") else text + "\n"


def _passes(plan: Plan, form: str) -> tuple[tuple[Forward, Backward] | tuple[FastForward, FastBackward], str]:
    """Both passes in a form, and the skeleton that they go into."""
    if form == "plain":
        return (Forward(plan), Backward(plan)), "module.py.j2"
    if plan.target.name == "jax":
        return scan_of(plan), "scan.py.j2"
    if form == "compiled":
        return compiled_of(plan), "fast.py.j2"
    stages = Stages(plan)
    backward = FastBackward(plan, stages)
    return (FastForward(plan, stages, backward.read()), backward), "fast.py.j2"


def _equations(recurrence: Recurrence) -> list[str]:
    """The definitions and totals in plain text."""
    at = recurrence.index
    lines = [f"{_text(d.sequence.at(at))} = {_text(d.body)}" for d in recurrence.definitions]
    return lines + [f"{_text(total)} = {_text(body)}" for total, body in recurrence.totals.items()]


def _text(term: MatrixExpr | Element) -> str:
    return to_text(term, abbreviate=False)


def _templates() -> Environment:
    """The skeleton of a module; what goes into it is code already."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
