"""Claims about clipping: what holds is proved for every size, every slip is refuted, nothing false is proved."""

from __future__ import annotations

import random
from typing import Any

import pytest
import sympy as sp

from symrnn.cells import Elman
from symrnn.certify.claims import certificates_of
from symrnn.check.deciding.norms import verdict_on_clipped
from symrnn.check.kernel import Theorem, prove_clipped
from symrnn.check.refuting.examples import refute, satisfied
from symrnn.clipping import global_norm_clipped, norm_clipped, value_clipped
from symrnn.derivation import Claim, Coincide, Inequality, Kind, SameDirection
from symrnn.errors import IndexRangeError, ParameterError, ProofError, ShapeError, SymbolClashError, UnknownTermError
from symrnn.expr import ClipFactor, Gradient, InnerProduct, Norm, Stack
from symrnn.kernel.clipping import check
from symrnn.symbols import m, n

theta, tau = sp.Symbol("theta", positive=True), sp.Symbol("tau", nonnegative=True)
f, g = (sp.MatrixSymbol(name, n, 1) for name in "fg")
G, G2 = sp.MatrixSymbol("G", n, m), sp.MatrixSymbol("H", n, m)
S = Stack(G, g)
cG, cg = global_norm_clipped((G, g), theta)


def c(term: Any, kind: Any = "2", limit: Any = theta) -> Any:
    return norm_clipped(term, limit, kind)


def v(term: Any, limit: Any = theta) -> Any:
    return value_clipped(term, limit)


TRUE: dict[str, Any] = {
    "bound": Inequality(Norm(c(g)), theta),
    "bound in the Frobenius norm": Inequality(Norm(c(G, "F"), "F"), theta),
    "bound in the spectral norm": Inequality(Norm(c(G)), theta),
    "bound in the 1-norm": Inequality(Norm(c(G, 1), 1), theta),
    "bound in the ∞-norm": Inequality(Norm(c(G, "oo"), "oo"), theta),
    "bound also for the threshold 0": Inequality(Norm(c(g, limit=tau)), tau),
    "a bound that is larger": Inequality(Norm(c(g)), 2 * theta),
    "the 1-norm clips more": Inequality(Norm(c(g, 1)), theta),
    "the smaller of both": Inequality(Norm(c(g)), sp.Min(theta, Norm(g))),
    "no less than the smaller of both": Inequality(sp.Min(theta, Norm(g)), Norm(c(g))),
    "short ones stay": Coincide(c(g), g, (Norm(g) <= theta,)),
    "short matrices stay": Coincide(c(G, "F"), G, (Norm(G, "F") < theta,)),
    "direction": SameDirection(c(g), g),
    "direction, seen from the other side": SameDirection(c(2 * g), g),
    "twice": Coincide(c(c(g)), c(g)),
    "with the smaller threshold last": Coincide(c(c(g, limit=2 * theta)), c(g)),
    "closer": Inequality(Norm(c(f) - c(g)), Norm(f - g)),
    "closer, as matrices": Inequality(Norm(c(G, "F") - c(G2, "F"), "F"), Norm(G - G2, "F")),
    "no longer": Inequality(Norm(c(g)), Norm(g)),
    "value: ∞-norm": Inequality(Norm(v(g), "oo"), theta),
    "value: 2-norm": Inequality(Norm(v(g)), sp.sqrt(n) * theta),
    "value: 1-norm": Inequality(Norm(v(g), 1), n * theta),
    "value: Frobenius norm": Inequality(Norm(v(G), "F"), sp.sqrt(n * m) * theta),
    "value: small entries stay": Coincide(v(g), g, (Norm(g, "oo") <= theta,)),
    "value: short ones stay": Coincide(v(g), g, (Norm(g) <= theta,)),
    "value: twice": Coincide(v(v(g)), v(g)),
    "value: closer": Inequality(Norm(v(f) - v(g)), Norm(f - g)),
    "value: closer in the 1-norm": Inequality(Norm(v(f) - v(g), 1), Norm(f - g, 1)),
    "value: no longer": Inequality(Norm(v(g)), Norm(g)),
    "value: no longer in the ∞-norm": Inequality(Norm(v(G), "oo"), Norm(G, "oo")),
    "value: odd": Coincide(v(-g), -v(g)),
    "global: whole": Inequality(Norm(Stack(cG, cg)), theta),
    "global: part": Inequality(Norm(cG, "F"), theta),
    "global: other part": Inequality(Norm(cg), theta),
    "global: direction": SameDirection(Stack(cG, cg), S),
    "global: short ones stay": Coincide(cG, G, (Norm(S) <= theta,)),
    "global: clips no less than each by its own": Inequality(Norm(cG, "F"), Norm(c(G, "F"), "F")),
    "Cauchy–Schwarz": Inequality(InnerProduct(f, g), Norm(f) * Norm(g)),
    "square of a sum": Inequality(Norm(f + g) ** 2, Norm(f) ** 2 + 2 * InnerProduct(f, g) + Norm(g) ** 2),
    "square of a sum, from below": Inequality(Norm(f) ** 2 + 2 * InnerProduct(f, g) + Norm(g) ** 2, Norm(f + g) ** 2),
    "square of a difference": Inequality(Norm(f - g) ** 2, Norm(f) ** 2 - 2 * InnerProduct(f, g) + Norm(g) ** 2),
    "parallelogram": Inequality(Norm(f + g) ** 2 + Norm(f - g) ** 2, 2 * Norm(f) ** 2 + 2 * Norm(g) ** 2),
    "triangle": Inequality(Norm(f + g), Norm(f) + Norm(g)),
    "triangle in the spectral norm": Inequality(Norm(G + G2), Norm(G) + Norm(G2)),
}

