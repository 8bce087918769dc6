"""The unrolled graph: its nodes and arrows against the equations, and its two renderers against each other."""

import re

import pytest
import sympy as sp

from symrnn import Cell, Elementwise, Sequence, activation, m, n, t
from symrnn.cells import GRU, LSTM, Bidirectional, Stacked
from symrnn.cells.table import CELLS
from symrnn.errors import LimitError, SelectionError
from symrnn.latex import NOTATIONS
from symrnn.plots.look import Look
from symrnn.plots.unrolled import Arrow, caption_unrolled, unrolled
from symrnn.plots.unrolled_drawing import tikz_unrolled
from symrnn.plots.unrolled_layout import planned


def ends(graph, kind, steps=2):
    return {(arrow.start, arrow.end) for arrow in graph.arrows(steps) if arrow.kind == kind}


def test_the_arrows_of_elman_are_its_equations():
    graph = unrolled("Elman")
    inside = {("x", "h", 0), ("h", "h", 1), ("h", "y", 0), ("y", "ell", 0)}
    expected = {((start, at - lag), (end, at)) for start, end, lag in inside for at in (-1, 0)}
    expected |= {(("h", 0), ("h", 1)), (("ell", -1), ("L", None)), (("ell", 0), ("L", None))}
    assert ends(graph, "forward") == expected
    assert ends(graph, "gradient") == {(end, start) for start, end in expected if start[0] != "x"}
    weights = {(arrow.start[0], arrow.end[0]): arrow.weights for arrow in graph.arrows(2)[:8] if arrow.end == ("h", 0)}
    assert weights == {("x", "h"): ("W_xh",), ("h", "h"): ("W_hh",)}


def test_gates_are_nodes_and_gradients_go_through_them():
    graph, bare = unrolled("LSTM"), unrolled("LSTM", gates=False)
    assert {name: graph.kind(name) for name in graph.nodes} == {
        "x": "input", "i": "gate", "f": "gate", "o": "gate", "g": "gate", "c": "state", "h": "state", "ell": "loss",
    }  # fmt: skip
    assert bare.nodes == ("x", "c", "h", "ell")
    at_last = {(("c", 0), ("c", -1)), (("c", 0), ("h", -1)), (("h", 0), ("c", 0)), (("h", 0), ("h", -1))}
    for one in (graph, bare):
        assert at_last <= ends(one, "gradient")
    assert not any("f" in (start[0], end[0]) for start, end in ends(graph, "gradient"))
    assert (("h", -1), ("f", 0)) in ends(graph, "forward")
    assert (("h", -1), ("c", 0)) in ends(bare, "forward") - ends(graph, "forward")


@pytest.mark.parametrize("name", CELLS)
def test_what_is_read_is_what_stands_in_the_equations(name):
    graph = unrolled(name, gates=False)
    net = graph.recurrence
    for node in graph.nodes:
        if graph.kind(node) == "input":
            continue
        body = net.inlined(net.graph.definitions[node].sequence[net.index])
        read = {
            one for one in body.free_symbols | body.atoms(sp.Basic) if hasattr(one, "index") and one.name in graph.nodes
        }
        assert set(graph.uses[node]) == {(one.name, int(net.index - one.index)) for one in read}


def test_a_gradient_is_cut_where_truncation_leaves_it_out():
    graph = unrolled("Elman", steps=4, truncate=2)
    assert ends(graph, "cut", 4) == {(("h", -1), ("h", -2))}  # h_t and h_{t-1} are kept: K = 2 terms
    assert ends(graph, "gradient", 4) == {
        (("ell", 0), ("y", 0)), (("y", 0), ("h", 0)), (("h", 0), ("h", -1)),
    }  # fmt: skip
    jordan = unrolled("Jordan", steps=3, truncate=2, gates=False)
    assert (("y", -1), ("y", -2)) in ends(jordan, "cut", 3)
    assert "cut after 2 steps" in caption_unrolled(graph, None)


