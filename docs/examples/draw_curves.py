"""Draws every curve of the library, and its jumps, as one SVG: docs/images/curves.svg.

Run it from the root of a checkout: ``python docs/examples/draw_curves.py``.
"""

from html import escape
from itertools import pairwise
from pathlib import Path

import numpy as np

from cascade_kpi import curves

LEAST, MOST, TOP = 0.5, 1.5, 160.0  # attainments and points that are shown
WIDE, HIGH, LEFT, BELOW, ACROSS = 220, 150, 34, 46, 4

SHOWN = {
    "Linear(cap=120)": curves.Linear(cap=120),
    "Piecewise": curves.Piecewise([(0.6, 20), (0.9, 80), (1, 100), (1.3, 120)]),
    "Levels": curves.Levels(threshold=(0.8, 50), target=(1, 100), stretch=(1.2, 150)),
    "GoalRedFlag(1.1, 0.7)": curves.GoalRedFlag(1.1, 0.7),
    "Steps": curves.Steps([(0.7, 40), (0.9, 80), (1.0, 100), (1.2, 130)]),
    'Table(…, "higher")': curves.Table({0.7: 20, 0.9: 60, 1.1: 100, 1.3: 140}, "higher"),
    "Plateau": curves.Plateau((0.95, 1.05), (0.7, 1.4)),
    "Tolerances": curves.Tolerances([(0.05, 120), (0.15, 90), (0.3, 40)]),
    "AddDeduct(1, 2)": curves.AddDeduct(1, 2, most=130, least=20),
    'AddDeduct(…, "completed")': curves.AddDeduct(
        10, 20, every=0.1, most=130, least=20, counted="completed"
    ),
    "MarginalTiers": curves.MarginalTiers([(0, 80), (1.0, 160), (1.2, 240)], most=150),
    "RetroactiveTiers": curves.RetroactiveTiers([(0, 60), (0.9, 80), (1.2, 110)], most=150),
    "Logistic": curves.Logistic(low=(0.85, 20), high=(1.15, 110), most=130),
    "Smoothstep": curves.Smoothstep(start=(0.6, 10), end=(1.3, 140)),
    "Threshold(AddDeduct(5, 5))": curves.Threshold(curves.AddDeduct(5, 5, most=150), 0.93),
}
SHOWN["Composed([ratings, payout])"] = curves.Composed(
    [curves.Piecewise([(0.6, 1), (1.4, 5)]), curves.Table({1: 0, 2: 50, 3: 100, 4: 120, 5: 150})]
)


def at(attainment: float, points: float) -> str:
    """A place in the box of one curve."""
    x = LEFT + (attainment - LEAST) / (MOST - LEAST) * WIDE
    return f"{x:.2f},{HIGH - points / TOP * HIGH:.2f}"


def drawn(curve: curves.Shaped) -> str:
    """The curve's strokes between its jumps, and a dashed line over each jump."""
    pieces = curve.shape()
    inside = (pieces.edges > LEAST) & (pieces.edges < MOST)
    ends = [LEAST, *pieces.edges[inside].tolist(), MOST]
    shapes = []
    for begin, end in pairwise(ends):
        x = np.linspace(begin, end, 40)
        x[0], x[-1] = np.nextafter(begin, 9), np.nextafter(end, 0)  # the piece alone
        path = " ".join(at(*pair) for pair in zip(x, curve(x), strict=True))
        shapes.append(f'<polyline class="line" points="{path}"/>')
    for edge, before, after in pieces.jumps:
        if LEAST < edge < MOST:
            path = f"{at(edge, before)} {at(edge, after)}"
            shapes.append(f'<polyline class="jump" points="{path}"/>')
            x, y = at(edge, float(curve(np.array([edge]))[0])).split(",")
            shapes.append(f'<circle class="on" cx="{x}" cy="{y}" r="3"/>')
    return "".join(shapes)


def box(name: str, curve: curves.Shaped) -> str:
    """One curve with its axes and its name."""
    axes = f'<polyline class="axis" points="{at(LEAST, TOP)} {at(LEAST, 0)} {at(MOST, 0)}"/>'
    for points in (50, 100, 150):
        x, y = at(LEAST, points).split(",")
        label = f'<text class="tick" x="{float(x) - 4}" y="{float(y) + 3}" text-anchor="end">'
        axes += f"{label}{points}</text>"
        axes += f'<polyline class="grid" points="{at(LEAST, points)} {at(MOST, points)}"/>'
    for attainment in (0.5, 1.0, 1.5):
        x, y = at(attainment, 0).split(",")
        label = f'<text class="tick" x="{x}" y="{float(y) + 13}" text-anchor="middle">'
        axes += f"{label}{attainment:g}</text>"
    title = f'<text class="name" x="{LEFT}" y="-8">{escape(name)}</text>'
    return title + axes + drawn(curve)


def picture() -> str:
    """All of them."""
    boxes = []
    for i, (name, curve) in enumerate(SHOWN.items()):
        x, y = (i % ACROSS) * (WIDE + LEFT + 16), (i // ACROSS) * (HIGH + BELOW) + 24
        boxes.append(f'<g transform="translate({x} {y})">{box(name, curve)}</g>')
    wide = ACROSS * (WIDE + LEFT + 16)
    high = -(-len(SHOWN) // ACROSS) * (HIGH + BELOW) + 4
    style = (
        "text{font:11px sans-serif;fill:#333}.name{font-weight:600;font-size:12px}"
        ".line{fill:none;stroke:#1f5fa8;stroke-width:2}.grid{stroke:#e4e4e4}"
        ".jump{stroke:#1f5fa8;stroke-dasharray:3 3}.on{fill:#1f5fa8}"
        ".axis{fill:none;stroke:#888}.tick{font-size:9px;fill:#666}"
    )
    words = "Points by attainment from 0.5 to 1.5 for every curve; a dot is the value at a jump"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" role="img">'
        f'<title>{words}</title><style>{style}</style><rect width="{wide}" height="{high}" '
        f'fill="#fff"/>{"".join(boxes)}</svg>\n'
    )


if __name__ == "__main__":
    Path("docs/images/curves.svg").write_text(picture(), encoding="utf-8")