FALSE: dict[str, Any] = {
    "half the threshold": Inequality(Norm(c(g)), theta / 2),
    "turned round": Inequality(theta, Norm(c(g))),
    "twice the threshold inside": Inequality(Norm(c(g, limit=2 * theta)), theta),
    "norm of the ∞ kind": Inequality(Norm(c(g, "oo")), theta),
    "1-norm of what the 2-norm clips": Inequality(Norm(c(g), 1), theta),
    "spectral norm clips, Frobenius claims": Inequality(Norm(c(G), "F"), theta),
    "larger in place of smaller": Inequality(sp.Max(theta, Norm(g)), Norm(c(g))),
    "the larger factor": Inequality(Norm(sp.Max(1, theta / (1 + Norm(g))) * g), theta),
    "square of the clipped": Inequality(Norm(c(g)) ** 2, theta),
    "squared threshold": Inequality(Norm(c(g)), theta**2),
    "square of the factor keeps all": Coincide(ClipFactor(g, theta) ** 2 * g, c(g)),
    "all stay": Coincide(c(g), g),
    "long ones stay": Coincide(c(g), g, (Norm(g) >= theta,)),
    "those up to 2θ stay": Coincide(c(g), g, (Norm(g) <= 2 * theta,)),
    "opposite direction": SameDirection(-c(g), g),
    "direction of another": SameDirection(c(f), g),
    "direction of a sum": SameDirection(c(f) + c(g), f + g),
    "shifted": SameDirection(c(g) - g, g),
    "smaller threshold first": Coincide(c(c(g), limit=2 * theta), c(g, limit=2 * theta)),
    "expands": Inequality(Norm(f - g), Norm(c(f) - c(g))),
    "half as far": Inequality(Norm(c(f) - c(g)), Norm(f - g) / 2),
    "no farther than a sum": Inequality(Norm(c(f) - c(g)), Norm(f + g)),
    "sign lost": Inequality(Norm(c(f) + c(g)), Norm(f - g)),
    "closer in the 1-norm": Inequality(Norm(c(f, 1) - c(g, 1), 1), Norm(f - g, 1)),
    "no shorter": Inequality(Norm(g), Norm(c(g))),
    "square of a sum with one product": Inequality(Norm(f + g) ** 2, Norm(f) ** 2 + InnerProduct(f, g) + Norm(g) ** 2),
    "equal squares, but a negative right side": Inequality(Norm(f - g), -Norm(f - g)),
    "negative right side, clipped": Inequality(Norm(c(f) - c(g)), -Norm(f - g)),
    "value: direction": SameDirection(v(g), g),
    "value: 2-norm by θ": Inequality(Norm(v(g)), theta),
    "value: 1-norm by √n θ": Inequality(Norm(v(g), 1), sp.sqrt(n) * theta),
    "value: half": Inequality(Norm(v(g), "oo"), theta / 2),
    "value: ∞-norm of a matrix": Inequality(Norm(v(G), "oo"), theta),
    "value: all stay": Coincide(v(g), g),
    "value: small means stay": Coincide(v(g), g, (Norm(g) <= 2 * theta,)),
    "value: even": Coincide(v(-g), v(g)),
    "value: is by norm": Coincide(v(g), c(g)),
    "value: sum": Coincide(v(f + g), v(f) + v(g)),
    "value: half as far": Inequality(Norm(v(f) - v(g)), Norm(f - g) / 2),
    "global: each by its own": SameDirection(Stack(c(G, "F"), c(g)), S),
    "global: each bounds the whole": Inequality(Norm(Stack(c(G, "F"), c(g))), theta),
    "global: half": Inequality(Norm(cG, "F"), theta / 2),
    "global: a short part stays": Coincide(cG, G, (Norm(G, "F") <= theta,)),
    "global: clips as each by its own": Coincide(cG, c(G, "F")),
    "global: one part forgotten": SameDirection(Stack(cG, g), S),
    "global: clips less": Inequality(Norm(c(G, "F"), "F"), Norm(cG, "F")),
}


