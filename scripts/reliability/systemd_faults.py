"""What can happen to a running service. Each gives rows of what was done, what was measured, the gate, and whether it is met."""

import ctypes
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import time

from systemd_service import HOME, TRADING, Service, configure, install, spread

WATCHDOG_SECONDS = 5
# The thread that trades, as the kernel knows it.
LOOP = "engine"
# One file, whatever its size, and an account that hours of trading do not ruin.
LARGE = {"HRMBOT_JOURNAL_ROTATE_MEGABYTES": 0, "HRMBOT_RISK_MAX_DAILY_LOSS": 1, "HRMBOT_RISK_MAX_DRAWDOWN": 1}
PTRACE_DETACH, PTRACE_SEIZE, PTRACE_INTERRUPT, WAIT_ALL = 17, 0x4206, 0x4207, 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


def running(container, options, speed=None, **more):
    install(container, options.package)
    configure(container, speed=speed, **{**TRADING, **more})
    service = Service(container)
    service.start()
    return service


def repeated(service, times, fault, pause, seconds=30):
    """Recoveries from the same fault, and how many there were not."""
    chance, found, lost = random.Random(1), [], 0
    for _ in range(times):
        time.sleep(pause * chance.uniform(0.5, 1.5))
        took = service.recovery(fault, seconds)
        if took is None:
            lost += 1
            break
        found.append(took)
    return found, lost


def kills(container, options):
    # Bars of a large journal are ahead of the clock, which it was made without: they go on at a pace of their own.
    service = running(container, options, speed=5 if options.journal_mb else None, **LARGE)
    if options.journal_mb:
        yield grown(container, service, options.journal_mb)
    before = megabytes(container)
    found, lost = repeated(service, options.kills, lambda process: os.kill(process, signal.SIGKILL), 1.0)
    text, p99, _ = spread(found)
    yield f"kill -9 x {options.kills}: came back", len(found), str(options.kills), lost == 0
    yield f"the same, journal {before} to {megabytes(container)} MB: p50, p99, max", text, "p99 <= 1 s", p99 <= 1
    container.run("systemctl stop hrmbot")
    said = service.is_sound()
    yield "the journal re-executed", said, "the same", said == "the same"


def megabytes(container):
    return round(int(container.run(f"du -sb {HOME}/journal | cut -f 1").stdout) / 1e6)


def grown(container, service, wanted):
    """A journal of the wanted size, made by the bot itself at a high pace."""
    container.run("systemctl stop hrmbot")
    values = " ".join(f"{key}={value}" for key, value in {**TRADING, **LARGE}.items())
    container.run(
        f"env {values} HRMBOT_HOME={HOME} HRMBOT_SERVER_PORT=0 runuser -u hrmbot -- timeout 900 hrmbot paper --speed 1000 --json "
        f">/dev/null 2>/tmp/grow & until [ $(du -sm {HOME}/journal | cut -f 1) -ge {wanted + 2} ]; do sleep 0.5; done; "
        "kill -9 $(pidof hrmbot); wait", 1000, check=False)
    size = megabytes(container)
    return "journal before the first kill", f"{size} MB, {service.start():.2f} s to ready", f">= {wanted} MB", size >= wanted


def hangs(container, options):
    service = running(container, options)
    found, lost = repeated(service, options.hangs, lambda process: os.kill(process, signal.SIGSTOP), 0.5)
    yield from held(found, lost, options.hangs, "hang (SIGSTOP)")


def deadloop(container, options):
    """One thread after the other is held still by a tracer while all others, and every timer, live. Whatever fed the watchdog from
    elsewhere would keep a dead loop looking alive."""
    service = running(container, options)
    outcomes, index = {}, 0
    while index < len(found := threads(service)):
        number, name = found[index]
        outcome, _ = hold(service, number)
        outcomes.setdefault(outcome, []).append(name)
        index += 1
        time.sleep(1)
    said = "; ".join(f"{outcome}: {', '.join(names)}" for outcome, names in sorted(outcomes.items()))
    yield "threads held one by one", said, "none looks alive and is not", (
        "looks alive, and is not" not in outcomes and "restarted" in outcomes)
    recoveries, lost = [], 0
    for _ in range(options.hangs):
        _, took = hold(service, next(number for number, name in threads(service) if name == LOOP))
        if took is None:
            lost += 1
        else:
            recoveries.append(took)
        time.sleep(1)
    yield from held(recoveries, lost, options.hangs, "dead loop")


def threads(service):
    """Numbers and names of the bot's threads, in the order in which they were made."""
    tasks = f"/proc/{service.container.host_process(service.process())}/task"
    return [(number, pathlib.Path(tasks, str(number), "comm").read_text().strip()) for number in sorted(map(int, os.listdir(tasks)))]


def hold(service, thread):
    """Holds one thread; what became of the bot, and the seconds to READY=1 of another process if there was one. That takes the
    watchdog's time, and two seconds more for the thread that looks for stops."""
    bars = service.status().get("bars")
    trace(PTRACE_SEIZE, thread)
    trace(PTRACE_INTERRUPT, thread)
    # A held thread that was killed ends, and its process with it, only when its tracer takes note.
    took = service.recovery(lambda _: None, WATCHDOG_SECONDS + 5, meanwhile=reap)
    if took is not None:
        return "restarted", took
    code = ready(service)
    grew = service.status().get("bars") != bars
    trace(PTRACE_DETACH, thread)
    if code != 200:
        return f"said so (/readyz {code})", None
    return ("trades on" if grew else "looks alive, and is not"), None


