"""A policy of moves, and a weighing of days, that the library does not have."""

import numpy as np
from attrs import evolve, field, frozen

from cascade_kpi import moves
from cascade_kpi.records import record


@record("acme/moves.trailing")
@frozen
class Trailing:
    """Who leaves a post answers for it some days longer, until a successor comes."""

    days: int

    def __call__(self, history, origins):
        """Tenures of the post, those that end before the next begins prolonged."""
        held = moves.FollowsPost()(history, origins)
        order = np.lexsort((held.end, held.start, held.origin))
        held = held.take(order)
        follows = np.append(held.origin[1:] == held.origin[:-1], False)
        until = np.where(follows, np.append(held.start[1:], 0) - 1, history.last)
        return evolve(held, end=np.maximum(held.end, np.minimum(held.end + self.days, until)))


@record("acme/moves.month_end")
@frozen
class MonthEnd:
    """The last week of each month counts several times: that is when contracts are signed."""

    times: float = field(converter=float)

    def __call__(self, days):
        """Weights, (m,)."""
        late = (days + 7).astype("datetime64[M]") > days.astype("datetime64[M]")
        return np.where(late, self.times, 1.0)
