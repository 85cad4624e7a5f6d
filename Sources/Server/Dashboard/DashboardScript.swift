extension DashboardPage {
  /// The whole script. Texts of the bot are only ever set as text.
  static let script = "'use strict';\n" + helpers + charts + panels + thoughts + events

  private static let helpers = #"""
    const $ = id => document.getElementById(id);
    const points = 1200, shown = 100;

    function note(text) { $('link').textContent = text; $('link').hidden = !text; }
    function element(name, text, kind) {
      const node = document.createElement(name);
      if (text !== undefined && text !== null) node.textContent = text;
      if (kind) node.className = kind;
      return node;
    }
    // A value that has not changed is not set again: the browser lays out nothing anew.
    function put(id, text) { const node = $(id); if (node.textContent !== text) node.textContent = text; }
    function classify(id, kind) { const node = $(id); if (node.className !== kind) node.className = kind; }
    const money = text => Number(text).toLocaleString('en', {minimumFractionDigits: 2, maximumFractionDigits: 2});
    const signed = text => (Number(text) < 0 ? '' : '+') + money(text);
    const brief = text => Number(text).toLocaleString('en', {maximumFractionDigits: 6});
    const amount = text => text === undefined || text === null ? '' : isNaN(text) ? text : Number(text).toLocaleString('en', {maximumSignificantDigits: 6});
    const clock = at => new Date(at).toISOString().slice(11, 19);
    const day = at => new Date(at).toISOString().slice(0, 19).replace('T', ' ');
    const words = name => (name || '').replaceAll('_', ' ');
    const percent = share => (share * 100).toFixed(1) + ' %';
    const micros = value => value === undefined || value === null ? null
      : value < 1000 ? value.toFixed(0) + ' µs' : (value / 1000).toFixed(1) + ' ms';

    const drawn = {};
    // Builds a part anew only when what it shows has changed.
    function part(id, data, build) {
      const key = JSON.stringify(data);
      if (drawn[id] === key) return;
      drawn[id] = key;
      $(id).replaceChildren(...build(data));
    }
    function rows(id, list) {
      part(id, list, list => list.map(cells => {
        const row = element('tr');
        row.append(...cells.map(cell => Array.isArray(cell) ? element('td', cell[0], cell[1]) : element('td', cell ?? '')));
        return row;
      }));
    }
    function pairs(id, list) {
      part(id, list.filter(p => p[1] !== undefined && p[1] !== null && p[1] !== ''),
        list => list.flatMap(p => [element('dt', p[0]), element('dd', p[1])]));
    }
    // Bars with their numbers beside them: [name, share of one, text, kind].
    function bars(id, list) {
      part(id, list, list => list.map(([name, share, text, kind]) => {
        const row = element('div', undefined, 'bar'), track = element('div', undefined, 'track'), fill = element('i', undefined, kind);
        fill.style.width = Math.max(0, Math.min(1, share)) * 100 + '%';
        track.append(fill);
        track.setAttribute('role', 'meter');
        track.setAttribute('aria-valuemin', 0);
        track.setAttribute('aria-valuemax', 100);
        track.setAttribute('aria-valuenow', Math.round(Math.max(0, Math.min(1, share)) * 100));
        track.setAttribute('aria-valuetext', text);
        track.setAttribute('aria-label', name);
        row.append(element('span', name), track, element('small', text));
        return row;
      }));
    }

    """#
}
