"""The pictures there are, each with its caption and with the results that it illustrates."""

from __future__ import annotations

from symrnn.errors import SelectionError
from symrnn.plots.activation_slopes import activation_slopes, draw_activation_slopes
from symrnn.plots.clipping import clipped_gradients, draw_clipping
from symrnn.plots.guarantees import draw_guarantees, guarantees
from symrnn.plots.jacobian_norms import draw_jacobian_norms, jacobian_norms
from symrnn.plots.loss_heatmap import draw_loss_heatmap, loss_heatmap
from symrnn.plots.picture import Picture
from symrnn.plots.transient_growth import draw_transient_growth, transient_growth

PICTURES: dict[str, Picture] = {
    picture.name: picture
    for picture in (
        Picture(
            name="activation-slopes",
            title="activations, their slopes, and the bound of the slope",
            caption=r"Activations $\phi$ (solid), their slopes $\phi'$ (dashed), and the smallest bound "
            r"$\gamma = \sup|\phi'|$ of the slope (dotted), with a dot where it is attained at a single point. The "
            "slope of the sigmoid is never above 1/4, while that of gelu and silu exceeds 1.",
            claims=("L10",),
            file="L10_sigmoid_slope",
            options=("activation",),
            measure=activation_slopes,
            draw=draw_activation_slopes,
        ),
        Picture(
            name="transient-growth",
            title="powers that grow before they vanish",
            caption=r"Norms of $W^k$ for the normal matrix $\mathrm{diag}(0.9, 0.8)$ and for the matrix with rows "
            r"$(0.9, 10)$ and $(0, 0.8)$, which has the same eigenvalues. Both vanish like $\rho^k$ with $\rho = 0.9$, "
            r"but the second grows first: it is not normal, and only the line $\kappa(V)\rho^k$ bounds it from above, "
            r"where $\kappa(V)$ is the condition number of its eigenvectors.",
            claims=("L18",),
            file="L18_powers_vanish_or_explode",
            options=("steps",),
            measure=transient_growth,
            draw=draw_transient_growth,
        ),
        Picture(
            name="guarantees",
            title="where vanishing is certain",
            caption=r"What $\gamma$ and $\Vert W \Vert_2$ tell. In the hatched part, $\gamma\Vert W \Vert < 1$ and "
            r"gradients vanish: for the sigmoid up to $\Vert W \Vert = 4$, for tanh and relu up to 1. Beyond the line "
            r"they may explode, but need not: the matrix with rows $(0, 5)$ and $(0, 0)$ has norm 5, and its square "
            "is 0.",
            claims=("L19",),
            file="L19_long_distances",
            options=(),
            measure=guarantees,
            draw=draw_guarantees,
        ),
        Picture(
            name="jacobian-norms",
            title="norms of Jacobians against the distance in time",
            caption=r"Norms of $\partial h_t / \partial h_{t-k}$ in tanh networks of 8 units with weights $W = \rho Q$ "
            r"for one drawn orthogonal matrix $Q$. The upper line is certain with $\gamma = 1$; the lower one takes "
            r"the smallest slope at the states that were visited. In the linear network (last panel) both are sharp.",
            claims=("L19",),
            file="L19_long_distances",
            options=("size", "steps", "seed", "radius", "weights"),
            measure=jacobian_norms,
            draw=draw_jacobian_norms,
        ),
        Picture(
            name="loss-heatmap",
            title="what each loss says to each state before it",
            caption=r"Norms of $\partial \ell_t / \partial h_s$ for two tanh networks of 8 units that differ in the "
            r"scale of $W$ only. On the left the gradient of a loss reaches a few steps back; on the right it "
            "grows with the distance.",
            claims=("L19",),
            file="L19_long_distances",
            options=("size", "steps", "seed"),
            measure=loss_heatmap,
            draw=draw_loss_heatmap,
        ),
        Picture(
            name="clipping",
            title="clipping by value and by norm",
            caption=r"Gradients $g$ before clipping (dotted) and after it (solid), with the angle by which they were "
            r"turned. Clipping by value cuts each entry to $[-\theta, \theta]$ and may turn the gradient; clipping by "
            r"norm shortens it and keeps its direction. A short gradient stays as it is.",
            claims=("L20",),
            file="L20_clipping",
            options=(),
            measure=clipped_gradients,
            draw=draw_clipping,
        ),
    )
}
"""By name, in the order of the lecture."""


def find_pictures(name: str) -> tuple[Picture, ...]:
    """The pictures that a name stands for: one, or all of them for ``"all"``.

    Args:
        name: the name of a picture, or a part of it that no other name has.

    Raises:
        SelectionError: naming the pictures there are.

    >>> [picture.name for picture in find_pictures("slopes")]
    ['activation-slopes']
    """
    if name == "all":
        return tuple(PICTURES.values())
    if name in PICTURES:
        return (PICTURES[name],)
    found = [picture for known, picture in PICTURES.items() if name and name.lower() in known]
    if len(found) == 1:
        return tuple(found)
    what = f"{name!r} could be {' or '.join(p.name for p in found)}" if found else f"there is no picture {name!r}"
    raise SelectionError(what, advice=f"the pictures are {', '.join(PICTURES)}, or all of them: all")
