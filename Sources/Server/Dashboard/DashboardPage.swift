/// One page that shows the bot, fed by `/api/v1/events`. Style and script are files beside it, so that the page's content
/// policy can forbid everything inline.
enum DashboardPage {
  static let html = """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>hrmbot</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/app.css">
    <script src="/app.js" defer></script>
    </head>
    <body>
    <header>
      <p id="money" hidden></p>
      <h1>hrmbot</h1>
      <p class="badges"><strong id="state" class="badge" role="status"></strong>
      <span id="untrained" class="badge" hidden>UNTRAINED</span></p>
      <p id="about"></p>
      <button id="stop" type="button">Stop …</button>
    </header>
    <p id="link" role="alert" hidden></p>
    <form id="login" hidden>
      <h2>Token</h2>
      <p>Paste a token of this bot. <code>hrmbot dashboard</code> prints the page's address with one.</p>
      <label for="token">Token</label> <input id="token" type="password" autocomplete="off" spellcheck="false">
      <button type="submit">Show</button>
    </form>
    <section id="confirm" hidden aria-labelledby="confirm-title">
      <h2 id="confirm-title">Stop trading?</h2>
      <p>The bot goes on running and watching. To resume takes two steps, and not this page.</p>
      <fieldset><legend>How far</legend>
        <label><input type="radio" name="level" value="reduce"> no new risk</label>
        <label><input type="radio" name="level" value="stop" checked> stop: cancel all orders, send none</label>
        <label><input type="radio" name="level" value="flatten"> flatten: also close all positions</label>
      </fieldset>
      <label for="reason">Why</label> <input id="reason" maxlength="200" autocomplete="off">
      <p><button id="yes" type="button" class="danger">Stop now</button> <button id="no" type="button">Cancel</button>
      <span id="answer" role="status"></span></p>
    </section>
    <main id="main" hidden>
      <section id="blocked" class="wide" aria-labelledby="t-blocked" hidden>
        <h2 id="t-blocked">Nothing is opened now</h2><ul id="reasons"></ul></section>
      <section class="half" aria-labelledby="t-equity">
        <h2 id="t-equity">Equity</h2>
        <p class="figures"><span><b id="equity"></b></span> <span id="result"></span>
        <span>drawdown <b id="drawdown"></b></span> <span>fees <b id="fees"></b></span></p>
        <div id="equity-chart" class="chart"></div>
      </section>
      <section class="half" aria-labelledby="t-price">
        <h2 id="t-price">Price and fills <select id="symbol" aria-label="Instrument"></select></h2>
        <div id="price-chart" class="chart"></div>
        <p class="soft key"><span class="up">▲</span> bought <span class="down">▼</span> sold</p>
      </section>
      <section aria-labelledby="t-positions"><h2 id="t-positions">Positions</h2>
        <div class="scroll"><table><thead><tr><th scope="col">Instrument</th><th scope="col">Last</th>
        <th scope="col">Position</th><th scope="col">Open result</th></tr></thead>
        <tbody id="positions"></tbody></table></div>
        <h2 id="t-limits" class="next">Limits used</h2><div id="limits" class="bars"></div></section>
      <section aria-labelledby="t-results"><h2 id="t-results">Results of closed trades</h2><dl id="results"></dl>
        <div class="scroll"><table id="days-table" hidden><thead><tr><th scope="col">UTC day</th><th scope="col">Trades</th>
        <th scope="col">Fees</th><th scope="col">Net</th></tr></thead><tbody id="days"></tbody></table></div></section>
      <section aria-labelledby="t-health"><h2 id="t-health">Health and latency</h2><dl id="health"></dl></section>
      <section aria-labelledby="t-thinking"><h2 id="t-thinking">Last thought</h2>
        <p id="thought" class="soft"></p><div id="probabilities" class="bars"></div><dl id="depth"></dl></section>
      <section aria-labelledby="t-convergence"><h2 id="t-convergence">Convergence and depth</h2>
        <div id="residuals" class="chart small"></div>
        <p class="soft key"><span class="curve-h">━</span> slow module <span class="curve-l">━</span> fast module: last
        relative change, log scale</p><div id="segments" class="bars"></div></section>
      <section aria-labelledby="t-counts"><h2 id="t-counts">Decisions and vetoes</h2><div id="counts"></div></section>
      <section class="half" aria-labelledby="t-vetoes"><h2 id="t-vetoes">Last vetoes, with margins</h2>
        <div class="scroll"><table><thead><tr><th scope="col">Time</th><th scope="col">Wish</th><th scope="col">Check</th>
        <th scope="col">Measured, limit</th><th scope="col">Margin</th></tr></thead>
        <tbody id="vetoes"></tbody></table></div></section>
      <section class="half" aria-labelledby="t-policy"><h2 id="t-policy">Policy</h2><dl id="policy"></dl>
        <div class="scroll"><table id="changes-table" hidden><thead><tr><th scope="col">When</th><th scope="col">From</th>
        <th scope="col">To</th><th scope="col">Why</th></tr></thead><tbody id="changes"></tbody></table></div></section>
      <section class="wide" aria-labelledby="t-decisions"><h2 id="t-decisions">Last decisions</h2>
        <div class="scroll tall" tabindex="0" role="region" aria-labelledby="t-decisions"><table><thead><tr>
        <th scope="col">Decision</th><th scope="col">Time</th><th scope="col">Instrument</th><th scope="col">Wish</th>
        <th scope="col">Probability</th><th scope="col">Segments</th><th scope="col">Became</th>
        <th scope="col">Quantity</th><th scope="col">Why not</th><th scope="col">Policy</th></tr></thead>
        <tbody id="decisions"></tbody></table></div></section>
      <section class="wide" aria-labelledby="t-log"><h2 id="t-log">Log</h2>
        <div class="scroll tall" tabindex="0" role="region" aria-labelledby="t-log"><ol id="log"></ol></div></section>
    </main>
    <dialog id="explain" aria-labelledby="explain-title"><h2 id="explain-title"></h2><pre id="explanation"></pre>
      <form method="dialog"><button>Close</button></form></dialog>
    <noscript><p>The page needs JavaScript. <code>hrmbot status --watch</code> shows the same in a terminal.</p></noscript>
    </body>
    </html>

    """
}
