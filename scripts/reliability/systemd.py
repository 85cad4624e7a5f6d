"""systemd: a clean Debian 12 without Swift, the package, a real systemd; then everything that may happen to the service.

  life      installed, started on paper, stopped by the control file, resumed, rolled back, upgraded and downgraded with a
            position open, removed, purged
  readme    the commands of the README's section on the service, in their order
  bots      two instances beside the first: one's STOP is no business of the other
  kills     kill -9, again and again; with --journal-mb from a large journal
  hangs     SIGSTOP, which the watchdog finds
  deadloop  only the trading loop's thread stands still, every other thread and timer lives
  limit     killed as soon as it is back, as fast as can be: never `failed`
  settings  wrong settings: ends with 78 and is not started again
  memory    the kernel's out-of-memory killer ends the bot

The Debian tree is made once with mmdebstrap, by way of the machine's package sources, and nothing in it changes afterwards;
the container has no network but loopback. Exit code 1: a gate was missed.
"""

import argparse
import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from container import Container
from systemd_faults import FAULTS
from systemd_life import bots, life
from systemd_readme import readme

ALL = {"life": life, "readme": readme, "bots": bots, **FAULTS}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="what to do (default: all)")
    parser.add_argument("--package", help="the package (default: the newest in .build-package)")
    parser.add_argument("--older-package", help="what life goes back to (default: the package itself)")
    parser.add_argument("--tree", default="/var/tmp/hrmbot-debian", help="the Debian tree; made when missing")
    parser.add_argument("--kills", type=int, default=200, help="kills (default 200)")
    parser.add_argument("--hangs", type=int, default=20, help="hangs, and as many dead loops (default 20)")
    parser.add_argument("--journal-mb", type=int, default=0, help="size of the journal before the first kill")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    parser.add_argument("--root", required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if unknown := [name for name in options.names if name not in ALL]:
        parser.error(f"{unknown[0]}: unknown; known are {', '.join(ALL)}")
    if options.package is None:
        found = sorted(glob.glob(f"{options.root}/.build-package/*.deb"), key=os.path.getmtime)
        if not found:
            parser.error("there is no package: scripts/package makes one")
        options.package = found[-1]
    return options


def prepare(options):
    """The tree, with the packages that ours depends on in apt's cache, so that the container needs no network."""
    tree = options.tree
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    if not os.path.exists(f"{tree}/etc/debian_version"):
        print(f"making {tree}", file=sys.stderr)
        subprocess.run(["mmdebstrap", "--variant=minbase", "--include=systemd,systemd-sysv,dbus", "bookworm", tree], **quiet)
    stamp = f"{tree}/var/cache/hrmbot-depends"
    depends = subprocess.run(["dpkg-deb", "-f", options.package, "Depends", "Recommends"], capture_output=True, text=True,
                             check=True).stdout
    if not os.path.exists(stamp) or open(stamp, encoding="utf-8").read() != depends:
        subprocess.run(["cp", options.package, f"{tree}/tmp/hrmbot.deb"], check=True)
        subprocess.run(["cp", "-L", "/etc/resolv.conf", f"{tree}/etc/resolv.conf"], check=True)
        subprocess.run(["chroot", tree, "apt-get", "update", "-q"], **quiet)
        subprocess.run(["chroot", tree, "apt-get", "install", "-qy", "--download-only", "-o", "APT::Keep-Downloaded-Packages=1",
                        "/tmp/hrmbot.deb"], **quiet)
        os.unlink(f"{tree}/tmp/hrmbot.deb")
        with open(stamp, "w", encoding="utf-8") as file:
            file.write(depends)


def main():
    options = arguments()
    # Ended from outside, it takes its container along.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    prepare(options)
    rows, notes = [], {}
    for name in options.names or ALL:
        before = os.getloadavg()[0]
        began = time.monotonic()
        # Where times count, state is on a real disk, as a bot has it: in memory nothing waits for one.
        state = tempfile.mkdtemp(prefix="hrmbot-state-", dir="/var/tmp")
        container = Container(
            options.tree, binds=[(os.path.dirname(os.path.abspath(options.package)), "/package")],
            shared=[(state, "/var/lib/hrmbot")] if name in FAULTS else [])
        try:
            for row in ALL[name](container, options):
                rows.append((name, *row))
                if not options.json:
                    what, measured, gate, is_met = row
                    print(f"{name:9} {what:58} {str(measured):44} {gate:24} {'pass' if is_met else 'FAIL'}", flush=True)
        finally:
            container.end()
            shutil.rmtree(state)
        notes[name] = {"seconds": round(time.monotonic() - began), "load": [round(before, 1), round(os.getloadavg()[0], 1)]}
        if not options.json:
            print(f"{name}: {notes[name]}", flush=True)
    missed = [row for row in rows if not row[4]]
    if options.json:
        print(json.dumps({"rows": rows, "runs": notes, "missed": [row[1] for row in missed]}, indent=1))
    sys.exit(1 if missed else 0)


main()
