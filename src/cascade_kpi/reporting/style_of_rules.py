"""How pages about scoring rules look: rule checks, comparisons."""

from __future__ import annotations

__all__ = ["RULES"]

_CHECK = """
.shapes { display: grid; gap: 1.4rem 1.6rem; margin-top: .8rem;
  grid-template-columns: repeat(auto-fill, minmax(min(17rem, 100%), 1fr)); }
.shape h3 { margin: 0 0 .3rem; } .shape { break-inside: avoid; }
svg.curve { width: 100%; height: auto; }
.curve .line { fill: none; stroke: var(--accent); stroke-width: 2; stroke-linejoin: round; }
.curve .jump { stroke: var(--accent); stroke-width: 1.2; stroke-dasharray: 3 3; }
.curve .on { fill: var(--accent); }
.curve .dead { fill: var(--track); }
.curve .axis { stroke: var(--soft); stroke-width: 1; }
.curve .tick { fill: var(--soft); font-size: 10px; text-anchor: middle; }
.curve .end { text-anchor: end; }
svg.reaches, svg.shares { width: 100%; min-width: 9rem; height: 1.1rem; }
.reach { stroke: var(--accent); stroke-width: 7; }
.shares .weight { fill: var(--grey-fill); }
.shares .share { fill: var(--accent); } .shares .less { fill: var(--red-fill); }
.checked td:nth-child(2) { width: 26%; vertical-align: middle; padding-block: 0; }
.found { list-style: none; margin: 0; padding: 0; }
.found li { border-left: 3px solid var(--fill); padding: .1rem 0 .1rem .8rem; margin: .9rem 0;
  break-inside: avoid; }
.found p { margin: .1rem 0; }
.found .head { display: flex; justify-content: space-between; gap: 1rem; }
.found .points { color: var(--soft); white-space: nowrap; }
@media (max-width: 46rem) {
  .checked td:nth-child(2) { width: auto; }
  .checked .stacks td:empty { display: none; }
}
"""

_COMPARED = """
svg.cloud { width: min(100%, 34rem); aspect-ratio: 1; margin: .8rem 0 2rem; }
.cloud .ground { fill: var(--panel); }
.cloud .level { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 4 4; }
.cloud circle { fill: var(--grey-fill); fill-opacity: .75; }
.cloud circle.good { fill: var(--green-fill); } .cloud circle.bad { fill: var(--red-fill); }
.cloud text { fill: var(--soft); font-size: .78rem; }
.cloud text.good { fill: var(--green); } .cloud text.bad { fill: var(--red); }
.cloud text.who { fill: var(--ink); paint-order: stroke; stroke: var(--panel);
  stroke-width: 3px; }
svg.shares { width: 100%; min-width: 9rem; height: 1.3rem; display: block; }
.shares rect { fill: color-mix(in srgb, var(--accent) var(--shade), var(--paper));
  stroke: var(--paper); stroke-width: 1.5; }
.transitions .heat { padding: .3rem .45rem; min-width: 2.6rem; }
.transitions .heat.rise { background: color-mix(in srgb, var(--green-fill) var(--heat),
  transparent); }
.transitions .heat.fall { background: color-mix(in srgb, var(--red-fill) var(--heat),
  transparent); }
.transitions table { width: auto; min-width: 24rem; }
svg.changes { width: 100%; min-width: 10rem; height: 2.4rem; }
.changes rect.good { fill: var(--green-fill); } .changes rect.bad { fill: var(--red-fill); }
.changes line.same { stroke: var(--grey-fill); stroke-width: 5; }
.gains td:nth-child(2) { width: 36%; vertical-align: bottom; padding-block: .15rem 0; }
.gains tbody tr:last-child > * { border-bottom: 0; padding-top: 0; }
.gains svg.axis { min-width: 10rem; }
@media (max-width: 46rem) {
  .gains td:nth-child(2) { width: auto; }
  .transitions table { min-width: 0; }
  .transitions .heat { padding: .2rem .3rem; min-width: 1.6rem; }
  .gains .stacks td:empty { display: none; }
}
"""

_SWEPT = """
svg.swept { height: 1.3rem; min-width: 11rem; }
.swept .ground { stroke: var(--rule); stroke-width: 1; }
.swept .zero { stroke-dasharray: 2 3; }
.swept .ring { fill: var(--paper); stroke: var(--ink); stroke-width: 1.8; }
.ranges td:nth-child(2) { width: 42%; vertical-align: middle; padding-block: 0; }
.ranges tbody tr:last-child > * { border-bottom: 0; padding-top: 0; }
.ranges svg.axis { min-width: 11rem; }
@media (max-width: 46rem) {
  .ranges td:nth-child(2) { width: auto; }
  .ranges .stacks td:empty { display: none; }
}
"""

RULES = _CHECK + _COMPARED + _SWEPT
