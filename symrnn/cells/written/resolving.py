"""Finding out what each name of a text is, and refusing names with two meanings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches
from functools import partial

from symrnn.activations import Activation
from symrnn.cells.written import functions
from symrnn.cells.written.names import is_greek, is_matrix
from symrnn.cells.written.places import Misread, Span
from symrnn.cells.written.scope import IDENTITY, MAX_LAG, RESERVED, STEP, Scope, walk
from symrnn.cells.written.syntax import (
    Called,
    Element,
    Entrywise,
    Group,
    Name,
    Node,
    Power,
    Product,
    Stack,
    Sum,
    Text,
    Transposed,
)


def scope_of(text: Text) -> Scope:
    """Find out what each name is.

    Raises:
        Misread: for a name with two meanings, and for one of which the meaning is open.
    """
    scope = Scope(text)
    for declared in text.declared:
        if declared.name in scope.declared:
            raise _twice(declared.name, declared.span, scope.declared[declared.name].span)
        scope.declared[declared.name] = declared
    _left_sides(scope)
    if not scope.equations:
        raise Misread("there is no equation", Span(0, 0), "write one, as in h[t] = tanh(W x[t] + U h[t-1] + b)")
    whole = [*scope.equations.values(), *([scope.step] if scope.step else [])]
    for equation in whole:
        for node in walk(equation.right):
            if isinstance(node, Element):
                scope.sequences.setdefault(node.name, node.span)
                scope.lags.setdefault(node.name, set()).add(node.lag)
    for equation in whole:
        _bare_names(scope, equation.right)
    for equation in whole:
        _functions(scope, equation.right)
    _check_elements(scope)
    _check_declared(scope)
    for name, equation in scope.equations.items():
        scope.equations[name] = replace(equation, right=_with_products(scope, equation.right))
    if scope.step is not None:
        scope.step = replace(scope.step, right=_with_products(scope, scope.step.right))
    return scope


def _with_products(scope: Scope, node: Node) -> Node:
    """The same with a product where a name before parentheses is a factor."""
    inner = partial(_with_products, scope)
    match node:
        case Called():
            given = tuple(map(inner, node.arguments))
            if node.function.name in scope.called:
                return replace(node, arguments=given)
            return Product(node.span, ((node.function, False), (Group(node.arguments[0].span, given[0]), False)))
        case Sum():
            return replace(node, summands=tuple((sign, inner(part)) for sign, part in node.summands))
        case Product():
            return replace(node, factors=tuple((inner(part), below) for part, below in node.factors))
        case Entrywise():
            return replace(node, factors=tuple(map(inner, node.factors)))
        case Stack():
            return replace(node, parts=tuple(map(inner, node.parts)))
        case Group():
            return replace(node, inside=inner(node.inside))
        case Transposed() | Power():
            return replace(node, base=inner(node.base))
    return node


def _twice(name: str, span: Span, first: Span) -> Misread:
    return Misread(f"{name} is named twice", span, "rename one of them, or leave one out", ("the first time", first))


def _left_sides(scope: Scope) -> None:
    for equation in scope.text.equations:
        left = equation.left
        if isinstance(left, Name):
            advice = f"write {left.shown}[t] = …; what is the same at every step has no equation"
            raise Misread(f"the left side {left.shown} has no index", left.span, advice)
        if left.lag:
            advice = f"count so that it is {left.name}[t] = …, and every other index moves along"
            raise Misread(f"the left side is not at t but at t {'+' if left.lag < 0 else '-'} {abs(left.lag)}",
                          left.span, advice)  # fmt: skip
        if left.name == STEP:
            if scope.step is not None:
                raise _twice("the loss of a step", left.span, scope.step.left.span)
            scope.step = equation
            continue
        if left.name in RESERVED:
            raise Misread(f"{left.name} is {RESERVED[left.name]}", left.span, "choose another name")
        if left.name in scope.equations:
            raise Misread(f"{left.name}[t] has two equations", left.span, "rename one of them",
                          ("the first one", scope.equations[left.name].left.span))  # fmt: skip
        scope.equations[left.name] = equation
        scope.sequences.setdefault(left.name, left.span)


# -- names without an index --------------------------------------------------------------------------------------------


def _bare_names(scope: Scope, root: Node) -> None:
    """Note the names without an index that are not functions, and refuse those that should have one."""
    skipped = {id(node.function) for node in walk(root) if isinstance(node, Called)}
    for node in walk(root):
        if isinstance(node, Entrywise):
            scope.columns |= {name: node.span for name in map(_plain_name, node.factors) if name}
        if isinstance(node, Transposed) and isinstance(node.base, Name):
            scope.columns[node.base.name] = node.span
        if isinstance(node, Called) and functions.known_function(node.function.name) == functions.DIAGONAL:
            scope.columns |= {name: node.span for name in map(_plain_name, node.arguments) if name}
        if isinstance(node, Name) and id(node) not in skipped:
            _require_bare(scope, node)
            scope.bare.setdefault(node.name, node.span)


def _plain_name(node: Node) -> str:
    while isinstance(node, Group | Transposed):
        node = node.inside if isinstance(node, Group) else node.base
    return node.name if isinstance(node, Name) else ""


def _require_bare(scope: Scope, node: Name) -> None:
    name = node.name
    if name in scope.sequences:
        there = ("here it has one", scope.sequences[name])
        advice = f"write {node.shown}[t] or {node.shown}[t-1]"
        raise Misread(f"{node.shown} has no index, but a value at every step", node.span, advice, there)
    if name in RESERVED:
        raise Misread(f"{node.shown} is {RESERVED[name]}, and no quantity", node.span, "choose another name")
    base, _, number = name.rpartition("_")
    if number.isdecimal() and base in scope.sequences:
        what = f"{node.shown} would be {base} at a number: first states are given, and have no name in an equation"
        raise Misread(what, node.span, f"choose another name, or write {base}[t-1]")
    if name in scope.declared:
        return
    if name.split("_")[0] == IDENTITY and not scope.is_identity(name):
        advice = f"write I, or give its size as in I_n; a gate has an index, {node.shown}[t]; "
        advice += f"a parameter is declared below where, as in {node.shown}: n x n"
        raise Misread(f"{node.shown} may be an identity or a quantity", node.span, advice)
    if name == "x":
        advice = "write x[t]; if it is the same at every step, say so below where, as in x: m"
        raise Misread("x has no index", node.span, advice)
    if functions.known_function(name) or name in functions.GENERIC:
        advice = f"write {node.shown}(…); a quantity of this name is declared below where"
        raise Misread(f"{node.shown} is a function, and stands without what it is applied to", node.span, advice)


# -- names before parentheses ------------------------------------------------------------------------------------------


def _functions(scope: Scope, root: Node) -> None:
    for node in walk(root):
        if not isinstance(node, Called):
            continue
        function = node.function
        if function.name == STEP and scope.step is not None and node is scope.step.right:
            scope.called[STEP] = STEP
            continue
        if not _is_function(scope, node):
            if len(node.arguments) > 1:
                raise Misread(f"{function.shown} is a factor here, and a factor has no comma", node.span)
            _require_bare(scope, function)
            scope.bare.setdefault(function.name, function.span)
            continue
        known = functions.known_function(function.name)
        said = scope.declared.get(function.name)
        scope.called[function.name] = function.name if said is not None else known or function.name
        if said is not None and said.function is not None:
            scope.activations[function.name] = functions.stated_activation(said)
        elif known not in functions.BUILT_IN or said is not None:
            scope.activations[function.name] = functions.look_up(scope.called[function.name], function.span)
        if known == functions.LARGER and said is None:
            relu = scope.declared.get("relu")  # max(a, b) is b + relu(a - b), whose slope at a tie is stated there
            stated = relu is not None and relu.function is not None
            scope.activations["relu"] = (
                functions.stated_activation(relu) if stated and relu else functions.look_up("relu", function.span)
            )
            scope.called.setdefault("relu", "relu")
        if len(node.arguments) > 1 and scope.called[function.name] not in functions.SEVERAL:
            what = f"{function.shown} takes one argument"
            raise Misread(what, node.arguments[1].span, "parameters of an activation are stated below where")
    titles: dict[str, tuple[str, Activation]] = {}
    for shown, entry in scope.activations.items():
        other, first = titles.setdefault(entry.name, (shown, entry))
        if first != entry:
            what = f"{shown} and {other} are {entry.title} and {first.title}: a cell has one {entry.name}"
            raise Misread(what, scope.declared.get(shown, scope.declared.get(other, next(_calls(root)))).span)


def _calls(root: Node) -> Iterator[Called]:
    return (node for node in walk(root) if isinstance(node, Called))


def _is_function(scope: Scope, node: Called) -> bool:
    """Whether a name before parentheses is a function, or a factor before another one."""
    function = node.function
    name, shown, said = function.name, function.shown, scope.declared.get(function.name)
    if said is not None and name not in scope.sequences:
        return said.kind == "function" or said.function is not None
    if name in scope.sequences:
        there = ("here it has an index", scope.sequences[name])
        advice = f"write {shown}[t] for its value; a function of the same name is to be called otherwise"
        raise Misread(f"{shown} stands before parentheses without an index", function.span, advice, there)
    if name in RESERVED:
        raise Misread(f"{shown} is {RESERVED[name]}, and no function", function.span, "choose another name")
    if functions.known_function(name):
        return True
    near = functions.misspelled(name)
    if near:
        advice = f"did you mean {near}? Another function of this name is declared below where: {shown}: function"
        raise Misread(f"no function is called {shown}", function.span, advice)
    if name in scope.bare:
        return False
    if not functions.is_letter(name):
        if name.replace("_", "").lower() in functions.OF_EQUATIONS:
            advice = (
                "a layer normalisation is several equations: write the cell in Python, with symrnn.cells.layer_norm"
            )
            raise Misread(f"{shown} does not work entry by entry", function.span, advice)
        what = f"no function is called {shown}, and words are not taken for letters"
        advice = f"any differentiable function, entry by entry, is declared below where: {shown}: function"
        raise Misread(what, function.span, f"{advice}; for a product write {shown} * (…)")
    if is_matrix(name):
        return False
    if not is_greek(name) or name.split("_")[0] in functions.GENERIC:
        return True
    advice = f"write {shown} * (…) for a product, or say below where what it is: {shown}: function, or {shown}: number"
    raise Misread(f"{shown} before parentheses may be a function or a factor", function.span, advice)


# -- what has an index -------------------------------------------------------------------------------------------------


def _check_elements(scope: Scope) -> None:
    whole = [*scope.equations.values(), *([scope.step] if scope.step else [])]
    for equation in whole:
        for node in walk(equation.right):
            if isinstance(node, Element):
                _check_element(scope, node)
    if not scope.states:
        last = list(scope.equations.values())[-1].left.span
        advice = "use what is carried on at an earlier step, as in h[t-1]"
        raise Misread("nothing is used at t - 1, so there is no state", last, advice)
    _check_circles(scope)


def _check_element(scope: Scope, node: Element) -> None:
    name, lag = node.name, node.lag
    if name == STEP or name in RESERVED:
        raise Misread(f"{name} is {RESERVED[name]}", node.span, "choose another name")
    if lag < 0:
        raise Misread(f"{name}[t+{-lag}] is in the future", node.span, "a cell may use index t and earlier ones")
    if name in scope.equations:
        if lag > 1:
            before = f"p[t] = {name}[t-1]"
            advice = f"add a state that remembers, as in {before}, and write p[t-{lag - 1}]"
            raise Misread(f"{name}[t-{lag}] is {lag} steps back, and a state is used one step later", node.span, advice)
        return
    if lag > MAX_LAG:
        raise Misread(f"{name}[t-{lag}] is read {lag} steps late", node.span, f"use at most {MAX_LAG}")
    if name in scope.declared:
        return
    declare = f"if it is an input, say so below where, as in {name}: m"
    if name.endswith("_prime"):
        plain = name.removesuffix("_prime")
        what = f"{plain}' with an index is a quantity of its own, which has no equation"
        raise Misread(what, node.span, f"write {plain}[t]' for a transpose")
    if functions.known_function(name) or name in functions.GENERIC:
        raise Misread(f"{name} is a function, and has an index here", node.span, f"apply it to a quantity; {declare}")
    defined = list(scope.equations)
    near = [other for other in defined if other.lower() == name.lower()]
    near = near or (get_close_matches(name, defined, n=1, cutoff=0.8) if len(name) > 2 else [])
    if near:
        raise Misread(f"{name} has no equation", node.span, f"did you mean {near[0]}? {declare}")
    if re.fullmatch(r"[A-Z](\w*_\w*|[A-Za-z]+)", name):  # Wx[t], W_fx[t]: a blank is forgotten more often than not
        first, last = name[:-1].rstrip("_"), name[-1]
        what = f"{name} may be one input, or {first} times {last}"
        raise Misread(what, node.span, f"write {first} {last}[t] with a blank for a product; {declare}")
    if 0 not in scope.lags[name]:
        what = f"{name} is used at t - {lag}, but has no equation"
        raise Misread(what, node.span, f"add {name}[t] = …; {declare}")


def _check_circles(scope: Scope) -> None:
    """Refuse equations that use each other at one step."""
    uses = {
        name: [node for node in walk(each.right) if isinstance(node, Element) and not node.lag]
        for name, each in scope.equations.items()
    }
    done: set[str] = set()
    while True:
        ready = [n for n in uses if n not in done and all(u.name in done or u.name not in uses for u in uses[n])]
        if not ready:
            break
        done.update(ready)
    for name, used in uses.items():
        if name not in done:
            through = next(node for node in used if node.name in uses and node.name not in done)
            others = [each for each in uses if each not in done]
            what = f"{name}[t] uses itself at the same step" if through.name == name else (
                f"the equations of {', '.join(others[:5])} use each other, or wait for each other, at the same step"
            )  # fmt: skip
            raise Misread(what, through.span, "use one of them at t - 1")


def _check_declared(scope: Scope) -> None:
    known = {*scope.sequences, *scope.bare, *scope.called}
    for name, said in scope.declared.items():
        if name not in known:
            near = get_close_matches(name, known, n=1)
            raise Misread(f"{name} is declared, but not used", said.span, f"did you mean {near[0]}?" if near else "")
        if name in scope.sequences and (said.kind or said.function):
            there = ("here it has an index", scope.sequences[name])
            raise Misread(
                f"{name} has a value at every step, which is not a {said.kind or 'function'}", said.span, "", there
            )
        if said.indexed and name not in scope.sequences:
            raise Misread(f"{name} is declared with an index, but used without one", said.span, f"write {name}")
        if (said.kind == "function" or said.function) and name in scope.bare:
            raise Misread(f"{name} is declared as a function, but used without parentheses", scope.bare[name])