def test_a_cell_of_your_own_is_unrolled():
    h, x = Sequence("h", n), Sequence("x", m, first=1)
    W, U, V = sp.MatrixSymbol("W", n, m), sp.MatrixSymbol("U", n, n), sp.MatrixSymbol("V", n, n)
    tanh = Elementwise("tanh")
    body = tanh(W * x[t] + U * h[t - 1] + V * h[t - 1].T.T)
    mine = Cell("mine", {h: body}, states=(h,), parameters=(W, U, V), inputs=(x,), activations=(activation("tanh"),))
    arrows = unrolled(mine).arrows(2)
    assert Arrow(("h", -1), ("h", 0), "forward", ("U", "V")) in arrows
    assert planned(unrolled(mine), Look("plain")).nodes["x-0"].label == "x_{t}"
    assert "U_{" not in tikz_unrolled(unrolled(mine), Look("plain"))  # two matrices make no label
    stacked = unrolled(Stacked(GRU(), GRU(inputs=n)), gates=False)
    assert stacked.layers["h_2"] > stacked.layers["h_1"] or stacked.layers["h_1"] >= 1


@pytest.mark.parametrize("name", [name for name in CELLS if name != "Layered"])
@pytest.mark.parametrize("notation", ["lecture", "ng"])
def test_nodes_stand_apart(name, notation):
    plan = planned(unrolled(name), Look(notation))
    nodes = [node for node in plan.nodes.values() if node.kind != "dots"]
    for at, one in enumerate(nodes):
        assert one.width / 2 <= one.x <= plan.width - one.width / 2
        assert one.height / 2 <= one.y <= plan.height - one.height / 2
        for other in nodes[at + 1 :]:
            apart = abs(one.x - other.x) >= (one.width + other.width) / 2, abs(one.y - other.y) >= one.height
            assert any(apart), (one.name, other.name)


@pytest.mark.parametrize("notation", NOTATIONS)
def test_tikz_has_what_the_plan_has(notation):
    look = Look(notation)
    plan = planned(unrolled("LSTM"), look)
    made = tikz_unrolled(unrolled("LSTM"), look)
    for node in plan.nodes.values():
        assert f"({node.name}) at ({node.x:.3f},{node.y:.3f}) {{${node.label}$}};" in made
    drawn = re.findall(r"^\\draw\[(\w+)\] \(([\w-]+)\) to.*\(([\w-]+)\);$", made, flags=re.M)
    assert drawn == [(arrow.kind, arrow.start, arrow.end) for arrow in plan.arrows]
    total = NOTATIONS[notation].immediate[0]
    assert f"\\dfrac{{{total} {plan.nodes['h-0'].label}}}" in made


def test_what_has_no_room_is_left_out_or_refused():
    wide, narrow, low = Look(width=8.0), Look(width=4.0), Look(width=5.5, height=3.6)
    assert "f-0" in planned(unrolled("LSTM"), wide).nodes
    assert "f-0" not in planned(unrolled("LSTM"), narrow).nodes
    assert not {"f-0", "L"} & set(planned(unrolled("LSTM"), low).nodes)
    for options in ({"gates": True}, {"steps": 12}):
        with pytest.raises(LimitError, match=r"cm wide; use a larger --width than 10\.2cm"):
            planned(unrolled("LSTM", **options), narrow)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"cell": ["LSTM", "GRU"]}, SelectionError, "2 cells for one picture"),
        ({"cell": "foo"}, SelectionError, "there is no cell foo"),
        ({"steps": 1}, LimitError, "a graph of 1 steps; use 2 to 12"),
        ({"steps": 3, "truncate": 3}, LimitError, "cut after 3 steps in a graph of 3"),
        ({"truncate": 0}, LimitError, "cut after 0 steps"),
        ({"cell": Bidirectional(LSTM(), LSTM())}, SelectionError, "not a whole number of steps away"),
    ],
)
def test_what_cannot_be_unrolled_is_refused(options, error, message):
    with pytest.raises(error, match=message):
        unrolled(**options)


def test_a_loss_stands_above_all_states_and_beside_none():
    s, v, R = Sequence("s", n), Sequence("v", n), sp.MatrixSymbol("R", n, n)
    equations = {s: Elementwise("tanh")(R * s[t - 1]), v: v[t - 1] + s[t]}
    graph = unrolled(Cell("two states", equations, (s, v), (R,), (), (activation("tanh"),)))
    assert graph.layers == {"s": 1, "v": 2, "ell": 3, "L": 4}
    nodes = planned(graph, Look("plain")).nodes
    assert nodes["v-0"].x == nodes["ell-0"].x == nodes["s-0"].x
