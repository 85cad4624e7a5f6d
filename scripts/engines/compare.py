"""Runs hrmbot's backtest and other engines on the same SYNTHETIC data and prints them side by side.

Three works by one rule, a cross of the means of 10 and 50 closes with exact money: 1,000,000 bars of a minute; 20
instruments of 50,000 bars on one cash account; 5,000,000 trades made into bars. The engines are installed with pip, in
the versions of scripts/engines/engines.py, each into an environment of its own under .venv-engines (about 3 GB); data
are made once, by the seed. The slowest run a part of the work (column count); --full gives them all of it.

CPU time of the process is measured, since other programs do not change it; the best of all rounds counts, and what only
loads or compiles does not. End to end is the whole process, from CSV to the result. A plain loop in C gives the exact
result, and says what the processor could do. Column "hrmbot x": how many times as fast as the row hrmbot's stages are.
"""

import argparse
import decimal
import glob
import json
import os
import subprocess
import sys
import tempfile
import textwrap

from engines import ENGINES, install, python

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
WORKS = {"bars": "one instrument, bars of a minute", "portfolio": "20 instruments on one account, bars of a minute",
         "ticks": "trades of one instrument, made into bars of a minute"}
# What these seeds must come to; so that a mistake of the data shows.
KNOWN = {("bars", 1_000_000): (13_831, "721038.10599177331"), ("bars", 100_000): (1_376, "970843.14031868018"),
         ("portfolio", 1_000_000): (13_689, "734251.30002426144")}
EPILOG = """examples:
  scripts/compare-engines
  scripts/compare-engines --bars 100000 --only vectorbt --only bt
  scripts/compare-engines --full --json >comparison.json
"""


class Failure(Exception):
    """Why a measurement has no figures."""


def arguments_of_call():
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="scripts/compare-engines", description=__doc__, epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    names = [engine.name for engine in ENGINES]
    parser.add_argument("--only", action="append", choices=names, metavar="NAME", help=f"of {', '.join(names)}")
    parser.add_argument("--work", action="append", choices=list(WORKS), help="may be repeated; all without it")
    parser.add_argument("--bars", type=int, default=1_000_000, help="of each work; five times as many trades (1000000)")
    parser.add_argument("--rounds", type=int, default=3, help="of engines that take less than 5 s (3)")
    parser.add_argument("--full", action="store_true", help="slow engines run the whole work too")
    parser.add_argument("--data", help="where the data are kept (.build/compare-engines, or a temporary directory)")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--hrmbot", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.bars < 20_000 or arguments.bars % 20 != 0 or not 1 <= arguments.rounds <= 100:
        parser.error("--bars is at least 20000 and a multiple of 20, --rounds is 1 to 100")
    if arguments.data is None:
        build = os.path.join(ROOT, ".build")
        arguments.data = os.path.join(build if os.path.isdir(build) else tempfile.gettempdir(), "compare-engines")
    return arguments


