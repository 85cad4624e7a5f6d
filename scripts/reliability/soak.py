"""soak: R11. Market time passes at a bot at many times its pace (one-minute bars, --speed a second), and its memory,
descriptors and threads are looked at every second. The long run is 72 hours of market time, `--hours 72`; the short one
ten. The first fifth of the run is left out: caches fill, and the journal's memory finds its size.

Gates: at least 50 times real time; memory grows by 1 MB at most for each hour of market time; as many descriptors and threads at
the end as at the beginning; the journal re-executes to the same records.
Exit code 1: a gate was missed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import shutil
import time

import books
import process
from pair import POLICY


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=10, help="market time (default 10)")
    parser.add_argument("--speed", type=int, default=20, help="bars of a minute each second (default 20: 1,200 times)")
    parser.add_argument("--keep", action="store_true", help="leave the directory of the run")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    parser.add_argument("--hrmbot", required=True, help=argparse.SUPPRESS)
    return parser.parse_args()


def snapshot(home, pid):
    try:
        with open(os.path.join(home, "status.json"), encoding="utf-8") as file:
            status = json.load(file)
    except (OSError, ValueError):
        return None
    return status if status["process_identifier"] == pid else None


def run(options, place):
    home = os.path.join(place, "home")
    bars = int(options.hours * 60)
    began = time.monotonic()
    with open(os.path.join(place, "log"), "ab") as log:
        bot = subprocess.Popen(
            [options.hrmbot, "paper", "--home", home, "--json", "--timeframe", "1m", "--speed", str(options.speed),
             "--bars", str(bars), *POLICY],
            stdout=subprocess.DEVNULL, stderr=log)
    looks = []
    while bot.poll() is None:
        time.sleep(1)
        status = snapshot(home, bot.pid)
        try:
            if status and status["bars"]:
                looks.append((status["bars"] / 60, process.resident_megabytes(bot.pid), process.descriptors(bot.pid),
                              process.threads(bot.pid)))
        except OSError:
            break
    code = bot.wait()
    seconds = time.monotonic() - began
    if code != 0 or len(looks) < 10:
        sys.exit(f"soak: the bot ended with {code} after {len(looks)} looks; see {place}/log")
    settled = [look for look in looks if look[0] > options.hours / 5]
    verified = subprocess.run([options.hrmbot, "replay", "--verify", "--home", home], capture_output=True, text=True)
    return {
        "market hours": options.hours, "seconds": seconds, "times real time": round(options.hours * 3600 / seconds),
        "looks": len(looks), "memory first MB": round(settled[0][1], 1), "memory last MB": round(settled[-1][1], 1),
        "MB per market hour": round(process.slope([(look[0], look[1]) for look in settled]), 3),
        "descriptors": sorted({look[2] for look in settled}), "descriptors first and last": [settled[0][2], settled[-1][2]],
        "threads": sorted({look[3] for look in settled}), "threads first and last": [settled[0][3], settled[-1][3]],
        "journal MB": round(books.megabytes(os.path.join(home, "journal")), 1),
        "journal verifies": verified.returncode == 0,
    }


def missed(result):
    gates = [
        ("speed", result["times real time"] >= 50), ("memory", result["MB per market hour"] <= 1),
        ("descriptors", result["descriptors first and last"][1] <= result["descriptors first and last"][0]),
        ("threads", result["threads first and last"][1] <= result["threads first and last"][0]),
        ("journal", result["journal verifies"]),
    ]
    return [name for name, is_met in gates if not is_met]


def main():
    options = arguments()
    place = tempfile.mkdtemp(prefix="soak-")
    try:
        result = run(options, place)
    finally:
        if options.keep:
            print(place, file=sys.stderr)
        else:
            shutil.rmtree(place, ignore_errors=True)
    result["missed"] = missed(result)
    books.show(result, options.json)
    sys.exit(1 if result["missed"] else 0)


main()
