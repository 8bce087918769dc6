"""The typesetters' harness: it must see what is broken, and blame the right fragment for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typesetting.harness import (
    _missing_tex,
    _read_log,
    compile_fragments,
    katex_fragments,
    overfull_fragments,
    overfull_in,
    render_png,
    require_katex,
    require_tex,
    typeset_fragments,
)

GOOD = [
    r"\frac{\partial h_t}{\partial W_{hh}} = \sum_{k=0}^{t-1} W_{hh}^{k}",
    r"\prod_{u=0}^{k-1} \operatorname{diag}\left(\phi'(a_{t-u})\right) W_{hh}",
    r"\begin{aligned} a_t &= W_{hh} h_{t-1} + b \\ h_t &= \phi(a_t) \end{aligned}",
    r"\begin{bmatrix} 1 & 0 \\ 0 & 1 \end{bmatrix} \otimes \mathbb{R}^{n \times m}",
    r"\boldsymbol{h}_t \in \mathbb{R}^n",
]

BROKEN = {
    "open argument": r"\frac{1",
    "unknown macro": r"x + \nosuchmacro",
    "open group": r"{x",
    "extra brace": r"x}",
    "open parenthesis": r"\left( x",
    "open environment": r"\begin{aligned} x &= y",
    "double superscript": r"x^2^3",
    "lone alignment": r"x & y",
}


@pytest.fixture
def tex() -> None:
    require_tex()


@pytest.fixture
def katex() -> None:
    require_katex()


@pytest.mark.usefixtures("tex")
def test_tex_accepts_good_fragments() -> None:
    assert compile_fragments(GOOD) == {}


@pytest.mark.usefixtures("katex")
def test_katex_accepts_good_fragments() -> None:
    assert katex_fragments(GOOD) == {}


@pytest.mark.usefixtures("tex")
@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_tex_blames_the_broken_fragment_only(broken: str) -> None:
    assert compile_fragments([*GOOD, broken, *GOOD]).keys() == {len(GOOD)}


@pytest.mark.usefixtures("katex")
@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_katex_blames_the_broken_fragment_only(broken: str) -> None:
    assert katex_fragments([*GOOD, broken, *GOOD]).keys() == {len(GOOD)}


@pytest.mark.usefixtures("tex")
def test_tex_finds_every_broken_fragment() -> None:
    fragments = [piece for broken in BROKEN.values() for piece in (broken, GOOD[0])]
    assert list(compile_fragments(fragments)) == list(range(0, len(fragments), 2))


@pytest.mark.usefixtures("tex")
def test_tex_says_what_is_wrong_and_where() -> None:
    errors = compile_fragments([GOOD[0], BROKEN["unknown macro"]])
    assert errors == {1: r"Undefined control sequence. (l.1 x + \nosuchmacro)"}


@pytest.mark.usefixtures("katex")
def test_katex_says_what_is_wrong() -> None:
    errors = katex_fragments([GOOD[0], BROKEN["unknown macro"]])
    assert "Undefined control sequence" in errors[1]


@pytest.mark.usefixtures("katex")
def test_katex_is_strict() -> None:
    assert katex_fragments([r"é"]).keys() == {0}


@pytest.mark.usefixtures("tex")
def test_a_fragment_that_is_too_wide_is_not_an_error() -> None:
    wide = " + ".join(["x"] * 100).replace("+", r"\mathbin{\mkern9mu+\mkern9mu}")
    wide = rf"\mbox{{${wide}$}}"
    found = typeset_fragments([GOOD[0], wide, GOOD[1]])
    assert found.errors == {}
    assert found.overfull.keys() == {1}
    assert found.overfull[1] > 100
    assert overfull_fragments([wide], width="3000mm") == {}


@pytest.mark.usefixtures("tex")
def test_no_fragments_need_no_run() -> None:
    assert compile_fragments([]) == {}


def test_a_fragment_in_which_tex_stops_is_broken() -> None:
    log = "@@ 0\nfine\n@@ 1\n"
    assert _read_log(log, 3).errors == {1: "pdflatex stopped inside this fragment"}


def test_a_broken_preamble_is_nobodys_fault() -> None:
    with pytest.raises(RuntimeError, match="before the first fragment: no such package"):
        _read_log("! no such package\n@@ 0\n", 0)


@pytest.mark.usefixtures("tex")
def test_pages_become_pictures(tmp_path: Path) -> None:
    body = r"\newpage ".join([r"\[ h_t = \phi(a_t) \] "] * 11)
    document = rf"\documentclass{{article}}\begin{{document}}{body}\end{{document}}"
    pages = render_png(document, tmp_path / "pages")
    assert [page.name for page in pages] == [f"page-{number:02}.png" for number in range(1, 12)]
    assert all(page.read_bytes().startswith(b"\x89PNG") for page in pages)


@pytest.mark.usefixtures("tex")
def test_a_document_that_does_not_compile_has_no_pictures(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="Undefined control sequence"):
        render_png(r"\documentclass{article}\begin{document}\nosuchmacro\end{document}", tmp_path)


@pytest.fixture
def no_programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("PATH", str(tmp_path))
    _missing_tex.cache_clear()
    yield
    _missing_tex.cache_clear()


@pytest.mark.usefixtures("no_programs")
@pytest.mark.parametrize("require", [require_tex, require_katex])
def test_what_is_missing_skips(require: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SYMRNN_REQUIRE_TEX", raising=False)
    with pytest.raises(pytest.skip.Exception):
        require()


@pytest.mark.usefixtures("no_programs")
@pytest.mark.parametrize("require", [require_tex, require_katex])
def test_what_was_promised_and_is_missing_fails(require: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYMRNN_REQUIRE_TEX", "1")
    with pytest.raises(pytest.fail.Exception, match="SYMRNN_REQUIRE_TEX=1"):
        require()


def test_what_is_too_wide_for_a_class_is_found() -> None:
    require_tex()
    displays = [r"\[ x \]", rf"\[ {'x' * 70} \]"]
    assert overfull_in(displays, r"\documentclass{article}").keys() == {1}
    assert overfull_in(displays, r"\documentclass{beamer}", frames=True).keys() == {1}
    with pytest.raises(RuntimeError, match="Undefined control sequence"):
        overfull_in([r"\[ \nosuchmacro \]"], r"\documentclass{article}")
