extension DashboardPage {
  static let thoughts = #"""
    const actions = ['buy long', 'sell short', 'close long', 'close short', 'hold'];

    function drawThought() {
      const d = decisions.find(d => d.probabilities);
      if (!d) {
        const last = decisions[0];
        put('thought', last ? `${last.policy} is a rule: no thinking, no probabilities. Last wish: ${words(last.action)}.` : 'Nothing decided yet.');
        bars('probabilities', []);
        pairs('depth', [['market complexity', last && last.complexity !== undefined ? last.complexity.toFixed(3) : null]]);
        return;
      }
      put('thought', `${d.id}, ${d.instrument}, ${clock(d.at)}, by ${d.policy}${d.untrained ? ' (UNTRAINED)' : ''}`);
      bars('probabilities', d.probabilities.map((p, n) => [actions[n], p, percent(p), words(d.action) === actions[n] ? 'chosen' : '']));
      pairs('depth', [['depth', `${'●'.repeat(Math.min(20, d.segments))} ${d.segments} segment${d.segments === 1 ? '' : 's'}`],
        ['ended because', {q: 'it had thought enough', converged: 'it had converged', max: 'of the limit', deadline: 'of the deadline'}[d.halt_reason] || d.halt_reason],
        ['market complexity', d.complexity === undefined ? null : d.complexity.toFixed(3)],
        ['residuals, slow and fast', `${d.residual_h === null ? '–' : Number(d.residual_h).toExponential(1)}, ${d.residual_l === null ? '–' : Number(d.residual_l).toExponential(1)}`]]);
    }

    function drawResiduals() {
      const thought = decisions.filter(d => d.residual_h > 0 && d.residual_l > 0).reverse();
      if (thought.length < 2) { $('residuals').replaceChildren(element('p', 'The policy in charge has no residuals to show.', 'soft')); return; }
      const line = key => thought.map((d, n) => [n - thought.length + 1, Math.log10(d[key])]);
      chart($('residuals'), {lines: [line('residual_h'), line('residual_l')], label: 'Residuals of the last decisions',
        x: n => n === 0 ? 'now' : Math.round(n) + ' decisions', y: v => (10 ** v).toExponential(0)});
    }

    function why(d) { return d.skip_reason === 'policy_hold' ? d.note : d.skip_reason || d.fallback_reason || d.note; }

    function drawDecisions() {
      part('decisions', decisions.map(d => d.id), () => decisions.map(d => {
        const row = element('tr'), name = element('td'), open = element('button', d.id, 'link');
        open.type = 'button';
        open.title = 'Explain ' + d.id;
        open.addEventListener('click', () => explain(d.id));
        name.append(open);
        row.append(name, ...[clock(d.at), d.instrument, words(d.action), d.probability === undefined ? '' : percent(d.probability),
          d.segments, words(d.final_action), d.quantity === '0' ? '' : brief(d.quantity), words(why(d)), d.policy]
          .map(text => element('td', text ?? '')));
        return row;
      }));
      rows('vetoes', vetoes.map(v => [clock(v.at), `${v.instrument} ${words(v.action)}`, words(v.check),
        v.limit === undefined ? amount(v.input) : `${amount(v.input) || 'none'}, ${amount(v.limit)}`, [amount(v.margin), v.margin < 0 ? 'bad' : '']]));
    }

    async function explain(id) {
      put('explain-title', id);
      put('explanation', 'asking …');
      $('explain').showModal();
      try {
        const reply = await ask('/api/v1/decisions/' + id), data = await reply.json();
        put('explanation', reply.ok ? data.explanation : data.error.message);
      } catch (error) { put('explanation', error.message); }
    }

    """#
}