@pytest.mark.table(quick=8)
@pytest.mark.parametrize("name", TRUE)
def test_what_holds_is_proved(name: str) -> None:
    verdict = Claim("it", name, TRUE[name], Kind.PROVED).verify()
    assert verdict.kind is Kind.PROVED, verdict
    assert isinstance(verdict.theorem, Theorem)
    assert verdict.theorem.statement == TRUE[name]
    certificate = prove_clipped(TRUE[name], None).certificate
    assert certificate is not None
    assert check(certificate.lines)


@pytest.mark.table(quick=15)
@pytest.mark.parametrize("name", FALSE)
def test_what_is_false_is_refuted_and_never_proved(name: str) -> None:
    verdict = Claim("it", name, FALSE[name], Kind.REFUTED).verify()
    assert verdict.kind is Kind.REFUTED, verdict
    with pytest.raises(ProofError):
        prove_clipped(FALSE[name], None)


@pytest.mark.parametrize(
    "name", ["value: 2-norm by θ", "global: each by its own", "half as far", "closer in the 1-norm"]
)
def test_counterexamples_are_exact_where_they_can_be(name: str) -> None:
    found = refute(FALSE[name], 0)
    assert found is not None
    assert found.certainty.endswith("exact")


def test_an_irrational_counterexample_is_certain_by_balls() -> None:
    diagonal = sp.MatrixSymbol("g", 2, 1)
    slip = Inequality(Norm(v(diagonal, 1)), sp.Rational(7, 5), given=(Norm(diagonal, "oo") <= 1,))
    found = refute(slip, 0)
    assert found is not None
    assert found.certainty.startswith("certain by balls")
    assert found.lhs.startswith("[1.41421356")


def test_the_counterexample_by_hand() -> None:
    found = refute(FALSE["global: each by its own"], 0)
    assert found is not None
    assert dict(found.values) == {"m": "1", "n": "1", "theta": "1", "G": "1", "g": "2"}
    assert (found.lhs, found.rhs) == ("[[1], [1]]", "[[1], [2]]")


# -- what a verdict rests on -------------------------------------------------------------------------------------------


def test_lemmas_are_named_with_their_source() -> None:
    hypotheses = Claim("it", "", TRUE["closer"], Kind.PROVED).verify().hypotheses
    for name in ("Cauchy–Schwarz", "norm of a sum"):
        (line,) = [h for h in hypotheses if h.startswith(f"by name: {name}")]
        assert "Horn and Johnson (2013)" in line
    assert "theta > 0 real" in hypotheses
    assert "sizes n arbitrary" in hypotheses
    assert "clipping leaves 0 as it is" in hypotheses


