"""Times hrmbot's network against the same architecture in PyTorch: both in one run, in turns, side by side.

Every round starts a process of either side for every measurement; the samples of all rounds are pooled. PyTorch's row
is its fastest variant (by the median), under inference_mode. A ratio above 1 says how many times faster hrmbot is.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
EPILOG = """examples:
  scripts/compare-pytorch
  scripts/compare-pytorch --rounds 10 --seconds 5 --json >comparison.json
  scripts/compare-pytorch --only training --training-batch 64 --training-batch 256
"""


def arguments_of_call():
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="scripts/compare-pytorch", description=__doc__, epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="turns of either side (5)")
    parser.add_argument("--seconds", type=float, default=2, help="of measuring per row and round (2)")
    parser.add_argument("--threads", type=int, default=2, help="of either side (2)")
    parser.add_argument("--only", choices=("decisions", "training"), help="one part of it")
    parser.add_argument("--preset", action="append", choices=("hrm-27m", "hrm-27m-pub"), help="may be repeated")
    parser.add_argument("--training-batch", action="append", type=int, help="sequences of a step (64); may be repeated")
    parser.add_argument("--compile", action="store_true", help="a row for torch.compile too (needs a C++ compiler)")
    parser.add_argument("--json", action="store_true", help="one JSON object, samples included")
    parser.add_argument("--hrmbot", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if not all(1 <= batch <= 1024 for batch in arguments.training_batch or ()):
        parser.error("--training-batch is 1 to 1024")
    if arguments.rounds < 1 or not arguments.seconds > 0 or not 1 <= arguments.threads <= 16:
        parser.error("--rounds is at least 1, --seconds positive, --threads 1 to 16")
    return arguments


def call(command):
    """What a process prints, as JSON; ends everything if it fails."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        last = "\n".join(done.stderr.strip().splitlines()[-5:])
        sys.exit(f"compare-pytorch: failed with exit code {done.returncode}: {' '.join(command)}\n{last}")
    return json.loads(done.stdout)


class Pool:
    """Samples of all rounds, by row (a measurement, a side, a precision, a variant), in the order they first came."""

    def __init__(self):
        self.samples, self.peak_mib, self.about = {}, {}, {}

    def add(self, measurement, side, precision, variant, samples, peak_mib):
        key = (measurement, side, precision, variant)
        self.samples.setdefault(key, []).extend(samples)
        self.peak_mib[key] = max(peak_mib, self.peak_mib.get(key, 0))

    def row(self, key):
        values = sorted(self.samples[key])
        measurement, side, precision, variant = key
        return {
            "measurement": measurement, "side": side, "precision": precision, "variant": variant,
            "samples": len(values), "p50_ms": quantile(values, 0.5), "p99_ms": quantile(values, 0.99),
            "peak_rss_mib": round(self.peak_mib[key]), "samples_ms": [round(value, 4) for value in values]}

    def best_rows(self):
        """One row per measurement, side and precision: the variant with the lowest median."""
        best = {}
        for key in self.samples:
            row = self.row(key)
            if key[:3] not in best or row["p50_ms"] < best[key[:3]]["p50_ms"]:
                best[key[:3]] = row
        return list(best.values())


def quantile(ordered, share):
    """The smallest value with at least this share of values not above it."""
    return ordered[max(0, -(-int(round(share * len(ordered) * 1e6)) // 1_000_000) - 1)]


def run_pytorch(pool, arguments, what, measurement, preset, cycles, timesteps, batch):
    found = call([
        sys.executable, f"{HERE}/timing.py", what, "--preset", preset, "--cycles", str(cycles), "--timesteps",
        str(timesteps), "--batch", str(batch), "--threads", str(arguments.threads), "--seconds",
        str(arguments.seconds), *(["--compile"] if arguments.compile and what == "decisions" else [])])
    pool.about["PyTorch"] = f"{found['version']} ({found['cpu_capability']}, int8 by {found['quantized_engine']})"
    for row in found["rows"]:
        pool.add(measurement, "PyTorch", row["precision"], row["variant"], row["samples_ms"], found["peak_rss_mib"])


def run_ours(pool, arguments, what, measurement, preset, cycles, timesteps, batch):
    found = call([
        arguments.hrmbot, "model", "bench", "--json", "--samples", "--part", what, "--preset", preset, "--recurrence",
        f"{cycles}x{timesteps}", "--positions", "16", "--threads", str(arguments.threads), "--batches", str(min(batch, 64)),
        "--training-batch", str(batch), "--seconds", str(arguments.seconds)])
    pool.about["hrmbot"] = f"{found['version']} ({found['instruction_set']})"
    for row in found[what]:
        pool.add(measurement, "hrmbot", row["precision"], "", row["samples_ms"], found["peak_rss_mib"])


def measure(arguments, pool):
    """All measurements, in turns."""
    plan = []
    if arguments.only != "training":
        for preset in arguments.preset or ("hrm-27m", "hrm-27m-pub"):
            for cycles, timesteps in ((2, 2), (3, 5)):
                name = f"{preset}, {cycles} x {timesteps}, one segment"
                plan.append(("decisions", name, preset, cycles, timesteps, 1))
    if arguments.only != "decisions":
        for preset in arguments.preset or ("hrm-27m",):
            for batch in arguments.training_batch or (64,):
                for cycles, timesteps in ((2, 2), (3, 5)):
                    name = f"{preset}, {cycles} x {timesteps}, training step of {batch}"
                    plan.append(("training", name, preset, cycles, timesteps, batch))
    for turn in range(arguments.rounds):
        for entry in plan:
            print(f"round {turn + 1} of {arguments.rounds}: {entry[1]}", file=sys.stderr)
            for side in (run_pytorch, run_ours):
                # Threads that spin for a while after their work must not disturb the other side.
                time.sleep(0.5)
                side(pool, arguments, *entry)


def table(pool):
    """The rows side by side, readable at 100 columns."""
    rows = pool.best_rows()
    lines = [f"{side:8} {about}" for side, about in pool.about.items()]
    lines.append("")
    for measurement in dict.fromkeys(row["measurement"] for row in rows):
        mine = [row for row in rows if row["measurement"] == measurement]
        rivals = {row["precision"]: row["p50_ms"] for row in mine if row["side"] == "PyTorch"}
        heads = [f"x {precision}" for precision in rivals]
        lines.append(f"{measurement:42}{'p50 ms':>9}{'p99 ms':>9}" + "".join(f"{head:>16}" for head in heads))
        for row in mine:
            name = f"  {row['side']} {row['precision']}" + (f" ({row['variant']})" if row["variant"] else "")
            ratios = "".join(
                f"{rival / row['p50_ms']:16.2f}" if row["side"] == "hrmbot" else " " * 16 for rival in rivals.values())
            lines.append(f"{name:42}{row['p50_ms']:9.1f}{row['p99_ms']:9.1f}{ratios}".rstrip())
        if "training" in measurement:
            lines += [f"  peak memory of {row['side']}: {row['peak_rss_mib']} MiB" for row in mine]
        lines.append("")
    return "\n".join(lines).rstrip()


def main():
    arguments = arguments_of_call()
    pool = Pool()
    measure(arguments, pool)
    if arguments.json:
        rows = [pool.row(key) for key in pool.samples]
        print(json.dumps({"versions": pool.about, "processor": platform.processor(), "rounds": arguments.rounds,
                          "threads": arguments.threads, "rows": rows}))
    else:
        print(table(pool))


if __name__ == "__main__":
    main()
