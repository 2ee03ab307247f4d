"""The page's style sheet: for a wide screen, a phone, the dark, and paper."""

from __future__ import annotations

from cascade_kpi.reporting.style_of_rules import RULES

__all__ = ["CSS"]

_COLOURS = """
:root {
  color-scheme: light dark;
  --paper: #ffffff; --panel: #f6f7f8; --ink: #1c2530; --soft: #5a6672; --rule: #dde2e7;
  --accent: #24507a; --track: #e6eaee;
  --green: #1d7a4c; --amber: #96600a; --red: #b1302a; --grey: #66717d;
  --green-fill: #3d9467; --amber-fill: #d0881b; --red-fill: #c24a41; --grey-fill: #9aa4ae;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14191f; --panel: #1b2229; --ink: #e4e9ee; --soft: #a0abb6; --rule: #303a44;
    --accent: #8fb8e0; --track: #2b343d;
    --green: #5fc492; --amber: #e0aa45; --red: #f08a80; --grey: #97a3ae;
    --green-fill: #43a475; --amber-fill: #cf9433; --red-fill: #d3685e; --grey-fill: #6d7883;
  }
}
"""

_BASE = """
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "PingFang SC",
    "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}
main, header.top, nav, footer { max-width: 66rem; margin: 0 auto; padding: 0 1.5rem; }
header.top { padding-top: 3rem; }
.eyebrow { margin: 0; color: var(--accent); font-size: .8rem; letter-spacing: .08em;
  text-transform: uppercase; }
h1 { margin: .25rem 0 .35rem; font-size: clamp(1.6rem, 4vw, 2.3rem); line-height: 1.15;
  font-weight: 650; letter-spacing: -.01em; }
.meta { margin: 0; color: var(--soft); }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.4rem; list-style: none; margin: 1.4rem 0 0;
  padding: .7rem 0; border-block: 1px solid var(--rule); font-size: .92rem; }
a { color: var(--accent); text-underline-offset: .2em; text-decoration-thickness: 1px; }
nav a { text-decoration: none; }
nav a:hover { text-decoration: underline; }
section { margin: 2.8rem 0 0; }
h2 { margin: 0 0 .9rem; font-size: 1.4rem; line-height: 1.2; font-weight: 640; }
h3 { margin: 1.8rem 0 .6rem; font-size: 1.02rem; line-height: 1.3; font-weight: 620; }
p { margin: .5rem 0; }
small, .note, .versus { color: var(--soft); font-size: .88rem; }
.lead { font-size: 1.12rem; max-width: 46rem; }
.lead.small { font-size: 1rem; }
.unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap; }
.green { --state: var(--green); --fill: var(--green-fill); }
.amber { --state: var(--amber); --fill: var(--amber-fill); }
.red { --state: var(--red); --fill: var(--red-fill); }
.grey { --state: var(--grey); --fill: var(--grey-fill); }
.light { color: var(--state); font-size: .82em; line-height: 1; }
.mark { white-space: nowrap; }
footer { margin-top: 3.5rem; padding-bottom: 3rem; color: var(--soft); font-size: .85rem; }
footer p { border-top: 1px solid var(--rule); padding-top: .8rem; }
"""

_TABLES = """
.scroll { overflow-x: auto; margin: .4rem 0 0; position: relative; }
.scroll:focus-visible, summary:focus-visible { outline: 2px solid var(--accent);
  outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { padding: .42rem .8rem .42rem 0; text-align: left; vertical-align: baseline;
  border-bottom: 1px solid var(--rule); }
thead th { color: var(--soft); overflow-wrap: break-word; font-weight: 500; font-size: .82rem;
  vertical-align: bottom;
  border-bottom-color: var(--soft); }
tbody th { font-weight: 550; min-width: 6.5rem; }
th:last-child, td:last-child { padding-right: 0; }
.num { text-align: right; white-space: nowrap; }
.heat { display: block; margin: -.15rem -.3rem; padding: .15rem .3rem;
  background: color-mix(in srgb, var(--accent) var(--heat, 0%), transparent); }
thead th.num { white-space: normal; }
td .row { display: block; }
td small .light { font-size: .9em; }
.names { font-size: .88rem; color: var(--soft); }
"""

