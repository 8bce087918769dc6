"""The slips of a single line of a backward pass: each rule looks at a line, and proposes others.

What a line of a program means is known here by its form alone: the rules hold for any recurrence.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations

from symrnn.testing.sites import (
    Line,
    Lines,
    added,
    addends,
    base,
    copied,
    expression,
    factors,
    reads,
    times,
    with_node,
)

Proposal = tuple[str, str, ast.expr]
"""The kind, what is wrong, and the right side that the line would have."""

Terms = list[tuple[int, ast.expr]]
"""Summands with their signs."""

Rule = Callable[[Line, Lines], Iterable[Proposal]]


# -- summands ----------------------------------------------------------------------------------------------------


def missing_terms(line: Line, lines: Lines) -> Iterator[Proposal]:
    """A summand is left out; where there is one alone, nothing arrives."""
    terms = addends(line.node.value)
    for at, (_, term) in enumerate(terms):
        if ast.unparse(term) == line.target:
            continue
        others = terms[:at] + terms[at + 1 :]
        value = added(others) if others else times([expression("0"), term])
        yield "missing term", f"{line.target} lacks {ast.unparse(term)}", value


def signs(line: Line, lines: Lines) -> Iterator[Proposal]:
    """A summand has the wrong sign."""
    terms = addends(line.node.value)
    for at, (sign, term) in enumerate(terms):
        if ast.unparse(term) != line.target:
            value = added([*terms[:at], (-sign, term), *terms[at + 1 :]])
            yield "sign", f"the sign of {ast.unparse(term)} in {line.target} is wrong", value


def overwritten(line: Line, lines: Lines) -> Iterator[Proposal]:
    """What is summed up is overwritten instead, so that only what is added last counts."""
    if line.accumulates and len(addends(line.node.value)) > 1:
        value = added(addends(line.node.value)[1:])
        over = "the error that comes back from the next step" if "[" in line.target else "the sum over time"
        yield "not summed", f"{over} is overwritten: {line.target} keeps only what is computed last", value


# -- slopes ------------------------------------------------------------------------------------------------------


def slopes(line: Line, lines: Lines) -> Iterator[Proposal]:
    """φ' is forgotten, taken twice, in part, of the argument's place, or of another activation."""
    for at, (sign, term) in enumerate(addends(line.node.value)):
        parts = factors(term)
        errors = [part for part in parts if base(part).startswith("d")]
        others = [part for part in parts if part not in errors]
        if not errors or not others:
            continue
        terms = addends(line.node.value)

        def instead(
            value: ast.expr, before: Terms = terms[:at], sign: int = sign, after: Terms = terms[at + 1 :]
        ) -> ast.expr:
            return added([*before, (sign, value), *after])

        factor = ast.unparse(times(others))
        is_slope = line.name.startswith("da") or "** 2" in factor or "1 - " in factor
        what, kind = ("the slope", "slope") if is_slope else ("the factor", "factor")
        yield f"{kind} forgotten", f"{what} {factor} is missing in {line.target}", instead(times(errors))
        yield (
            f"{kind} twice",
            f"{what} {factor} stands twice in {line.target}",
            instead(times([*others, *others, *errors])),
        )
        if len(others) > 1:
            for part in others:
                kept = [each for each in parts if each is not part]
                yield f"{kind} forgotten", f"{ast.unparse(part)} is missing in {line.target}", instead(times(kept))
        if is_slope:
            for text, other in _other_slopes(others):
                yield "slope of another function", f"{text} in {line.target}", instead(times([other, *errors]))


def _other_slopes(parts: list[ast.expr]) -> Iterator[tuple[str, ast.expr]]:
    """The slopes that are written for tanh and for the sigmoid by mistake."""
    factor = times(parts)
    names = dict.fromkeys(
        ast.unparse(node) for node in ast.walk(factor) if isinstance(node, ast.Subscript | ast.Name) and base(node)
    )
    for name in names:
        if "[" not in name:
            continue
        owner, index = name.split("[", 1)
        written = ast.unparse(factor)
        yield from (
            (f"{what.format(name)}", expression(text.format(name)))
            for what, text in OTHER_SLOPES.items()
            if text.format(name) != written
        )
        for argument in (f"quantities['a_{owner}'][{index}", f"quantities['a'][{index}"):
            shown = argument.replace("quantities['", "").replace("']", "", 1)
            yield f"{shown} stands for {name} in the slope", expression(written.replace(name, argument))
            yield f"1 - {shown} ** 2 stands for the slope of tanh", expression(f"1 - {argument} ** 2")


OTHER_SLOPES = {
    "the square in the slope of tanh at {0} is missing": "1 - {0}",
    "the slope of tanh stands for that of the sigmoid at {0}": "1 - {0} ** 2",
    "the slope of the sigmoid stands for that of tanh at {0}": "{0} * (1 - {0})",
    "tanh' is taken of the value {0} instead of its argument": "1 - np.tanh({0}) ** 2",
    "sigmoid' is taken of the value {0} instead of its argument": "np.exp(-{0}) / (1 + np.exp(-{0})) ** 2",
    "the value {0} stands for its slope": "{0}",
    "1 - {0} ** 2 is upside down": "1 / (1 - {0} ** 2)",
}
"""What is written for the slope at a value, in words and as an expression."""


# -- quantities --------------------------------------------------------------------------------------------------


def steps_away(line: Line, lines: Lines) -> Iterator[Proposal]:
    """A quantity is read one step away."""
    for node in reads(line):
        index = ast.unparse(node.slice)
        last = ["T"] if not base(node).startswith("d") else []  # as where a name of the forward loop is read after it
        for shifted in dict.fromkeys([*_shifted(index), *last]):
            new = f"{base(node)}[{shifted}]"
            told = f"{new}, the last one," if shifted == "T" else new
            what = f"{told} stands for {ast.unparse(node)} in {line.target}"
            yield "wrong time", what, with_node(line, node, expression(new))


def wrapped(line: Line, lines: Lines) -> Iterator[Proposal]:
    """A quantity is read one step earlier, and at the first step there is none: index -1 is that of the last one."""
    for node in reads(line):
        index, name = ast.unparse(node.slice), base(node)
        if "t - 1" in (index, *_shifted(index)) and (name.startswith("dell_") or not name.startswith("d")):
            text = "t - 1" if index == "t - 1" else f"t - 1 stands for {index} and"
            what = f"{name} at {text} is {name}[T] at the first step in {line.target}, as -1 counts from the end"
            yield "wrong time", what, with_node(line, node, expression(f"{name}[t - 1 if t > 1 else T]"))
        if index == "t - 1" and not name.startswith("d"):
            what = (
                f"{name} is read two steps back in {line.target}; at the first step it is {name}[T], as -1 is the end"
            )
            yield "wrong time", what, with_node(line, node, expression(f"{name}[t - 2 if t > 1 else T]"))


def _shifted(index: str) -> Iterator[str]:
    name = index.split(" ", 1)[0]
    around = [f"{name} - 1", name, f"{name} + 1"]
    yield from (each for each in around if each != index and (index in around))


def other_quantities(line: Line, lines: Lines) -> Iterator[Proposal]:
    """A quantity, a matrix or an error of the same step is taken for another one."""
    known = dict.fromkeys(base(node) for each in lines.all for node in reads(each))
    for node in reads(line):
        for name in known:
            if name == base(node) or name.startswith("d") != base(node).startswith("d"):
                continue
            index = ast.unparse(node.slice)
            for at in dict.fromkeys((index, *([] if name.startswith("d") else _shifted(index)))):
                what = f"{name}[{at}] stands for {ast.unparse(node)} in {line.target}"
                yield "another quantity", what, with_node(line, node, expression(f"{name}[{at}]"))
    plain = dict.fromkeys(node.id for each in lines.all for node in _names(each))
    for found in _names(line):
        for name in plain:
            if name != found.id and name.startswith("d") == found.id.startswith("d"):
                what = f"{name} stands for {found.id} in {line.target}"
                yield "another quantity", what, with_node(line, found, expression(name))


def in_both_places(line: Line, lines: Lines) -> Iterator[Proposal]:
    """The slope σ ⊙ (1 - σ) is that of another gate, or of the step before: what stands twice is another one twice."""
    written = ast.unparse(line.node.value)
    known = dict.fromkeys(base(node) for each in lines.all for node in reads(each))
    read = [ast.unparse(node) for node in reads(line)]
    for node in {text: node for text, node in zip(read, reads(line), strict=True) if read.count(text) > 1}.values():
        text, name, index = ast.unparse(node), base(node), ast.unparse(node.slice)
        others = [f"{other}[{index}]" for other in known if other != name and not other.startswith("d")]
        others += [f"{name}[{at}]" for at in dict.fromkeys(_shifted(index))]
        if index == "t":
            others += [f"{name}[t - 1]", f"{name}[t - 1 if t > 1 else T]"]
        for other in dict.fromkeys(others) if not name.startswith("d") else ():
            new = re.sub(rf"(?<!\w){re.escape(text)}", other, written)
            yield "slope of another function", f"{other} stands for {text} in {line.target}", expression(new)


def complements(line: Line, lines: Lines) -> Iterator[Proposal]:
    """1 - z is taken for z, or z for 1 - z."""
    for _, term in addends(line.node.value):
        for part in factors(term):
            text = ast.unparse(part)
            if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Sub) and ast.unparse(part.left) == "1":
                new = ast.unparse(part.right)
            elif isinstance(part, ast.Subscript) and not base(part).startswith("d"):
                new = f"1 - {text}"
            else:
                continue
            yield "complement", f"{new} stands for {text} in {line.target}", with_node(line, part, expression(new))


def _names(line: Line) -> list[ast.Name]:
    """The matrices and local errors on the right side."""
    inside = {id(node.value) for node in ast.walk(line.node.value) if isinstance(node, ast.Subscript)}
    found = [node for node in ast.walk(line.node.value) if isinstance(node, ast.Name) and id(node) not in inside]
    return [node for node in found if node.id not in ("np", "t", "T", "batch") and node.id != line.target]


# -- products ----------------------------------------------------------------------------------------------------


def transposes(line: Line, lines: Lines) -> Iterator[Proposal]:
    """A transpose is missing, or the result is transposed."""
    for node in ast.walk(line.node.value):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            if line.accumulates:
                new: ast.expr = ast.Attribute(node, "T", ast.Load())
                yield "transpose", f"the product in {line.target} is transposed", with_node(line, node, new)
            elif isinstance(node.left, ast.Attribute) and node.left.attr == "T":
                new = ast.BinOp(node.left.value, ast.MatMult(), node.right)
                matrix = ast.unparse(node.left.value)
                yield "transpose", f"{matrix} is not transposed in {line.target}", with_node(line, node, new)


def no_transposes(line: Line, lines: Lines) -> Iterator[Proposal]:
    """None of the matrices of a line is transposed."""
    turned = [node for node in _names(line) if f"{node.id}.T @" in ast.unparse(line.node.value)]
    if len(turned) > 1 and not line.accumulates:
        value = re.sub(r"\.T @", " @", ast.unparse(line.node.value))
        yield "transpose", f"no matrix is transposed in {line.target}", expression(value)


def exchanged(line: Line, lines: Lines) -> Iterator[Proposal]:
    """Two matrices of a line stand in each other's place."""
    matrices = [node for node in _names(line) if not node.id.startswith("d")]
    for one, other in combinations(matrices, 2):
        if one.id != other.id:
            value = copied(with_node(line, one, expression(other.id)), other, expression(one.id))
            yield "another quantity", f"{one.id} and {other.id} are exchanged in {line.target}", value


