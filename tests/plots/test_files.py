"""The files of a picture: the same bytes each time, what is drawn in the CSV, and PGF that LaTeX reads."""

import builtins
import csv
import hashlib
import io
import subprocess
import sys
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from typesetting.harness import render_png, require_tex

from symrnn.errors import MissingPackageError, OutputError, SelectionError
from symrnn.latex import NOTATIONS
from symrnn.plots import PICTURES, csv_text, drawn_files, find_pictures, picture_files, save
from symrnn.plots.formats import in_mathtext
from symrnn.plots.look import DEFAULT, Look, require_mathtext

pytest.importorskip("matplotlib")

from symrnn.plots.style import styled

SMALL = {
    "activation-slopes": {"activation": ["tanh", "relu"]},
    "transient-growth": {"steps": 10},
    "jacobian-norms": {"size": 2, "steps": 5, "radius": [0.5, 1.5]},
    "loss-heatmap": {"size": 2, "steps": 4},
    "memory": {"size": 2, "steps": 5},
    "error-surface": {"steps": 5},
}
"""Options that make pictures quick."""


@pytest.fixture(scope="module")
def numbers():
    return {name: picture.numbers(**SMALL.get(name, {})) for name, picture in PICTURES.items()}


@pytest.fixture(scope="module")
def files(numbers):
    return {name: drawn_files(picture, numbers[name]) for name, picture in PICTURES.items()}


@pytest.fixture(scope="module")
def figures(numbers):
    with styled():
        return {name: picture.draw(numbers[name], DEFAULT) for name, picture in PICTURES.items()}


def table(text):
    header, *rows = csv.reader(io.StringIO(text))
    return {name: [row[at] for row in rows] for at, name in enumerate(header)}


def numeric(column):
    return np.array([float(entry) if entry else np.nan for entry in column])


# -- formats ----------------------------------------------------------------------------------------------


@pytest.mark.table(quick=4)
@pytest.mark.parametrize("name", PICTURES)
def test_each_format_is_what_it_says(files, name):
    made = files[name]
    assert list(made) == [f"{name}.csv", *(f"{name}.{form}" for form in PICTURES[name].formats)]
    svg = ElementTree.fromstring(made[f"{name}.svg"].decode("utf-8"))
    assert svg.tag == "{http://www.w3.org/2000/svg}svg"
    assert float(svg.get("width").removesuffix("pt")) == pytest.approx(72 * DEFAULT.width)
    assert made[f"{name}.png"].startswith(b"\x89PNG")
    pgf = made[f"{name}.pgf"].decode("utf-8")
    assert pgf.count(r"\begin{pgfpicture}") == pgf.count(r"\end{pgfpicture}") == 1
    assert "includegraphics" not in pgf  # no picture files beside it
    assert pgf.isascii()  # any input encoding will do


@pytest.mark.table(quick=4)
@pytest.mark.parametrize("name", PICTURES)
def test_a_second_time_gives_the_same_bytes(files, numbers, name):
    alone = {
        form: drawn_files(PICTURES[name], numbers[name], [form])[f"{name}.{form}"] for form in PICTURES[name].formats
    }
    assert alone == {form: files[name][f"{name}.{form}"] for form in PICTURES[name].formats}