_CHARTS = """
svg { display: block; overflow: visible; }
svg.bar { width: 100%; min-width: 4.5rem; height: .8rem; }
svg.stack { width: 100%; min-width: 7rem; height: .8rem; }
svg.step { width: 100%; min-width: 8rem; height: 1.15rem; }
.track { fill: var(--track); }
rect.fill { fill: var(--fill); }
.stack rect { stroke: var(--paper); stroke-width: 1; }
line.mark { stroke: var(--ink); stroke-width: 1.5; }
line.zero { stroke: var(--soft); stroke-width: 1; }
line.join { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 2 2; }
rect.bad { fill: var(--red-fill); } rect.good { fill: var(--green-fill); }
rect.whole { fill: var(--grey-fill); }
.sign.bad { color: var(--red); } .sign.good { color: var(--green); }
.sign { font-size: .72em; }
.trend { margin-top: .7rem; }
svg.spark { width: 100%; height: auto; }
.spark path { fill: none; stroke-width: 1.4; stroke: var(--soft); }
.spark path.target { stroke-dasharray: 3 3; stroke: var(--soft); stroke-width: 1; }
.spark path.result { stroke: var(--ink); }
.spark circle { fill: var(--fill); stroke: var(--panel); stroke-width: 1; }
svg.drivers { height: auto; }
.drivers .edge { fill: none; stroke: var(--rule); stroke-width: 1.4; }
.drivers .box { fill: var(--panel); stroke: var(--rule); }
.drivers .again { stroke-dasharray: 4 3; }
.drivers .state { fill: var(--fill); }
.drivers text { fill: var(--soft); font-size: 12px; }
.drivers text.name { fill: var(--ink); font-weight: 620; font-size: 13px; }
.drivers text.shape { fill: var(--state); text-anchor: end; }
.move { --state: var(--accent); --fill: var(--accent); }
.narrow { display: none; }
.knot { margin: .4rem 0; padding: .1rem 0 .2rem .6rem; border-left: 4px solid var(--fill); }
.knot small { display: block; }
.drivers text.value { fill: var(--ink); font-size: 15px; }
.ends { display: flex; justify-content: space-between; margin: .1rem 0 0;
  color: var(--soft); font-size: .74rem; }
"""

_TILES = """
.tiles { display: grid; grid-template-columns: repeat(var(--tiles), minmax(0, 1fr)); gap: .9rem;
  margin-top: 1.2rem; }
.tile { background: var(--panel); border-radius: .35rem; padding: .9rem 1.1rem 1rem;
  border-top: 3px solid var(--fill, var(--rule)); container-type: inline-size; }
.tile h3 { margin: 0; font-size: .92rem; font-weight: 560; color: var(--soft); }
.big { margin: .15rem 0 0; line-height: 1.25; }
.figure { font-size: 1.55rem; font-size: clamp(.7rem, calc(140cqi / var(--n)), 1.55rem);
  font-weight: 620; letter-spacing: -.01em; }
.unit { font-size: .9rem; font-weight: 450; color: var(--soft); letter-spacing: 0; }
.tile .versus { margin: 0 0 .7rem; }
.tile .versus:last-child { margin: 0; }
.tile .whole { border-top: 1px solid var(--rule); padding-top: .45rem; margin-top: .6rem; }
.state { margin: .4rem 0 0; font-size: .92rem; }
"""