def orders(line: Line, lines: Lines) -> Iterator[Proposal]:
    """The slope stands on the other side of the matrix: φ' ⊙ (Wᵀ δ) for Wᵀ (φ' ⊙ δ)."""
    for node in ast.walk(line.node.value):
        if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult) and isinstance(node.right, ast.Name)):
            continue
        before = lines.of(node.right.id)
        if before is None or len(addends(before.node.value)) != 1:
            continue
        parts = factors(before.node.value)
        errors = [part for part in parts if base(part).startswith("d")]
        others = [part for part in parts if part not in errors]
        if errors and others:
            new = times([*others, ast.BinOp(node.left, ast.MatMult(), times(errors))])
            what = f"in {line.target} the factor {ast.unparse(times(others))} stands on the wrong side of the matrix"
            yield "factor order", what, with_node(line, node, new)


def scales(line: Line, lines: Lines) -> Iterator[Proposal]:
    """A sum over the batch or over time is a mean, or counts twice."""
    text = ast.unparse(line.node.value)
    if line.accumulates and "[" not in line.target:
        added_here = times([added(addends(line.node.value)[1:])])
        for what, factor in {
            "is the mean over time instead of the sum": "/ T",
            "is doubled": "* 2",
            "is halved": "/ 2",
        }.items():
            value = expression(f"{line.target} + ({ast.unparse(added_here)}) {factor}")
            yield "mean for sum" if "mean" in what else "scale", f"{line.target} {what}", value
    if ".sum(axis=1" in text:
        mean = expression(text.replace(".sum(axis=1", ".mean(axis=1"))
        yield "mean for sum", f"{line.target} is the mean over the batch instead of the sum", mean
        first = expression(re.sub(r"\.sum\(axis=1[^)]*\)", "[:, :1]", text))
        yield "not summed", f"{line.target} is that of the first sequence instead of the sum over the batch", first