@pytest.mark.table(quick=0)
def test_another_process_gives_the_same_bytes(files):
    code = (
        "import hashlib; from symrnn.plots import PICTURES, picture_files;"
        "print([hashlib.sha256(file).hexdigest() for name in ('jacobian-norms', 'clipping')"
        f" for file in picture_files(PICTURES[name], **{SMALL!r}.get(name, {{}})).values()])"
    )
    environment = {"PYTHONHASHSEED": "12", "PYTHONPATH": str(Path(__file__).parents[2]), "MPLBACKEND": "svg"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    made = [file for name in ("jacobian-norms", "clipping") for file in files[name].values()]
    assert done.stdout.strip() == str([hashlib.sha256(file).hexdigest() for file in made])


def test_a_seed_is_followed():
    one, other = (csv_text(PICTURES["loss-heatmap"].numbers(size=2, steps=3, seed=seed)) for seed in (0, 1))
    assert one != other
    assert one == csv_text(PICTURES["loss-heatmap"].numbers(size=2, steps=3))


def test_the_settings_of_the_user_neither_matter_nor_change(files, numbers):
    import matplotlib

    with matplotlib.rc_context({"lines.linewidth": 9, "font.size": 20, "axes.grid": False}):
        made = drawn_files(PICTURES["clipping"], numbers["clipping"], ["svg"])
        assert matplotlib.rcParams["lines.linewidth"] == 9
    assert made["clipping.svg"] == files["clipping"]["clipping.svg"]


def test_pyplot_is_not_imported():
    code = (
        "import sys; from symrnn.plots import PICTURES, picture_files;"
        "assert 'matplotlib' not in sys.modules;"
        "picture_files(PICTURES['clipping']); assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": str(Path(__file__).parents[2])})


LOOKS = {
    **{name: Look(name) for name in NOTATIONS},
    "on a slide": Look("lecture", width=5.5, font="sans", points=9.0),
    "narrow": Look("plain", width=4.0),
    "a4": Look("ng", width=6.3, points=10.0),
    "another font": Look("plain", font="DejaVu Sans"),
}


@pytest.fixture(scope="module")
def by_default():
    found = {}
    return lambda name: found.setdefault(name, PICTURES[name].numbers()) if name not in found else found[name]


@pytest.mark.table(quick=8)
@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", PICTURES)
def test_nothing_is_cut_off_and_no_words_run_into_each_other(by_default, name, look):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    with styled(LOOKS[look]):
        figure = PICTURES[name].draw(by_default(name), LOOKS[look])
        require_mathtext(figure)
        with in_mathtext(figure):
            renderer = FigureCanvasAgg(figure).get_renderer()
            figure.draw(renderer)
            around = figure.get_tightbbox(renderer)
            words = [
                text for axes in figure.axes for text in (*axes.texts, axes.title, axes.xaxis.label, axes.yaxis.label)
            ]
            boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in words if text.get_text()]
            boxes += [("legend", legend.get_window_extent(renderer)) for legend in figure.legends]
    width, height = figure.get_size_inches()
    assert width == pytest.approx(LOOKS[look].width)
    assert min(around.x0, around.y0, width - around.x1, height - around.y1) > -0.01
    for (one, box), (other, second) in combinations(boxes, 2):
        assert not box.overlaps(second), (one, other)


def test_type_is_of_eight_points(figures):
    for figure in figures.values():
        sizes = {text.get_fontsize() for text in figure.findobj(match=lambda a: hasattr(a, "get_fontsize"))}
        assert sizes == {8.0}


# -- what is drawn is what is saved -----------------------------------------------------------------------


def lines_of(axes):
    return [np.column_stack([line.get_xdata(), line.get_ydata()]).astype(float) for line in axes.get_lines()]


def test_csv_of_the_slopes(figures, numbers):
    saved = table(csv_text(numbers["activation-slopes"]))
    for axes, name in zip(figures["activation-slopes"].axes, ("tanh", "relu"), strict=False):
        chosen = [at for at, known in enumerate(saved["activation"]) if known == name]
        value, slope, bound, _ = lines_of(axes)
        for drawn, column in ((value, "value"), (slope, "slope")):
            np.testing.assert_allclose(drawn[:, 0], numeric(saved["z"])[chosen], rtol=1e-11)
            np.testing.assert_allclose(drawn[:, 1], numeric(saved[column])[chosen], rtol=1e-11)
        assert set(numeric(saved["bound"])[chosen]) == set(bound[:, 1])


