extension DashboardPage {
  static let panels = #"""
    function drawHead(s) {
      const isLive = s.mode === 'live';
      put('money', isLive ? 'LIVE: REAL MONEY' : s.is_synthetic ? `${s.mode.toUpperCase()} · SYNTHETIC PRICES, NO MONEY`
        : `${s.mode.toUpperCase()} · NO MONEY`);
      classify('money', isLive ? 'live' : s.is_synthetic ? 'synthetic' : 'paper');
      $('money').hidden = false;
      $('untrained').hidden = !s.is_untrained;
      put('state', s.trading_state.toUpperCase() + (s.latch ? ': ' + s.latch.level + ' by ' + words(s.latch.source) : ''));
      classify('state', 'badge ' + s.trading_state);
      put('about', `${s.timeframe} bars from ${s.venue} · policy ${s.policy} · process ${s.process_identifier}`);
      document.title = `${isLive ? 'LIVE · ' : ''}${s.trading_state} · ${money(s.equity_quote)} · hrmbot`;
      const locks = (s.locks || []).filter(l => !['promotion', 'entry_pending', 'exit_pending'].includes(l.name));
      $('blocked').hidden = !locks.length;
      part('reasons', locks, list => list.map(l => element('li', `${words(l.name)}${l.instrument ? ' (' + l.instrument + ')' : ''}: `
        + `${l.reason}${l.until ? ', until ' + day(l.until) + ' UTC' : ''}`)));
    }

    function drawMoney(s) {
      const result = Number(s.equity_quote) - Number(s.start_equity_quote);
      let peak = -Infinity, fall = 0;
      for (const [, value] of equity) { peak = Math.max(peak, value); fall = Math.max(fall, (peak - value) / peak); }
      put('equity', money(s.equity_quote));
      put('result', signed(result) + ' since the start');
      classify('result', result < 0 ? 'bad' : 'good');
      put('drawdown', (fall * 100).toFixed(2) + ' %');
      put('fees', money(s.fees_quote));
    }

    function drawCharts(s) {
      chart($('equity-chart'), {lines: [equity], hasFall: true, label: 'Equity, with its falls from the peak'});
      const symbols = s.instruments.map(x => x.symbol);
      part('symbol', symbols, list => list.map(name => { const o = element('option', name); o.value = name; return o; }));
      if (!symbols.includes(symbol)) symbol = symbols[0];
      $('symbol').value = symbol;
      const marks = (fills[symbol] || []).map(f => [Date.parse(f.at), Number(f.price), f.side === 'buy']);
      chart($('price-chart'), {lines: [prices[symbol] || []], marks, label: `Price of ${symbol}, with fills`});
      drawResiduals();
    }

    function drawTables(s) {
      rows('positions', s.instruments.map(x => [x.symbol, x.last_close ? brief(x.last_close) : '',
        x.position.side === 0 ? 'flat' : (x.position.side > 0 ? 'long ' : 'short ') + brief(x.position.quantity),
        [money(x.unrealised_quote), ['bad', '', 'good'][Math.sign(x.unrealised_quote) + 1]]]));
      bars('limits', s.limits.map(l => [words(l.name), l.share, `${amount(l.used)} of ${amount(l.limit)}`, l.share >= .8 ? 'high' : '']));
      part('counts', [s.decisions_by_action, s.vetoes, s.orders, s.fills, s.rejected, s.late_decisions, s.fallback_decisions], () => {
        const list = element('dl');
        const all = [...s.decisions_by_action.map(c => [words(c.name), c.count]), ...s.vetoes.map(c => ['veto: ' + words(c.name), c.count]),
          ['answers too late', s.late_decisions], ['of a fallback', s.fallback_decisions],
          ['orders, fills, rejected', `${s.orders}, ${s.fills}, ${s.rejected}`]];
        list.append(...all.flatMap(p => [element('dt', p[0]), element('dd', p[1])]));
        return [list];
      });
      const most = Math.max(1, ...s.depth_histogram);
      bars('segments', s.depth_histogram.map((n, depth) => [depth, n]).filter(p => p[1])
        .map(([depth, n]) => [`${depth} segment${depth === 1 ? '' : 's'}`, n / most, String(n), '']));
    }

    function drawHealth(s) {
      const both = (median, tail) => tail === undefined || tail === null ? null : micros(median) + ', ' + micros(tail);
      pairs('health', [['ready', s.latch ? 'no: ' + s.latch.level + (s.latch.reason ? ', ' + s.latch.reason : '')
          : s.degradations.length ? 'no: ' + s.degradations.map(words).join(', ') : 'yes'],
        ['resume with', s.latch && 'hrmbot resume ' + s.latch.id],
        ['feed age', s.feed_age_millis === undefined ? null : s.feed_age_millis + ' ms'],
        ['stale', s.stale_instruments.join(', ')], ['network p50, p99', both(s.decision_micros_p50, s.decision_micros_p99)],
        ['bar to order p50, p99', both(s.path_micros_p50, s.path_micros_p99)],
        ['data problems', s.feed_problems.map(p => `${words(p.name)} ${p.count}`).join(', ')],
        ['venue', s.venue_address && s.venue_address + (s.is_venue_connected ? ' connected' : ' LOST')],
        ['journal', s.journal_records + ' records' + (s.is_journal_healthy ? '' : ' CANNOT BE WRITTEN')],
        ['bars', s.bars], ['events a second', rate], ['version', s.build]]);
      const change = s.policy_change || {};
      pairs('policy', [['in charge', s.policy + (s.is_untrained ? ' (UNTRAINED)' : '')], ['before', change.previous],
        ['since', change.at && day(change.at)], ['rolled back for', words(change.trigger)], ['evidence', change.evidence],
        ['available', (s.policies || []).join(', ')]]);
    }

    """#
}
