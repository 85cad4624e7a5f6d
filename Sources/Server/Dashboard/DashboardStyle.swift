extension DashboardPage {
  static let style = """
    :root { color-scheme: light dark; --back: #f6f7f9; --card: #fff; --ink: #16191d; --soft: #5b6470; --line: #d9dde3;
      --good: #0b7a4b; --bad: #b3261e; --warn: #8a5a00; --mark: #1d5fbf; }
    @media (prefers-color-scheme: dark) { :root { --back: #101317; --card: #181c22; --ink: #e8ebef; --soft: #9aa4b1;
      --line: #2b323b; --good: #4cc38a; --bad: #ff8a80; --warn: #f0b95a; --mark: #7ab0ff; } }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--back); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
    h1 { font-size: 1.15rem; margin: 0; } h2 { font-size: .95rem; margin: 0 0 .5rem; color: var(--soft); font-weight: 600; }
    header { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: .35rem 1rem; align-items: center;
      padding: .6rem 1rem; background: var(--card); border-bottom: 1px solid var(--line); }
    header p { margin: 0; } #about { color: var(--soft); flex: 1 1 16rem; }
    .badge { display: inline-block; padding: .05rem .5rem; border-radius: 1rem; border: 1px solid currentColor; font-size: .8rem;
      font-weight: 700; letter-spacing: .03em; }
    #mode.live { background: var(--bad); color: var(--card); border-color: var(--bad); } #synthetic, #untrained { color: var(--warn); }
    #state.active { color: var(--good); } #state.reducing { color: var(--warn); } #state.halted { color: var(--bad); }
    button { font: inherit; padding: .35rem .9rem; border-radius: .4rem; border: 1px solid var(--line); background: var(--card);
      color: var(--ink); cursor: pointer; } #stop, .danger { border-color: var(--bad); color: var(--bad); font-weight: 700; }
    :focus-visible { outline: 3px solid var(--mark); outline-offset: 2px; }
    input, select { font: inherit; padding: .3rem .5rem; border: 1px solid var(--line); border-radius: .4rem;
      background: var(--back); color: var(--ink); max-width: 100%; }
    main { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 28rem), 1fr)); gap: .8rem; padding: .8rem; }
    section, form { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .8rem 1rem; min-width: 0; }
    form, #confirm { margin: .8rem; } #confirm { border-color: var(--bad); scroll-margin-top: 6rem; } fieldset { border: 0; padding: 0; margin: .5rem 0; }
    fieldset label { display: block; } .wide { grid-column: 1 / -1; }
    #link { margin: .8rem; padding: .5rem 1rem; border-radius: .4rem; background: var(--bad); color: var(--card); font-weight: 600; }
    [hidden] { display: none !important; }
    .figures { display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; margin: 0 0 .4rem; } .figures b { font-size: 1.05rem; }
    small, .soft { color: var(--soft); } .good { color: var(--good); } .bad { color: var(--bad); }
    .chart svg { display: block; width: 100%; height: 11rem; } .chart text { fill: var(--soft); font-size: 11px; }
    .grid { stroke: var(--line); } .curve { fill: none; stroke: var(--mark); stroke-width: 1.6; } .fall { fill: var(--bad); opacity: .25; }
    .buy { fill: var(--good); } .sell { fill: var(--bad); }
    .scroll { overflow-x: auto; max-height: 22rem; } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
    th { text-align: left; color: var(--soft); font-weight: 600; font-size: .8rem; }
    th, td { padding: .2rem .7rem .2rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
    .limit { display: grid; grid-template-columns: 10rem 1fr; gap: .2rem .7rem; align-items: center; margin-bottom: .35rem; }
    .limit small { grid-column: 2; } meter { width: 100%; height: .9rem; }
    dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 0; } dt { color: var(--soft); }
    dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
    @media (max-width: 30rem) { .limit { grid-template-columns: 1fr; } .limit small { grid-column: 1; } }

    """
}