def test_csv_of_the_norms(figures, numbers):
    saved = table(csv_text(numbers["jacobian-norms"]))
    *panels, linear = figures["jacobian-norms"].axes[:3]
    for at, (axes, radius) in enumerate(zip(panels, ("0.5", "1.5"), strict=True)):
        chosen = [i for i, known in enumerate(saved["radius"]) if known == radius]
        for drawn, column in zip(lines_of(axes), ("norm", "upper", "lower"), strict=True):
            np.testing.assert_allclose(drawn[:, 1], numeric(saved[column])[chosen], rtol=1e-11)
            np.testing.assert_allclose(drawn[:, 0], numeric(saved["k"])[chosen])
        np.testing.assert_allclose(lines_of(linear)[at][:, 1], numeric(saved["linear"])[chosen], rtol=1e-11)


def test_csv_of_the_powers(figures, numbers):
    saved = table(csv_text(numbers["transient-growth"]))
    columns = ("condition_times_radius_to_k", "non_normal", "normal", "radius_to_k")
    for drawn, column in zip(lines_of(figures["transient-growth"].axes[0]), columns, strict=True):
        np.testing.assert_allclose(drawn[:, 1], numeric(saved[column]), rtol=1e-11)


def test_csv_of_the_plane(figures, numbers):
    saved = table(csv_text(numbers["guarantees"]))
    points = np.column_stack([numeric(saved["gamma"]), numeric(saved["norm"])])
    for drawn in lines_of(figures["guarantees"].axes[0]):
        for point in drawn:
            assert np.isclose(points, point, rtol=1e-11).all(axis=1).any()
    assert len(points) == 2 * 126 + 5


def test_csv_of_the_heat_map(figures, numbers):
    saved = table(csv_text(numbers["loss-heatmap"]))
    for axes, radius in zip(figures["loss-heatmap"].axes, ("0.7", "1.4"), strict=False):
        drawn = axes.collections[0].get_array()
        chosen = [i for i, known in enumerate(saved["radius"]) if known == radius]
        assert drawn.count() == len(chosen) == 2 + 3 + 4 + 5
        for i in chosen:
            at = int(saved["t"][i]), int(saved["s"][i])
            assert 10 ** drawn[at] == pytest.approx(float(saved["norm"][i]), rel=1e-11)


def test_entries_of_a_gradient_are_numbers_without_a_time(numbers):
    for notation, label in (("lecture", "$g_{1}$"), ("goodfellow", "$g_{1}$"), ("ng", "$g_{1}$")):
        with styled():
            axes = PICTURES["clipping"].draw(numbers["clipping"], Look(notation)).axes[0]
        assert axes.get_xlabel() == label


def test_csv_of_the_clipping(figures, numbers):
    saved = table(csv_text(numbers["clipping"]))
    before = np.column_stack([numeric(saved["g_1"]), numeric(saved["g_2"])])
    for axes, way in zip(figures["clipping"].axes, ("by_value", "by_norm"), strict=True):
        after = np.column_stack([numeric(saved[f"{way}_1"]), numeric(saved[f"{way}_2"])])
        _border, *arrows = lines_of(axes)
        np.testing.assert_allclose([arrow[1] for arrow in arrows[::2]], before, rtol=1e-11)
        np.testing.assert_allclose([arrow[1] for arrow in arrows[1::2]], after, rtol=1e-11)


def test_csv_of_the_memory(figures, numbers):
    saved = table(csv_text(numbers["memory"]))
    found = numbers["memory"].curves
    for drawn, curve, at in zip(lines_of(figures["memory"].axes[0]), found, range(len(found)), strict=True):
        np.testing.assert_allclose(drawn[:, 1], numeric(saved["norm"])[6 * at : 6 * at + 6], rtol=1e-11)
        assert set(saved["cell"][6 * at : 6 * at + 6]) == {curve.cell}


def test_an_svg_picture_says_what_it_shows(files):
    for name, made in files.items():
        svg = ElementTree.fromstring(made[f"{name}.svg"].decode("utf-8"))
        space = "{http://www.w3.org/2000/svg}"
        assert (svg.get("role"), svg.get("aria-labelledby")) == ("img", "title desc")
        assert svg.find(f"{space}title").text == PICTURES[name].title
        assert len(svg.find(f"{space}desc").text) > 60
        assert "\\" not in svg.find(f"{space}desc").text  # no LaTeX is read to anybody
    described = ElementTree.fromstring(files["unrolled"]["unrolled.svg"].decode("utf-8")).find(f"{space}desc").text
    assert "h[t] reads h[t-1] and x[t]." in described