_TREE = """
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.3rem; font-size: .88rem;
  color: var(--soft); }
.tree { font-size: .92rem; }
.tree ul { list-style: none; margin: 0; padding: 0; }
.tree ul ul { padding-left: 1.05rem; border-left: 1px solid var(--rule); margin-left: .32rem; }
.line { display: flex; gap: .8rem; justify-content: space-between; align-items: baseline;
  flex: 1; min-width: 0; }
.line .who { min-width: 0; flex: 1; }
.tree summary, .leaf, .tree .head { display: flex; align-items: baseline; gap: .45rem;
  padding: .24rem 0; border-bottom: 1px solid var(--rule); }
summary { cursor: pointer; list-style: none; }
summary::-webkit-details-marker { display: none; }
summary::before { content: "\\203a";
  flex: none; width: .8rem; color: var(--soft); text-align: center;
  transition: transform .12s; }
details[open] > summary::before { transform: rotate(90deg); }
.leaf { padding-left: 1.25rem; }
.tree .head { color: var(--soft); font-size: .82rem; border-bottom-color: var(--soft);
  align-items: end; }
.cells { flex: none; display: grid; gap: 0 .5rem;
  grid-template-columns: repeat(var(--columns), var(--width)); }
.cells > * { text-align: right; white-space: nowrap; }
.head .cells > * { white-space: normal; }
.cell .key { position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); }
.cell .grade { color: var(--soft); }
.more { color: var(--soft); font-size: .88rem; padding: .24rem 0 .24rem 1.25rem; }
.many .head { display: none; }
.many .line { flex-wrap: wrap; gap: 0 .8rem; }
.many .who { flex-basis: 100%; }
.many .cells { display: flex; flex-wrap: wrap; gap: .1rem 1.4rem; flex: 1; padding-left: .2rem; }
.many .cells > * { white-space: normal; text-align: left; }
.many .cell .key { position: static; width: auto; height: auto; clip-path: none;
  color: var(--soft); font-size: .88em; }
.many .cell.none { display: none; }
"""

_CARDS = """
.card { border-bottom: 1px solid var(--rule); }
.cards > .card:first-child { border-top: 1px solid var(--rule); }
.card summary { display: flex; gap: .45rem; align-items: baseline; padding: .5rem 0; }
.card .who { flex: 1; min-width: 0; }
.trail { color: var(--soft); font-weight: 400; }
.outcome { display: flex; gap: 1.2rem; white-space: nowrap; }
.lights { display: flex; gap: .35rem; }
.sum .grade { color: var(--soft); }
td .mark { font-size: .95em; }
.card[open] > summary { padding-bottom: .2rem; }
.card .scroll, .card .said { margin: 0 0 1rem 1.25rem; }
.said p { margin: .4rem 0 .4rem 1.1rem; max-width: 46rem; font-size: .92rem; }
.falls { display: grid; grid-template-columns: minmax(0, 1fr); }
.fall h3 { margin-bottom: .1rem; }
section > h2 + .falls > .fall:first-child h3 { margin-top: .6rem; }
.fall .versus { margin: 0; }
.fall td:nth-child(2) { width: 44%; vertical-align: middle; padding-block: 0; }
.fall thead th:nth-child(2) { width: 44%; }
.card td svg.bar, td svg.stack { display: inline-block; vertical-align: -.05rem; }
.fall tbody th { min-width: 9rem; max-width: 16rem; font-weight: 450; }
.fall td:nth-child(3) { white-space: normal; min-width: 7.5rem; }
.fall tbody tr:last-child th, .fall tbody tr:last-child td { font-weight: 620; border-bottom: 0; }
.folder { border-top: 1px solid var(--rule); padding: .9rem 0 .5rem; break-inside: avoid; }
.folders { margin-top: 1.6rem; }
.folder h3 { margin: 0 0 .4rem; }
.folder ul { margin: 0; padding: 0; list-style: none; display: grid; gap: .9rem;
  grid-template-columns: minmax(0, 1fr); }
.folder h3 { font-weight: 400; }
.folder li { padding-left: .9rem; border-left: 2px solid var(--rule); }
.folder p { margin: 0; }
.fact { font-size: .92rem; }
.action { margin-top: .45rem; }
.todo { font-weight: 550; }
dl { margin: .1rem 0 0; display: flex; flex-wrap: wrap; gap: .1rem 1.6rem; font-size: .88rem; }
dl div { display: flex; gap: .4rem; }
dl div:last-child { flex-basis: 100%; }
dt { color: var(--soft); flex: none; }
dd { margin: 0; }
"""