def test_the_verdict_holds_its_certificate_and_explains_it() -> None:
    claim = Claim("bound", "", TRUE["bound"], Kind.PROVED)
    verdict = claim.verify()
    (held,) = verdict.certificates
    assert verdict.evidence == f"inner products, 2 cases (certificate of {len(held.lines)} lines)"
    stated, way, first, second = verdict.explain().splitlines()[-4:]
    assert stated.startswith(
        "line 2: ‖min(1, theta/‖g‖_2) g‖_2 <= theta; for all real theta > 0, n = 1, 2, …, g (n x 1)"
    )
    assert way == "line 3: difference: Numbers a <= b unless a - b > 0 [by definition]"
    assert first.startswith("line 4: homogeneity: ‖sX‖ = |s|‖X‖ for every norm [Horn and Johnson (2013)")
    assert second.startswith("line 5: factor: min(1, s/‖X‖) is 1 where ‖X‖ <= s, and s/‖X‖ where ‖X‖ > s, for s >= 0 [")
    (written,) = certificates_of(claim, verdict=verdict)
    assert written.certificate == held.called("bound")
    (found,) = certificates_of(claim)
    assert found.certificate is not None
    assert found.certificate.lines == written.certificate.lines


def test_a_hypothesis_that_was_used_is_listed() -> None:
    assert "‖g‖₂ <= theta" in Claim("it", "", TRUE["short ones stay"], Kind.PROVED).verify().hypotheses


@pytest.mark.table(quick=1)
@pytest.mark.parametrize(
    "given",
    [(Norm(g) <= Norm(f) - Norm(g), Norm(f) < Norm(g)), (Norm(g) > theta, Norm(g) < theta), (Norm(f) < Norm(c(f)),)],
    ids=str,
)
def test_hypotheses_that_contradict_each_other_prove_nothing(given: Any) -> None:
    verdict = verdict_on_clipped(Inequality(Norm(c(g)), theta / 2, given=given), None, 0)
    assert verdict.kind is Kind.UNDECIDED
    assert "satisfies its hypotheses" in verdict.reason


def test_the_gradient_of_a_network_may_be_clipped() -> None:
    rnn = Elman()
    gradient = Gradient(rnn.L, rnn.W_hh)
    claim = Claim("it", "", Inequality(Norm(norm_clipped(gradient, theta), "F"), theta), Kind.PROVED, rnn)
    verdict = claim.verify()
    assert verdict.kind is Kind.PROVED
    assert "the gradients exist" in verdict.hypotheses
    (found,) = certificates_of(claim)
    assert found.statement.startswith("‖min(1, theta/‖grad_L_by_W_hh‖_F) grad_L_by_W_hh‖_F <= theta")


def test_a_gradient_of_a_network_is_no_free_matrix() -> None:
    """It may be that no network has such a gradient, so that nothing is refuted by choosing one."""
    rnn = Elman()
    slip = Inequality(Norm(norm_clipped(Gradient(rnn.L, rnn.W_hh), theta), "F"), theta / 2)
    assert Claim("it", "", slip, Kind.REFUTED, rnn).verify().kind is Kind.UNDECIDED


def test_a_name_of_the_network_keeps_its_shape() -> None:
    slip = Inequality(Norm(c(sp.MatrixSymbol("W_hh", n, m))), theta)
    with pytest.raises(SymbolClashError):
        Claim("it", "", slip, Kind.PROVED, Elman()).verify()


def test_an_undeclared_symbol_is_not_taken_for_a_real_one() -> None:
    x = sp.Symbol("x")
    verdict = Claim("it", "", Inequality(Norm(x * c(g)), Norm(x * g)), Kind.UNDECIDED).verify()
    assert verdict.kind is Kind.UNDECIDED
    assert "need not be real" in verdict.reason


@pytest.mark.parametrize("limit", [sp.Symbol("theta"), -1, sp.Symbol("theta", real=True), sp.oo, -theta])
def test_a_threshold_has_to_be_known_to_be_nonnegative(limit: Any) -> None:
    for clip in (norm_clipped, value_clipped):
        with pytest.raises(ParameterError, match="threshold"):
            clip(g, limit)


def test_statements_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ShapeError):
        SameDirection(g, G)
    with pytest.raises(ShapeError):
        Stack()
    with pytest.raises(UnknownTermError):
        Coincide(theta, theta)
    with pytest.raises(IndexRangeError, match="never satisfied"):
        Coincide(g, g, (Norm(g) < 0,))
    with pytest.raises(IndexRangeError, match="never satisfied"):
        Inequality(Norm(g), theta, given=(Norm(g) <= -theta,))
    with pytest.raises(SymbolClashError):
        Coincide(g, g, (Norm(sp.MatrixSymbol("g", n, n)) <= 1,))


