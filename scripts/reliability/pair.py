"""A bot that trades against an exchange in another process, and what both say about it: shared by the scripts here."""

import json
import os
import random
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

# Trades often, and nothing but the test itself stops it.
POLICY = [
    "--policy", "sma-cross", "--set", "policy.sma_fast_bars=2", "--set", "policy.sma_slow_bars=5",
    "--set", "risk.max_orders_per_minute=1000", "--set", "risk.max_repeated_executions=10000",
    "--set", "risk.max_consecutive_losses=1000", "--set", "risk.max_volatility_rank=1",
    "--set", "market.stale_after_bars=100",
]
CALM = {
    "latency_ms": 0, "jitter_ms": 0, "chunk": 0, "blackhole": False, "refuse": False, "rst_after": 0, "fin_after": 0,
    "dup": 0.0, "stall_ms": 0, "stall_every": 0,
}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def quantile(share, values):
    """The value below which a share of `values` lies; None: there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None


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


class Proxy:
    """chaos_proxy.py between two addresses, and its faults."""

    def __init__(self, tools, listen, target, seed, prefix=()):
        self.admin, self.prefix = free_port(), prefix
        self.process = subprocess.Popen(
            [*prefix, sys.executable, os.path.join(tools, "chaos_proxy.py"), listen, target, "--admin", str(self.admin),
             "--seed", str(seed)])

    def set(self, faults):
        """Sets faults; the counters so far."""
        with socket.create_connection(("127.0.0.1", self.admin), timeout=2) as control:
            control.sendall(json.dumps(faults).encode() + b"\n")
            return json.loads(control.makefile().readline())

    def stop(self):
        self.process.kill()
        self.process.wait()


class Chaos(threading.Thread):
    """A proxy, and a seeded schedule of faults for it."""

    def __init__(self, tools, target, seed):
        super().__init__(daemon=True)
        self.port = free_port()
        self.proxy = Proxy(tools, f"127.0.0.1:{self.port}", f"127.0.0.1:{target}", seed)
        self.random = random.Random(seed)
        self.counts = {}
        self.ending = threading.Event()

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
                self.proxy.set({**CALM, **faults})
                if self.ending.wait(self.random.uniform(0.1, 0.8)):
                    break
                self.proxy.set(CALM)
            except OSError:
                continue

    def calm(self):
        """Ends the schedule; the network is sound from then on."""
        self.ending.set()
        self.join()
        time.sleep(0.5)
        self.proxy.set(CALM)


class Pair:
    """The two processes and their directories. Options: hrmbot, bar_millis, seed; symbols or replay
    name the market."""

    def __init__(self, options, name):
        self.options, self.name = options, name
        self.place = tempfile.mkdtemp(prefix=f"{name}-")
        self.home = os.path.join(self.place, "home")
        self.control = os.path.join(self.home, "control")
        self.notices = Notices(os.path.join(self.place, "notify"))
        self.port = free_port()
        # Where the bot finds the exchange: a proxy may stand in between.
        self.bot_port = self.port
        # Words before the exchange's command, and before every tool that asks it.
        self.server_prefix = []
        self.server, self.bot = None, None
        self.log = open(os.path.join(self.place, "log"), "ab")

    def serve(self, faults=None):
        words = [
            *self.server_prefix, self.options.hrmbot, "exchange", "serve", "--listen", f"127.0.0.1:{self.port}",
            "--ledger", os.path.join(self.place, "exchange"), "--bar-millis", str(self.options.bar_millis),
            "--seed", str(self.options.seed), "--fee-bps", "0.1", "--spread-bps", "0", "--slippage-bps", "0",
        ]
        if getattr(self.options, "replay", None):
            words += ["--replay", self.options.replay]
        if getattr(self.options, "symbols", None):
            words += ["--symbols", self.options.symbols]
        if faults:
            words += ["--faults", faults]
        self.server = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=self.log)
        line = self.server.stdout.readline()
        if not line.startswith(b"serving"):
            sys.exit(f"{self.name}: the exchange did not start; see {self.place}/log")

    def kill_server(self):
        self.server.send_signal(signal.SIGKILL)
        self.server.wait()

    def start(self, *more):
        """Starts the bot; the moment."""
        self.notices.drain()
        began = time.monotonic()
        self.bot = subprocess.Popen(
            [self.options.hrmbot, "paper", "--venue", f"tcp:127.0.0.1:{self.bot_port}", "--home", self.home, "--json",
             *POLICY, *more],
            stdout=subprocess.DEVNULL, stderr=self.log, env={**os.environ, "NOTIFY_SOCKET": self.notices.path})
        return began

    def kill(self):
        self.bot.send_signal(signal.SIGKILL)
        self.bot.wait()

    def tool(self, *words):
        return subprocess.run([self.options.hrmbot, *words], capture_output=True, text=True, timeout=1200)

    def status(self):
        return json.loads(self.tool("status", "--home", self.home, "--json").stdout)

    def snapshot(self):
        """What the bot that runs last wrote about itself; None: nothing yet."""
        try:
            with open(os.path.join(self.home, "status.json"), encoding="utf-8") as file:
                status = json.load(file)
        except (OSError, ValueError):
            return None
        return status if status["process_identifier"] == self.bot.pid else None

    def account(self, *more):
        words = [*self.server_prefix, self.options.hrmbot, "exchange", "account", "--listen", f"127.0.0.1:{self.port}",
                 "--json", *more]
        done = subprocess.run(words, capture_output=True, text=True, timeout=120)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def write_stop(self, text="stop"):
        """A STOP appears at once and whole; the moment."""
        with open(os.path.join(self.control, ".STOP"), "w", encoding="utf-8") as file:
            file.write(text)
        moment = time.monotonic()
        os.rename(os.path.join(self.control, ".STOP"), os.path.join(self.control, "STOP"))
        return moment

    def settle(self):
        """Starts the bot if none runs, has it cancel everything, and waits until nothing is on its way. What the
        exchange and the bot then say."""
        if self.bot.poll() is not None:
            self.start()
            if self.notices.ready(self.bot, 30) is None:
                sys.exit(f"{self.name}: the bot did not come up at the end; see {self.place}/log")
        self.tool("stop", "--home", self.home, "--reason", "comparison")
        end = time.monotonic() + 40
        while time.monotonic() < end:
            time.sleep(0.5)
            view, status = self.account("--fills"), self.status()
            if not view["open_orders"] and status["trading_state"] == "halted" and not (
                {"unreconciled", "venue_lost"} & set(status["degradations"])
            ) and status["cash_quote"] == view["cash_quote"]:
                break
        self.bot.send_signal(signal.SIGTERM)
        self.bot.wait()
        return view, status

    def end(self, keep=False):
        for process in [self.bot, self.server]:
            if process and process.poll() is None:
                process.kill()
                process.wait()
        if keep:
            print(self.place, file=sys.stderr)
        else:
            shutil.rmtree(self.place, ignore_errors=True)
