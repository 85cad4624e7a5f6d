extension DashboardPage {
  static let style = """
    :root { color-scheme: light dark; --back: #f4f5f7; --card: #fff; --ink: #16191d; --soft: #56606c; --line: #dde1e7;
      --good: #0b7a4b; --bad: #b3261e; --warn: #855300; --mark: #1d5fbf; --second: #a04a9c; --paper: #1d5fbf; }
    @media (prefers-color-scheme: dark) { :root { --back: #0e1115; --card: #171b21; --ink: #e8ebef; --soft: #9ba5b2;
      --line: #2b323b; --good: #4cc38a; --bad: #ff8a80; --warn: #f0b95a; --mark: #7ab0ff; --second: #e3a0e0; --paper: #2a5fae; } }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--back); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
    h1 { font-size: 1.15rem; margin: 0; } h2 { font-size: .95rem; margin: 0 0 .5rem; color: var(--soft); font-weight: 600; }
    header #money { flex: 1 1 100%; margin: -.6rem -1rem .1rem; padding: .3rem .5rem; text-align: center; font-weight: 800;
      letter-spacing: .06em; color: #fff; background: var(--paper); }
    header #money.synthetic { background: repeating-linear-gradient(135deg, #7a4a00 0 14px, #5f3a00 14px 28px); }
    header #money.live { background: #b3001b; font-size: 1.15rem; }
    header { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: .35rem 1rem; align-items: center;
      padding: .6rem 1rem; background: var(--card); border-bottom: 1px solid var(--line); }
    header p { margin: 0; } #about { color: var(--soft); flex: 1 1 14rem; }
    .badge { display: inline-block; padding: .05rem .5rem; border-radius: 1rem; border: 1px solid currentColor; font-size: .8rem;
      font-weight: 700; letter-spacing: .03em; } #untrained { color: var(--warn); }
    #state.active { color: var(--good); } #state.reducing { color: var(--warn); } #state.halted { color: var(--bad); }
    button { font: inherit; padding: .35rem .9rem; border-radius: .4rem; border: 1px solid var(--line); background: var(--card);
      color: var(--ink); cursor: pointer; } #stop, .danger { border-color: var(--bad); color: var(--bad); font-weight: 700; }
    button.link { border: 0; padding: 0; background: none; color: var(--mark); text-decoration: underline; }
    :focus-visible { outline: 3px solid var(--mark); outline-offset: 2px; }
    input, select { font: inherit; padding: .3rem .5rem; border: 1px solid var(--line); border-radius: .4rem;
      background: var(--back); color: var(--ink); max-width: 100%; }
    h2 select { padding: .05rem .3rem; }
    main { display: grid; grid-template-columns: repeat(6, minmax(0, 1fr)); gap: .8rem; padding: .8rem; max-width: 110rem;
      margin: 0 auto; }
    main > section { grid-column: span 2; } main > .half { grid-column: span 3; } main > .wide { grid-column: 1 / -1; }
    @media (max-width: 70rem) { main > section { grid-column: span 3; } main > .half { grid-column: 1 / -1; } }
    @media (max-width: 44rem) { main > section, main > .half { grid-column: 1 / -1; } main { padding: .5rem; gap: .5rem; } }
    section, form { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .8rem 1rem; min-width: 0; }
    #login, #confirm { margin: .8rem; } #confirm { border-color: var(--bad); scroll-margin-top: 10rem; }
    dialog form { border: 0; padding: .5rem 0 0; position: sticky; bottom: -1rem; } #yes { margin-right: .6rem; } fieldset { border: 0; padding: 0; margin: .5rem 0; } fieldset label { display: block; }
    #blocked { border-color: var(--warn); } #blocked h2 { color: var(--warn); } #blocked ul { margin: 0; padding-left: 1.2rem; }
    #link { margin: .8rem; padding: .5rem 1rem; border-radius: .4rem; background: var(--bad); color: var(--card); font-weight: 600; }
    [hidden] { display: none !important; }
    .figures { display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; margin: 0 0 .4rem; font-variant-numeric: tabular-nums; }
    .figures b { font-size: 1.05rem; } .key { margin: .3rem 0 0; font-size: .85rem; }
    small, .soft { color: var(--soft); } .good, .up { color: var(--good); } .bad, .down { color: var(--bad); }
    .chart { height: 12rem; } .chart.small { height: 7rem; } .chart svg { display: block; width: 100%; height: 100%; }
    .chart text { fill: var(--soft); font-size: 11px; } .grid { stroke: var(--line); }
    .curve { fill: none; stroke: var(--mark); stroke-width: 1.6; } .curve.second { stroke: var(--second); }
    .curve-h { color: var(--mark); } .curve-l { color: var(--second); } .fall { fill: var(--bad); opacity: .22; }
    .buy { fill: var(--good); stroke: var(--card); } .sell { fill: var(--bad); stroke: var(--card); }
    .scroll { overflow-x: auto; } .tall { max-height: 24rem; overflow-y: auto; }
    table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
    th { text-align: left; color: var(--soft); font-weight: 600; font-size: .8rem; }
    .tall th { position: sticky; top: 0; background: var(--card); }
    th, td { padding: .2rem .7rem .2rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
    .bars { display: grid; grid-template-columns: max-content minmax(3rem, 1fr) max-content; gap: .3rem .7rem; align-items: center;
      font-variant-numeric: tabular-nums; } .bar { display: contents; } .bar small { text-align: right; }
    .bars + dl, .key + .bars { margin-top: .6rem; } h2.next { margin-top: 1.1rem; }
    .track { height: .7rem; border-radius: .35rem; background: var(--line); overflow: hidden; }
    .track i { display: block; height: 100%; background: var(--mark); } .track i.high { background: var(--bad); }
    .track i.chosen { background: var(--good); }
    dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 0; } dt { color: var(--soft); }
    dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; } dl + .scroll { margin-top: .6rem; }
    #log { list-style: none; margin: 0; padding: 0; font: .82rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
    #log .warning { color: var(--warn); } #log .error, #log .critical { color: var(--bad); } #log time { color: var(--soft); }
    dialog { background: var(--card); color: var(--ink); border: 1px solid var(--line); border-radius: .6rem; max-width: min(60rem, 94vw); }
    dialog::backdrop { background: #0008; } pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .82rem; }
    td.wrap { white-space: normal; min-width: 10rem; }
    @media (max-width: 44rem) { th, td { padding-right: .45rem; font-size: .85rem; } .bars { font-size: .9rem; }
      header #money { font-size: .85rem; letter-spacing: .02em; } #about { font-size: .85rem; } }
    @media (prefers-reduced-motion: no-preference) { .track i { transition: width .2s; } }

    """
}