def test_stacks_of_other_shapes_are_not_compared_part_by_part() -> None:
    """In both columns the middle part is b, but not in the same rows."""
    b = sp.MatrixSymbol("b", 3, 1)
    zeros = sp.ZeroMatrix(1, 1), sp.ZeroMatrix(2, 1)
    shifted = SameDirection(Stack(zeros[0], b, zeros[1]), Stack(zeros[1], b, zeros[0]))
    assert Claim("it", "", shifted, Kind.REFUTED).verify().kind is Kind.REFUTED
    with pytest.raises(ProofError):
        prove_clipped(shifted, None)


@pytest.mark.parametrize("assumptions", [{}, {"integer": True}, {"integer": True, "nonnegative": True}], ids=str)
def test_a_size_is_known_to_be_positive(assumptions: dict[str, bool]) -> None:
    """A matrix without entries has no norm that the lemmas speak of."""
    empty = sp.MatrixSymbol("e", sp.Symbol("p", **assumptions), 1)
    with pytest.raises(ProofError):
        prove_clipped(Inequality(Norm(c(empty)), theta), None)


single = sp.MatrixSymbol("a", 1, 1)
EDGES: dict[str, tuple[Any, Kind]] = {
    "threshold 0": (Coincide(c(g, limit=0), sp.ZeroMatrix(n, 1)), Kind.PROVED),
    "threshold 0, value": (Coincide(v(g, 0), sp.ZeroMatrix(n, 1)), Kind.PROVED),
    "threshold that may be 0 keeps no direction": (SameDirection(c(g, limit=tau), g), Kind.REFUTED),
    "value clipping of one entry, of which no lemma speaks": (SameDirection(v(single), single), Kind.UNDECIDED),
    "value clipping of one entry, by 0": (SameDirection(v(single, tau), single), Kind.REFUTED),
    "both ways to clip one entry": (Coincide(v(single), c(single)), Kind.UNDECIDED),
    "gradient 0": (Coincide(c(g), g, (Norm(g) <= 0,)), Kind.PROVED),
    "strict": (Coincide(c(g), g, (Norm(g) < theta,)), Kind.PROVED),
    "just beyond": (Coincide(c(g), g, (Norm(g) > theta,)), Kind.REFUTED),
    "a hypothesis on another norm": (Coincide(c(g), g, (Norm(g, "oo") <= theta,)), Kind.REFUTED),
    "a hypothesis on another matrix": (Coincide(c(g), g, (Norm(f) <= theta,)), Kind.REFUTED),
}


@pytest.mark.parametrize("name", EDGES)
def test_at_the_edges(name: str) -> None:
    statement, kind = EDGES[name]
    assert verdict_on_clipped(statement, None, 0).kind is kind


# -- anything at all ---------------------------------------------------------------------------------------------------


def drawn(source: random.Random) -> Any:
    """A statement at random: some hold, most do not."""

    def vector() -> Any:
        picked = source.choice((f, g, f - g, f + g, 2 * g, c(f), c(g), v(g), v(f), c(g, 1), c(f) - c(g), v(f) - v(g)))
        return source.choice((picked, picked, c(picked), v(picked) if not picked.has(ClipFactor) else picked))

    def scalar() -> Any:
        kind = source.choice(("2", "2", "oo", 1))
        found = source.choice(
            (theta, theta / 2, 2 * theta, Norm(vector(), kind), Norm(vector(), kind), Norm(f), Norm(g))
        )
        return source.choice((found, found, found + theta, sp.Min(theta, Norm(g)), found**2 / (1 + found)))

    given = source.choice(((), (), (Norm(g) <= theta,), (Norm(f) <= Norm(g),), (Norm(g, "oo") >= theta,)))
    kind = source.choice((Inequality, Inequality, Inequality, Coincide, SameDirection))
    if kind is Inequality:
        return Inequality(scalar(), scalar(), given=given)
    return kind(vector(), vector(), given)


@pytest.mark.table(quick=10)
@pytest.mark.parametrize("seed", range(40))
def test_nothing_is_both_proved_and_refuted(seed: int) -> None:
    statement = drawn(random.Random(seed))
    if refute(statement, seed, most=300) is not None:
        with pytest.raises(ProofError):
            prove_clipped(statement, None)
        return
    try:
        prove_clipped(statement, None)
    except ProofError:
        return
    assert satisfied(statement, seed).finding is None
