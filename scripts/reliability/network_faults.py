"""network-faults: a bot trades against an exchange over a link that breaks, in one way after the other.

Bot and exchange live in two network namespaces. Both speak to 127.0.0.1 only, as they do in earnest; a relay at each end
carries the bytes over the link, and passes on what happens to it. Faults of the link are the kernel's (netfault.sh:
packets dropped, reset, lost, link down), those of the near relay are chaos_proxy.py's.

Gates for each fault: the bot knows that the venue is lost within 5 s, opens nothing from then on, tries at most ten times
a minute to connect, and trades again within 35 s after the end (the back-off is 30 s at most). A fault that TCP overcomes
(loss) need not be noticed. At the end the books must be equal, as in kill-nine. Exit code 1: a gate was missed.
"""

import argparse
import json
import os
import subprocess
import sys
import time

import books
from pair import CALM, Pair, Proxy, free_port

FAR = "10.231.7.2"
# The bot carries its wall clock on by a clock that never jumps, so the two may be some milliseconds apart.
SKEW_MILLIS = 50


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60, help="how long a fault lasts (default 60)")
    parser.add_argument("--only", help="only faults whose name contains this")
    parser.add_argument("--seed", type=int, default=1, help="seed of the market")
    parser.add_argument("--bar-millis", type=int, default=50, help="length of a bar (default 50)")
    parser.add_argument("--keep", action="store_true", help="leave the directory of the run")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    parser.add_argument("--hrmbot", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--other", required=True, help=argparse.SUPPRESS)
    return parser.parse_args()


def refused_connects():
    """Connections of this namespace that nobody listened to: those of the bot while the near relay is down."""
    with open("/proc/self/net/snmp", encoding="ascii") as file:
        names, values = [line.split() for line in file if line.startswith("Tcp:")]
    return int(values[names.index("AttemptFails")])


class Trial(Pair):
    def __init__(self, options):
        super().__init__(options, "network-faults")
        self.tools = os.environ["HRMBOT_TOOLS"]
        other = ["ip", "netns", "exec", options.other]
        self.server_prefix = other
        self.serve()
        self.far_port = free_port()
        self.bot_port = free_port()
        self.far = Proxy(self.tools, f"{FAR}:{self.far_port}", f"127.0.0.1:{self.port}", 1, prefix=other)
        self.near = Proxy(self.tools, f"127.0.0.1:{self.bot_port}", f"{FAR}:{self.far_port}", 2)
        time.sleep(1)
        self.waiting = None

    def link(self, *words):
        """A fault of the link; one that lasts is not waited for."""
        command = [os.path.join(self.tools, "netfault.sh"), *map(str, words)]
        self.waiting = subprocess.Popen(command, stdout=self.log, stderr=self.log)
        if words[0] != "flap":
            self.waiting.wait()

    def faults(self):
        """Name, what begins it, whether the session must break."""
        seconds = self.options.seconds
        near, link = self.near.set, self.link
        return [
            ("relay: black hole", lambda: near({"blackhole": True}), True),
            ("relay: refused after a reset", lambda: near({"refuse": True, "kill": 1}), True),
            ("relay: one reset", lambda: near({"kill": 1}), True),
            ("relay: nobody listens", lambda: near({"kill": 1, "down_for_ms": int(seconds * 1000)}), True),
            ("relay: every answer 4 s late", lambda: near({"latency_ms": 4000}), True),
            ("link: packets dropped", lambda: link("blackhole", self.far_port), True),
            ("link: packets reset", lambda: link("rst", self.far_port), True),
            ("link: down, then up", lambda: link("flap", int(seconds * 1000)), True),
            ("link: 30 % of packets lost", lambda: link("loss", 30), False),
        ]

    def calm(self):
        if self.waiting:
            self.waiting.wait()
        self.link("clear")
        return self.counters(CALM)

    def counters(self, faults):
        # A relay that is down answers its control port all the same, but late.
        for _ in range(20):
            try:
                return self.near.set(faults)
            except OSError:
                time.sleep(0.2)
        sys.exit("network-faults: the relay does not answer")

    def is_trading(self, orders):
        status = self.snapshot()
        return (status is not None and status["trading_state"] == "active" and not status["degradations"]
                and status["orders"] > orders)

    def wait_trading(self, seconds):
        """Waits until the bot is well and has sent an order from now on; seconds that it took, None: too long."""
        status = self.snapshot()
        orders = status["orders"] if status else 0
        began = time.monotonic()
        while time.monotonic() < began + seconds:
            if self.is_trading(orders):
                return time.monotonic() - began
            if self.bot.poll() is not None:
                sys.exit(f"network-faults: the bot ended; see {self.place}/log")
            time.sleep(0.02)
        return None

    def round(self, name, begin, must_break):
        if self.wait_trading(90) is None:
            sys.exit(f"network-faults: no trading before {name}; see {self.place}/log")
        # The attempts of the last fault are a minute old at most: let none of them count here.
        accepted, refused = self.counters({})["accepted"], refused_connects()
        began = time.time() * 1000
        begin()
        time.sleep(self.options.seconds)
        attempts = self.counters({})["accepted"] - accepted + refused_connects() - refused
        ended = time.time() * 1000
        self.calm()
        return {"fault": name, "must break": must_break, "began": began, "ended": ended, "attempts": attempts,
                "again s": self.wait_trading(120)}

    def run(self):
        self.start()
        if self.notices.ready(self.bot, 30) is None:
            sys.exit(f"network-faults: the bot did not come up; see {self.place}/log")
        rows = []
        for name, begin, must_break in self.faults():
            if not self.options.only or self.options.only in name:
                rows.append(self.round(name, begin, must_break))
        found = books.compare(self, *self.settle())
        self.examine(rows)
        return rows, found

    def examine(self, rows):
        """Adds to each row what the journal says: when the loss was known, and openings from then on."""
        for row in rows:
            row["lost after s"], row["openings while lost"] = None, 0
        is_lost = False
        for _, kind, content in books.records(os.path.join(self.home, "journal"), "control", "intent"):
            current = next((row for row in reversed(rows) if content["at"] >= row["began"] - SKEW_MILLIS), None)
            if kind == "control" and content["reason"] in ("venue_lost", "feed_stale"):
                is_lost = content["command"] == "degrade"
                if is_lost and current and current["lost after s"] is None:
                    current["lost after s"] = max(0.0, content["at"] - current["began"]) / 1000
            elif kind == "intent" and is_lost and content["role"] == "entry" and current:
                current["openings while lost"] += 1

    def end(self, keep=False):
        super().end(keep)
        self.near.stop()
        self.far.stop()


def missed(row, seconds):
    allowed = 10 * max(1, -(-seconds // 60))
    gates = [
        ("not lost within 5 s", not row["must break"] or (row["lost after s"] is not None and row["lost after s"] <= 5)),
        ("openings while lost", row["openings while lost"] == 0),
        ("attempts", row["attempts"] <= allowed),
        ("not trading within 35 s", row["again s"] is not None and row["again s"] <= 35),
    ]
    return [name for name, is_met in gates if not is_met]


def main():
    options = arguments()
    trial = Trial(options)
    try:
        rows, found = trial.run()
    finally:
        trial.end(options.keep)
    for row in rows:
        row["missed"] = missed(row, options.seconds)
    wrong = [name for name, is_met in books.gates(found) if not is_met]
    if options.json:
        print(json.dumps({"rows": rows, "books": found, "missed": wrong + [m for row in rows for m in row["missed"]]}))
    else:
        shown = lambda value: "-" if value is None else f"{value:.2f}" if isinstance(value, float) else str(value)
        print(f"{'fault of ' + shown(options.seconds) + ' s':34}{'lost after s':>13}{'openings':>10}{'attempts':>10}{'again s':>9}")
        for row in rows:
            print(f"{row['fault']:34}{shown(row['lost after s']):>13}{row['openings while lost']:>10}"
                  f"{row['attempts']:>10}{shown(row['again s']):>9}  {', '.join(row['missed']) or 'ok'}")
        print(f"books: {found['executions']} executions, {found['intents']} intents: {', '.join(wrong) or 'equal'}")
    sys.exit(1 if wrong or any(row["missed"] for row in rows) else 0)


main()
