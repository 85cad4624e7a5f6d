"""all: every reliability test of real processes, and one table of what was measured beside its gates.

Short runs by default (some minutes), --long for the numbers of the gates (about an hour). Run it on a machine with
nothing else to do, or the latencies are those of the load. HRMBOT_TOOLS names the directory of chaos_proxy.py, netfault.sh,
diskfault.sh and crash_every_write.sh; what needs it or root is skipped without, says so, and counts as missed.
Exit code 1: a gate was missed.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--long", action="store_true", help="as many tries as the gates ask for")
    parser.add_argument("--only", help="only runs whose name contains this")
    parser.add_argument("--scripts", required=True, help=argparse.SUPPRESS)
    return parser.parse_args()


# What a run found: rows of (what, measured, gate, whether it is met).


def stop_rows(output):
    for line in json.loads(output)["lines"]:
        unit = "" if "orders after" in line["what"] else " ms"
        yield (f"{line['criterion']} {line['what']}", f"{line['value']:g}{unit}", f"<= {line['gate']}{unit}",
               line["value"] <= line["gate"])


def kill_rows(output):
    found = json.loads(output)
    wrong = found["executions lost"] + found["executions doubled or different"]
    yield (f"{found['kills']} kills: executions lost or doubled, of {found['executions']}", wrong, "0", wrong == 0)
    books = {"orders without an intent", "intents used twice", "cash", "positions", "journal", "executions"}
    differ = sorted(books & set(found["missed"]))
    yield ("books and re-executed journal", ", ".join(differ) or "equal", "equal", not differ)
    if not found["network faults"]:
        size = found["journal MB at the first kill"] or 0
        p99 = found["restart to ready p99 s"]
        yield (f"restart to ready p99, journal of {size:g} MB and more", f"{p99:.3f} s", "<= 1 s", p99 <= 1)
    if "orders under a stop" in found:
        yield ("S6 orders under a stop", found["orders under a stop"], "0", found["orders under a stop"] == 0)
        yield ("S6 not halted when ready", found["not halted when ready"], "0", found["not halted when ready"] == 0)


def network_rows(output):
    found = json.loads(output)
    for row in found["rows"]:
        lost = "-" if row["lost after s"] is None else f"{row['lost after s']:.2f} s"
        again = "never" if row["again s"] is None else f"{row['again s']:.1f} s"
        yield (row["fault"], f"lost {lost}, openings {row['openings while lost']}, attempts {row['attempts']}, again {again}",
               "5 s, 0, 10/min, 35 s", not row["missed"])
    yield ("books after all faults", found["books"]["executions"], "equal", len(found["missed"]) == sum(
        len(row["missed"]) for row in found["rows"]))


def disk_rows(output):
    for line in output.splitlines():
        match = re.match(r"(.{44}) (pass|FAIL)\s*(.*)", line)
        if match:
            yield (match.group(1).strip(), match.group(3), "pass", match.group(2) == "pass")


def burst_rows(output):
    found = json.loads(output)
    late = found["caught up after s"]
    yield (f"R10 {found['bars a second']} bars/s for {found['seconds']:g} s: caught up after", f"{late:.2f} s", "<= 5 s",
           late <= 5)
    grew = found["memory grew MB"]
    yield ("R10 memory grew", f"{grew} MB", "<= 64 MB", grew <= 64)
    others = [name for name in found["missed"] if name not in ("caught up within 5 s", "memory")]
    yield (f"R10 books of {found['executions']} executions, one session", ", ".join(others) or "equal", "equal", not others)


def soak_rows(output):
    found = json.loads(output)
    grew, speed = found["MB per market hour"], found["times real time"]
    yield (f"R11 {found['market hours']:g} h of market time: memory an hour", f"{grew} MB", "<= 1 MB", grew <= 1)
    yield ("R11 speed", f"{speed} times", ">= 50", speed >= 50)
    held = [found["descriptors first and last"], found["threads first and last"]]
    yield ("R11 descriptors and threads, first and last", held, "constant",
           not {"descriptors", "threads"} & set(found["missed"]))
    yield ("R11 journal re-executed", found["journal verifies"], "the same", found["journal verifies"])


def stop_disk_rows(output):
    for line in output.splitlines():
        found = json.loads(line)
        took = found["orders ended after s"]
        shown = "never" if took is None else f"{took:.2f} s"
        yield (f"S8 {found['case']}: all orders ended after", f"{shown} {', '.join(found['missed'])}", "<= 1 s, nothing after",
               not found["missed"])


def crash_rows(output):
    match = re.search(r"(\d+) points, (\d+) passed, (\d+) failed", output)
    if match:
        yield (f"crash at {match.group(1)} durability calls, 3 ways", f"{match.group(2)} passed, {match.group(3)} failed",
               "0 failed", match.group(3) == "0")


def systemd_rows(output):
    for name, what, measured, gate, is_met in json.loads(output)["rows"]:
        yield f"{name}: {what}", measured, gate, is_met


def runs(is_long):
    pick = lambda short, long: str(long if is_long else short)
    kills = pick(20, 200)
    return [
        ("stop-latency", ["stop-latency", "--json", "--tries", pick(100, 1000), "--rounds", pick(3, 20)], {}, stop_rows),
        ("kill-nine", ["kill-nine", "--json", "--kills", kills], {}, kill_rows),
        ("kill-nine, large journal", ["kill-nine", "--json", "--kills", kills, "--journal-mb", pick(20, 100)], {}, kill_rows),
        ("kill-nine, large archives",
         ["kill-nine", "--json", "--kills", kills, "--journal-mb", pick(30, 100), "--archives"], {}, kill_rows),
        ("kill-nine, network", ["kill-nine", "--json", "--kills", kills, "--chaos"], {}, kill_rows),
        ("kill-nine, exchange's faults",
         ["kill-nine", "--json", "--kills", kills, "--faults",
          "drop=200,delay=200,unknown=200,duplicate=200,disorder=200"], {}, kill_rows),
        ("kill-nine, exchange killed too",
         ["kill-nine", "--json", "--kills", kills, "--server-kills", pick(4, 40)], {}, kill_rows),
        ("kill-nine after a stop", ["kill-nine", "--json", "--kills", kills, "--after-stop"], {}, kill_rows),
        ("network-faults", ["network-faults", "--json", "--seconds", pick(8, 60)], {}, network_rows),
        ("burst", ["burst", "--json", "--seconds", pick(20, 60)], {}, burst_rows),
        ("soak", ["soak", "--json", "--hours", pick(10, 72), "--speed", pick(20, 10)], {}, soak_rows),
        ("stop-disk", ["stop-disk", "--json"], {}, stop_disk_rows),
        ("journal-disk", ["journal-disk"], {"POWER_CUTS": pick(5, 100)}, disk_rows),
        ("journal-crash-points", ["journal-crash-points"], {"STRIDE": pick(20, 1)}, crash_rows),
        ("systemd",
         ["systemd", "--json", "--kills", kills, "--hangs", pick(3, 20), "--journal-mb", pick(20, 100)], {}, systemd_rows),
    ]


def main():
    options = arguments()
    missed = 0
    load = lambda: " ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"{time.strftime('%Y-%m-%d %H:%M')}, {os.cpu_count()} cores, load {load()}")
    for name, words, environment, rows in runs(options.long):
        if options.only and options.only not in name:
            continue
        began, before = time.monotonic(), load()
        done = subprocess.run(
            [os.path.join(options.scripts, words[0]), *words[1:]], capture_output=True, text=True,
            env={**os.environ, **environment})
        print(f"\n{name}: {time.monotonic() - began:.0f} s, load {before} before, {load()} after", flush=True)
        try:
            found = list(rows(done.stdout))
        except (ValueError, KeyError):
            found = []
        for what, measured, gate, is_met in found:
            missed += not is_met
            print(f"  {what:62} {str(measured):58} {gate:22} {'pass' if is_met else 'FAIL'}", flush=True)
        if not found or (done.returncode != 0 and all(row[3] for row in found)):
            missed += 1
            last = (done.stderr.strip() or done.stdout.strip() or "nothing was said").splitlines()[-1]
            print(f"  {'exit code ' + str(done.returncode):62} {last[:200]:58} {'0':22} FAIL", flush=True)
    print(f"\n{missed} missed" if missed else "\nevery gate is met")
    sys.exit(1 if missed else 0)


main()