_STRIPS = """
svg.strip { width: 100%; min-width: 13rem; height: 3.7rem; }
svg.axis { width: 100%; min-width: 13rem; height: 1.2rem; }
svg.axis.tall { height: 2.3rem; }
.axis text, .strip .label { font-size: .78rem; fill: var(--soft); }
.label.hard { fill: var(--red); } .label.easy { fill: var(--amber); }
.strip .ground { stroke: var(--rule); stroke-width: 1; }
.strip .band { fill: var(--track); }
.strip .median { stroke: var(--ink); stroke-width: 1.5; }
.strip .zero { stroke-dasharray: 2 3; }
.dot { fill: var(--grey-fill); stroke: var(--paper); stroke-width: .8; }
.strip.low { height: 1.6rem; min-width: 9rem; } .strip .way { stroke: var(--ink); stroke-width: 2; }
.strip .ring { fill: var(--paper); stroke: var(--ink); stroke-width: 1.5; }
.dot.agreed { fill: var(--ink); }
.dot.hard { fill: var(--red-fill); } .dot.easy { fill: var(--amber-fill); }
.beyond { font-size: .72rem; text-anchor: middle; }
.beyond.hard { fill: var(--red-fill); } .beyond.easy { fill: var(--amber-fill); }
span.hard { color: var(--red); white-space: nowrap; }
span.easy { color: var(--amber); white-space: nowrap; }
svg.raters { width: 100%; min-width: 11rem; height: 1.3rem; }
.raters .ground { stroke: var(--rule); stroke-width: 1; }
.raters .moved { stroke: var(--accent); stroke-width: 2; }
.raters .before { fill: var(--paper); stroke: var(--accent); stroke-width: 1.5; }
.raters .after { fill: var(--accent); }
.lenient td:nth-child(2) { width: 40%; vertical-align: middle; padding-block: 0; }
.strips td:nth-child(2) { width: 46%; vertical-align: middle; padding-block: 0; }
.strips tbody tr:last-child > * { border-bottom: 0; padding-top: 0; }
.strips td.num { white-space: normal; }
.strips.moves td:nth-child(2) { width: 22%; } .strips.moves td.num { white-space: nowrap; }
.changed td:nth-child(2) { width: 24%; vertical-align: middle; }
@media (max-width: 46rem) {
  .strips td:nth-child(2), .strips.moves td:nth-child(2) { width: auto; }
  .changed td:nth-child(2), .lenient td:nth-child(2) { width: auto; }
  .strips .stacks td:nth-child(5) { grid-column: 1 / -1; }
  .strips.moves .stacks td:nth-child(5) { grid-column: auto; }
  .strips .stacks td:empty { display: none; }
  .changed svg.step { overflow: hidden; }
}
ul.inputs { margin: .2rem 0 0; padding-left: 1.2rem; }
"""

_TIMELINES = """
svg.timeline { width: 100%; min-width: 13rem; margin: .2rem 0; }
.timeline .tick { stroke: var(--rule); stroke-width: 1; }
.timeline rect.held { fill: var(--track); stroke: var(--soft); stroke-width: .7; }
.timeline rect.vacant { fill: none; stroke: var(--red); stroke-width: 1; stroke-dasharray: 3 3; }
.timeline rect.leave { fill: var(--amber-fill); stroke: var(--paper); stroke-width: .6; }
.timeline text.in { font-size: .74rem; fill: var(--ink); }
.timeline text.in.vacant { fill: var(--red); }
.timeline line.moved { stroke: var(--accent); stroke-width: 1.5; }
.timeline text.moved { font-size: .6rem; fill: var(--accent); text-anchor: middle; }
.legend svg.timeline.key { min-width: 0; width: 28px; height: 14px; }
.strands td:nth-child(2) { width: 42%; vertical-align: middle; padding-block: .1rem; }
.strands tbody tr:last-child > * { border-bottom: 0; padding-top: 0; }
@media (max-width: 46rem) {
  .strands td:nth-child(2) { width: auto; }
  .strands .stacks td:empty { display: none; }
  .strands .stacks td.num, #sums .stacks td.num { grid-column: 1 / -1; }
}
"""