def ready(service):
    """What the bot's socket answers to /readyz; 0: nothing."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(3)
        try:
            connection.connect(f"/proc/{service.container.leader}/root{service.home}/hrmbot.sock")
            connection.sendall(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return int(connection.recv(4096).split()[1])
        except (OSError, IndexError):
            return 0


def held(found, lost, times, name):
    text, _, longest = spread(found)
    yield f"{name} x {times}: came back", len(found), str(times), lost == 0
    yield "the same: p50, p99, max", text, f"max <= {WATCHDOG_SECONDS + 1} s", longest <= WATCHDOG_SECONDS + 1


def trace(request, thread):
    if LIBC.ptrace(request, thread, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"ptrace {request:#x} of {thread}")


def reap():
    """Takes note of what happened to held threads."""
    try:
        while os.waitpid(-1, os.WNOHANG | WAIT_ALL)[0]:
            pass
    except ChildProcessError:
        pass


def limit(container, options):
    service = running(container, options)
    began, count, states = time.monotonic(), 0, set()
    while time.monotonic() - began < 30:
        shown = service.show()
        states.add(shown["ActiveState"])
        if (process := int(shown["MainPID"])) and (here := container.host_process(process)):
            os.kill(here, signal.SIGKILL)
            count += 1
    came = until_active(service, 20)
    shown = service.show()
    yield f"killed at once {count} times in 30 s", ", ".join(sorted(states)), "never failed", "failed" not in states and count >= 30
    yield "after the last kill", f"{shown['ActiveState']} after {came or 0:.2f} s, {shown['NRestarts']} restarts", "active", bool(came)


def until_active(service, seconds):
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if service.show()["ActiveState"] == "active":
            return time.monotonic() - began
        time.sleep(0.05)
    return None


def settings(container, options):
    service = running(container, options)
    file = "/etc/hrmbot/settings.yaml"
    container.run(f"cp {file} /tmp/good && sed -i 's/^risk:/risk:\\n  max_drawdwn: 7/' {file}")
    container.run(f"systemctl kill --signal=KILL {service.unit}")
    time.sleep(3)
    shown = service.show()
    yield ("wrong settings at a restart: exit code, state", f"{shown['ExecMainStatus']}, {shown['ActiveState']}",
           "78, failed", (shown["ExecMainStatus"], shown["ActiveState"]) == ("78", "failed"))
    # The one restart is that after the kill.
    yield "restarts, 3 s later", shown["NRestarts"], "1", shown["NRestarts"] == "1"
    said = container.run(f"journalctl -u {service.unit} -o cat | grep -c max_drawdown", check=False).stdout.strip()
    yield "lines of the log that name the setting meant", said, ">= 1", said.isdigit() and int(said) >= 1
    container.run(f"cp /tmp/good {file}")
    yield "started with the right ones: to ready", f"{service.start():.2f} s", "active", service.show()["ActiveState"] == "active"


def memory(container, options):
    """MemoryMax= needs the memory controller inside the container, which it has not. The kernel's killer is the same."""
    service = running(container, options)
    base = "/sys/fs/cgroup/memory"
    if not os.path.exists(f"{base}/memory.limit_in_bytes"):
        yield "out of memory", "no memory controller here", "killed by the kernel", False
        return
    group = f"{base}/{container.name}"
    os.mkdir(group)
    write(f"{group}/memory.limit_in_bytes", 32 << 20)
    hogs = []

    def starve(process):
        # The bot shares 32 MB with a process that takes all it can; of the two the killer is to prefer the bot.
        write(f"/proc/{process}/oom_score_adj", 1000)
        write(f"{group}/cgroup.procs", process)
        hogs.append(subprocess.Popen(
            [sys.executable, "-c", "import time\nheap = []\nwhile True:\n  heap.append(bytes(65536))\n  time.sleep(0.001)"],
            preexec_fn=lambda: write(f"{group}/cgroup.procs", os.getpid())))

    took = service.recovery(starve, 60)
    hogs[0].kill()
    hogs[0].wait()
    killed = int([line for line in open(f"{group}/memory.oom_control", encoding="ascii")
                  if line.startswith("oom_kill ")][0].split()[1])
    yield "kills by the kernel for want of memory", killed, ">= 1", killed >= 1
    yield "the same: came back after", "never" if took is None else f"{took:.2f} s", "<= 60 s, starving included", took is not None
    resident = int(container.run(f"grep VmRSS /proc/{service.process()}/status | tr -dc 0-9").stdout) / 1024
    yield "resident memory afterwards", f"{resident:.0f} MB", "<= 120 MB", resident <= 120
    os.rmdir(group)


def write(path, value):
    with open(path, "w", encoding="ascii") as file:
        file.write(str(value))


FAULTS = {"kills": kills, "hangs": hangs, "deadloop": deadloop, "limit": limit, "settings": settings, "memory": memory}
