"""What an administrator does with the package, from the installation to the purge."""

import os
import shutil
import sqlite3
import subprocess
import tempfile
import time

from systemd_service import CONTROL, HOME, TRADING, Service, configure, install

UNITS = ["hrmbot", "hrmbot-guard", "hrmbot@one", "hrmbot-guard@one"]


def life(container, options):
    yield from installed(container, options)
    service = Service(container)
    # Positions that are held for longer than an upgrade takes.
    configure(container, **{**TRADING, "HRMBOT_POLICY_SMA_FAST_BARS": 10, "HRMBOT_POLICY_SMA_SLOW_BARS": 60})
    container.run("systemctl enable --quiet hrmbot")
    took = service.start()
    yield "enabled and started on paper: to ready", f"{took:.2f} s", "<= 2 s", took <= 2
    yield from steered(service)
    yield from changed(container, options, service)
    yield from removed(container, options)


def installed(container, options):
    swift = container.run("find / -xdev -name 'libswift*' -not -path '/proc/*' | wc -l").stdout.strip()
    yield "files of a Swift toolchain before", swift, "0", swift == "0"
    began = time.monotonic()
    said = install(container, options.package)
    took = time.monotonic() - began
    yield "apt-get install, without a network", f"{took:.0f} s", "exit code 0", True
    state = container.run("systemctl is-active hrmbot", check=False).stdout.strip()
    yield "started by the installation", state, "inactive", state == "inactive" and "nothing was started" in said
    who = container.run(f"id -un hrmbot hrmbot-guard; id -nG hrmbot-guard; stat -c '%U:%G %a' {CONTROL}").stdout.split("\n")
    yield "control directory", who[3], "root:hrmbot-ops 2775", who[3] == "root:hrmbot-ops 2775"
    missing = container.run("ldd /usr/bin/hrmbot /usr/bin/hrmbot-guard | grep -c 'not found'", check=False).stdout.strip()
    yield "libraries not found", missing, "0", missing == "0"
    for unit in UNITS:
        said = container.run(f"systemd-analyze verify --man=no {unit}.service 2>&1", check=False).stdout.strip()
        score = container.run(f"systemd-analyze security --no-pager --threshold=15 {unit}.service | tail -n 1", check=False)
        shown = score.stdout.strip().split(": ")[-1].split()[0]
        yield f"{unit}: verify, security", f"{said or 'silent'}, {shown}", "silent, <= 1.5", not said and float(shown) <= 1.5


def steered(service):
    container = service.container
    took = service.until(20, lambda status: status["trading_state"] == "active" and not status["degradations"])
    yield "trading on paper after", "never" if took is None else f"{took:.2f} s", "20 s", took is not None
    began = time.monotonic()
    container.run(f"touch {service.control}/STOP")
    took = service.until(10, lambda status: status["trading_state"] == "halted", began)
    yield "touch STOP: halted after", "never" if took is None else f"{took:.2f} s", "<= 1 s", took is not None and took <= 1
    name = service.status()["latch"]["id"]
    container.run(f"systemctl restart {service.unit}")
    process = service.process()
    took = service.until(10, lambda status: status["trading_state"] == "halted" and status["process_identifier"] == process)
    yield "after a restart", "halted" if took is not None else "not halted", "halted", took is not None
    container.run(f"rm -f {service.control}/STOP")
    began = time.monotonic()
    service.hrmbot("resume", name)
    took = service.until(20, lambda status: status["trading_state"] == "active", began)
    yield "STOP gone and resume NAME: active after", "never" if took is None else f"{took:.2f} s", "20 s", took is not None
    began = time.monotonic()
    service.hrmbot("rollback", "--reason", "test")
    took = service.until(10, lambda status: status["policy"] == "flat", began)
    yield "rollback: the fallback decides after", "never" if took is None else f"{took:.2f} s", "<= 2 s, one bar and one more", took is not None and took <= 2
    said = service.hrmbot("promote", "sma-cross", check=False).stdout.strip().splitlines()[-1]
    yield "promote at once", said[:44], "refused: cool-down", "cool" in said


