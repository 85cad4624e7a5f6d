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
      <h1>hrmbot</h1>
      <p class="badges"><span id="mode" class="badge"></span> <span id="synthetic" class="badge" hidden>SYNTHETIC PRICES</span>
      <span id="untrained" class="badge" hidden>UNTRAINED</span> <strong id="state" class="badge" role="status"></strong></p>
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
      <p>The bot goes on running and watching. To resume takes two steps at its control directory, not this page.</p>
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
      <section class="wide" aria-labelledby="t-equity">
        <h2 id="t-equity">Equity</h2>
        <p class="figures"><span><b id="equity"></b> <small>quote currency</small></span> <span id="result"></span>
        <span>drawdown <b id="drawdown"></b></span> <span>fees <b id="fees"></b></span></p>
        <div id="equity-chart" class="chart"></div>
      </section>
      <section class="wide" aria-labelledby="t-price">
        <h2 id="t-price">Price <select id="symbol" aria-label="Instrument"></select></h2>
        <div id="price-chart" class="chart"></div>
      </section>
      <section aria-labelledby="t-positions"><h2 id="t-positions">Positions</h2>
        <table><thead><tr><th>Instrument</th><th>Last</th><th>Position</th><th>Open result</th></tr></thead>
        <tbody id="positions"></tbody></table></section>
      <section aria-labelledby="t-limits"><h2 id="t-limits">Limits used</h2><div id="limits"></div></section>
      <section aria-labelledby="t-thinking"><h2 id="t-thinking">Decisions and vetoes</h2><div id="counts"></div></section>
      <section aria-labelledby="t-health"><h2 id="t-health">Health</h2><dl id="health"></dl></section>
      <section class="wide" aria-labelledby="t-decisions"><h2 id="t-decisions">Last decisions</h2>
        <div class="scroll"><table><thead><tr><th>Time</th><th>Instrument</th><th>Wish</th><th>Probability</th><th>Segments</th>
        <th>Became</th><th>Quantity</th><th>Why not</th><th>Policy</th><th>Id</th></tr></thead>
        <tbody id="decisions"></tbody></table></div></section>
    </main>
    <noscript><p>The page needs JavaScript. <code>hrmbot status --watch</code> shows the same in a terminal.</p></noscript>
    </body>
    </html>

    """
}
