"""The graph of a recurrence says of names what the terms say, for every cell that ships and for networks of them."""

import pytest
import sympy as sp
from sympy.matrices.expressions import MatrixSymbol

from symrnn.cells import GRU, LSTM, Bidirectional, Copied, Elman, Stacked
from symrnn.cells.table import CELLS
from symrnn.expr import Element, Elementwise, GenericFunction, Sequence
from symrnn.graph import Definition, Graph, Role, reach
from symrnn.recurrence import Recurrence
from symrnn.symbols import n, t

NETWORKS = {name: shipped.make() for name, shipped in CELLS.items()}
NETWORKS |= {
    "stacked": Stacked(GRU(), LSTM(inputs=n)),
    "bidirectional": Bidirectional(Elman("tanh")),
    "copied": Copied(GRU(), GRU().U_r),
    "with a loss": LSTM().with_loss("squared error", readout=3, masked=True, over="mean"),
}


@pytest.mark.parametrize("net", NETWORKS.values(), ids=NETWORKS)
def test_uses_are_what_stands_in_the_equations(net: Recurrence) -> None:
    graph = net.graph
    assert graph is net.graph
    for name, definition in graph.definitions.items():
        element = definition.sequence.at(net.index)
        used = {use.quantity for use in graph.uses[name]}
        assert used == net.body(element).atoms(Element, MatrixSymbol)
        assert {use.quantity for use in graph.through(name)} == net.inlined(element).atoms(Element, MatrixSymbol)
        for kept in graph.behind(name):
            inlined = net.inlined(element, lambda part, kept=kept: part.name == kept)
            assert {use.quantity for use in graph.through(name, keep=kept)} == inlined.atoms(Element, MatrixSymbol)
        for use in graph.uses[name]:
            if use.lag is not None:
                assert sp.expand(use.quantity.index - net.index + use.lag) == 0


@pytest.mark.parametrize("net", NETWORKS.values(), ids=NETWORKS)
def test_what_lies_ahead_has_it_behind(net: Recurrence) -> None:
    graph = net.graph
    for name in graph.quantities:
        assert graph.ahead(name) == {name} | {other for other in graph.quantities if name in graph.behind(other)}
        assert graph.at_once(name) <= graph.behind(name)
    for definition in net.states():
        system = graph.system(definition.sequence.name)
        assert definition in system
        assert {other.sequence.name for other in system} - {definition.sequence.name} <= graph.behind(
            definition.sequence.name
        )


@pytest.mark.parametrize("net", NETWORKS.values(), ids=NETWORKS)
def test_the_order_at_one_index(net: Recurrence) -> None:
    ordered = [definition.sequence.name for definition in net.graph.in_order(net.graph.definitions)]
    assert sorted(ordered) == sorted(net.graph.definitions)
    for place, name in enumerate(ordered):
        assert net.graph.at_once(name).isdisjoint(ordered[:place])


def test_intermediates_of_intermediates_add_up_their_steps() -> None:
    a, b, h = (Sequence(name, n, first=first) for name, first in (("a", 0), ("b", 1), ("h", -1)))
    W = MatrixSymbol("W", n, n)
    graph = Graph(
        t,
        (
            Definition(a, W * h[t - 1], Role.INTERMEDIATE, 0),
            Definition(b, a[t - 1] + a[t], Role.INTERMEDIATE),
            Definition(h, Elementwise("tanh")(b[t]), Role.STATE),
        ),
        (W,),
        {},
    )
    assert [(str(use.quantity), use.lag) for use in graph.through("h")] == [
        ("W", None),
        ("h[t - 2]", 2),
        ("h[t - 1]", 1),
    ]
    assert [use.name for use in graph.through("h", keep="a")] == ["a", "a"]


def test_a_generic_function_stays_one_of_named_quantities() -> None:
    a, h = Sequence("a", n, first=1), Sequence("h", n)
    inside = Definition(a, h[t - 1] * 2, Role.INTERMEDIATE)
    graph = Graph(t, (inside, Definition(h, GenericFunction("F", n, 1, a[t]), Role.STATE)), (), {})
    assert [use.name for use in graph.through("h")] == ["a"]
    assert graph.behind("h") == {"a", "h"}


CIRCLES = [({"a": "b", "b": "c", "c": ""}, ""), ({"a": "b", "b": "cd", "d": "b"}, "bd")]


@pytest.mark.parametrize(("uses", "circle"), CIRCLES)
def test_circles(uses: dict[str, str], circle: str) -> None:
    sequences = {name: Sequence(name, n) for name in "abcd"}
    bodies = {name: sum((sequences[each][t] for each in used), sp.ZeroMatrix(n, 1)) for name, used in uses.items()}
    for role, found in ((Role.STATE, Graph.circle_at_once), (Role.INTERMEDIATE, Graph.circle_of_intermediates)):
        defined = tuple(Definition(sequences[name], body, role) for name, body in bodies.items())
        assert found(Graph(t, defined, (), {})) == tuple(circle)


def test_reach_goes_on_from_what_it_finds() -> None:
    assert reach("a", lambda name: {"a": "bc", "b": "a", "c": "d"}.get(name, "")) == ["a", "b", "c", "d"]
