extension DashboardPage {
  /// Events are gathered, and drawn some times a second, whatever their number; a page that nobody sees draws nothing.
  static let events = #"""
    let token = sessionStorage.getItem('token') || '';
    let status = null, decisions = [], vetoes = [], equity = [], prices = {}, fills = {}, symbol = '';
    let isDue = false, lastDraw = 0, lastCharts = 0, taken = 0, rate = 0, isResultDue = true, lastPolicy = null;

    if (location.hash.startsWith('#token=')) {
      token = location.hash.slice(7);
      sessionStorage.setItem('token', token);
      history.replaceState(null, '', '/');
    }
    const ask = (path, options = {}) => fetch(path, {...options, cache: 'no-store', headers: {...(options.headers || {}),
      ...(token ? {Authorization: 'Bearer ' + token} : {})}});
    const milliseconds = at => typeof at === 'number' ? at : Date.parse(at);

    function push(line, at, value) {
      if (line.length && at <= line[line.length - 1][0]) return;
      line.push([at, value]);
      if (line.length > 2 * points) line.splice(0, line.length - points);
    }

    function take(name, data) {
      taken++;
      if (name === 'status') {
        status = data;
        const times = data.instruments.map(x => x.last_bar_close).filter(x => x != null).map(milliseconds);
        if (times.length) push(equity, Math.max(...times), Number(data.equity_quote));
        for (const x of data.instruments)
          if (x.last_bar_close != null) push(prices[x.symbol] ??= [], milliseconds(x.last_bar_close), Number(x.last_close));
      } else if (name === 'decision') {
        keep(data);
      } else if (name === 'fill') {
        keepFill(data);
        isResultDue = true;
      }
      if (isDue) return;
      isDue = true;
      setTimeout(() => requestAnimationFrame(() => { isDue = false; draw(); }), Math.max(0, lastDraw + 100 - performance.now()));
    }

    function keep(data) {
      decisions.unshift(data);
      if (decisions.length > shown) decisions.length = shown;
      // What would stand against a wish to hold is no veto.
      if (data.action !== 'hold') for (const veto of data.vetoes || []) vetoes.unshift({...veto, at: data.at, instrument: data.instrument, action: data.action});
      if (vetoes.length > 12) vetoes.length = 12;
    }

    function keepFill(fill) {
      const list = fills[fill.instrument] ??= [];
      list.push(fill);
      if (list.length > 300) list.shift();
    }

    function draw() {
      const s = status;
      lastDraw = performance.now();
      if (!s) return;
      $('main').hidden = false;
      drawHead(s);
      drawMoney(s);
      drawTables(s);
      drawHealth(s);
      drawThought();
      if (lastDraw - lastCharts < 250) return;
      lastCharts = lastDraw;
      drawDecisions();
      drawCharts(s);
    }

    // What no event brings: results, the policy's history, the log.
    async function look() {
      const get = async path => { const reply = await ask(path); return reply.ok ? reply.json() : null; };
      const log = await get('/api/v1/logs?limit=100');
      part('log', log ? log.lines : [], list => list.map(line => {
        const item = element('li', undefined, line.level), time = element('time', clock(line.at));
        time.dateTime = line.at;
        item.append(time, ` ${line.level} ${line.message}`);
        return item;
      }));
      if (status && status.policy !== lastPolicy) {
        lastPolicy = status.policy;
        const past = await get('/api/v1/policies/history?limit=10');
        $('changes-table').hidden = !past || !past.changes.length;
        rows('changes', (past ? past.changes : []).map(c => [day(c.at), c.from, c.to, [`${words(c.trigger)}: ${c.evidence}`, 'wrap']]));
      }
      if (!isResultDue) return;
      isResultDue = false;
      const all = await get('/api/v1/profit'), days = await get('/api/v1/daily?limit=7');
      if (!all) { pairs('results', [['journal', 'none']]); return; }
      const trade = t => t && `${signed(t.net_quote)} ${t.instrument}, ${day(t.closed_at)}`;
      pairs('results', [['net of fees', signed(all.net_quote)], ['trades', `${all.trades}: ${all.wins} won, ${all.losses} lost`],
        ['turnover', money(all.turnover_quote)], ['best', trade(all.best_trade)], ['worst', trade(all.worst_trade)]]);
      $('days-table').hidden = !days || !days.days.length;
      rows('days', (days ? days.days : []).map(d => [d.day, d.trades, money(d.fees_quote), [signed(d.net_quote), Number(d.net_quote) < 0 ? 'bad' : 'good']]));
    }
    setInterval(() => { if (!document.hidden && !$('main').hidden) look().catch(() => {}); }, 2000);
    setInterval(() => { rate = taken; taken = 0; }, 1000);

    async function listen() {
      for (;;) {
        try {
          const old = await ask('/api/v1/history');
          if (old.status === 401) { $('login').hidden = false; $('token').focus(); note(token ? 'This token is not one of this bot.' : ''); return; }
          const past = await old.json(), last = await (await ask('/api/v1/decisions?limit=100')).json();
          const traded = await ask('/api/v1/fills?limit=300');
          equity = past.equity.map(p => [p[0], Number(p[1])]);
          prices = Object.fromEntries(Object.entries(past.prices).map(([key, line]) => [key, line.map(p => [p[0], Number(p[1])])]));
          decisions = []; vetoes = []; fills = {};
          for (const decision of last.decisions.reverse()) keep(decision);
          if (traded.ok) for (const fill of (await traded.json()).fills.reverse()) keepFill(fill);
          const reply = await ask('/api/v1/events');
          if (!reply.ok) throw new Error((await reply.json()).error.message);
          $('login').hidden = true;
          note('');
          isResultDue = true;
          setTimeout(() => look().catch(() => {}), 300);
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
      put('answer', 'asking …');
      try {
        const reply = await ask('/api/v1/stop', {method: 'POST', headers: {'Content-Type': 'application/json'},
          body: JSON.stringify({level, reason: $('reason').value})});
        const data = await reply.json();
        put('answer', reply.ok ? 'stopping: watch the state above' : data.error.message);
        if (reply.ok) setTimeout(() => { $('confirm').hidden = true; put('answer', ''); }, 1500);
      } catch (error) { put('answer', 'NOT SENT: ' + error.message + '. Put a file STOP in the control directory.'); }
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
    $('symbol').addEventListener('change', () => { symbol = $('symbol').value; lastCharts = 0; draw(); });
    addEventListener('resize', () => { lastCharts = 0; draw(); });
    document.addEventListener('visibilitychange', () => { if (!document.hidden) draw(); });
    listen();

    """#
}
