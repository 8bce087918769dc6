"""Cells as text: what is read, what its names are, and which shapes they have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sympy as sp
from cells.as_typed import CELLS as TYPED
from cells.literature import CELLS as IN_PYTHON

from symrnn.activations import activation
from symrnn.cells import LOSSES, Cell
from symrnn.cells.pieces import maximum
from symrnn.cells.table import CELLS
from symrnn.cells.written.files import draft_of, maker_of
from symrnn.derivation.comparing import equivalent
from symrnn.errors import CellTextError, SelectionError
from symrnn.expr import Concatenation, Elementwise, Sequence, Softmax, StopGradient
from symrnn.latex.cells import cell_text
from symrnn.recurrence import Recurrence, Role
from symrnn.symbols import T, m, n, q, t

SHIPPED = {name: entry.make() for name, entry in CELLS.items() if name != "Layered"}
h, x = Sequence("h", n), Sequence("x", m, first=1)
W, U, b = sp.MatrixSymbol("W", n, m), sp.MatrixSymbol("U", n, n), sp.MatrixSymbol("b", n, 1)
tanh, sigma = Elementwise("tanh"), Elementwise("sigmoid")


def body(text: str, name: str = "h") -> sp.Basic:
    definition = Cell.parse(text).definition(name)
    assert definition is not None
    return definition.body


# -- one equation in many forms ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "h[t] = tanh(W x[t] + U h[t-1] + b)",
        "h_t = tanh(W x_t + U h_{t-1} + b)",
        "h_{t} = tanh(W*x_{ t } + U @ h_{t - 1} + b)  # a comment",
        "hₜ = tanh(W xₜ + U hₜ₋₁ + b)",
        "h(t) = tanh(W x(t) + U h(t−1) + b)",
        "h^(t) = tanh(W x^{(t)} + U h^{(t-1)} + b)",
        "h [t] = \\tanh(W·x[t] + U\\cdot h[t - 1] + b);",
        "h_t = tanh(W x_t\n  + U h_{t-1}\n  + b)",
        "h_t = tanh(W x_t +  # goes on\n\n  U h_{t-1} + b)",
        "\n\n# a title\nh_t = tanh(\n W x_t + U h_{t-1} + b\n)\n\n",
        "h_t := Tanh((W x_t) + (U (h_{t-1})) + b)",
        "h_t = tanh(W (x_t) + U(h_{t-1}) + b)",
    ],
)
def test_one_equation_in_many_forms(text: str) -> None:
    assert body(text) == tanh(W * x[t] + U * h[t - 1] + b)


z, r = Sequence("z", n, first=1), Sequence("r", n, first=1)
ONES = sp.OneMatrix(n, 1)
GATED = "z_t = h_{t-1} ⊙ x_t\nr_t = z_t ⊙ x_t\nh_t = "


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("z_t ⊙ h_{t-1}", sp.HadamardProduct(z[t], h[t - 1])),
        ("z_t ∘ h_{t-1}", sp.HadamardProduct(z[t], h[t - 1])),
        ("z_t .* h_{t-1}", sp.HadamardProduct(z[t], h[t - 1])),
        (r"z_t \odot h_{t-1}", sp.HadamardProduct(z[t], h[t - 1])),
        ("(1 - z_t) ⊙ h_{t-1}", sp.HadamardProduct(ONES - z[t], h[t - 1])),
        ("(1 - 2 z_t) ⊙ h_{t-1}", sp.HadamardProduct(ONES - 2 * z[t], h[t - 1])),
        ("z_t ⊙ (U h_{t-1})", sp.HadamardProduct(z[t], U * h[t - 1])),
        ("z_t ⊙ U h_{t-1}", sp.HadamardProduct(z[t], U * h[t - 1])),
        ("U (z_t ⊙ h_{t-1})", U * sp.HadamardProduct(z[t], h[t - 1])),
        ("z_t ⊙ r_t ⊙ h_{t-1}", sp.HadamardProduct(z[t], r[t], h[t - 1])),
        ("0.5 h_{t-1} - z_t/3", h[t - 1] / 2 - z[t] / 3),
        ("1/2 h_{t-1} - 1e-1 z_t", h[t - 1] / 2 - z[t] / 10),
        ("U^2 h_{t-1}", U**2 * h[t - 1]),
        ("U² h_{t-1}", U**2 * h[t - 1]),
        ("U^T h_{t-1}", U.T * h[t - 1]),
        ("U' h_{t-1}", U.T * h[t - 1]),
        ("Uᵀ h_{t-1}", U.T * h[t - 1]),
        ("U.T h_{t-1}", U.T * h[t - 1]),
        (r"U^{\top} h_{t-1}", U.T * h[t - 1]),
        ("(U - U' - 3 I) h_{t-1}", (U - U.T - 3 * sp.Identity(n)) * h[t - 1]),
        ("diag(z_t) h_{t-1}", sp.DiagMatrix(z[t]) * h[t - 1]),
        ("softmax(U h_{t-1})", Softmax(U * h[t - 1])),
        ("z_t h_{t-1}' z_t", z[t] * h[t - 1].T * z[t]),
        ("-h_{t-1}", -h[t - 1]),
        ("h_{t-1}.^2", sp.HadamardProduct(h[t - 1], h[t - 1])),
        ("h_{t-1} + 1", h[t - 1] + ONES),
        ("h_{t-1} + z_t 1' r_t", h[t - 1] + z[t] * sp.OneMatrix(1, n) * r[t]),
        ("U stop(h_{t-1}) + h_{t-1}", U * StopGradient(h[t - 1]) + h[t - 1]),
        ("max(h_{t-1}, z_t)", maximum(h[t - 1], z[t])),
        ("max(h_{t-1}, 0)", maximum(h[t - 1], sp.ZeroMatrix(n, 1))),
        ("z_t ⊙ inverse(1 + r_t) + h_{t-1}", sp.HadamardProduct(z[t], Elementwise("inverse")(ONES + r[t])) + h[t - 1]),
        ("U h_{t-1} + Σ z_t", U * h[t - 1] + sp.MatrixSymbol("Sigma", n, n) * z[t]),
    ],
)
def test_what_a_right_side_means(text: str, meant: sp.Basic) -> None:
    assert body(GATED + text).doit() == meant.doit()  # SymPy sorts some terms only then


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("sigmoid", "sigmoid"), ("σ", "sigmoid"), ("sig", "sigmoid"), ("logistic", "sigmoid"), (r"\sigma", "sigmoid"),
        ("ReLU", "relu"), ("swish", "silu"), ("leakyrelu", "leaky_relu"), ("id", "identity"),
        ("φ", "phi"), ("ϕ", "phi"), ("psi", "psi"), ("f", "f"), ("g_1", "g_1"), ("ln", "log"),
    ],
)  # fmt: skip
def test_functions_by_their_names(text: str, name: str) -> None:
    cell = Cell.parse(f"h_t = {text}(U h_{{t-1}})")
    assert body(f"h_t = {text}(U h_{{t-1}})") == Elementwise(name)(U * h[t - 1])
    assert [each.name for each in cell.activations] == [name]


def test_an_activation_has_parameters_and_a_convention() -> None:
    cell = Cell.parse("h_t = φ(U h_{t-1})\nwhere φ: elu(alpha=1/2, at_kink=1)")
    assert cell.activations == (activation("elu", at_kink=1, alpha=sp.Rational(1, 2)),)
    cell = Cell.parse("h_t = ReLU(U h_{t-1})\nwhere ReLU: relu(at_kink=torch)")
    assert cell.activations == (activation("relu", at_kink="torch"),)
    assert cell.derive(cell.L, wrt=cell.U).verify()


def test_concatenations() -> None:
    both = Concatenation(h[t - 1], x[t])
    for text in ("[h[t-1]; x[t]]", "[h_{t-1}, x_t]", "concat(h_{t-1}, x_t)"):
        cell = Cell.parse(f"h_t = tanh(W {text} + b)")
        assert cell.W.shape == (n, m + n)
        assert body(f"h_t = tanh(W {text} + b)") == tanh(cell.W * both + b)
    with_one = Cell.parse("h_t = tanh(W [h_{t-1}; x_t; 1])")
    assert with_one.W.shape == (n, m + n + 1)


# -- what a name is ----------------------------------------------------------------------------------------------------


def test_roles_follow_from_the_use() -> None:
    cell = Cell.parse("""
        s_t = α s_{t-1} + (1 - α) B x_t
        a_t = P s_t + R h_{t-1}
        h_t = σ(a_t)
        y_t = V h_t + c
    """)
    roles = {d.sequence.name: d.role for d in cell.definitions}
    assert roles["s"] is roles["h"] is Role.STATE
    assert (roles["a"], roles["y"], roles["ell"]) == (Role.INTERMEDIATE, Role.OUTPUT, Role.OUTPUT)
    assert [given.name for given in cell.inputs] == ["x"]
    assert [p.name for p in cell.parameters] == ["B", "P", "R", "V", "c"]
    assert cell.s.rows == sp.Symbol("n_s", integer=True, positive=True)
    assert (cell.h.rows, cell.x.rows, cell.y.rows) == (n, m, q)
    assert (cell.P.shape, cell.V.shape, cell.c.shape) == ((n, cell.s.rows), (q, n), (q, 1))
    assert cell.body(cell.ell[t]).args[-1] == cell.y[t]  # the loss looks at the output


def test_an_input_that_is_read_late_begins_early() -> None:
    cell = Cell.parse("h_t = A x_{t-2} + B x_t + h_{t-1}")
    assert cell.x.first == -1
    assert cell.derive(cell.L, wrt=cell.A).verify()


def test_names_of_many_kinds() -> None:
    cell = Cell.parse(
        "h̃_t = tanh(W_{xh} x_t + U_α (r'_t ⊙ h_{t-1}))\nr'_t = σ(V₁ x_t)\nh_t = h̃_t + c_{f,t}\nc_{f,t} = h_{t-1}"
    )
    assert {"h_tilde", "W_xh", "U_alpha", "r_prime", "V_1", "c_f"} <= set(cell.graph.quantities)


def test_a_capital_is_a_column_where_it_is_added_to_one() -> None:
    assert Cell.parse("h_t = W x_t + h_{t-1} + B").B.shape == (n, 1)


def test_numbers_with_and_without_a_gradient() -> None:
    fixed = Cell.parse("h_t = (1 - α) h_{t-1} + α tanh(W x_t)")
    assert [p.name for p in fixed.parameters] == ["W"]
    trained = Cell.parse("h_t = (1 - α) h_{t-1} + α tanh(W x_t)\nwhere α: 1")
    assert trained.alpha.shape == (1, 1)
    assert trained.derive(trained.L, wrt=trained.alpha).verify()
    vector = Cell.parse("h_t = (1 - α) ⊙ h_{t-1} + α ⊙ tanh(W x_t)")
    assert vector.alpha.shape == (n, 1)
    positive = Cell.parse("h_t = γ h_{t-1}\nwhere γ: positive number")
    assert sp.Symbol("gamma", positive=True) in positive.definition("h").body.free_symbols


def test_declared_shapes() -> None:
    cell = Cell.parse("S_t = S_{t-1} + v_t k_t'\nv_t = A x_t; k_t = B x_t\nwhere S: n x m; x: 3")
    assert (cell.S.rows, cell.S.cols, cell.A.shape, cell.B.shape) == (n, m, (n, 3), (m, 3))
    rows = Cell.parse("h_t = tanh(h_{t-1} U + x_t W)\nwhere h: k x n; x: k x m")
    assert (rows.U.shape, rows.W.shape) == ((n, n), (m, n))
    low_rank = Cell.parse("h_t = A B h_{t-1}\nwhere A: (n, r)")
    assert low_rank.B.shape == (sp.Symbol("r", integer=True, positive=True), n)
    tied = Cell.parse("h_t = W [h_{t-1}; x_t]\nwhere W: n x (n + m)")
    assert (tied.h.rows, tied.x.rows) == (n, m)


# -- the loss ----------------------------------------------------------------------------------------------------------

RNN = "h_t = tanh(W x_t + U h_{t-1} + b)\n"


@pytest.mark.parametrize("loss", LOSSES)
def test_a_loss_by_its_name(loss: str) -> None:
    plain = Cell.parse(RNN)
    cell = Cell.parse(f"{RNN}loss = {loss} of h_t readout q over mean")
    assert Recurrence.replaced(cell) == Recurrence.replaced(plain.with_loss(loss, of="h", readout=q, over="mean"))


def test_other_words_of_the_loss() -> None:
    masked = Cell.parse(f"{RNN}loss: squared error, of h[t], against target[t], masked")
    assert [given.name for given in masked.inputs] == ["x", "target", "mu"]
    assert Cell.parse(f"{RNN}L = ℓ[T]").body(masked.L) == masked.ell.at(T)
    own = Cell.parse(f"{RNN}ℓ[t] = w' h[t] + h[t]' h[t]\nL = 1/T Σ_t ℓ[t]")
    assert own.derive(own.L, wrt=own.U).verify()
    assert own.w.shape == (n, 1)


# -- there and back ----------------------------------------------------------------------------------------------------


def evaluated(recurrence: Recurrence) -> list[object]:
    """Everything about a recurrence, its terms as SymPy has them after evaluation."""
    bodies = [(d.sequence, d.body.doit(), d.role, d.first) for d in recurrence.definitions]
    totals = {total: value.doit() for total, value in recurrence.totals.items()}
    given = recurrence.parameters, recurrence.inputs, set(recurrence.activations)
    return [bodies, totals, *given]


@pytest.mark.parametrize("name", SHIPPED)
def test_what_ships_is_read_as_it_is_printed(name: str) -> None:
    cell = SHIPPED[name]
    text = cell_text(cell)
    read = Cell.parse(text)
    assert evaluated(read) == evaluated(cell)
    assert str(Cell.parse(str(read))) == str(read)


@pytest.mark.parametrize("name", [name for name in SHIPPED if name not in ("IRNN", "Leaky", "Jordan")])
def test_the_equations_alone_are_enough(name: str) -> None:
    cell = SHIPPED[name]  # the others need a convention at a kink, a positive number, and other letters for sizes
    read = Cell.parse(str(cell))
    assert evaluated(read)[:2] == evaluated(cell)[:2]
    assert set(read.parameters) == set(cell.parameters)


@pytest.mark.table(quick=("MGU",))
@pytest.mark.parametrize(
    "name", ["Elman", "Jordan", "Leaky", "LSTM", "GRU", "MGU", "PeepholeLSTM", "CoupledLSTM", "ResetAfterGRU"]
)
def test_what_ships_is_equivalent_to_what_is_read(name: str) -> None:
    cell = SHIPPED[name]
    assert equivalent(cell, Cell.parse(cell_text(cell))).verify()


@pytest.mark.parametrize("name", TYPED)
def test_what_was_typed_is_printed_and_read_again(name: str) -> None:
    cell = Cell.parse(TYPED[name], name)
    assert evaluated(Cell.parse(str(cell), name)) == evaluated(cell)


@pytest.mark.parametrize(
    "text",
    [
        "h_t = tanh(W [h_{t-1}; x_t; 1] + b)",
        "S_t = S_{t-1} + v_t k_t'\nv_t = V x_t; k_t = K x_t\nwhere S: n x m",
        "h_t = r_t ⊙ (U h_{t-1}) + (V x_t) ⊙ r_t ⊙ h_{t-1}\nr_t = θ(R x_t)\nwhere θ: function",
        "h_t = act(U h_{t-1})\nwhere act: function",
        "h_t = max(U h_{t-1}, W x_t)\nwhere relu: relu(at_kink=1/2)",
        "h_t = (U - U' - γ I) stop(h_{t-1}) + 1/2 x_t.^2 - 1",
        "h_t = λ diag(u) h_{t-1} + u u' x_t / 3\nwhere λ: 1",
    ],
)
def test_forms_there_and_back(text: str) -> None:
    cell = Cell.parse(text)
    assert evaluated(Cell.parse(str(cell))) == evaluated(cell)


@pytest.mark.parametrize("loss", LOSSES)
def test_losses_there_and_back(loss: str) -> None:
    for over in ("sum", "mean", "last"):
        cell = SHIPPED["MGU"].with_loss(loss, readout=q, over=over)
        assert evaluated(Cell.parse(cell_text(cell))) == evaluated(cell)


@pytest.mark.table(quick=("IndRNN", "CFN"))
@pytest.mark.parametrize("name", TYPED)
def test_every_gradient_is_proved(name: str) -> None:
    cell = Cell.parse(TYPED[name], name)
    for parameter in cell.parameters:
        assert cell.derive(cell.L, wrt=parameter).verify(), parameter


AS_IN_PYTHON = {
    "UGRNN": """
        c_t = tanh(W_hc h_{t-1} + W_xc x_t + b_c)
        g_t = σ(W_hg h_{t-1} + W_xg x_t + b_g)
        h_t = g_t ⊙ h_{t-1} + (1 - g_t) ⊙ c_t""",
    "FastGRNN": """
        z_t = σ(W x_t + U h_{t-1} + b_z)
        g_t = tanh(W x_t + U h_{t-1} + b_h)
        h_t = (ζ (1 - z_t) + ν) ⊙ g_t + z_t ⊙ h_{t-1}
        where ζ, ν: positive number""",
    "SRU": """
        f_t = σ(W_f x_t + v_f ⊙ c_{t-1} + b_f)
        c_t = f_t ⊙ c_{t-1} + (1 - f_t) ⊙ (W x_t)
        r_t = σ(W_r x_t + v_r ⊙ c_{t-1} + b_r)
        h_t = r_t ⊙ c_t + (1 - r_t) ⊙ x_t""",
    "AntisymmetricRNN": """
        h_t = h_{t-1} + ε tanh((W - W' - γ I) h_{t-1} + V x_t + b)
        where ε, γ: positive number""",
    "transposed weights": "h_t = tanh(W' h_{t-1} + U^T x_t + b)",
    "weights twice": "h_t = tanh(W^2 h_{t-1} + W Wᵀ h_{t-1} + U U' W h_{t-1} + U x_t)",
}


@pytest.mark.parametrize("name", AS_IN_PYTHON)
def test_text_says_the_same_as_python(name: str) -> None:
    cell, typed = IN_PYTHON[name](n, m), Cell.parse(AS_IN_PYTHON[name])
    bodies = {d.sequence.name: d.body.doit() for d in cell.definitions if d.sequence.name != "ell"}
    assert {d.sequence.name: d.body.doit() for d in typed.definitions if d.sequence.name != "ell"} == bodies
    assert set(typed.parameters) == set(cell.parameters)


# -- files -------------------------------------------------------------------------------------------------------------


def test_a_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.cell"
    file.write_bytes(b"\xef\xbb\xbfh_t = \xcf\x86(W x_t\r\n  + U h_{t-1})\r\n")
    assert Cell.load(file).name == "mine"
    assert body(file.read_text("utf-8-sig")) == Cell.load(file).definition("h").body
    make = maker_of(draft_of(file), "mine")
    made = make("tanh", hidden=3, inputs=2)
    assert (made.W.shape, made.activations) == ((3, 2), (activation("tanh"),))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"h = \xff", "is not text: byte 4 is not UTF-8"),
        (b"#" * 10_000_000, "is too long for a cell"),
    ],
)
def test_what_is_no_text(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "mine.cell"
    file.write_bytes(content)
    with pytest.raises(SelectionError, match=message):
        Cell.load(file)


def test_a_file_with_a_mistake_is_named(tmp_path: Path) -> None:
    file = tmp_path / "mine.cell"
    file.write_text("h_t = W x_t +")
    with pytest.raises(CellTextError, match=r"mine\.cell, line 1, column 14"):
        Cell.load(file)
    with pytest.raises(SelectionError, match="there is no file"):
        Cell.load(tmp_path / "other.cell")


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("h_t = tanh((A ⊙ B) h_{t-1})", {"A": (n, n), "B": (n, n)}),  # a mask on the weights
        ("h_t = tanh(A ⊙ (B h_{t-1}))", {"A": (n, 1), "B": (n, n)}),
        ("h_t = tanh(A ⊙ B h_{t-1})\nwhere\n A: n", {"A": (n, 1), "B": (n, n)}),
        ("h_t = tanh(u ⊙ B h_{t-1})", {"u": (n, 1), "B": (n, n)}),
        ("h_t = I_f h_{t-1} + W x_t\nwhere\n I_f: n x n", {"I_f": (n, n)}),
        ("h_t = I_n h_{t-1} + W x_t", {"W": (n, m)}),
    ],
)
def test_each_reading_of_a_mask_and_of_an_identity_can_be_said(text: str, shapes: dict[str, tuple[Any, Any]]) -> None:
    cell = Cell.parse(text)
    assert {name: getattr(cell, name).shape for name in shapes} == shapes
    assert str(Cell.parse(str(cell))) == str(cell)


def test_the_transpose_of_an_error_stays_one() -> None:
    text = "h_t = tanh(U h_{t-1})\ny_t = V h_t\nℓ_t = 1/2 (y_t - d_t)' (y_t - d_t)"
    cell = Cell.parse(text)
    assert cell.derive(cell.ell[t], wrt=cell.y[t]).closed_form == sp.Transpose(cell.y[t] - cell.d[t])