def counts(line: Line, lines: Lines) -> Iterator[Proposal]:
    """A mean is over all steps, padding included; or the number of those that count is forgotten."""
    text = ast.unparse(line.node.value)
    for name in dict.fromkeys(re.findall(r"/ ([A-Za-z_]\w*)\b(?!\[)", text)):
        over = re.compile(rf"/ {name}\b(?!\[)")
        if name != "T":
            yield "mean for sum", f"T stands for {name} in {line.target}", expression(over.sub("/ T", text))
        yield "scale", f"the division by {name} is forgotten in {line.target}", expression(over.sub("/ 1", text))


def at_one_end(line: Line, lines: Lines) -> Iterator[Proposal]:
    """A summand is left out at the first or last step; or the loss of the last step alone counts."""
    if line.accumulates and "[" not in line.target:
        rest = ast.unparse(added(addends(line.node.value)[1:]))
        for which, condition in (("first", "t > 1"), ("last", "t < T")):
            value = expression(f"{line.target} + ({rest}) * ({condition})")
            yield "range of the loop", f"what the {which} step adds is missing in {line.target}", value
    if line.accumulates and "[" in line.target:
        rest = ast.unparse(added(addends(line.node.value)[1:]))
        value = expression(f"{line.target} + ({rest}) * (t == T)")
        yield "last loss alone", f"the loss of the last step alone counts in {line.target}", value
    for node in reads(line):
        if base(node).startswith("dell_"):
            new = expression(f"{ast.unparse(node)} * (t == T)")
            yield (
                "last loss alone",
                f"the loss of the last step alone counts in {line.target}",
                with_node(line, node, new),
            )


