"""Style sheet of the report: light and dark screens, and print."""

STYLE = """
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#5b6570;--paper:#fff;--ground:#eef1f4;--line:#d5dbe1;
--good:#1c6b3c;--goodback:#e5f4ea;--weak:#7a5200;--weakback:#fdf2d8;--bad:#9d1c1c;--badback:#fbe6e4;--bar:#3f6fa8}
@media (prefers-color-scheme:dark){:root{--ink:#e7eaee;--soft:#a3adb8;--paper:#15181c;--ground:#23282e;--line:#363d45;
--good:#7fd6a1;--goodback:#16301f;--weak:#f0c469;--weakback:#352a10;--bad:#ff9d94;--badback:#3a1816;--bar:#7fb0ea}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,"Segoe UI",Helvetica,Arial,sans-serif}
main{max-width:56rem;margin:0 auto;padding:2rem 1.25rem 4rem}
h1{font-size:1.6rem;line-height:1.25;margin:.1rem 0 1.2rem;overflow-wrap:anywhere}
h2{font-size:1.1rem;margin:0 0 .6rem}
p{margin:.25rem 0}
section{margin:2rem 0}
.kicker,.soft{color:var(--soft)}
.kicker{margin:0;font-size:.9rem}
.logo{max-height:4rem;max-width:16rem;display:block;margin:0 0 .6rem}
.agency{font-weight:600;margin:0 0 .6rem}
.wide{overflow-x:auto}
tr.shown td{background:var(--weakback)}
.verdict{margin:0 0 1.4rem;padding:1rem 1.2rem;border-left:.4rem solid;border-radius:.3rem}
.verdict h2{font-size:1.35rem;margin:0 0 .2rem}
.verdict p{color:var(--ink)}
.passed.verdict,.reviewed.verdict{color:var(--good);background:var(--goodback)}
.incomplete.verdict{color:var(--weak);background:var(--weakback)}
.findings.verdict,.no_content.verdict{color:var(--bad);background:var(--badback)}
dl{display:grid;grid-template-columns:minmax(9rem,14rem) 1fr;gap:.35rem 1rem;margin:0}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere}
.hash{font:.85em/1.4 ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;overflow-wrap:anywhere}
table{width:100%;border-collapse:collapse}
th{text-align:left;font-weight:600;color:var(--soft);font-size:.9rem}
th,td{padding:.45rem .7rem .45rem 0;border-bottom:1px solid var(--line);vertical-align:top}
.time{white-space:nowrap;font-variant-numeric:tabular-nums}
.mark{white-space:nowrap;width:7.5rem;font-weight:600}
.mark b{display:inline-block;width:1.2em;text-align:center}
.mark.passed{color:var(--good)}
.mark.partial,.mark.skipped{color:var(--weak)}
.mark.findings{color:var(--bad)}
.checks p{color:var(--soft);font-size:.93rem}
.checks .why{color:var(--weak)}
.bound{font-size:1.15rem}
.timeline{display:grid;grid-template-columns:8.5rem 1fr;gap:.5rem .8rem;align-items:center}
.timeline svg{width:100%;height:1rem;display:block;border-radius:.2rem}
.ground{fill:var(--ground)}
.hidden{fill:var(--bar)}
.finding{fill:var(--bad)}
.axis{display:flex;justify-content:space-between;color:var(--soft);font-size:.85rem;font-variant-numeric:tabular-nums}
.small{font-size:.93rem}
ul{margin:.2rem 0;padding-left:1.2rem}
li{margin:.25rem 0;overflow-wrap:anywhere}
pre{background:var(--ground);padding:.6rem .8rem;border-radius:.3rem;white-space:pre-wrap;overflow-wrap:anywhere}
@media (max-width:34rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.6rem}.timeline{grid-template-columns:1fr}}
@media print{
:root{--ink:#000;--soft:#444;--paper:#fff;--ground:#e8e8e8;--line:#bbb;--good:#124d2a;--goodback:#fff;--weak:#5a3c00;
--weakback:#fff;--bad:#7a0f0f;--badback:#fff;--bar:#444;color-scheme:light}
body{font-size:10.5pt}main{max-width:none;padding:0}section{margin:1.2rem 0}
.verdict{border:2px solid}tr,.verdict,.timeline{break-inside:avoid}h2{break-after:avoid}
svg,.verdict{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""
