extension DashboardPage {
  static let charts = #"""
    // Round values between two, about four of them.
    function ticks(min, max) {
      const rough = (max - min) / 4, power = 10 ** Math.floor(Math.log10(rough));
      const step = [1, 2, 2.5, 5, 10].map(n => n * power).find(n => n >= rough);
      const list = [];
      for (let n = Math.ceil(min / step); n * step <= max; n++) list.push(n * step);
      return list;
    }

    // Every point of a line, or the lowest and the highest of each pixel's where there are more.
    function thinned(line, wide) {
      const size = Math.ceil(line.length / wide);
      if (size < 3) return line;
      const kept = [];
      for (let start = 0; start < line.length; start += size) {
        const slice = line.slice(start, start + size);
        let low = slice[0], high = slice[0];
        for (const point of slice) { if (point[1] < low[1]) low = point; if (point[1] > high[1]) high = point; }
        kept.push(...(low[0] < high[0] ? [low, high] : [high, low]));
      }
      if (kept[kept.length - 1] !== line[line.length - 1]) kept.push(line[line.length - 1]);
      return kept;
    }

    // Lines over a shared axis: {lines: [[[x, y], …], …], marks: [[x, y, isUp], …], hasFall, label, x: text, y: text}.
    function chart(place, {lines, marks = [], hasFall = false, label, x: showX = clock, y: showY = v => brief(v.toPrecision(12))}) {
      const main = lines[0];
      if (main.length < 2) { place.replaceChildren(element('p', 'Nothing to draw yet.', 'soft')); return; }
      const wide = Math.max(240, place.clientWidth), high = Math.max(80, place.clientHeight), left = 74, low = 20;
      const from = main[0][0], to = main[main.length - 1][0];
      let min = Infinity, max = -Infinity;
      for (const line of lines) for (const [, value] of line) { min = Math.min(min, value); max = Math.max(max, value); }
      const pad = (max - min || Math.abs(max) * 1e-4 || 1) * .08;
      min -= pad; max += pad;
      const x = at => (left + (at - from) / Math.max(1, to - from) * (wide - left - 8)).toFixed(1);
      const y = value => (6 + (max - value) / (max - min) * (high - low - 6)).toFixed(1);
      const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
      svg.setAttribute('viewBox', `0 0 ${wide} ${high}`);
      svg.setAttribute('role', 'img');
      const add = (name, attributes, text) => {
        const node = document.createElementNS(svg.namespaceURI, name);
        for (const key in attributes) node.setAttribute(key, attributes[key]);
        if (text !== undefined) node.textContent = text;
        svg.append(node);
      };
      add('title', {}, `${label}: from ${showY(main[0][1])} to ${showY(main[main.length - 1][1])}`);
      for (const value of ticks(min, max)) {
        add('line', {x1: left, x2: wide - 8, y1: y(value), y2: y(value), class: 'grid'});
        add('text', {x: left - 6, y: Number(y(value)) + 4, 'text-anchor': 'end'}, showY(value));
      }
      for (const [at, anchor] of [[from, 'start'], [(from + to) / 2, 'middle'], [to, 'end']])
        add('text', {x: x(at), y: high - 4, 'text-anchor': anchor}, showX(at));
      lines.forEach((line, index) => {
        const few = thinned(line, wide);
        if (hasFall && index === 0) {
          let peak = -Infinity;
          const top = few.map(([at, value]) => `${x(at)},${y(peak = Math.max(peak, value))}`);
          const bottom = few.map(([at, value]) => `${x(at)},${y(value)}`).reverse();
          add('polygon', {points: top.concat(bottom).join(' '), class: 'fall'});
        }
        add('polyline', {points: few.map(p => `${x(p[0])},${y(p[1])}`).join(' '), class: index ? 'curve second' : 'curve'});
      });
      for (const [at, value, isUp] of marks) {
        if (at < from || at > to || value < min || value > max) continue;
        const tip = Number(y(value)) + (isUp ? 3 : -3), base = tip + (isUp ? 9 : -9), middle = Number(x(at));
        add('polygon', {points: `${middle},${tip} ${middle - 5},${base} ${middle + 5},${base}`, class: isUp ? 'buy' : 'sell'});
      }
      place.replaceChildren(svg);
    }

    """#
}