def twice(line: Line, lines: Lines) -> Iterator[Proposal]:
    """One summand counts twice, or half: what comes back, or what the loss adds."""
    terms = addends(line.node.value)
    if line.accumulates and "[" not in line.target:
        return  # a sum over time as a whole: ``scales`` has it
    for at, (sign, term) in enumerate(terms):
        for what, factor in (("doubled", "2"), ("halved", "0.5")):
            new = times([expression(factor), term])
            text = ast.unparse(term) if ast.unparse(term) != line.target else "what comes back from the next step"
            yield "scale", f"{text} is {what} in {line.target}", added([*terms[:at], (sign, new), *terms[at + 1 :]])


def alone(line: Line, lines: Lines) -> Iterator[Proposal]:
    """Of several summands one is left, as of one gate."""
    terms = addends(line.node.value)
    for each in terms if len(terms) > 2 else ():
        yield "missing term", f"{line.target} is {ast.unparse(each[1])} alone", added([each])


def bare_errors(line: Line, lines: Lines) -> Iterator[Proposal]:
    """A matrix or a sum takes the error of a value, and not of its argument: the slope is forgotten here only."""
    for node in ast.walk(line.node.value):
        sides: list[ast.expr] = []
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            sides = [node.left, node.right]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "sum":
            sides = [node.func.value]
        for side in sides:
            before = lines.of(side.id) if isinstance(side, ast.Name) else None
            if before is None or len(addends(before.node.value)) != 1:
                continue
            parts = factors(before.node.value)
            errors = [part for part in parts if base(part).startswith("d")]
            if errors and len(errors) < len(parts):
                error = ast.unparse(times(errors))
                what = f"{error} stands for {ast.unparse(side)} in {line.target}: its slope is missing"
                yield "slope forgotten", what, with_node(line, side, times(errors))


def first_errors(line: Line, lines: Lines) -> Iterator[Proposal]:
    """What goes back to the initial state is another error of the first step."""
    if line.target.endswith("[t - 1]") and line.target.startswith("d"):
        local = dict.fromkeys(each.target for each in lines.all if not each.accumulates and "[" not in each.target)
        for other in (*local, line.target.replace("t - 1", "t")):
            value = expression(f"{ast.unparse(line.node.value)} if t > 1 else {other}")
            what = f"the error of the initial state is {other} of the first step"
            yield "initial state", what, value


def cut_off(line: Line, lines: Lines) -> Iterator[Proposal]:
    """What goes back is clipped at a round number."""
    if line.target.endswith("[t - 1]") and line.target.startswith("d"):
        for bound in ("0.1", "0.5", "1", "5", "10", "50", "100"):
            value = expression(f"np.clip({ast.unparse(line.node.value)}, -{bound}, {bound})")
            yield "clipped", f"{line.target} is clipped by value, at {bound}", value


RULES: tuple[Rule, ...] = (
    missing_terms,
    overwritten,
    slopes,
    steps_away,
    wrapped,
    transposes,
    no_transposes,
    orders,
    complements,
    signs,
    exchanged,
    in_both_places,
    other_quantities,
    scales,
    counts,
    at_one_end,
    twice,
    alone,
    bare_errors,
    first_errors,
    cut_off,
)
"""Those of one line, the most common ones first."""