_MAP = """
.map { margin: .8rem 0 0; }
.map svg { width: 100%; height: auto; }
.map text { fill: var(--ink); font-size: 11.5px; unicode-bidi: isolate; }
.map rect.lane { fill: var(--panel); }
.map text.lane { fill: var(--ink); font-size: 12.5px; font-weight: 620; }
.map text.fold { fill: var(--accent); font-weight: 550; }
.map a:hover text.fold { text-decoration: underline; }
.goal rect { fill: var(--paper); stroke: var(--rule); stroke-width: 1.2; }
.goal.chief rect { stroke: var(--accent); stroke-width: 2; }
.goal.red rect { stroke: var(--red); stroke-dasharray: 5 3; }
.map .name { font-size: 13px; font-weight: 600; }
.map .owner { fill: var(--soft); }
.map .shape { fill: var(--state); font-size: 9px; }
.map .share, .map text.fold { paint-order: stroke; stroke: var(--panel); stroke-width: 4px; }
.map .share { font-weight: 550; }
.edge .line, path.edge { fill: none; stroke: var(--soft); }
path.edge { stroke-width: 1.6; }
.edge .head { fill: var(--soft); }
.edge.split .line, path.edge.split { stroke: var(--accent); }
.edge.split .head { fill: var(--accent); }
.edge.apart .line, path.edge.apart { stroke-dasharray: 2 4; stroke: var(--soft); }
.edge.supports .line, path.edge.supports { stroke-dasharray: 6 4; }
.edge.supports.apart .line { stroke-dasharray: 1 5; }
.edge.apart .head { fill: var(--soft); }
.edge:hover .line { stroke: var(--ink); } .edge:hover .head { fill: var(--ink); }
.below { border-bottom: 1px solid var(--rule); }
.below summary { display: flex; gap: .45rem; align-items: baseline; padding: .4rem 0;
  font-size: .92rem; }
.outline h3 { margin-bottom: .2rem; }
.outline ul { list-style: none; margin: 0; padding: 0; }
.outline ul ul { padding-left: .8rem; border-left: 1px solid var(--rule); margin-left: .35rem; }
.outline li { border-top: 1px solid var(--rule); }
.outline summary, .outline .leaf { display: flex; gap: .45rem; padding: .38rem 0;
  align-items: baseline; }
.outline .leaf { padding-left: 1.25rem; }
.aim { display: block; min-width: 0; overflow-wrap: anywhere; }
.aim .how { color: var(--soft); font-size: .85em; }
.aim b { font-weight: 570; }
.aim small { display: block; }
.below .outline { padding: 0 0 .8rem 1.25rem; }
.legend svg.key { width: 28px; height: 12px; display: inline-block; vertical-align: -1px; }
"""

_PLAN = """
.levels td.num { white-space: normal; min-width: 6.4rem; }
.levels td:nth-child(2) { min-width: 0; white-space: nowrap; }
.levels td.num + td:not(.num), .levels th.num + th:not(.num) { padding-left: 1.2rem; }
.levels td.num .row, .levels tbody tr:last-child td.num { white-space: nowrap; }
.levels td:not(.num) { font-size: .9rem; max-width: 15rem; }
.levels tbody tr:last-child:not(:first-child) > * { font-weight: 620; border-bottom: 0; }
.signatures { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1.6rem;
  margin: 1rem 0 1.6rem; max-width: 46rem; }
.sign-here p { margin: 0; }
.sign-here { border-bottom: 2px solid var(--ink); padding-bottom: .5rem; }
.sign-here.open { border-bottom: 1px dashed var(--soft); padding-bottom: 2.6rem; }
.sign-here.open span { color: var(--soft); }
@media (max-width: 46rem) {
  .levels .stacks td.num { grid-column: 1 / -1; }
  .levels .stacks td .row { white-space: normal; }
  .levels td:not(.num) { max-width: none; }
  .levels .stacks td:empty { display: none; }
  .levels td.num + td:not(.num) { padding-left: 0; }
}
"""


