"""kill-nine: kill -9 a bot that trades against an exchange in another process, at seeded moments; restart it each time;
at the end compare the books of both.

Gates: every execution of the exchange is counted once by the bot; cash and positions are equal to the last decimal; the
journal re-executes to the same records; no two orders for one intent; restart to ready p99 within a second.
--chaos puts a proxy with a seeded schedule of faults between the two (HRMBOT_TOOLS names the directory of
chaos_proxy.py). Exit code 1: a gate was missed.
"""

import argparse
import json
import os
import random
import select
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from decimal import Decimal

POLICY = [
    "--policy", "sma-cross", "--set", "policy.sma_fast_bars=2", "--set", "policy.sma_slow_bars=5",
    "--set", "risk.max_orders_per_minute=1000", "--set", "risk.max_repeated_executions=10000",
    "--set", "risk.max_consecutive_losses=1000", "--set", "risk.max_volatility_rank=1",
    "--set", "market.stale_after_bars=100",
]
# Names of the same thing in the exchange's view and in the journal.
FILL_MEMBERS = [
    ("client_id", "order_id"), ("fee_quote", "fee_quote"), ("price", "price"), ("quantity", "qty"), ("side", "side"),
]
CALM = {
    "latency_ms": 0, "jitter_ms": 0, "chunk": 0, "blackhole": False, "refuse": False, "rst_after": 0, "fin_after": 0,
    "dup": 0.0, "stall_ms": 0, "stall_every": 0,
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200, help="how often the bot is killed (default 200)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the moments, the market and the faults")
    parser.add_argument("--bar-millis", type=int, default=50, help="length of a bar (default 50)")
    parser.add_argument("--longest", type=float, default=1.2, help="longest life of a bot once ready, in seconds")
    parser.add_argument("--chaos", action="store_true", help="network faults between bot and exchange")
    parser.add_argument("--faults", help="faults that the exchange plays itself, as exchange serve --faults takes them")
    parser.add_argument("--server-kills", type=int, default=0, help="how often the exchange is killed too")
    parser.add_argument("--keep", action="store_true", help="leave the directory of the run")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    parser.add_argument("--hrmbot", required=True, help=argparse.SUPPRESS)
    return parser.parse_args()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Notices:
    """The socket on which a service says READY=1."""

    def __init__(self, path):
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        self.socket.setblocking(False)

    def drain(self):
        while select.select([self.socket], [], [], 0)[0]:
            self.socket.recv(65536)

    def ready(self, process, seconds):
        """When READY=1 came; None: it did not, or the process ended."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and process.poll() is None:
            if select.select([self.socket], [], [], 0.02)[0] and b"READY=1" in self.socket.recv(65536):
                return time.monotonic()
        return None


class Chaos(threading.Thread):
    """The proxy, and a seeded schedule of faults for it."""

    def __init__(self, tools, target, seed):
        super().__init__(daemon=True)
        self.port, self.admin = free_port(), free_port()
        self.process = subprocess.Popen(
            [sys.executable, os.path.join(tools, "chaos_proxy.py"), f"127.0.0.1:{self.port}", f"127.0.0.1:{target}",
             "--admin", str(self.admin), "--seed", str(seed)])
        self.random = random.Random(seed)
        self.counts = {}
        self.ending = threading.Event()

    def set(self, faults):
        with socket.create_connection(("127.0.0.1", self.admin), timeout=2) as control:
            control.sendall(json.dumps(faults).encode() + b"\n")
            return json.loads(control.makefile().readline())

    def run(self):
        kinds = [
            ("latency", {"latency_ms": 60, "jitter_ms": 40}), ("bytes one by one", {"chunk": 1}), ("reset", {"kill": 1}),
            ("reset in mid-message", {"rst_after": 3000}), ("end in mid-message", {"fin_after": 3000}),
            ("stall", {"stall_ms": 700, "stall_every": 5}), ("black hole", {"blackhole": True}),
            ("refused", {"refuse": True}), ("down", {"down_for_ms": 400}), ("chunks twice", {"dup": 0.1}),
        ]
        while not self.ending.wait(self.random.uniform(0.2, 1.2)):
            name, faults = self.random.choice(kinds)
            self.counts[name] = self.counts.get(name, 0) + 1
            try:
                self.set({**CALM, **faults})
                if self.ending.wait(self.random.uniform(0.1, 0.8)):
                    break
                self.set(CALM)
            except OSError:
                continue

    def calm(self):
        """Ends the schedule; the network is sound from then on."""
        self.ending.set()
        self.join()
        time.sleep(0.5)
        self.set(CALM)

    def stop(self):
        self.process.kill()
        self.process.wait()


class Trial:
    def __init__(self, options):
        self.options = options
        self.random = random.Random(options.seed)
        self.place = tempfile.mkdtemp(prefix="kill-nine-")
        self.home = os.path.join(self.place, "home")
        self.notices = Notices(os.path.join(self.place, "notify"))
        self.port = free_port()
        self.restarts, self.refusals, self.early, self.server_kills = [], 0, 0, 0
        self.server, self.bot, self.chaos = None, None, None
        self.log = open(os.path.join(self.place, "log"), "ab")

    def serve(self):
        words = [
            self.options.hrmbot, "exchange", "serve", "--listen", f"127.0.0.1:{self.port}", "--ledger",
            os.path.join(self.place, "exchange"), "--bar-millis", str(self.options.bar_millis), "--seed",
            str(self.options.seed), "--fee-bps", "0.1", "--spread-bps", "0", "--slippage-bps", "0",
        ]
        if self.options.faults:
            words += ["--faults", self.options.faults]
        self.server = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=self.log)
        line = self.server.stdout.readline()
        if not line.startswith(b"serving"):
            sys.exit(f"kill-nine: the exchange did not start; see {self.place}/log")

    def start(self):
        """Starts the bot; seconds until it was ready, None if it ended before."""
        self.notices.drain()
        port = self.chaos.port if self.chaos else self.port
        began = time.monotonic()
        self.bot = subprocess.Popen(
            [self.options.hrmbot, "paper", "--venue", f"tcp:127.0.0.1:{port}", "--home", self.home, "--json", *POLICY],
            stdout=subprocess.DEVNULL, stderr=self.log, env={**os.environ, "NOTIFY_SOCKET": self.notices.path})
        return began

    def kill(self):
        self.bot.send_signal(signal.SIGKILL)
        self.bot.wait()

    def round(self):
        began = self.start()
        # Some die while they start.
        if self.random.random() < 0.1:
            time.sleep(self.random.uniform(0, 0.15))
            self.early += 1
            return self.kill()
        ready = self.notices.ready(self.bot, 30)
        if ready is None:
            # As a service manager would: it is started again.
            self.refusals += 1
            return self.kill()
        self.restarts.append(ready - began)
        time.sleep(self.random.uniform(0.02, self.options.longest))
        self.kill()

    def run(self):
        options = self.options
        self.serve()
        if options.chaos:
            self.chaos = Chaos(os.environ["HRMBOT_TOOLS"], self.port, options.seed)
            time.sleep(0.5)
            self.chaos.start()
        every = options.kills // options.server_kills if options.server_kills else 0
        for number in range(1, options.kills + 1):
            self.round()
            if every and number % every == 0 and self.server_kills < options.server_kills:
                self.server.send_signal(signal.SIGKILL)
                self.server.wait()
                self.server_kills += 1
                self.serve()
            if not options.json and sys.stderr.isatty():
                print(f"\r{number} of {options.kills}", end="", file=sys.stderr, flush=True)
        if self.chaos:
            self.chaos.calm()
        return self.compare()

    def tool(self, *words):
        return subprocess.run([self.options.hrmbot, *words], capture_output=True, text=True, timeout=600)

    def status(self):
        return json.loads(self.tool("status", "--home", self.home, "--json").stdout)

    def settle(self):
        """Starts the bot once more, has it cancel everything, and waits until nothing is on its way."""
        self.start()
        if self.notices.ready(self.bot, 30) is None:
            sys.exit(f"kill-nine: the bot did not come up at the end; see {self.place}/log")
        self.tool("stop", "--home", self.home, "--reason", "comparison")
        end = time.monotonic() + 30
        while time.monotonic() < end:
            time.sleep(0.5)
            view = json.loads(
                self.tool("exchange", "account", "--listen", f"127.0.0.1:{self.port}", "--json", "--fills").stdout)
            status = self.status()
            if not view["open_orders"] and status["trading_state"] == "halted" and not (
                {"unreconciled", "venue_lost"} & set(status["degradations"])
            ) and status["cash_quote"] == view["cash_quote"]:
                break
        self.bot.send_signal(signal.SIGTERM)
        self.bot.wait()
        return view, status

    def compare(self):
        view, status = self.settle()
        fills, intents, conflicts = journal(os.path.join(self.home, "journal"))
        trades = {fill["trade_id"]: fill for fill in view["fills"]}
        held = {entry["symbol"]: entry for entry in view["positions"]}
        ours = {entry["symbol"]: entry["position"] for entry in status["instruments"]}
        cash = Decimal("100000")
        for fill in fills.values():
            notional = Decimal(fill["price"]) * Decimal(fill["qty"])
            cash += (-notional if fill["side"] == "buy" else notional) - Decimal(fill["fee_quote"])
        orders = {fill["client_id"] for fill in view["fills"]}
        verified = self.tool("replay", "--verify", "--home", self.home)
        restarts = sorted(self.restarts)
        at = lambda share: restarts[min(len(restarts) - 1, int(share * len(restarts)))] if restarts else None
        return {
            "kills": self.options.kills, "of them while starting": self.early, "starts refused": self.refusals,
            "exchange killed": self.server_kills, "executions": len(trades), "intents": len(intents),
            "executions lost": len(trades.keys() - fills.keys()),
            "executions doubled or different": conflicts["fill"] + sum(
                1 for number, fill in fills.items()
                if number not in trades or any(
                    str(trades[number][theirs]) != str(fill[ours])
                    for theirs, ours in FILL_MEMBERS)),
            "orders without an intent": len(orders - intents), "intents used twice": conflicts["intent"],
            "cash of the exchange": view["cash_quote"], "cash of the bot": status["cash_quote"],
            "cash from the journal's fills": str(cash),
            "positions equal": all(
                Decimal(held[symbol]["quantity"]) == Decimal(mine["quantity"])
                and Decimal(held[symbol]["total_cost_quote"]) == Decimal(mine["totalCostQuote"]
                if "totalCostQuote" in mine else mine["total_cost_quote"])
                for symbol, mine in ours.items()),
            "journal": (verified.stdout.strip().splitlines() or [verified.stderr])[1:3],
            "journal verifies": verified.returncode == 0,
            "journal MB": round(sum(
                os.path.getsize(os.path.join(self.home, "journal", name))
                for name in os.listdir(os.path.join(self.home, "journal"))) / 1e6, 1),
            "restart to ready p50 s": at(0.5), "restart to ready p99 s": at(0.99),
            "restart to ready max s": restarts[-1] if restarts else None,
            "network faults": self.chaos.counts if self.chaos else None,
        }

    def end(self):
        for process in [self.bot, self.server]:
            if process and process.poll() is None:
                process.kill()
                process.wait()
        if self.chaos:
            self.chaos.stop()
        if self.options.keep:
            print(self.place, file=sys.stderr)
        else:
            shutil.rmtree(self.place, ignore_errors=True)


def journal(directory):
    """Executions by trade id, names of intents, and how many stand there again although they may not: a crash between a
    record and the state that holds it makes the next session tell the same once more, and nothing else may come twice."""
    database = sqlite3.connect(f"file:{directory}/journal.sqlite?mode=ro", uri=True)
    session, fills, intents = 0, {}, {}
    conflicts = {"fill": 0, "intent": 0}
    for kind, payload in database.execute(
        "SELECT kind, payload FROM record WHERE kind IN ('session', 'fill', 'intent') ORDER BY sequence"
    ):
        if kind == "session":
            session += 1
            continue
        content = json.loads(payload)
        known, name = (fills, content["trade_id"]) if kind == "fill" else (intents, content["client_id"])
        same = {key: value for key, value in content.items() if key != "at"}
        if name in known and (known[name][0] != same or known[name][1] == session):
            conflicts[kind] += 1
        known[name] = (same, session)
    return {name: content for name, (content, _) in fills.items()}, set(intents), conflicts


def missed(result):
    gates = [
        ("executions lost", result["executions lost"] == 0),
        ("executions doubled or different", result["executions doubled or different"] == 0),
        ("orders without an intent", result["orders without an intent"] == 0),
        ("intents used twice", result["intents used twice"] == 0),
        ("cash", Decimal(result["cash of the exchange"]) == Decimal(result["cash of the bot"])
         == Decimal(result["cash from the journal's fills"])),
        ("positions", result["positions equal"]), ("journal", result["journal verifies"]),
        ("executions", result["executions"] > 0),
    ]
    if not result["network faults"]:
        gates.append(("restart p99 within 1 s", (result["restart to ready p99 s"] or 9) <= 1))
    return [name for name, isMet in gates if not isMet]


def main():
    options = arguments()
    if options.chaos and not os.path.exists(os.path.join(os.environ.get("HRMBOT_TOOLS", ""), "chaos_proxy.py")):
        sys.exit("kill-nine: --chaos needs chaos_proxy.py; set HRMBOT_TOOLS to the directory that has it")
    trial = Trial(options)
    try:
        result = trial.run()
    finally:
        trial.end()
    result["missed"] = missed(result)
    if options.json:
        print(json.dumps(result))
    else:
        for name, value in result.items():
            if value is not None:
                shown = f"{value:.3f}" if isinstance(value, float) and " s" in name else value
                print(f"{name:34} {shown}")
    sys.exit(1 if result["missed"] else 0)


main()