def call(command, directory=None):
    """What a process prints, its CPU time in seconds and its largest memory in MiB."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        try:
            process = subprocess.Popen(command, stdout=out, stderr=errors, cwd=directory)
        except OSError as error:
            raise Failure(str(error)) from error
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        errors.seek(0)
        if process.returncode != 0:
            last = errors.read().strip().splitlines()[-1:] or ["nothing said"]
            raise Failure(f"failed with exit code {process.returncode}: {last[0][:200]}")
        return out.read(), usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


class Comparison:
    """All measurements of one call."""

    def __init__(self, arguments):
        self.arguments, self.rows, self.results = arguments, [], {}
        self.loop = os.path.join(arguments.data, "loop")

    def prepare(self):
        """The environment that makes data, and the loop in C."""
        reason = install(ROOT, "numpy", ("numpy",))
        if reason:
            sys.exit(f"compare-engines: NumPy {reason}")
        os.makedirs(self.arguments.data, exist_ok=True)
        try:
            call([os.environ.get("CC", "cc"), "-O3", "-o", self.loop, f"{HERE}/loop.c"])
        except Failure as error:
            sys.exit(f"compare-engines: the loop in C cannot be built: {error}; install a C compiler or set CC")

    def data(self, work, count):
        """The directory with the data of a work of `count` bars or trades altogether."""
        directory = os.path.join(self.arguments.data, f"{work}-{count}")
        call([python(ROOT, "numpy"), f"{HERE}/data.py", work, directory,
              str(count // 20 if work == "portfolio" else count)])
        return directory

    def exact(self, work, count):
        """The loop's answer, which is exact."""
        if (work, count) in self.results:
            return self.results[work, count]
        files = sorted(glob.glob(f"{self.data(work, count)}/*.bin"))
        found = json.loads(call([self.loop, work, "20", *files])[0])
        known = KNOWN.get((work, count))
        if known and (found["closed_trades"], found["final_equity"]) != known:
            sys.exit(f"compare-engines: {work} of {count} come to {found}, but must to {known}")
        self.results[work, count] = found
        return found

    def row(self, work, engine, version, count, seconds, **others):
        """Adds a row with figures."""
        exact = self.exact(work, count)
        row = {"work": work, "engine": engine, "version": version, "count": count,
               "per_second": round(count / max(seconds, 1e-9)), "cpu_seconds": seconds, "end_to_end_cpu_seconds": None,
               "peak_mib": None, "closed_trades": None, "final_equity": None, **others}
        row["exact_equity"], row["exact_trades"] = exact["final_equity"], exact["closed_trades"]
        if row["final_equity"] is not None:
            row["difference"] = str(decimal.Decimal(row["final_equity"]) - decimal.Decimal(exact["final_equity"]))
        self.rows.append(row)

    def hrmbot(self, work, bench):
        """hrmbot's rows of a work."""
        count = self.arguments.bars * (5 if work == "ticks" else 1)
        begin = {"bars": ("stages, 1 x ", "actors, 1 x "), "portfolio": ("stages, 20 x ",), "ticks": ("ticks",)}[work]
        others = {}
        if work != "ticks":
            text, seconds, memory = call([
                self.arguments.hrmbot, "backtest", "--data", self.data(work, count), "--timeframe", "1m", "--policy",
                "sma-cross", "--fast", "10", "--slow", "50", "--cash", "1000000", "--notional", "10000", "--fee-bps",
                "10", "--slippage-bps", "0", "--limits", "none", "--json"])
            found = json.loads(text)
            others = {"end_to_end_cpu_seconds": seconds, "peak_mib": round(memory),
                      "closed_trades": found["closed_trades"]}
            if found["closed_trades"] != self.exact(work, count)["closed_trades"]:
                print("compare-engines: hrmbot's own trades are not the exact ones", file=sys.stderr)
        for prefix in begin:
            for name, measured in bench.items():
                if name.startswith(prefix):
                    self.row(work, "hrmbot" + (" (actors)" if prefix.startswith("actors") else ""), self.version, count,
                             measured["cpu_seconds"], final_equity=measured["result"], **others)
                    others = {}

    def rival(self, work, engine):
        """A rival's row of a work: a first process for the whole, a second for more rounds if it is quick."""
        print(f"{work}: {engine.name}", file=sys.stderr)
        count = self.arguments.bars * (5 if work == "ticks" else 1)
        if not self.arguments.full:
            count = min(count, engine.limit * (5 if work == "ticks" else 1))
        command = [python(ROOT, engine.name), f"{HERE}/rivals/{engine.module}.py", work, self.data(work, count)]
        text, whole, memory = call(command)
        found = json.loads(text)
        seconds = found["cpu_seconds"]
        if self.arguments.rounds > 1 and (seconds[0] < 5 or engine.compiles):
            seconds = json.loads(call([*command, "--rounds", str(self.arguments.rounds + 1)])[0])["cpu_seconds"]
        self.row(work, engine.name, found["version"], count, min(seconds), end_to_end_cpu_seconds=whole,
                 peak_mib=round(memory), closed_trades=found["closed_trades"], final_equity=found["final_equity"])

    def measure(self):
        """Everything."""
        self.prepare()
        self.version = call([self.arguments.hrmbot, "--version"])[0].strip()
        engines = [engine for engine in ENGINES if not self.arguments.only or engine.name in self.arguments.only]
        reasons = {engine.name: install(ROOT, engine.name, engine.packages) for engine in engines}
        print("hrmbot bench backtest", file=sys.stderr)
        bench = {}
        # A call makes three rounds: hrmbot must not have more tries than the others.
        for _ in range(-(-self.arguments.rounds // 3)):
            text = call([self.arguments.hrmbot, "bench", "backtest", "--json", "--bars", str(self.arguments.bars)])[0]
            for name, row in json.loads(text).items():
                if name not in bench or row["cpu_seconds"] < bench[name]["cpu_seconds"]:
                    bench[name] = row
        for work in self.arguments.work or WORKS:
            self.hrmbot(work, bench)
            for engine in engines:
                if work not in engine.works:
                    continue
                try:
                    if reasons[engine.name]:
                        raise Failure(reasons[engine.name])
                    self.rival(work, engine)
                except Failure as error:
                    self.rows.append({"work": work, "engine": engine.name, "reason": str(error)})
            count = self.arguments.bars * (5 if work == "ticks" else 1)
            exact = self.exact(work, count)
            self.row(work, "plain loop in C", "cc -O3", count, min(exact["cpu_seconds"]),
                     closed_trades=exact["closed_trades"], final_equity=exact["final_equity"])
        self.compare()

    def compare(self):
        """How many times as fast hrmbot's first row of the same work is."""
        for row in self.rows:
            ours = next((other for other in self.rows if other["work"] == row["work"] and "per_second" in other), None)
            if "per_second" in row and ours:
                row["hrmbot_times_as_fast"] = ours["per_second"] / row["per_second"]


def agreement(row):
    """How the final equity and the trades compare with the exact ones, in words."""
    if row["final_equity"] is None:
        return "-"
    difference = decimal.Decimal(row["difference"])
    trades = row["closed_trades"]
    other = "" if trades in (None, row["exact_trades"]) else f", {trades - row['exact_trades']:+} trades"
    if difference == 0:
        return "exact" + other
    return ("to the cent" if abs(difference) < decimal.Decimal("0.005") else f"{difference:+.2f}") + other


def table(rows):
    """The rows side by side."""
    lines = []
    for work in dict.fromkeys(row["work"] for row in rows):
        lines.append(WORKS[work])
        lines.append(f"{'':33}{'count':>11}{'a second':>14}{'hrmbot x':>9}{'CPU s from CSV':>15}{'MiB':>6}"
                     f"{'trades':>8}  final equity")
        for row in (row for row in rows if row["work"] == work):
            name = f"  {row['engine']} {row.get('version', '')}"
            if "reason" in row:
                lines.append(f"{name}: {row['reason']}")
                continue
            whole, memory, trades = row["end_to_end_cpu_seconds"], row["peak_mib"], row["closed_trades"]
            lines.append(
                f"{name:<33}{row['count']:>11,}{row['per_second']:>14,}{row['hrmbot_times_as_fast']:>9.3g}"
                f"{'-' if whole is None else f'{whole:.2f}':>15}{'-' if memory is None else memory:>6}"
                f"{'-' if trades is None else trades:>8}  {agreement(row)}")
        lines.append("")
    named = {row["engine"] for row in rows}
    lines.append("what an engine cannot express of the rule, and what else to know:")
    for engine in ENGINES:
        if engine.name in named:
            said = f"{engine.name}: {engine.cannot}"
            lines += textwrap.wrap(said, 118, initial_indent="  ", subsequent_indent="    ")
    return "\n".join(lines)


def main():
    comparison = Comparison(arguments_of_call())
    try:
        comparison.measure()
    except Failure as error:
        sys.exit(f"compare-engines: {error}")
    if comparison.arguments.json:
        cannot = {engine.name: engine.cannot for engine in ENGINES}
        print(json.dumps({"rows": comparison.rows, "cannot": cannot}))
    else:
        print(table(comparison.rows))


if __name__ == "__main__":
    main()
