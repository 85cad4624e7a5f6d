"""stop-disk: S8. A bot trades at an exchange in another process; its home is a file system of its own, in memory. Then

* the disk fills up to the last byte, and a STOP appears: neither latch nor journal can be written;
* the control directory turns read-only, with a STOP in it.

Gates of both: every order at the exchange has ended within 1 s, and none comes after it; the bot lives, and says that it
is stopped. On the full disk moreover: killed and started again while the disk is still full, it sends nothing; with room
again it comes up halted, and the books agree. In the read-only directory: a resume cannot be asked for.
Exit code 1: a gate was missed.
"""

import argparse
import os
import subprocess
import sys
import time

import books
from pair import Pair


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1, help="seed of the market")
    parser.add_argument("--bar-millis", type=int, default=50, help="length of a bar (default 50)")
    parser.add_argument("--keep", action="store_true", help="leave the directory of the run")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    parser.add_argument("--hrmbot", required=True, help=argparse.SUPPRESS)
    return parser.parse_args()


class Trial(Pair):
    def __init__(self, options, name):
        super().__init__(options, name)
        self.mounts = []

    def mount(self, path, megabytes):
        os.makedirs(path, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "tmpfs", path], check=True)
        self.mounts.append(path)

    def said(self, text):
        with open(os.path.join(self.place, "log"), encoding="utf-8", errors="replace") as file:
            return any(text in line for line in file)

    def traded(self):
        """Starts everything and waits until the bot holds something with a protective stop at the exchange."""
        self.serve()
        self.start()
        if self.notices.ready(self.bot, 30) is None:
            sys.exit(f"stop-disk: the bot did not come up; see {self.place}/log")
        end = time.monotonic() + 60
        while time.monotonic() < end:
            view = self.account("--fills")
            if view["open_orders"] and len(view["fills"]) > 4:
                return
            time.sleep(0.05)
        sys.exit(f"stop-disk: nothing was traded; see {self.place}/log")

    def after_stop(self, moment):
        """Seconds until nothing rests at the exchange, and what came to it in the three seconds after that."""
        took = None
        while time.monotonic() < moment + 10:
            if not self.account()["open_orders"]:
                took = time.monotonic() - moment
                break
        time.sleep(0.3)
        before = len(self.account("--fills")["fills"])
        late = 0
        while time.monotonic() < moment + 4:
            late += len(self.account()["open_orders"])
            time.sleep(0.05)
        return {"orders ended after s": took, "orders after": late,
                "executions after": len(self.account("--fills")["fills"]) - before,
                "lives": self.bot.poll() is None, "said so": self.said("STOP")}

    def fill(self):
        """Uses up every byte."""
        with open(os.path.join(self.home, "filler"), "wb", buffering=0) as file:
            for size in (1 << 20, 4096, 1):
                try:
                    while file.write(b"x" * size) == size:
                        pass
                except OSError:
                    continue

    def full_disk(self):
        self.mount(self.home, 64)
        self.traded()
        # A rename needs no room; a new file would.
        with open(os.path.join(self.control, ".STOP"), "w", encoding="utf-8") as file:
            file.write("stop")
        self.fill()
        time.sleep(0.3)
        moment = time.monotonic()
        os.rename(os.path.join(self.control, ".STOP"), os.path.join(self.control, "STOP"))
        found = self.after_stop(moment)
        found["latch written"] = os.path.exists(os.path.join(self.home, "latch.json"))
        self.kill()
        fills = len(self.account("--fills")["fills"])
        self.start()
        ready = self.notices.ready(self.bot, 4)
        found["ready on the full disk"] = ready is not None
        found["executions after the restart"] = len(self.account("--fills")["fills"]) - fills
        if self.bot.poll() is None:
            self.kill()
        os.unlink(os.path.join(self.home, "filler"))
        view, status = self.settle()
        found["halted with room again"] = status["trading_state"] == "halted"
        return {**found, **books.compare(self, view, status)}

    def read_only(self):
        self.mount(self.control, 1)
        self.traded()
        moment = self.write_stop()
        subprocess.run(["mount", "-o", "remount,ro", self.control], check=True)
        found = self.after_stop(moment)
        latch = self.status()["latch"]["id"]
        found["resume refused"] = self.tool("resume", latch, "--home", self.home).returncode != 0
        found["halted"] = self.status()["trading_state"] == "halted"
        return found

    def end(self, keep=False):
        for process in [self.bot, self.server]:
            if process and process.poll() is None:
                process.kill()
                process.wait()
        for path in reversed(self.mounts):
            subprocess.run(["umount", path], check=False)
        super().end(keep)


def missed(found):
    gates = [
        ("ended within 1 s", found["orders ended after s"] is not None and found["orders ended after s"] <= 1),
        ("nothing after", found["orders after"] == 0 and found["executions after"] == 0),
        ("lives", found["lives"]), ("said so", found["said so"]),
    ]
    if "resume refused" in found:
        gates += [("resume refused", found["resume refused"]), ("halted", found["halted"])]
    else:
        gates += [("nothing after the restart", found["executions after the restart"] == 0),
                  ("halted with room again", found["halted with room again"]), *books.gates(found)]
    return [name for name, is_met in gates if not is_met]


def main():
    options = arguments()
    wrong = False
    for name, what in [("full disk", Trial.full_disk), ("read-only control directory", Trial.read_only)]:
        trial = Trial(options, "stop-disk")
        try:
            found = what(trial)
        finally:
            trial.end(options.keep)
        found = {"case": name, **found, "missed": missed(found)}
        wrong = wrong or bool(found["missed"])
        books.show(found, options.json)
    sys.exit(1 if wrong else 0)


main()
