/// Looks of a report, in light and dark, on screens and on paper. Colours are those of Okabe and Ito, which people with
/// any colour vision tell apart; lines differ in their dashes besides.
package enum ReportStyle {
  /// Looks of the drawings; they are in every svg file too.
  package static let drawing = """
    :root{--ground:#fff;--ink:#1b1f24;--soft:#57606a;--rule:#d8dee4;--card:#f6f8fa;--gain:#0072b2;--loss:#d55e00;\
    --c0:#0072b2;--c1:#b34700;--c2:#007a5a;--c3:#8f6400;--c4:#a3487b;--c5:#4c5560;--c6:#2b7fb8;--price:#9aa4af}
    @media (prefers-color-scheme:dark){:root{--ground:#0d1117;--ink:#e6edf3;--soft:#9da7b1;--rule:#30363d;--card:#161b22;\
    --gain:#56b4e9;--loss:#f0883e;--c0:#56b4e9;--c1:#f0883e;--c2:#2fc79b;--c3:#e6c23a;--c4:#e29ac5;--c5:#b7c0c9;\
    --c6:#8ecbf0;--price:#5d6773}}
    svg{background:var(--ground);font:12px system-ui,sans-serif}
    text{fill:var(--ink)}.tick{fill:var(--soft);font-size:11px}
    .tick.value{paint-order:stroke;stroke:var(--ground);stroke-width:3px;stroke-linejoin:round}
    .grid{stroke:var(--rule);stroke-width:1}.zero{stroke:var(--soft);stroke-width:1}
    polyline,path,line{fill:none;vector-effect:non-scaling-stroke}
    .line{stroke-linejoin:round}.thin.line{stroke-width:1}
    .c0{stroke:var(--c0);stroke-width:2.4}.c1{stroke:var(--c1);stroke-width:1.5}
    .c2{stroke:var(--c2);stroke-width:1.5;stroke-dasharray:7 2}.c3{stroke:var(--c3);stroke-width:1.5;stroke-dasharray:2 2}
    .c4{stroke:var(--c4);stroke-width:1.5;stroke-dasharray:7 2 2 2}.c5{stroke:var(--c5);stroke-width:1.5;stroke-dasharray:4 4}
    .c6{stroke:var(--c6);stroke-width:1.5;stroke-dasharray:1 3}
    .fall{fill:var(--loss);fill-opacity:.28}
    polygon.error{fill:var(--gain);fill-opacity:.2}line.error{stroke:var(--gain);stroke-opacity:.25;stroke-width:9}
    .price{fill:var(--price);stroke:var(--price);stroke-width:1;vector-effect:non-scaling-stroke}
    .trade{stroke-width:2}.entry{stroke-width:6;stroke-linecap:round}
    .short.trade{stroke-dasharray:4 3}.dot{stroke-width:6}
    .gain{stroke:var(--gain)}.loss{stroke:var(--loss)}rect{stroke:none}
    rect.gain,rect.total{fill:var(--gain)}rect.loss{fill:var(--loss)}rect.cost{fill:var(--soft)}.track{fill:var(--card)}
    .mark0{stroke:var(--ink);stroke-width:1.5}.mark1{stroke:var(--ink);stroke-width:1.5;stroke-dasharray:4 3}
    .heat{fill:var(--card)}.gain1,.gain2,.gain3,.gain4{fill:var(--gain)}.loss1,.loss2,.loss3,.loss4{fill:var(--loss)}
    rect.gain0,rect.loss0{fill:var(--card)}rect.gain1,rect.loss1{fill-opacity:.12}rect.gain2,rect.loss2{fill-opacity:.22}
    rect.gain3,rect.loss3{fill-opacity:.32}rect.gain4,rect.loss4{fill-opacity:.45}
    .cell{text-anchor:middle;font-size:11px;font-variant-numeric:tabular-nums}.head{fill:var(--soft)}.strong{font-weight:600}
    @media (max-width:520px){.cell{font-size:9px}.strong{font-size:11px}.odd{display:none}}
    @media print{.price{fill:#777;stroke:#777}}

    """

  /// Looks of the page.
  package static let page = """
    *{box-sizing:border-box}
    html{background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif;-webkit-text-size-adjust:100%}
    body{margin:0}main{max-width:1080px;margin:0 auto;padding:16px}
    h1{font-size:1.7rem;margin:0 0 16px;overflow-wrap:anywhere;line-height:1.2}h2{font-size:1.25rem;margin:0 0 12px}
    .over{margin:0;color:var(--soft)}
    section{margin:0 0 36px}.first{border:1px solid var(--rule);border-radius:8px;padding:16px;background:var(--card)}
    .first p{margin:0 0 10px;max-width:75ch}.first .badge{max-width:none}.first ul{margin:0;padding-left:20px;max-width:75ch}
    .badge{border-left:5px solid var(--loss);background:var(--ground);padding:6px 10px;overflow-wrap:anywhere}
    .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:10px;margin:0 0 14px}
    .tile{background:var(--ground);border:1px solid var(--rule);border-radius:6px;padding:8px 10px}
    .tile .name,.tile .small{display:block;color:var(--soft);font-size:.8rem;line-height:1.3}
    .tile strong{font-size:1.3rem;font-variant-numeric:tabular-nums}
    figure{margin:0 0 24px;position:relative}figcaption{margin-bottom:6px}svg.figure{display:block}
    .note,.missing,footer{color:var(--soft);font-size:.875rem}.note{margin:6px 0 0;max-width:90ch}
    .missing{border:1px dashed var(--rule);border-radius:6px;padding:10px;margin:0 0 24px}figure>.missing{margin:0}
    .legend{list-style:none;display:flex;flex-wrap:wrap;gap:2px 16px;margin:6px 0 0;padding:0;font-size:.875rem}
    .legend li{overflow-wrap:anywhere}.legend svg{vertical-align:middle;background:none}
    .scroll{overflow-x:auto;margin:0 0 20px}
    table{border-collapse:separate;border-spacing:0;font-size:.875rem;font-variant-numeric:tabular-nums}
    .numbers{white-space:nowrap;min-width:min(100%,22rem)}caption{text-align:left;font-weight:600;padding-bottom:6px;white-space:normal}caption span{display:inline-block;position:sticky;left:0;max-width:calc(100vw - 24px)}
    th,td{padding:5px 12px 5px 0;border-bottom:1px solid var(--rule);vertical-align:top}
    thead th{color:var(--soft);font-weight:400;text-align:right}tbody th{font-weight:400;text-align:left}
    .numbers td{text-align:right}.numbers tbody th{position:sticky;left:0;background:var(--ground);padding-right:12px}
    .numbers td:last-child,.numbers th:last-child{padding-right:2px}
    thead th:first-child,.text thead th{text-align:left}.text td{overflow-wrap:anywhere;text-align:left}
    .leading tbody tr:first-child>*{font-weight:600}
    dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(220px,1fr));gap:10px 20px;margin:0 0 20px}
    dt{color:var(--soft);font-size:.875rem}dd{margin:0;font-variant-numeric:tabular-nums}
    .choice{display:flex;flex-wrap:wrap;gap:6px}.panels{flex:1 0 100%;min-width:0;margin-top:8px}
    .choice>input{position:absolute;opacity:0}
    .choice label,.tools button{border:1px solid var(--rule);border-radius:6px;padding:5px 10px;font:inherit;font-size:.875rem;\
    background:var(--card);color:var(--ink);cursor:pointer;overflow-wrap:anywhere}
    .choice input:checked+label{background:var(--gain);border-color:var(--gain);color:var(--ground)}
    .choice input:focus-visible+label,.tools button:focus-visible{outline:3px solid var(--loss);outline-offset:1px}
    .tools{display:flex;gap:6px;flex-wrap:wrap;align-items:center;margin:0 0 6px}.tools button{min-width:40px}
    .read{min-height:1.4em;font-size:.8125rem;margin:4px 0 0;color:var(--soft);font-variant-numeric:tabular-nums}
    .zoomable{cursor:crosshair}
    @media (max-width:520px){main{padding:10px}.first{padding:12px}.tiles{grid-template-columns:1fr 1fr}h1{font-size:1.35rem}
    .tile strong{font-size:1.1rem}}
    @media print{:root{--ground:#fff;--ink:#000;--soft:#444;--rule:#bbb;--card:#f4f4f4;--gain:#0072b2;--loss:#d55e00;\
    --c0:#0072b2;--c1:#b34700;--c2:#007a5a;--c3:#8f6400;--c4:#a3487b;--c5:#4c5560;--c6:#2b7fb8}
    html{font-size:11px;-webkit-print-color-adjust:exact;print-color-adjust:exact}main{max-width:none;padding:0}
    figure,.tile,tr,.badge{break-inside:avoid}h2,caption,figcaption{break-after:avoid}.choice>label,.tools,.read{display:none}
    .tiles{grid-template-columns:repeat(3,1fr)}.scroll{overflow:visible}table{font-size:.8rem}th,td{padding-right:7px}.numbers{white-space:normal}}
    @page{margin:14mm}

    """

  /// One of several instruments is shown, the one that is chosen; on paper all are.
  static func choice(_ count: Int) -> String {
    guard count > 1 else { return "" }
    let rules = (1...count).map { "#choice-\($0):checked~.panels>#prices-\($0)" }
    return "@media screen{.panels>figure{display:none}\(rules.joined(separator: ",")){display:block}}\n"
  }
}