_PHONE = """
@media (max-width: 46rem) {
  .wide { display: none; }
  .narrow { display: block; }
  main, header.top, nav, footer { padding-inline: 1rem; }
  header.top { padding-top: 1.6rem; }
  section { margin-top: 2.2rem; }
  nav ul { gap: .35rem 1.1rem; }
  .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .7rem; }
  .tile { padding: .7rem .75rem .8rem; }
  .tree .head { display: none; }
  .tree .line { flex-wrap: wrap; gap: .1rem .8rem; }
  .tree .who { flex-basis: 100%; }
  .tree .cells { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .05rem 1.1rem; flex: 1;
    font-size: .94em; }
  .cells > * { white-space: normal; }
  .tree .cell { display: flex; gap: .3rem; align-items: baseline; }
  .tree .cell .key { position: static; width: auto; height: auto; clip-path: none;
    color: var(--soft); font-size: .9em; flex: 1; min-width: 0; text-align: left;
    overflow: hidden; text-overflow: ellipsis; }
  .tree .cell.none { display: none; }
  .tree ul ul { padding-left: .6rem; }
  .card summary { flex-wrap: wrap; }
  .card .outcome { flex-basis: 100%; white-space: normal; padding-left: 1.25rem;
    justify-content: space-between; }
  .card .scroll, .card .said { margin-left: 0; }
  table:not(.stacks) tbody th { position: sticky; left: 0; background: var(--paper);
    z-index: 1; }
  .stacks, .stacks tbody { display: block; }
  .stacks thead { display: none; }
  .stacks tr { display: grid; grid-auto-flow: dense; gap: .05rem 1.1rem;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    padding: .5rem 0; border-bottom: 1px solid var(--rule); }
  .stacks th, .stacks td { border: 0; padding: 0; }
  .stacks th, .stacks td:not(.num) { grid-column: 1 / -1; }
  .stacks td { font-size: .94em; }
  .card .stacks td:nth-child(6) { grid-column: auto; text-align: right; display: flex;
    justify-content: space-between; }
  .stacks td.num { display: flex; justify-content: space-between; gap: .5rem;
    white-space: normal; text-align: right; }
  .stacks td[data-head]::before { content: attr(data-head); color: var(--soft);
    overflow-wrap: normal;
    font-size: .9em; text-align: left; padding-right: .5rem; }
  .fall table, .fall tbody { display: block; }
  .fall thead { display: none; }
  .fall tr { display: grid; gap: 0 .8rem; padding: .4rem 0;
    grid-template-columns: minmax(0, 1fr) fit-content(60%);
    border-bottom: 1px solid var(--rule); }
  .fall tbody th, .fall td { border: 0; padding: 0; }
  .fall tbody th { grid-area: 1 / 1; min-width: 0; max-width: none; }
  .fall td:nth-child(3) { grid-area: 1 / 2; min-width: 0; }
  .fall td:nth-child(2) { grid-area: 2 / 1 / auto / span 2; width: auto; padding: .15rem 0; }
  .fall td:nth-child(4) { grid-area: 3 / 1; text-align: left; }
  .fall td:nth-child(5) { grid-area: 3 / 2; }
  .fall td:nth-child(n + 4) { color: var(--soft); font-size: .85rem; }
  .fall td:nth-child(n + 4):not(:empty)::before { content: attr(data-head) " "; }
  .fall td:empty { display: none; }
  .join { display: none; }
}
"""

_PAPER = """
@media print {
  :root { color-scheme: light;
    --paper: #ffffff; --panel: #ffffff; --ink: #000000; --soft: #4b5560; --rule: #c9cfd5;
    --accent: #24507a; --track: #e6eaee;
    --green: #1d7a4c; --amber: #96600a; --red: #b1302a; --grey: #66717d;
    --green-fill: #3d9467; --amber-fill: #d0881b; --red-fill: #c24a41; --grey-fill: #9aa4ae; }
  @page { size: A4; margin: 16mm 14mm; }
  html { font-size: 9.5pt; }
  main, header.top, footer { max-width: none; padding: 0; }
  header.top { padding-top: 0; }
  nav { display: none; }
  .wide { display: block; }
  .narrow { display: none; }
  .map rect.lane { stroke: var(--rule); }
  svg, .tile, .light { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .tile { border: 1px solid var(--rule); border-top: 3px solid var(--fill, var(--rule)); }
  .scroll { overflow: visible; }
  details::details-content { content-visibility: visible; display: block; block-size: auto; }
  summary::before { display: none; }
  h2, h3, summary { break-after: avoid; }
  tr, .tile, .card, .fall, .folder li { break-inside: avoid; }
  section { margin-top: 1.6rem; }
}
"""

_PARTS = (
    _COLOURS, _BASE, _TABLES, _CHARTS, _TILES, _TREE, _CARDS, _STRIPS, _TIMELINES, _MAP, RULES,
    _PHONE, _PLAN, _PAPER,
)  # fmt: skip

CSS = "".join(_PARTS)
"""Nothing in it is loaded from anywhere."""
