"""The colours and the type of reports, for light and dark screens."""

from typing import Final

_LIGHT: Final = (
    "--paper:#fff;--ink:#1d2330;--muted:#667085;--line:#e3e7ee;--lane:#f6f8fb;--card:#fff;"
    "--pending:#bcc5d3;--ready:#2f9e7d;--ready-soft:#d5eee5;--broken:#e07b2e;--broken-soft:#fbe6d3;"
    "--going:#8a78c9;--going-soft:#e7e2f6;--failed:#cf3d4c;--succeeded:#4a84d6;--unknown:#8b93a1;"
    "--fault:#c4203b;--rollout:#3f63c6;--rollout-soft:#dfe6fa;--down:#20242e;--on-bar:#fff;"
    "--stripe:rgba(20,20,40,.55)"
)
_DARK: Final = (
    "--paper:#12151a;--ink:#e7eaf0;--muted:#97a1b2;--line:#2a303a;--lane:#181c23;--card:#171b21;"
    "--pending:#566072;--ready:#2f9877;--ready-soft:#1d3f36;--broken:#dd8038;--broken-soft:#4a2f19;"
    "--going:#9484d6;--going-soft:#2f2a48;--failed:#e0525f;--succeeded:#5b93e0;--unknown:#6b7381;"
    "--fault:#f0586c;--rollout:#7f9cf0;--rollout-soft:#253154;--down:#000;--on-bar:#fff;"
    "--stripe:rgba(255,255,255,.5)"
)

COLOURS: Final = (
    f":root{{color-scheme:light dark;{_LIGHT}}}"
    f"@media(prefers-color-scheme:dark){{:root{{{_DARK}}}}}"
)
"""The colours, by name."""

DRAWING: Final = (
    "svg{font:11px ui-sans-serif,system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}"
    "svg text{fill:var(--ink)}svg .muted{fill:var(--muted)}svg .small{font-size:10px}"
    "svg .node{font-weight:600}"
    ".lane{fill:var(--lane)}.slow{fill:url(#slow)}.axis{stroke:var(--line)}"
    ".tear{stroke:var(--card);stroke-width:2.5;fill:none}.break{stroke:var(--muted);fill:none}"
    ".pending{fill:var(--pending)}.ready{fill:var(--ready)}.unready{fill:url(#unready)}"
    ".broken{fill:url(#broken)}.terminating{fill:url(#going)}.succeeded{fill:var(--succeeded)}"
    ".failed{fill:var(--failed)}.unknown{fill:var(--unknown)}"
    "svg .label{fill:var(--on-bar);font-size:10px;pointer-events:none}"
    "svg .label.dark{fill:var(--ink)}"
    ".pod:hover rect{opacity:.75}.restart{fill:var(--failed);stroke:var(--paper)}"
    ".down{fill:var(--down);fill-opacity:.5}svg .downtext{fill:#fff;font-weight:600}"
    ".notready{fill:var(--broken)}.cordoned{fill:var(--succeeded)}.gonenode{fill:var(--failed)}"
    ".faultline{stroke:var(--fault);stroke-dasharray:4 3}.faultline.end{stroke-opacity:.4}"
    ".markline{stroke:var(--rollout);stroke-dasharray:2 3}"
    ".fault{fill:var(--fault)}svg text.faulttext{fill:var(--fault);font-weight:600}"
    ".rollout{fill:var(--rollout)}.rollout.open{fill:url(#open)}"
    "svg text.rollouttext{fill:var(--rollout)}"
    ".desired{stroke:var(--muted);fill:none;stroke-dasharray:3 2}"
    ".serving{fill:var(--ready);fill-opacity:.35;stroke:var(--ready)}"
    ".missing{fill:var(--failed);fill-opacity:.3}"
    ".available{stroke:var(--rollout);fill:none;stroke-width:1.2}"
)
"""What drawings are drawn with."""

PAGE: Final = (
    "*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);"
    "font:14px/1.5 ui-sans-serif,system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}"
    "main{max-width:1320px;margin:0 auto;padding:24px 28px 60px}h1{font-size:22px;margin:0 0 6px}"
    "h2{font-size:16px;margin:34px 0 10px}p{margin:6px 0}.facts{color:var(--muted)}"
    ".chip{display:inline-block;border-radius:999px;padding:2px 12px;margin-left:10px;"
    "font-size:13px;font-weight:600;color:#fff;vertical-align:3px}"
    ".chip.good{background:var(--ready)}.chip.bad{background:var(--failed)}"
    ".wrong{border-left:3px solid var(--failed);padding:4px 0 4px 12px;margin:12px 0;"
    "white-space:pre-wrap;overflow-wrap:anywhere}"
    ".picture{overflow-x:auto;border:1px solid var(--line);border-radius:10px;padding:10px;"
    "background:var(--card)}.picture>svg{display:block;min-width:1000px;width:100%;height:auto}"
    ".legend{display:flex;flex-wrap:wrap;gap:4px 16px;margin:0 0 10px;font-size:12px;"
    "color:var(--muted)}.legend span{display:inline-flex;align-items:center;gap:6px}"
    ".charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(288px,1fr));gap:12px}"
    ".chart{border:1px solid var(--line);border-radius:10px;padding:10px 12px;"
    "background:var(--card)}.chart h3{font-size:13px;margin:0;overflow-wrap:anywhere}"
    ".chart p{font-size:12px;color:var(--muted);margin:0 0 4px}.chart p.bad{color:var(--failed)}"
    ".chart svg{display:block;width:100%;height:auto}"
    "table{border-collapse:collapse;width:100%;font-size:13px}"
    "th,td{text-align:left;vertical-align:top;padding:4px 10px 4px 0;"
    "border-bottom:1px solid var(--line)}th{color:var(--muted);font-weight:600}"
    "td:nth-child(n+3){overflow-wrap:anywhere}td.time{white-space:nowrap;font-variant-numeric:tabular-nums}"
    "tr.warning td:nth-child(2){color:var(--broken);font-weight:600}"
    "#warnings:checked~table tr.normal{display:none}"
    "pre{background:var(--lane);border:1px solid var(--line);border-radius:10px;padding:12px 14px;"
    "overflow-x:auto;font:12.5px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;"
    "white-space:pre-wrap;overflow-wrap:anywhere}"
    "@media print{.picture{overflow:visible}}"
)
"""What pages look like."""
