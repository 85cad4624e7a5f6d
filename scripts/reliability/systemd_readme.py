"""The commands of the README's section on the service, one after the other, by somebody who follows it."""

import os
import pathlib
import re
import subprocess
import time

from systemd_service import CONTROL, HOME, Service

# Nobody has said whom to tell.
EXPECTED = {"hrmbot notify test": 78}


def commands(root):
    """The shell lines of the section, without remarks."""
    text = pathlib.Path(root, "README.md").read_text(encoding="utf-8")
    block = re.search(r"^## Run it as a service\n.*?^```sh\n(.*?)^```", text, re.M | re.S).group(1)
    return [line.split(" #")[0].strip() for line in block.splitlines()]


def readme(container, options):
    service, exports = Service(container), []
    for line in commands(options.root):
        # The package is made where Swift is.
        if line.startswith("scripts/"):
            continue
        if line.startswith("export "):
            exports.append(line)
            continue
        command = line.replace("NAME", (service.status().get("latch") or {}).get("id", "NAME"))
        command = command.replace("./hrmbot_0.1.0_amd64.deb", f"/package/{os.path.basename(options.package)}")
        # Nobody is there who could answer.
        command = command.replace("apt-get ", "apt-get -y ")
        began = time.monotonic()
        done = container.run("; ".join(["cd /var/tmp", *exports, command]), 300, check=False)
        took = time.monotonic() - began
        said = (done.stdout + done.stderr).strip().splitlines()
        expected = EXPECTED.get(line, 0)
        yield line[:58], f"{done.returncode} after {took:.2f} s: {said[-1][:60] if said else ''}", f"exit code {expected}", (
            done.returncode == expected)
        if line == "hrmbot dashboard":
            code = page(container, said[-1])
            yield "  the page answers", code, "200", code == "200"
        if state := wanted_state(line):
            found = service.until(20, lambda status: status["trading_state"] == state)
            yield f"  the bot is {state}", "never" if found is None else f"after {found:.2f} s", "20 s", found is not None
    left = container.run(f"pgrep hrmbot; ls {HOME}/journal/journal.sqlite {CONTROL}", check=False).stdout.split()
    yield "what is left", ", ".join(left), "the journal, no process", left[:1] == [f"{HOME}/journal/journal.sqlite"]


def page(container, address):
    """What the page's address answers within the container's network, asked with our own curl."""
    return subprocess.run(["nsenter", "-t", str(container.leader), "-n", "--", "curl", "-s", "-o", "/dev/null", "-w", "%{http_code}",
                           address], capture_output=True, text=True, check=False).stdout


def wanted_state(line):
    if line.startswith(("systemctl enable", "rm ")):
        return "active"
    return "halted" if line.startswith("touch ") else None
