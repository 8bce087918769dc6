"""What was proved, in the kernel's own words."""

from __future__ import annotations

from collections.abc import Iterable

from symrnn.kernel.linear import Linear, show_linear
from symrnn.kernel.rules import Theorem
from symrnn.kernel.steps import Hypothesis
from symrnn.kernel.system import INDEX, System
from symrnn.kernel.terms import BINDERS, Place, Size, Term, fields
from symrnn.kernel.work import spend

SUM, PRODUCT, POWER, ATOM = 1, 2, 3, 4
"""How tightly a term holds together."""


def show_size(s: Size) -> str:
    """A number of rows or columns."""

    def width(atom: object) -> str:
        return atom if isinstance(atom, str) else f"{atom[0]}({show_linear(atom[1])})"  # type: ignore[index]

    parts = ["·".join([*([str(c)] if c != 1 or not atoms else []), *map(width, atoms)]) for atoms, c in s]
    spend(sum(map(len, parts)))
    return "+".join(parts)


def show_place(place: Place) -> str:
    """A quantity with its index."""
    return place[0] if place[1] is None else f"{place[0]}[{show_linear(place[1])}]"


def show(t: Term, outside: int = 0) -> str:
    """A term on one line; brackets where it stands in something that holds together more tightly."""
    text, level = _shown(t)
    return f"({text})" if level < outside else text


def _shown(t: Term) -> tuple[str, int]:
    kind = t[0]
    parts = [field for sort, field in fields(t) if sort == "term"]
    match kind:
        case "leaf":
            return show_place(t[1:]), ATOM
        case "id":
            return f"I_{show_size(t[1])}", ATOM
        case "zero" | "ones":
            return f"{'0' if kind == 'zero' else '1'}_{show_size(t[1])}×{show_size(t[2])}", ATOM
        case "unit":
            return f"e_({show_linear(t[2])}; {show_size(t[1])})", ATOM
        case "binom":
            return f"C({show_linear(t[1])}, {show_linear(t[2])})", ATOM
        case "sel":
            return f"S_({t[1]}; {', '.join(map(show_size, t[2]))})", ATOM
        case "comm":
            return f"K_{show_size(t[1])}×{show_size(t[2])}", ATOM
        case "scale":
            return f"{t[1]}·{show(parts[0], POWER)}", PRODUCT
        case "add":
            return " + ".join(show(part, PRODUCT) for part in parts), SUM
        case "mul":
            return " ".join(show(part, POWER) for part in parts), PRODUCT
        case "had" | "kron":
            sign = " ∘ " if kind == "had" else " ⊗ "
            return sign.join(show(part, POWER) for part in parts), PRODUCT
        case "unvec":
            return f"unvec_({show_size(t[1])} × {show_size(t[2])})({show(parts[0])})", ATOM
        case "T":
            return f"{show(parts[0], ATOM)}ᵀ", ATOM
        case "inv":
            return f"{show(parts[0], ATOM)}⁻¹", ATOM
        case "pow":
            return f"{show(parts[0], ATOM)}^({show_linear(t[2])})", POWER
        case "fn":
            member = "" if t[2] is None else f"_({show_linear(t[2])})"
            return f"{t[1]}{member}{chr(39) * t[3] if t[3] < 4 else f'^({t[3]})'}({show(parts[0])})", ATOM
        case "d":
            way, moving = t[1]
            by = ", ".join(map(show_place, moving))
            return f"{'d' if way == 'total' else '∂⁺'}[{by}]({show_place(t[2])})", ATOM
        case "jac":
            sign = "d" if t[1] == "total" else "∂⁺"
            return f"{sign}{show_place(t[2])}/{sign}{show_place(t[3])}", POWER
        case "grad":
            return f"grad({show_place(t[1])}, {show_place(t[2])})", ATOM
        case "part":
            return f"part({t[2]}, {show_place(t[1])})", ATOM
    if kind in BINDERS:
        sign = "Σ" if kind == "sum" else "∏"
        low, high = show_linear(t[2]), show_linear(t[3])
        way = f"{t[1]}={high} down to {low}" if kind == "prod" else f"{t[1]}={low}..{high}"
        return f"({sign}_{{{way}}} {show(t[4], PRODUCT)})", ATOM
    return f"{kind}({show(parts[0])})", ATOM  # vec, diag, softmax, lse, mean


def show_facts(facts: Iterable[Linear]) -> str:
    """Conditions on indices."""
    return ", ".join(_condition(fact) for fact in facts)


def _condition(fact: Linear) -> str:
    """``t - k - 1 >= 0`` as ``t >= k + 1``."""
    larger = Linear(tuple((v, c) for v, c in fact.terms if c > 0), 0)
    smaller = Linear(tuple((v, -c) for v, c in fact.terms if c < 0), 0) - fact.constant
    return f"{show_linear(larger)} >= {show_linear(smaller)}"


def show_theorem(known: Theorem) -> str:
    """An equation with its conditions, on one line."""
    text = f"{show(known.left)} = {show(known.right)}"
    text += f"  for {show_facts(known.facts)}" if known.facts else ""
    return text + "".join(f"; given {show_hypothesis(h)}" for h in known.hypotheses)


def show_hypothesis(h: Hypothesis) -> str:
    """An equation that is assumed, on one line."""
    text = f"{show(h.left)} = {show(h.right)}" + (f" for every {', '.join(h.every)}" if h.every else "")
    return text + (f"{' with' if h.every else ' for'} {show_facts(h.facts)}" if h.facts else "")


def show_system(system: System) -> list[str]:
    """Each quantity with its shape, and its equation if it has one."""
    lines = []
    for name, known in system.quantities.items():
        here = f"{name}[{INDEX}]" if known.indexed else name
        line = f"{known.role} {here}: {show_size(known.rows)} × {show_size(known.cols)}"
        if known.body is not None:
            line += f" = {show(known.body)}"
        if known.arguments:
            line += f" = any function of {', '.join(map(show_place, known.arguments))}"
        if known.moments:
            line += f", random and independent, with the moments {', '.join(map(show, known.moments))}"
        line += f" for {INDEX} >= {known.start}" if known.start is not None and known.indexed else ""
        lines.append(line + (f", {show(known.initial)} for {INDEX} = {known.first}" if known.initial else ""))
    return lines
