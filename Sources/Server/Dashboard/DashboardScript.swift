extension DashboardPage {
  /// Events are gathered and drawn once a frame, whatever their number. Texts of the bot are only ever set as text.
  static let script = #"""
    'use strict';
    const $ = id => document.getElementById(id);
    const points = 1200, shown = 100;
    let token = sessionStorage.getItem('token') || '';
    let status = null, decisions = [], equity = [], prices = {}, trades = {}, isDue = false, symbol = '';

    if (location.hash.startsWith('#token=')) {
      token = location.hash.slice(7);
      sessionStorage.setItem('token', token);
      history.replaceState(null, '', '/');
    }
    const ask = (path, options = {}) => fetch(path, {...options, cache: 'no-store', headers: {...(options.headers || {}),
      ...(token ? {Authorization: 'Bearer ' + token} : {})}});

    function note(text) { $('link').textContent = text; $('link').hidden = !text; }
    function element(name, text, kind) {
      const node = document.createElement(name);
      if (text !== undefined) node.textContent = text;
      if (kind) node.className = kind;
      return node;
    }
    const money = text => Number(text).toLocaleString('en', {minimumFractionDigits: 2, maximumFractionDigits: 2});
    const brief = text => Number(text).toLocaleString('en', {maximumFractionDigits: 6});
    const amount = text => isNaN(text) ? text : Number(text).toLocaleString('en', {maximumFractionDigits: 2});
    const clock = at => new Date(at).toISOString().slice(11, 19);
    const milliseconds = at => typeof at === 'number' ? at : Date.parse(at);

    function push(line, at, value) {
      if (line.length && at <= line[line.length - 1][0]) return;
      line.push([at, value]);
      if (line.length > points) line.splice(0, line.length - points);
    }

    function take(name, data) {
      if (name === 'status') {
        status = data;
        const times = data.instruments.map(x => x.last_bar_close).filter(x => x != null).map(milliseconds);
        if (times.length) push(equity, Math.max(...times), Number(data.equity_quote));
        for (const x of data.instruments)
          if (x.last_bar_close != null) push(prices[x.symbol] ??= [], milliseconds(x.last_bar_close), Number(x.last_close));
      } else if (name === 'decision') {
        keep(data);
      }
      if (!isDue) { isDue = true; requestAnimationFrame(() => { isDue = false; draw(); }); }
    }

    function keep(data) {
      decisions.unshift(data);
      if (decisions.length > shown) decisions.length = shown;
      if (data.final_action !== 'hold') {
        const list = trades[data.instrument] ??= [];
        list.push([Date.parse(data.at), Number(data.close), data.final_action]);
        if (list.length > 300) list.shift();
      }
    }

    // Round values between two, about four of them.
    function ticks(min, max) {
      const rough = (max - min) / 4, power = 10 ** Math.floor(Math.log10(rough));
      const step = [1, 2, 2.5, 5, 10].map(n => n * power).find(n => n >= rough);
      const list = [];
      for (let n = Math.ceil(min / step); n * step <= max; n++) list.push(n * step);
      return list;
    }

    // One line over a shared axis of time; `marks` are trades on it.
    function chart(place, line, label, marks, hasFall) {
      if (line.length < 2) { place.replaceChildren(element('p', 'Nothing to draw before the second bar.', 'soft')); return; }
      const wide = Math.max(240, place.clientWidth), high = 180, left = 74, low = 20;
      const from = line[0][0], to = line[line.length - 1][0];
      let min = Infinity, max = -Infinity;
      for (const [, value] of line) { min = Math.min(min, value); max = Math.max(max, value); }
      const pad = (max - min || Math.abs(max) * 1e-4 || 1) * .08;
      min -= pad; max += pad;
      const x = at => left + (at - from) / Math.max(1, to - from) * (wide - left - 8);
      const y = value => 6 + (max - value) / (max - min) * (high - low - 6);
      const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
      svg.setAttribute('viewBox', `0 0 ${wide} ${high}`);
      svg.setAttribute('role', 'img');
      const add = (name, attributes, text) => {
        const node = document.createElementNS(svg.namespaceURI, name);
        for (const key in attributes) node.setAttribute(key, attributes[key]);
        if (text !== undefined) node.textContent = text;
        svg.append(node);
      };
      add('title', {}, `${label}: from ${brief(line[0][1])} to ${brief(line[line.length - 1][1])}`);
      for (const value of ticks(min, max)) {
        add('line', {x1: left, x2: wide - 8, y1: y(value), y2: y(value), class: 'grid'});
        add('text', {x: left - 6, y: y(value) + 4, 'text-anchor': 'end'}, brief(value.toPrecision(12)));
      }
      for (const [at, anchor] of [[from, 'start'], [(from + to) / 2, 'middle'], [to, 'end']])
        add('text', {x: x(at), y: high - 4, 'text-anchor': anchor}, clock(at));
      if (hasFall) {
        let peak = -Infinity, top = '', bottom = [];
        for (const [at, value] of line) { peak = Math.max(peak, value); top += `${x(at)},${y(peak)} `; bottom.push(`${x(at)},${y(value)}`); }
        add('polygon', {points: top + bottom.reverse().join(' '), class: 'fall'});
      }
      add('polyline', {points: line.map(p => `${x(p[0])},${y(p[1])}`).join(' '), class: 'curve'});
      for (const [at, value, action] of marks) {
        if (at < from || at > to) continue;
        const isUp = action === 'buy_long' || action === 'close_short', tip = y(value) + (isUp ? 4 : -4), base = tip + (isUp ? 9 : -9);
        add('polygon', {points: `${x(at)},${tip} ${x(at) - 5},${base} ${x(at) + 5},${base}`, class: isUp ? 'buy' : 'sell'});
      }
      place.replaceChildren(svg);
    }

    function rows(place, list) {
      place.replaceChildren(...list.map(cells => {
        const row = element('tr');
        row.append(...cells.map(cell => Array.isArray(cell) ? element('td', cell[0], cell[1]) : element('td', cell ?? '')));
        return row;
      }));
    }
    function pairs(place, list) {
      place.replaceChildren(...list.filter(p => p[1] !== undefined && p[1] !== null && p[1] !== '')
        .flatMap(p => [element('dt', p[0]), element('dd', p[1])]));
    }

    function draw() {
      const s = status;
      if (!s) return;
      $('main').hidden = false;
      $('mode').textContent = s.mode.toUpperCase();
      $('mode').className = 'badge' + (s.mode === 'live' ? ' live' : '');
      $('synthetic').hidden = !s.is_synthetic;
      $('untrained').hidden = !s.is_untrained;
      $('state').textContent = s.trading_state.toUpperCase() + (s.latch ? ': ' + s.latch.level + ' by ' + s.latch.source : '');
      $('state').className = 'badge ' + s.trading_state;
      $('about').textContent = `${s.timeframe} bars from ${s.venue} · policy ${s.policy} · process ${s.process_identifier}`;
      document.title = `${s.trading_state} · ${money(s.equity_quote)} · hrmbot`;
      drawMoney(s);
      drawTables(s);
      drawHealth(s);
    }

    function drawMoney(s) {
      const result = Number(s.equity_quote) - Number(s.start_equity_quote);
      let peak = -Infinity, fall = 0;
      for (const [, value] of equity) { peak = Math.max(peak, value); fall = Math.max(fall, (peak - value) / peak); }
      $('equity').textContent = money(s.equity_quote);
      $('result').textContent = (result < 0 ? '' : '+') + money(result) + ' since the start';
      $('result').className = result < 0 ? 'bad' : 'good';
      $('drawdown').textContent = (fall * 100).toFixed(2) + ' %';
      $('fees').textContent = money(s.fees_quote);
      chart($('equity-chart'), equity, 'Equity', [], true);
      const symbols = s.instruments.map(x => x.symbol);
      if ($('symbol').children.length !== symbols.length)
        $('symbol').replaceChildren(...symbols.map(name => { const o = element('option', name); o.value = name; return o; }));
      if (!symbols.includes(symbol)) symbol = symbols[0];
      chart($('price-chart'), prices[symbol] || [], symbol, trades[symbol] || [], false);
    }

    function drawTables(s) {
      rows($('positions'), s.instruments.map(x => [x.symbol, x.last_close ? brief(x.last_close) : '',
        x.position.side === 0 ? 'flat' : (x.position.side > 0 ? 'long ' : 'short ') + brief(x.position.quantity),
        [money(x.unrealised_quote), ['bad', '', 'good'][Math.sign(x.unrealised_quote) + 1]]]));
      rows($('decisions'), decisions.map(d => [clock(d.at), d.instrument, d.action,
        d.probability === undefined ? '' : (d.probability * 100).toFixed(1) + ' %', d.segments, d.final_action,
        d.quantity === '0' ? '' : brief(d.quantity), d.skip_reason === 'policy_hold' ? d.note : d.skip_reason || d.fallback_reason || d.note, d.policy, d.id]));
      $('limits').replaceChildren(...s.limits.map(l => {
        const row = element('div', undefined, 'limit'), meter = element('meter');
        meter.min = 0; meter.max = 1; meter.high = .8; meter.optimum = 0; meter.value = Math.min(1, l.share);
        meter.setAttribute('aria-label', l.name.replaceAll('_', ' '));
        row.append(element('span', l.name.replaceAll('_', ' ')), meter, element('small', `${amount(l.used)} of ${amount(l.limit)}`));
        return row;
      }));
      const list = element('dl');
      pairs(list, [...s.decisions_by_action.map(c => [c.name, c.count]), ...s.vetoes.map(c => ['veto: ' + c.name, c.count]),
        ...s.depth_histogram.map((n, depth) => ['segments ' + depth, n || null]), ['late', s.late_decisions],
        ['of a fallback', s.fallback_decisions], ['orders, fills, rejected', `${s.orders}, ${s.fills}, ${s.rejected}`]]);
      $('counts').replaceChildren(list);
    }

    function drawHealth(s) {
      const micros = value => value === undefined || value === null ? null : value < 1000 ? value.toFixed(0) + ' µs' : (value / 1000).toFixed(1) + ' ms';
      pairs($('health'), [['ready', s.latch ? 'no: ' + s.latch.level + (s.latch.reason ? ', ' + s.latch.reason : '')
          : s.degradations.length ? 'no: ' + s.degradations.join(', ') : 'yes'],
        ['resume with', s.latch && 'hrmbot resume ' + s.latch.id],
        ['feed age', s.feed_age_millis === undefined ? null : s.feed_age_millis + ' ms'],
        ['stale', s.stale_instruments.join(', ')], ['network p50, p99', s.decision_micros_p99 === undefined ? null
          : micros(s.decision_micros_p50) + ', ' + micros(s.decision_micros_p99)],
        ['bar to order p50, p99', s.path_micros_p99 === undefined ? null : micros(s.path_micros_p50) + ', ' + micros(s.path_micros_p99)],
        ['venue', s.venue_address && s.venue_address + (s.is_venue_connected ? ' connected' : ' LOST')],
        ['journal', s.journal_records + ' records' + (s.is_journal_healthy ? '' : ' CANNOT BE WRITTEN')],
        ['bars', s.bars], ['version', s.build]]);
    }

    async function listen() {
      for (;;) {
        try {
          const old = await ask('/api/v1/history');
          if (old.status === 401) { $('login').hidden = false; $('token').focus(); note(token ? 'This token is not one of this bot.' : ''); return; }
          const past = await old.json(), last = await (await ask('/api/v1/decisions?limit=100')).json();
          equity = past.equity.map(p => [p[0], Number(p[1])]);
          prices = Object.fromEntries(Object.entries(past.prices).map(([key, line]) => [key, line.map(p => [p[0], Number(p[1])])]));
          decisions = []; trades = {};
          for (const decision of last.decisions.reverse()) keep(decision);
          const reply = await ask('/api/v1/events');
          if (!reply.ok) throw new Error((await reply.json()).error.message);
          $('login').hidden = true;
          note('');
          await read(reply.body.getReader());
        } catch (error) { note('No word from the bot (' + error.message + '); what is shown is old. Trying again …'); }
        await new Promise(done => setTimeout(done, 1000));
      }
    }

    async function read(reader) {
      const decoder = new TextDecoder();
      let rest = '';
      for (;;) {
        const {done, value} = await reader.read();
        if (done) throw new Error('the connection ended');
        const messages = (rest + decoder.decode(value, {stream: true})).split('\n\n');
        rest = messages.pop();
        for (const message of messages) {
          const at = message.indexOf('\ndata: ');
          take(message.slice(7, at), JSON.parse(message.slice(at + 7)));
        }
      }
    }

    async function stop() {
      const level = document.querySelector('input[name=level]:checked').value;
      $('answer').textContent = 'asking …';
      try {
        const reply = await ask('/api/v1/stop', {method: 'POST', headers: {'Content-Type': 'application/json'},
          body: JSON.stringify({level, reason: $('reason').value})});
        const data = await reply.json();
        $('answer').textContent = reply.ok ? 'stopping: watch the state above' : data.error.message;
        if (reply.ok) setTimeout(() => { $('confirm').hidden = true; $('answer').textContent = ''; }, 1500);
      } catch (error) { $('answer').textContent = 'NOT SENT: ' + error.message + '. Put a file STOP in the control directory.'; }
    }

    $('login').addEventListener('submit', event => {
      event.preventDefault();
      token = $('token').value.trim();
      sessionStorage.setItem('token', token);
      listen();
    });
    $('stop').addEventListener('click', () => { $('confirm').hidden = false; $('no').focus(); $('confirm').scrollIntoView(); });
    $('no').addEventListener('click', () => { $('confirm').hidden = true; $('stop').focus(); });
    $('yes').addEventListener('click', stop);
    addEventListener('resize', draw);
    $('symbol').addEventListener('change', () => { symbol = $('symbol').value; draw(); });
    listen();

    """#
}
