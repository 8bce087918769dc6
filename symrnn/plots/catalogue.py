"""The pictures there are, each with its caption and with the results that it illustrates."""

from __future__ import annotations

from functools import partial

from symrnn.errors import SelectionError
from symrnn.plots.activation_slopes import activation_slopes, caption_activation_slopes, draw_activation_slopes
from symrnn.plots.clipping import caption_clipping, clipped_gradients, draw_clipping
from symrnn.plots.error_surface import caption_error_surface, draw_error_surface, error_surface
from symrnn.plots.guarantees import caption_guarantees, draw_guarantees, guarantees
from symrnn.plots.jacobian_norms import caption_jacobian_norms, draw_jacobian_norms, jacobian_norms
from symrnn.plots.loss_heatmap import caption_loss_heatmap, draw_loss_heatmap, loss_heatmap
from symrnn.plots.memory import caption_memory, draw_memory, memory
from symrnn.plots.picture import Picture
from symrnn.plots.transient_growth import caption_transient_growth, draw_transient_growth, transient_growth
from symrnn.plots.unrolled import caption_unrolled, unrolled
from symrnn.plots.unrolled_drawing import draw_unrolled, tikz_unrolled

PICTURES: dict[str, Picture] = {
    picture.name: picture
    for picture in (
        Picture(
            name="activation-slopes",
            title="activations, their slopes, and the bound of the slope",
            caption=caption_activation_slopes,
            claims=("L10",),
            file="L10_sigmoid_slope",
            options=("activation",),
            measure=activation_slopes,
            draw=draw_activation_slopes,
        ),
        Picture(
            name="unrolled",
            title="an unrolled recurrence with its gradients",
            caption=caption_unrolled,
            claims=("L11",),
            file="L11_elman_network",
            options=("cell", "steps", "truncate", "gates"),
            measure=unrolled,
            draw=draw_unrolled,
            tikz=tikz_unrolled,
        ),
        Picture(
            name="transient-growth",
            title="powers that grow before they vanish",
            caption=caption_transient_growth,
            claims=("L18",),
            file="L18_powers_vanish_or_explode",
            options=("steps",),
            measure=transient_growth,
            draw=draw_transient_growth,
        ),
        Picture(
            name="guarantees",
            title="where vanishing is certain",
            caption=caption_guarantees,
            claims=("L19",),
            file="L19_long_distances",
            options=(),
            measure=guarantees,
            draw=draw_guarantees,
        ),
        Picture(
            name="jacobian-norms",
            title="norms of Jacobians against the distance in time",
            caption=caption_jacobian_norms,
            claims=("L19",),
            file="L19_long_distances",
            options=("size", "steps", "seed", "radius", "weights", "activation"),
            measure=jacobian_norms,
            draw=draw_jacobian_norms,
        ),
        Picture(
            name="loss-heatmap",
            title="what each loss says to each state before it",
            caption=caption_loss_heatmap,
            claims=("L19",),
            file="L19_long_distances",
            options=("size", "steps", "seed", "activation"),
            measure=loss_heatmap,
            draw=draw_loss_heatmap,
        ),
        Picture(
            name="error-surface",
            title="the loss of one unit over its weight and bias",
            caption=caption_error_surface,
            claims=("L20",),
            file="L20_clipping",
            options=("activation", "steps"),
            measure=error_surface,
            draw=draw_error_surface,
        ),
        Picture(
            name="clipping",
            title="clipping by value and by norm",
            caption=caption_clipping,
            claims=("L20",),
            file="L20_clipping",
            options=(),
            measure=clipped_gradients,
            draw=draw_clipping,
        ),
        Picture(
            name="unrolled-lstm",
            title="an unrolled LSTM with its gradients",
            caption=caption_unrolled,
            claims=("L24",),
            file="L24_long_short_term_memory",
            options=("steps", "truncate", "gates"),
            measure=partial(unrolled, "LSTM"),
            draw=draw_unrolled,
            tikz=tikz_unrolled,
        ),
        Picture(
            name="memory",
            title="how long a simple network, a GRU and an LSTM remember",
            caption=caption_memory,
            claims=("L24-chain",),
            file="L24_long_short_term_memory",
            options=("cell", "forget_bias", "size", "steps", "seed", "activation"),
            measure=memory,
            draw=draw_memory,
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
