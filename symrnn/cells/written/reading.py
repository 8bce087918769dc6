"""From a text to its equations: the grammar, and what is said where it does not follow it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedInput, UnexpectedToken
from lark.lark import PostLex

from symrnn.cells.written import syntax
from symrnn.cells.written.names import read_element, read_name
from symrnn.cells.written.places import Misread, Span
from symrnn.cells.written.words import unexpected, unknown_character

MAX_LENGTH = 20_000
"""Most characters of a text."""
MAX_DEPTH = 40
"""Most brackets inside each other, and most signs behind one name."""
MAX_EQUATIONS = 200
"""Most equations of a text."""
MAX_FACTORS = 60
"""Most summands, factors and parts of a concatenation in a row: SymPy takes the square of that."""
MAX_DIGITS = 40
"""Most digits of a number."""

OPENING, CLOSING = {"LPAR": ")", "LSQB": "]"}, {"RPAR": ")", "RSQB": "]"}
OPERATORS = {"EQUALS", "PLUS", "MINUS", "STAR", "SLASH", "_HADAMARD", "COLON", "COMMA"}


def read_text(text: str) -> syntax.Text:
    """The equations and declarations of a text.

    Raises:
        Misread: where it does not follow the grammar, or is larger than what is read.

    >>> (equation,) = read_text("h[t] = tanh(W h[t-1])").equations
    >>> equation.left.name, equation.right.function.name
    ('h', 'tanh')
    """
    if len(text) > MAX_LENGTH:
        what = f"a cell of {len(text)} characters is too long"
        raise Misread(what, Span(0, 1), f"use at most {MAX_LENGTH}")
    if not text.strip():
        raise Misread("there is no equation", Span(0, 0), "write one, as in h[t] = tanh(W x[t] + U h[t-1] + b)")
    try:
        found: Any = _parser().parse(text + "\n")
    except UnexpectedToken as error:
        if error.token.type == "$END":
            raise Misread("the text ends too early", Span(len(text), len(text))) from None
        raise unexpected(error.token, set(error.expected), text) from None
    except UnexpectedCharacters as error:
        raise unknown_character(text, error.pos_in_stream or 0) from None
    except UnexpectedInput:
        raise Misread("the text ends too early", Span(len(text), len(text))) from None
    if not isinstance(found, syntax.Text):
        raise Misread("there is no equation", Span(0, 0), "write one, as in h[t] = tanh(W x[t] + U h[t-1] + b)")
    return found


class _Lines(PostLex):
    """Ends of lines as they matter: none inside brackets or after an operator, and a semicolon outside is one."""

    always_accept = ("_NL", "SEMICOLON")

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        """Leave out ends of lines, and look after brackets."""
        before, opened = "_NL", list[Token]()
        for token in stream:
            kind = token.type
            if kind in OPENING:
                opened.append(token)
                if len(opened) > MAX_DEPTH:
                    raise Misread(f"there are more than {MAX_DEPTH} brackets inside each other", _span(token), SPLIT)
            elif kind in CLOSING:
                _close(opened, token)
            elif kind == "SEMICOLON" and not opened:
                token = Token("_NL", str(token), *_position(token))
                kind = "_NL"
            if kind == "_NL" and (opened or before == "_NL" or before in OPERATORS):
                continue
            yield token
            before = "_NL" if kind == "_WHERE" else kind
        if opened:
            raise Misread("this bracket is not closed", _span(opened[-1]), f"add a {OPENING[opened[-1].type]}")
        if before in OPERATORS:
            raise Misread("the text ends too early: something is missing behind the last sign", _span(token))


SPLIT = "give inner parts names of their own, as in a[t] = …"


def _close(opened: list[Token], token: Token) -> None:
    if not opened:
        raise Misread(f"nothing is open that {token} could close", _span(token), "leave it out")
    last = opened.pop()
    if OPENING[last.type] != str(token):
        note = f"this bracket is closed by {OPENING[last.type]}"
        raise Misread(f"{token} does not close the bracket before it", _span(token), "", (note, _span(last)))


def _position(token: Token) -> tuple[Any, ...]:
    return token.start_pos, token.line, token.column, token.end_line, token.end_column, token.end_pos


def _span(token: Token) -> Span:
    return Span(token.start_pos or 0, token.end_pos or 0)


@cache
def _parser() -> Lark:
    return Lark.open_from_package(
        __package__, "grammar.lark", parser="lalr", postlex=_Lines(), transformer=_Builder(), maybe_placeholders=False
    )


# -- from tokens to parts --------------------------------------------------------------------------------------------


def _of(children: list[Any], kind: str) -> list[Token]:
    return [child for child in children if isinstance(child, Token) and child.type == kind]


def _nodes(children: list[Any]) -> list[Any]:
    return [child for child in children if not isinstance(child, Token)]


class _Builder(Transformer[Token, Any]):
    """Makes the parts while the text is read, so that nothing depends on how deep Python's stack is."""

    def start(self, children: list[Any]) -> syntax.Text:
        equations = [child for child in children if isinstance(child, syntax.Equation)]
        if len(equations) > MAX_EQUATIONS:
            where = equations[MAX_EQUATIONS].left.span
            raise Misread(f"there are more than {MAX_EQUATIONS} equations", where)
        declared = [each for child in children if isinstance(child, tuple) for each in child]
        lines = [syntax.Line(_span(token), str(token)) for token in children if isinstance(token, Token)]
        return syntax.Text(tuple(equations), tuple(declared), tuple(lines))

    def equation(self, children: list[Any]) -> syntax.Equation:
        left, _, right = children
        return syntax.Equation(self.element([left]) if left.type == "ELEMENT" else self.name([left]), right)

    def number(self, children: list[Any]) -> syntax.Number:
        (token,) = children
        return syntax.Number(_span(token), _fraction(token))

    def name(self, children: list[Any]) -> syntax.Name:
        (token,) = children
        return syntax.Name(_span(token), read_name(str(token), _span(token)), str(token))

    def element(self, children: list[Any]) -> syntax.Element:
        (token,) = children
        return syntax.Element(_span(token), *read_element(str(token), _span(token)))

    def called(self, children: list[Any]) -> syntax.Called:
        function, last = children[0], children[-1]
        span = _span(function).to(_span(last))
        return syntax.Called(span, self.name([function]), tuple(_nodes(children)))

    def group(self, children: list[Any]) -> syntax.Group:
        opening, inside, closing = children
        return syntax.Group(_span(opening).to(_span(closing)), inside)

    def stack(self, children: list[Any]) -> syntax.Node:
        span = _span(children[0]).to(_span(children[-1]))
        return syntax.Stack(span, _few(_nodes(children), "parts"))

    def factor(self, children: list[Any]) -> syntax.Node:
        node, *signs = children
        if len(signs) > MAX_DEPTH:
            raise Misread(f"there are more than {MAX_DEPTH} signs behind one another", _span(signs[MAX_DEPTH]), SPLIT)
        for sign in signs:
            span = node.span.to(_span(sign))
            if sign.type == "TRANSPOSE":
                node = syntax.Transposed(span, node)
                continue
            if isinstance(node, syntax.Power):
                what = "two powers behind one another have two meanings"
                raise Misread(what, span, "put brackets around one of them, or write a single power")
            written = str(sign).translate(str.maketrans("²³", "23"))
            digits = "".join(letter for letter in written if letter.isdecimal())
            if len(digits) > 4:
                raise Misread(f"the power {digits[:10]}… is too large", _span(sign), "use one of at most four digits")
            node = syntax.Power(span, node, int(digits), written.startswith((".", "^⊙")))
        return node

    def product(self, children: list[Any]) -> syntax.Node:
        nodes = _nodes(children)
        if len(nodes) == 1:
            return nodes[0]
        below = [isinstance(token, Token) and token.type == "SLASH" for token in children]
        factors = tuple(
            (node, i > 0 and below[i - 1]) for i, node in enumerate(children) if not isinstance(node, Token)
        )
        _few(nodes, "factors")
        for one, other in pairwise(nodes):
            if isinstance(one, syntax.Number) and isinstance(other, syntax.Number) and one.span.end == other.span.start:
                raise Misread("this is not a number", one.span.to(other.span), "a number has one point, as in 1.5")
        return syntax.Product(nodes[0].span.to(nodes[-1].span), factors)

    def entrywise(self, children: list[Any]) -> syntax.Node:
        if len(children) == 1:
            return children[0]
        return syntax.Entrywise(children[0].span.to(children[-1].span), _few(children, "factors"))

    def sum(self, children: list[Any]) -> syntax.Node:
        summands, sign = [], 1
        for child in children:
            if isinstance(child, Token):
                sign = -1 if child.type == "MINUS" else 1
            else:
                summands.append((sign, child))
                sign = 1
        _few([summand for _, summand in summands], "summands")
        if len(summands) == 1 and summands[0][0] == 1:
            return summands[0][1]
        first = _span(children[0]) if isinstance(children[0], Token) else summands[0][1].span
        return syntax.Sum(first.to(summands[-1][1].span), tuple(summands))

    # -- declarations --------------------------------------------------------------------------------------------

    def declaration(self, children: list[Any]) -> tuple[syntax.Declared, ...]:
        said = children[-1]
        named = _of(children[:-1], "NAME") + _of(children[:-1], "ELEMENT")
        named.sort(key=lambda token: token.start_pos or 0)
        return tuple(
            syntax.Declared(_span(token), _declared_name(token), token.type == "ELEMENT", **said) for token in named
        )

    def column(self, children: list[Any]) -> dict[str, Any]:
        return {"shape": (children[0], None)}

    def matrix(self, children: list[Any]) -> dict[str, Any]:
        return {"shape": tuple(_nodes(children))}

    def kind(self, children: list[Any]) -> dict[str, Any]:
        return {"kind": " ".join(str(children[0]).replace("scalar", "number").split())}

    def member(self, children: list[Any]) -> dict[str, Any]:
        return {"function": (self.name([children[0]]), tuple(_nodes(children)))}

    def size(self, children: list[Any]) -> syntax.Width:
        widths = _nodes(children)
        return syntax.Width(widths[0].span.to(widths[-1].span), tuple(part for each in widths for part in each.parts))

    def part(self, children: list[Any]) -> syntax.Width:
        numbers, names = _of(children, "NUMBER"), _of(children, "NAME")
        span = _span(children[0]).to(_span(children[-1]))
        times = _fraction(numbers[0]) if numbers else Fraction(1)
        if times.denominator != 1 or times < 1:
            raise Misread(f"{numbers[0]} is not a number of rows or columns", span, "use a whole number from 1 on")
        return syntax.Width(span, ((int(times), read_name(str(names[0]), span) if names else ""),))

    def setting(self, children: list[Any]) -> syntax.Setting:
        name, numbers = children[0], _of(children, "NUMBER")
        span = _span(name).to(_span(children[-1]))
        if not numbers:
            return syntax.Setting(span, str(name), str(children[-1]))
        value = _fraction(numbers[0])
        if len(numbers) > 1:
            below = _fraction(numbers[1])
            if not below:
                raise Misread("this divides by 0", _span(numbers[1]))
            value /= below
        return syntax.Setting(span, str(name), -value if _of(children, "MINUS") else value)


def _declared_name(token: Token) -> str:
    if token.type == "NAME":
        return read_name(str(token), _span(token))
    return read_element(str(token), _span(token))[0]


def _few(nodes: list[Any], what: str) -> tuple[Any, ...]:
    if len(nodes) > MAX_FACTORS:
        raise Misread(f"there are more than {MAX_FACTORS} {what} in a row", nodes[MAX_FACTORS].span, SPLIT)
    return tuple(nodes)


def _fraction(token: Token) -> Fraction:
    mantissa, _, exponent = str(token).lower().partition("e")
    if len(mantissa) > MAX_DIGITS or len(exponent.strip("+-")) > 2:
        raise Misread("this number is too long", _span(token), f"use at most {MAX_DIGITS} digits")
    return Fraction(str(token))
