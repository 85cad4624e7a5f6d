/// What a report can do besides: read values under the pointer, and zoom into prices. It reads the drawings, so there is no
/// second copy of the numbers.
enum ReportScript {
  static let code = """
    'use strict';
    for (const field of document.querySelectorAll('svg.figure > svg.timed')) {
      const owner = field.closest('figure'), data = field.dataset, W = 20000, H = 10000;
      const [t0, t1, v0, v1] = [data.t0, data.t1, data.v0, data.v1].map(Number);
      let box = [0, 0, W, H];
      const read = owner.querySelector('.read') || owner.appendChild(Object.assign(document.createElement('p'), {className: 'read'}));
      const when = x => new Date(t0 + x / W * (t1 - t0)).toISOString().slice(0, t1 - t0 > 4e9 ? 10 : 16).replace('T', ' ');
      const value = y => data.scale === 'growth' ? (1 + v1) * ((1 + v0) / (1 + v1)) ** (y / H) - 1 : v1 - y / H * (v1 - v0);
      const show = v => data.unit === 'percent' ? (v * 100).toFixed(1) + ' %' : String(Number(v.toPrecision(4)));
      const at = event => { const r = field.parentNode.getBoundingClientRect();
        return box[0] + Math.min(Math.max((event.clientX - r.left) / r.width, 0), 1) * box[2]; };
      const nearest = (points, x) => { let a = 0, b = points.numberOfItems - 1;
        while (b - a > 1) { const m = (a + b) >> 1; if (points.getItem(m).x > x) b = m; else a = m; }
        return x - points.getItem(a).x > points.getItem(b).x - x ? points.getItem(b) : points.getItem(a); };
      field.parentNode.addEventListener('pointermove', event => {
        const x = at(event), r = field.getBoundingClientRect();
        if (event.clientY - r.top > r.height || r.top > event.clientY) return;
        const lines = [...field.querySelectorAll('polyline')].map(l => l.dataset.name + ' ' + show(value(nearest(l.points, x).y)));
        const range = field.querySelector('.price');
        if (range) { const n = range.points.numberOfItems / 2, near = []; for (let i = 0; i !== n; i++) near.push(i);
          const i = near.reduce((a, b) => Math.abs(range.points.getItem(a).x - x) > Math.abs(range.points.getItem(b).x - x) ? b : a);
          lines.push(show(value(range.points.getItem(2 * n - 1 - i).y)) + ' to ' + show(value(range.points.getItem(i).y))); }
        read.textContent = when(x) + ': ' + lines.join(' · ');
      });
      const price = field.querySelector('.price');
      if (!price) continue;
      const xs = [...price.points].map(p => [p.x, p.y]);
      const texts = [...owner.querySelectorAll('svg.figure > text, svg.figure > line')];
      const go = (from, wide) => {
        wide = Math.min(Math.max(wide, W / 400), W);
        from = Math.min(Math.max(from, 0), W - wide);
        const ys = xs.filter(p => p[0] >= from && from + wide >= p[0]).map(p => p[1]);
        const top = ys.length ? Math.min(...ys) : 0, low = ys.length ? Math.max(...ys) : H, pad = Math.max((low - top) * .05, 1);
        const whole = wide === W;
        box = whole ? [0, 0, W, H] : [from, top - pad, wide, low - top + 2 * pad];
        field.setAttribute('viewBox', box.join(' '));
        texts.forEach(t => t.setAttribute('visibility', whole ? 'visible' : 'hidden'));
        read.textContent = whole ? '' : when(box[0]) + ' to ' + when(box[0] + box[2]) + ', prices from '
          + show(value(box[1] + box[3])) + ' to ' + show(value(box[1]));
      };
      const tools = owner.insertBefore(Object.assign(document.createElement('div'), {className: 'tools'}), field.parentNode);
      [['+', 'zoom in', () => go(box[0] + box[2] / 4, box[2] / 2)], ['−', 'zoom out', () => go(box[0] - box[2] / 2, box[2] * 2)],
        ['←', 'earlier', () => go(box[0] - box[2] / 2, box[2])], ['→', 'later', () => go(box[0] + box[2] / 2, box[2])],
        ['all', 'show all', () => go(0, W)]].forEach(([text, name, act]) => {
        const button = tools.appendChild(document.createElement('button'));
        button.type = 'button'; button.textContent = text; button.setAttribute('aria-label', name); button.onclick = act; });
      let start = null;
      field.parentNode.classList.add('zoomable');
      field.parentNode.addEventListener('pointerdown', event => { if (event.pointerType === 'mouse') start = at(event); });
      field.parentNode.addEventListener('pointerup', event => { if (start === null) return;
        const end = at(event); if (Math.abs(end - start) > box[2] / 50) go(Math.min(start, end), Math.abs(end - start)); start = null; });
      field.parentNode.addEventListener('dblclick', () => go(0, W));
    }

    """
}
