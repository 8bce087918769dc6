"""Networks of one name: each is defined, and no claim stands under the definition of another one."""

from __future__ import annotations

from pathlib import Path

import pytest

from symrnn import LSTM, Elman
from symrnn.library import check_entries, load_library
from symrnn.library.results import Result
from symrnn.render.documents import Document, document
from symrnn.render.networks import Names
from symrnn.render.slides import frames

LOSSES = '''"""Losses"""
from symrnn import *
net = Elman("tanh")
total, last = (net.with_loss("squared error", over=each) for each in ("sum", "last"))
of = lambda r: Equation(Gradient(r.L, r.y[t]), r.y[t] - r.d[t], (t >= 1, T >= t))
V0 = Claim("V0", "the sum", of(total), Kind.PROVED, total)
V1 = Claim("V1", "the last", of(last), Kind.REFUTED, last, corrected_by="V0")
'''
CELLS = '''"""Cells"""
from symrnn import *
one = Cell.parse("h_t = tanh(U h_{t-1} + W x_t)")
two = Cell.parse("h_t = tanh(U h_{t-1} + W x_t)\\nℓ_t = 1/2 h_t' h_t")
other = Cell.parse("s_t = tanh(U s_{t-1})")
by = lambda cell, state: TotalJacobian(state[t], state[t - 1])
C0 = Claim("C0", "", Equation(by(one, one.h), by(one, one.h), (t >= 1,)), Kind.PROVED, one)
C1 = Claim("C1", "", Equation(Gradient(two.ell[t], two.h[t]), two.h[t], (t >= 1,)), Kind.PROVED, two)
C2 = Claim("C2", "", Equation(by(other, other.s), by(other, other.s), (t >= 1,)), Kind.PROVED, other)
'''
KINKS = '''"""Kinks"""
from symrnn import *
one, two = (Elman("relu", at_kink=each) for each in (1, 2))
of = lambda r: Inequality(Norm(TotalJacobian(r.h[t], r.h[t - 1])), Norm(r.W_hh), (t >= 1,))
N0 = Claim("N0", "", of(one), Kind.PROVED, one)
N1 = Claim("N1", "", of(two), Kind.REFUTED, two, corrected_by="N0")
'''


def made(text: str, folder: Path) -> Document:
    file = folder / "networks.py"
    file.write_text(text, encoding="utf-8")
    library = load_library([file])
    return document(library, check_entries(library.entries), "plain")


def texts(found: Document) -> dict[str, str]:
    return {item.claim.id: item.statement for item in found.items}


def test_another_loss_is_defined_and_told_in_the_statement(tmp_path: Path) -> None:
    found = made(LOSSES, tmp_path)
    assert [network.sentence for network in found.sections[0].networks] == [
        "The Elman network is defined by",
        "A variant of the Elman network has",
    ]
    assert r"\mathcal{L} &= \ell_{T}" in found.sections[0].networks[1].equations
    statements = texts(found)
    assert r"\mathcal{L} = \ell_{T}" in statements["V1"]
    assert r"\ell" not in statements["V0"]  # its definition stands beside it


def test_a_fragment_tells_the_loss_since_nothing_stands_beside_it(tmp_path: Path) -> None:
    slip = next(item for item in made(LOSSES, tmp_path).items if item.claim.id == "V1").fragments[0]
    false, true = slip.split("This holds instead")
    assert r"\mathcal{L} = \ell_{T}" in false
    assert r"\quad \mathcal{L} =" not in true  # the sum over all steps is what is meant where nothing is said
    assert slip.count(r"\ell_{t} = \frac{1}{2}") == 2


def test_cells_of_one_name_are_told_apart(tmp_path: Path) -> None:
    found = made(CELLS, tmp_path)
    assert [network.sentence for network in found.sections[0].networks] == [
        "The cell is defined by",
        "A variant of the cell has",
        "The cell (2) is defined by",
    ]
    statements = texts(found)
    assert r"\ell_{t} = \frac{1}{2} h_{t}^{\top} h_{t}" in statements["C1"]
    assert r"\text{cell (2)}" in statements["C2"]
    assert "cell" not in statements["C0"] + statements["C1"]
    assert [each.name for each in found.shapes] == ["cell", "cell (2)"]


def test_a_slope_at_a_kink_is_told(tmp_path: Path) -> None:
    found = made(KINKS, tmp_path)
    (network,) = found.sections[0].networks
    assert r"\operatorname{ReLU}'(0) = 1" in network.equations
    statements = texts(found)
    assert "(0) =" not in statements["N0"]
    assert r"\operatorname{ReLU}'(0) = 2" in statements["N1"]


def test_what_stands_for_phi_and_one_unit_are_no_variants() -> None:
    names = Names("plain")
    nets = [Elman(), Elman("tanh"), Elman("relu", at_kink=0), Elman().scalar(), LSTM()]
    assert [each.sentence for each in names.introduce(nets)] == [
        "The Elman network is defined by",
        "The LSTM is defined by",
    ]


def test_without_inputs_is_a_variant() -> None:
    names = Names("plain")
    first, second = names.introduce([Elman(), Elman("identity").undriven(), Elman().undriven()])
    assert second.equations == r"\begin{aligned} a_{t} &= W_{hh} h_{t-1} \end{aligned}"
    assert not second.has_shapes
    assert names.of(Elman().undriven()).recurrence is first.recurrence
    assert list(names.introduce([Elman().undriven()])) == []


UNDECIDED = '''"""Two slips"""
from symrnn import *
rnn = Elman("tanh")
d = rnn.derive(rnn.h[t], wrt=rnn.W_hh)
Z0 = Claim("Z0", "", d.equation, Kind.PROVED, rnn)
Z1 = Claim("Z1", "thought false", d.equation, Kind.REFUTED, rnn, corrected_by="Z0")
Z2 = Claim("Z2", "false", Equation(d.start, 2 * d.closed_form, (t >= 1,)), Kind.REFUTED, rnn, corrected_by="Z0")
'''


@pytest.fixture
def judged(tmp_path: Path) -> Document:
    return made(UNDECIDED, tmp_path)


def test_only_what_is_refuted_is_corrected(judged: Document) -> None:
    items = {item.claim.id: item for item in judged.items}
    assert (items["Z1"].correction, items["Z1"].missing, items["Z2"].correction) == ("", "", "Z0")
    assert items["Z0"].corrects == ("Z2",)
    assert "false" not in items["Z1"].fragments[0]
    assert isinstance(items["Z1"].result, Result)


def test_a_variant_stands_behind_its_network_on_slides(tmp_path: Path) -> None:
    found = made(LOSSES, tmp_path)
    titles = [frame.title for frame in frames(found.sections[0], found, True)]
    assert titles[:3] == ["Losses", "Elman network", "Elman network, a variant"]
