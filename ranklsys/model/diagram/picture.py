"""Picture: the network of a model as SVG, or as PNG, the same on every machine."""

from __future__ import annotations

import math
from pathlib import Path

from jinja2 import Environment, PackageLoader

from ranklsys.errors import require
from ranklsys.model.diagram.plan import CANVAS, EDGE, FALL, LEGEND, LINE, RISE, Plan, host_plan, plan
from ranklsys.tables.output import write

PICTURES = (".svg", ".png")


def host_picture(folder: Path) -> str:
    """Return the network of the core in a folder of models as SVG text. Raises what ``host_plan`` raises."""
    return _drawn("The model: what acts on what", host_plan(folder))


def model_picture(title: str, text: str) -> str:
    """Return the network of a composed model; the states of its parts stand in rows of their own, below.

    title: what it is made of. text: its SBML.
    """
    return _drawn(f"{title}: what acts on what", plan(text))


def write_picture(picture: str, path: Path) -> None:
    """Write a picture to a path, in twice its size if that ends in .png; folders are made.

    Raises MissingLibrary for .png without resvg: ``pip install "ranklsys[png]"``.
    """
    if path.suffix != ".png":
        write(path, picture)
        return
    resvg = require("resvg_py", extra="png", where=str(path))
    from matplotlib import get_data_path  # which has a font with all letters, where this machine may have none

    fonts = [str(font) for font in sorted(Path(get_data_path(), "fonts", "ttf").glob("DejaVuSans*.ttf"))]
    write(path, resvg.svg_to_bytes(svg_string=picture, zoom=2, font_files=fonts, sans_serif_family="DejaVu Sans"))


def _drawn(title: str, plan: Plan) -> str:
    template = Environment(
        loader=PackageLoader("ranklsys.model.diagram"), autoescape=True, trim_blocks=True
    ).get_template("model.svg")
    return template.render(
        title=title,
        groups=plan.groups,
        nodes=plan.nodes,
        names={node.id: " ".join(node.lines) for node in plan.nodes},
        arrows=plan.arrows,
        legend=LEGEND,
        loops=list(plan.places.loops.values()),
        colours={name: entry["colour"] for name, entry in plan.places.groups.items()},
        line=LINE,
        width=CANVAS,
        height=math.ceil(max(plan.height, *(arrow.route.lowest + EDGE for arrow in plan.arrows))),
        rise=RISE,
        fall=FALL,
    )