@pytest.mark.parametrize("name", PICTURES)
def test_lines_differ_in_more_than_their_colour(figures, name):
    for axes in figures[name].axes:
        looks = [
            (line.get_linestyle() + str(line._dash_pattern), line.get_marker())
            for line in axes.get_lines()
            if not line.get_label().startswith("_") and len(line.get_xdata()) > 1
        ]
        assert len(set(looks)) == len(looks)


# -- PGF in LaTeX -----------------------------------------------------------------------------------------


@pytest.mark.table(quick=1)
@pytest.mark.parametrize("document_class", ["article", "report", "scrartcl"])
def test_pgf_files_stand_in_a_document(files, tmp_path, document_class):
    require_tex()
    for made in files.values():
        for name, content in made.items():
            (tmp_path / name).write_bytes(content)
    names = [name for made in files.values() for name in made if name.endswith((".pgf", ".tikz"))]
    figures = "\n\n".join(rf"\noindent\input{{{name}}}\par" for name in names)
    packages = r"\usepackage{amsmath,tikz}\usetikzlibrary{arrows.meta,backgrounds}"
    document = rf"\documentclass[a4paper]{{{document_class}}}{packages}\begin{{document}}{figures}\end{{document}}"
    assert render_png(document, tmp_path)
    log = (tmp_path / "document.log").read_text(encoding="utf-8", errors="replace")
    assert "Missing character" not in log
    if document_class != "scrartcl":  # whose text column is another one
        assert r"Overfull \hbox" not in log


# -- saving -----------------------------------------------------------------------------------------------


def test_save_writes_the_formats_that_are_asked_for(tmp_path):
    written = save(PICTURES["clipping"], tmp_path / "new" / "folder", ["svg", "svg"])
    assert [path.name for path in written] == ["clipping.csv", "clipping.svg"]
    assert sorted(path.name for path in (tmp_path / "new" / "folder").iterdir()) == ["clipping.csv", "clipping.svg"]


def test_nothing_is_written_when_something_is_wrong(tmp_path):
    for formats in (["svg", "bmp"], []):
        with pytest.raises(SelectionError, match="the formats are svg, png, pgf"):
            save(PICTURES["clipping"], tmp_path / "new", formats)
    with pytest.raises(SelectionError, match="the picture clipping has no option --seed; it has none"):
        save(PICTURES["clipping"], tmp_path / "new", seed=3)
    assert not (tmp_path / "new").exists()
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written"):
        save(PICTURES["clipping"], tmp_path / "file", ["svg"])


def test_without_matplotlib_the_way_to_get_it_is_told(tmp_path, monkeypatch):
    real = builtins.__import__

    def without(name, *args, **options):
        if name.partition(".")[0] == "matplotlib":
            raise ImportError(name)
        return real(name, *args, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingPackageError, match=r"not installed; install it: pip install 'symrnn\[plot\]'"):
        picture_files(PICTURES["clipping"])
    assert PICTURES["clipping"].numbers().header  # the numbers do not need it


# -- the catalogue ----------------------------------------------------------------------------------------


def test_pictures_are_found_by_name_or_part_of_it():
    assert [picture.name for picture in find_pictures("heat")] == ["loss-heatmap"]
    assert find_pictures("all") == tuple(PICTURES.values())
    for name, message in (("s", "could be"), ("nothing", "there is no picture 'nothing'"), ("", "no picture ''")):
        with pytest.raises(SelectionError, match=message):
            find_pictures(name)


def test_each_picture_illustrates_results_of_the_lecture():
    derivations = Path(__file__).parents[2] / "derivations"
    for picture in PICTURES.values():
        text = (derivations / f"{picture.file}.py").read_text(encoding="utf-8")
        for claim in picture.claims:
            assert f'id="{claim}"' in text
