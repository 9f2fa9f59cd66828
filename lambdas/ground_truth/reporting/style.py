"""The page's style: one sheet in the page, allowed by its hash, so that nothing else is."""

import base64
import hashlib

SHEET = """
:root { color-scheme: light dark; --back: #fff; --text: #1b1f24; --soft: #57606a; --line: #d0d7de; --panel: #f6f8fa;
  --bar: #0a6ebd; --bounds: #8fbfe6; --warn: #9a4a00; }
@media (prefers-color-scheme: dark) { :root { --back: #14181d; --text: #e6e9ed; --soft: #9da7b3; --line: #3a424b;
  --panel: #1d232a; --bar: #5cb0f0; --bounds: #2f5f86; --warn: #f0a860; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 76rem; background: var(--back); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: .5rem 0; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .5rem; padding-top: .75rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
p, ul { max-width: 46rem; }
.soft, figcaption, caption { color: var(--soft); }
.note { padding: .6rem .9rem; border-left: .25rem solid var(--warn); background: var(--panel); }
dl.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); gap: .6rem; margin: 1rem 0; }
dl.facts div { padding: .5rem .75rem; background: var(--panel); border-radius: .4rem; }
dt { color: var(--soft); font-size: .875rem; }
dd { margin: 0; font-size: 1.25rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: .75rem 0; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: .3rem; }
th, td { padding: .35rem .6rem .35rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line);
  min-width: 6.5rem; max-width: 28rem; overflow: hidden; }
thead th { overflow-wrap: normal; color: var(--soft); font-weight: 600; font-size: .875rem; }
tbody th { font-weight: 600; }
.chart { display: block; width: 100%; max-width: 34rem; }
.chart text { font-size: 12px; text-anchor: middle; fill: var(--text); }
.axis { stroke: var(--soft); }
.bar { fill: var(--bar); }
.bounds { fill: var(--bounds); }
.rail { fill: var(--line); opacity: .6; }
.meter { display: block; width: 100%; min-width: 5rem; max-width: 12rem; height: .55rem; margin-top: .3rem; }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); gap: 1.25rem; }
figure { margin: 0; min-width: 0; }
figure > svg { display: block; width: 100%; height: auto; background: #3b4046; border-radius: .3rem; }
figure text { font: 600 20px system-ui, sans-serif; fill: #fff; unicode-bidi: isolate; }
figure .missing { font-weight: 400; fill: #c9d1d9; text-anchor: middle; }
figcaption { font-size: .875rem; padding-top: .3rem; }
figcaption p { margin: .2rem 0; }
figcaption ul { margin: .2rem 0; padding-left: 1.1rem; }
.frame { fill: none; stroke-width: 3.5; }
.halo { fill: none; stroke: #000; stroke-opacity: .45; stroke-width: 5.5; }
.other { fill: none; stroke: #fff; stroke-opacity: .7; stroke-width: 1.5; stroke-dasharray: 2 4; }
.key { display: inline-block; width: 4.5rem; height: 1.5rem; vertical-align: middle; background: #3b4046;
  border-radius: .2rem; }
.key text { font: 600 16px system-ui, sans-serif; fill: #fff; }
@media print { body { max-width: none; } figure { break-inside: avoid; } }
"""

_HASH = base64.b64encode(hashlib.sha256(SHEET.encode()).digest()).decode()

PAGE_POLICY = f"default-src 'none'; img-src data:; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'"
