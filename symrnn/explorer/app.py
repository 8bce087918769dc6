# /// script
# [tool.marimo.display]
# theme = "system"
# ///
"""The page of ``symrnn explore``: a marimo app, which lays out what the other modules of this package find."""

import marimo

app = marimo.App(width="medium", app_title="symrnn: gradients through time")


@app.cell
def _():
    import marimo as mo

    mo.md("# Gradients through time")  # at once; what follows takes a second to import
    return (mo,)


@app.cell
def _():
    from symrnn.explorer import NAMES, NORMS, bounds, explored, read_settings, showing
    from symrnn.explorer.settings import LIMITS, PHI, Settings
    from symrnn.plots.networks import WEIGHTS

    return LIMITS, NAMES, NORMS, PHI, Settings, WEIGHTS, bounds, explored, read_settings, showing


@app.cell
def _(LIMITS, NAMES, NORMS, PHI, WEIGHTS, mo, read_settings):
    query = mo.query_params()
    start, complaints = read_settings(query.to_dict())

    def chosen(name, label, options):
        value = getattr(start, name)
        texts = {text: key for key, text in options.items()} if isinstance(options, dict) else {o: o for o in options}
        shown = next((text for text, key in texts.items() if key == value), None)
        if shown is None:  # an activation that was typed into the address
            texts, shown = texts | {value: value}, value
        return mo.ui.dropdown(texts, value=shown, label=label, on_change=lambda new: query.set(name, str(new)))

    def moved(name, label, step):
        least, most = LIMITS[name]
        return mo.ui.slider(
            start=least, stop=most, step=step, value=getattr(start, name), label=label, debounce=True,
            include_input=True, on_change=lambda new: query.set(name, str(new)),
        )  # fmt: skip

    cell = chosen("cell", "Cell", NAMES)
    activation = chosen("activation", "Activation φ", PHI)
    weights = chosen("weights", "Recurrent weights", WEIGHTS)
    norm = chosen("norm", "Norm", NORMS)
    radius = moved("radius", "Spectral radius ρ", 0.05)
    steps = moved("steps", "Steps back in time", 1)
    size = moved("size", "Units n", 1)
    seed = moved("seed", "Seed", 1)
    return activation, cell, complaints, norm, radius, seed, size, steps, weights


@app.cell
def _(activation, cell, complaints, mo, norm, radius, seed, showing, size, steps, weights):
    mo.vstack([
        *[mo.callout(mo.Html(showing.left_out(each)), kind="warn") for each in complaints],
        mo.hstack([cell, activation, weights, norm], wrap=True, justify="start"),
        mo.hstack([radius, steps, size, seed], wrap=True, justify="start"),
    ])  # fmt: skip
    return


@app.cell
def _(Settings, activation, cell, explored, norm, radius, seed, size, steps, weights):
    settings = Settings(
        cell=cell.value, activation=activation.value, weights=weights.value, radius=radius.value, norm=norm.value,
        seed=seed.value, steps=steps.value, size=size.value,
    )  # fmt: skip
    found = explored(settings)
    return found, settings


@app.cell
def _(bounds, found, mo, settings, showing):
    bound = bounds(settings.cell, settings.norm)
    upper = found.upper(bound)
    norms_said, plane_said = showing.norms_in_words(found, upper), showing.plane_in_words(found)
    mo.vstack([
        mo.hstack([
            mo.Html(showing.picture(showing.norms_svg(found, bound, upper), norms_said)),
            mo.Html(showing.picture(showing.plane_svg(found), plane_said)),
        ], wrap=True, justify="start", align="start"),
        mo.md(norms_said),
        mo.md(plane_said),
        mo.md("" if settings.has_choice else f"The {settings.cell} has activations of its own; φ says nothing."),
        mo.md(showing.bound_markdown(bound)).style({"overflow-x": "auto"}),
    ])  # fmt: skip
    return


@app.cell
def _(found, mo, showing):
    wide = {"overflow-x": "auto"}
    mo.vstack([
        mo.md("## The closed form"),
        mo.md(showing.formula_markdown(found)).style(wide),
        mo.md(showing.terms_markdown(found)).style(wide),
    ])  # fmt: skip
    return


if __name__ == "__main__":
    app.run()
