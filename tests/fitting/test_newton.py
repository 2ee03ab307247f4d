"""Newton's steps where they go astray."""

import numpy as np

from cascade_kpi.fitting import newton
from cascade_kpi.fitting.margins import Margin

# Of a table in which five cells end at zero: their factors part without end.
SEED = np.array(
    [
        [
            [0.0, 0.0, 0.0, 0.0],
            [0.0, 0.0124, 1.63, 122.0],
            [0.0, 0.0, 0.0, 3.55],
            [0.0, 0.0, 0.0, 164.0],
            [0.0, 0.00405, 0.0, 0.0],
        ],
        [
            [11.2, 0.0, 1.7, 0.0],
            [711.0, 1.3, 0.0, 32.8],
            [0.00286, 0.0, 0.0, 0.0],
            [0.0, 0.0, 0.0, 0.132],
            [46.0, 0.0187, 0.0, 0.00544],
        ],
        [
            [0.0, 0.0, 1.14, 1.03],
            [0.0, 0.0, 848.0, 0.0],
            [331.0, 0.00564, 0.0, 0.0],
            [492.0, 0.012, 43.6, 0.0],
            [0.0, 0.0, 0.0371, 1.19],
        ],
    ]
)
TABLE = np.array(
    [
        [
            [0.0, 0.0, 0.0, 0.0],
            [0.0, 3.17e-06, 0.0605, 0.0],
            [0.0, 0.0, 0.0, 0.188],
            [0.0, 0.0, 0.0, 2.65e-07],
            [0.0, 0.0578, 0.0, 0.0],
        ],
        [
            [0.000307, 0.0, 0.147, 0.0],
            [0.118, 0.000403, 0.0, 0.0],
            [0.000199, 0.0, 0.0, 0.0],
            [0.0, 0.0, 0.0, 0.000905],
            [0.0, 0.000169, 0.0, 0.0],
        ],
        [
            [0.0, 0.0, 0.127, 0.0],
            [0.0, 0.0, 0.00071, 0.0],
            [0.177, 0.0145, 0.0, 0.0],
            [1.36e-05, 0.108, 0.0, 0.0],
            [0.0, 0.0, 5.69e-06, 9.81e-06],
        ],
    ]
)


def test_gradients_take_over_where_the_equations_lead_along_one_line():
    asked = tuple(
        Margin(axes, TABLE.sum(axis=(3 - sum(axes),))) for axes in ((0, 1), (1, 2), (0, 2))
    )
    found = newton.fit_steeply(SEED, asked, 1e-11, 300)
    assert found.off <= 1e-11
    assert found.rounds < 300