def other(options, name, place):
    """The same package with another version."""
    with tempfile.TemporaryDirectory() as work:
        subprocess.run(["dpkg-deb", "-R", options.package, f"{work}/tree"], check=True)
        control = open(f"{work}/tree/DEBIAN/control", encoding="utf-8").read()
        lines = [f"{line}{name}" if line.startswith("Version: ") else line for line in control.splitlines()]
        with open(f"{work}/tree/DEBIAN/control", "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        path = f"{place}/hrmbot{name}.deb"
        subprocess.run(["dpkg-deb", "--root-owner-group", "-Znone", "-b", f"{work}/tree", path], check=True,
                       stdout=subprocess.DEVNULL)
    return path


def position(service):
    """Cash and positions, once a position has just been opened."""
    fills = service.status().get("fills", 0)
    opened = lambda status: status["fills"] > fills and any(item["position"]["quantity"] != "0" for item in status["instruments"])
    if service.until(300, opened) is None:
        raise RuntimeError("no position in five minutes")
    return books(service.status())


def books(status):
    return status["cash_quote"], [(item["symbol"], item["position"]["side"], item["position"]["quantity"])
                                  for item in status["instruments"]]


def changed(container, options, service):
    """Another version while a position is open."""
    # A fresh state: the fallback opens nothing.
    container.run(f"systemctl stop hrmbot; rm -rf {HOME}/* && systemctl start hrmbot")
    inside = f"/proc/{container.leader}/root"
    upgrade = os.path.basename(other(options, "+1", f"{inside}/var/tmp"))
    older = options.older_package or options.package
    shutil.copy(older, f"{inside}/var/tmp/older.deb")
    for what, file in [("upgrade", upgrade), ("downgrade", "older.deb"), ("upgrade again", upgrade)]:
        same = None
        # A bar may close between the two looks, and trade; then the books say nothing.
        for _ in range(5):
            before, process = position(service), service.process()
            began = time.monotonic()
            container.run(f"apt-get install -qy --allow-downgrades --reinstall /var/tmp/{file} 2>&1", 300)
            took = time.monotonic() - began
            service.until(10, lambda status: status["process_identifier"] != process and not status["degradations"])
            same = books(service.status()) == before and service.process() != process
            if same:
                break
        version = container.run("dpkg-query -W -f '${Version}' hrmbot").stdout
        yield f"{what} to {version} with a position open", "the same books" if same else f"{before} {books(service.status())}", "the same", same
    container.run("systemctl stop hrmbot")
    said = service.is_sound()
    yield "the journal of all versions re-executed", said, "the same", said == "the same"
    yield from refused(container, service, inside, upgrade)


def refused(container, service, inside, upgrade):
    """What another version left, and settings that this one does not take."""
    file = f"{inside}{HOME}/journal/journal.sqlite"
    for schema, wanted in [("hrmbot.journal/99", "78"), ("hrmbot.journal/2", "0")]:
        # A copy: the database's library does not open files through another process's root. The file stays the service's own.
        with tempfile.TemporaryDirectory() as place:
            shutil.copyfile(file, f"{place}/journal.sqlite")
            database = sqlite3.connect(f"{place}/journal.sqlite")
            database.execute("UPDATE meta SET schema = ?", [schema])
            database.commit()
            database.close()
            shutil.copyfile(f"{place}/journal.sqlite", file)
        container.run("systemctl start hrmbot", 90, check=False)
        time.sleep(2)
        shown = service.show()
        found = shown["ExecMainStatus"], shown["ActiveState"], shown["NRestarts"]
        yield f"a journal of schema {schema}: code, state, restarts", ", ".join(found), f"{wanted}, not tried again", (
            found == (wanted, "failed" if wanted == "78" else "active", "0"))
        container.run("systemctl reset-failed hrmbot", check=False)
    process = service.process()
    container.run("cp /etc/hrmbot/settings.yaml /tmp/good && echo 'nonsense: 1' >>/etc/hrmbot/settings.yaml")
    said = container.run(f"apt-get install -qy --reinstall -o Dpkg::Options::=--force-confold /var/tmp/{upgrade} 2>&1", 300).stdout
    same = service.process() == process and "NOT restarted" in said
    yield "upgrade with settings that are refused", "the old process goes on" if same else said[-200:], "the old process goes on", same
    container.run("cp /tmp/good /etc/hrmbot/settings.yaml")


def removed(container, options):
    container.run("DEBIAN_FRONTEND=noninteractive apt-get remove -qy hrmbot", 120)
    left = container.run("pidof hrmbot hrmbot-guard; systemctl list-unit-files --no-legend 'hrmbot*'; ls /usr/bin/hrmbot* /etc/systemd/system/"
                         "multi-user.target.wants/hrmbot* 2>/dev/null", check=False).stdout.split()
    yield "removed: processes, units, programs left", len(left), "0", not left
    kept = container.run(f"ls {HOME}/journal/journal.sqlite /etc/hrmbot/settings.yaml", check=False).stdout.split()
    yield "removed: journal and settings", f"{len(kept)} of 2 kept", "2 of 2", len(kept) == 2
    install(container, options.package)
    state = container.run("systemctl is-active hrmbot; systemctl is-enabled hrmbot", check=False).stdout.split()
    yield "installed again", " ".join(state), "inactive disabled", state == ["inactive", "disabled"]
    container.run("rm -r /etc/systemd/system/hrmbot.service.d; apt-get purge -qy hrmbot", 120)
    kept = container.run(f"ls {HOME}/journal/journal.sqlite /etc/hrmbot/settings.yaml 2>/dev/null", check=False).stdout.split()
    yield "purged: what stays", ", ".join(kept), "the journal alone", kept == [f"{HOME}/journal/journal.sqlite"]
    install(container, options.package)
    container.run("HRMBOT_PURGE=state apt-get purge -qy hrmbot", 120)
    left = container.run("find / -xdev -name '*hrmbot*' -not -path '/proc/*' -not -path '/package/*' -not -path '/var/tmp/*' "
                         "-not -path '/var/log/*' -not -path '/var/cache/*' -not -path '/tmp/*'").stdout.split()
    yield "purged with HRMBOT_PURGE=state: files left", f"{len(left)} {' '.join(left)}", "0", not left


def bots(container, options):
    """Three bots beside each other; one is stopped, one is killed."""
    install(container, options.package)
    place = {"hrmbot": ("settings", HOME, CONTROL)}
    for number, name in enumerate(["one", "two"], 1):
        place[f"hrmbot@{name}"] = (name, f"{HOME}@{name}", f"{CONTROL}@{name}")
        container.run(f"sed 's/^  port: 8787/  port: {8787 + number}/' /etc/hrmbot/settings.yaml >/etc/hrmbot/{name}.yaml")
    services = {unit: Service(container, unit, home, control) for unit, (_, home, control) in place.items()}
    for service in services.values():
        service.start()
    ready = [service.until(20, lambda status: status["trading_state"] == "active") for service in services.values()]
    yield "three bots, active after", ", ".join(f"{took or -1:.2f}" for took in ready) + " s", "20 s", None not in ready
    # Loopback's listeners, in hexadecimal; the image has no tool for it.
    ports = container.run("cut -d: -f3 /proc/net/tcp | cut -c1-4 | sort -u").stdout.split()
    listening = [number for number in (8787, 8788, 8789) if f"{number:04X}" in ports]
    yield "ports that they listen at", listening, "three", len(listening) == 3
    modes = container.run(f"stat -c '%U:%G %a' {CONTROL}@one {CONTROL}@two {HOME}@one").stdout.split("\n")[:3]
    yield "their directories", ", ".join(modes), "operators', private", modes == ["root:hrmbot-ops 2775"] * 2 + ["hrmbot:hrmbot 700"]
    container.run(f"touch {CONTROL}@one/STOP")
    took = services["hrmbot@one"].until(10, lambda status: status["trading_state"] == "halted")
    states = [service.status()["trading_state"] for service in services.values()]
    yield "STOP of one: states", ", ".join(states), "active, halted, active", states == ["active", "halted", "active"] and took is not None
    took = services["hrmbot@two"].recovery(lambda process: os.kill(process, 9), 20)
    others = [services[unit].show()["NRestarts"] for unit in ("hrmbot", "hrmbot@one")]
    yield "two killed: came back after", f"{took or -1:.2f} s, others restarted {others}", "alone", took is not None and others == ["0", "0"]
    container.run(r"sed -i 's|^  venue: \"\"|  venue: \"unix:/run/no.sock\"|' /etc/hrmbot/one.yaml; systemctl start hrmbot-guard@one")
    guard = container.show("hrmbot-guard@one")
    said = container.run("journalctl -u hrmbot-guard@one -o cat | grep -c 'watches /var/lib/hrmbot-control@one'", check=False).stdout.strip()
    yield "its guard watches its directories", f"{guard['ActiveState']}, {said} line", "active, 1", (guard["ActiveState"], said) == ("active", "1")
    container.run("apt-get remove -qy hrmbot", 120)
    left = container.run("pidof hrmbot hrmbot-guard", check=False).stdout.split()
    yield "removed: processes left", len(left), "0", not left
