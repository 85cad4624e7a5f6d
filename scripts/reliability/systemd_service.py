"""The bot as a service in a container: how it is installed, started, asked and broken."""

import json
import os
import time

# Trades often, and nothing but the test itself stops it.
TRADING = {
    "HRMBOT_POLICY_NAME": "sma-cross", "HRMBOT_POLICY_SMA_FAST_BARS": 2, "HRMBOT_POLICY_SMA_SLOW_BARS": 5,
    "HRMBOT_RISK_MAX_ORDERS_PER_MINUTE": 1000, "HRMBOT_RISK_MAX_REPEATED_EXECUTIONS": 10000,
    "HRMBOT_RISK_MAX_CONSECUTIVE_LOSSES": 1000, "HRMBOT_RISK_MAX_VOLATILITY_RANK": 1,
}
HOME, CONTROL = "/var/lib/hrmbot", "/var/lib/hrmbot-control"


def install(container, package, *options):
    """As an administrator does; what apt said."""
    words = " ".join(["apt-get install -qy", *options, f"/package/{os.path.basename(package)}"])
    return container.run(words + " 2>&1", 300).stdout


def configure(container, unit="hrmbot", speed=None, **values):
    """Settings by the environment; `speed`: bars a second instead of the clock's."""
    lines = ["[Service]"] + [f"Environment={key}={value}" for key, value in values.items()]
    if speed:
        lines += ["ExecStart=", f"ExecStart=/usr/bin/hrmbot paper --settings /etc/hrmbot/settings.yaml --speed {speed}"]
    place = f"/etc/systemd/system/{unit}.service.d"
    text = "\\n".join(lines)
    container.run(f"mkdir -p {place} && printf '{text}\\n' >{place}/test.conf && systemctl daemon-reload")


class Service:
    def __init__(self, container, unit="hrmbot", home=HOME, control=CONTROL):
        self.container, self.unit, self.home, self.control = container, f"{unit}.service", home, control

    def hrmbot(self, *words, check=True):
        """Runs the program as root, on this bot."""
        return self.container.run(
            f"HRMBOT_HOME={self.home} HRMBOT_CONTROL={self.control} hrmbot {' '.join(words)} 2>&1", check=check)

    def show(self):
        return self.container.show(self.unit)

    def process(self):
        return int(self.show()["MainPID"])

    def status(self):
        """What the bot last wrote about itself; empty: nothing yet."""
        try:
            with open(f"/proc/{self.container.leader}/root{self.home}/status.json", encoding="utf-8") as file:
                return json.load(file)
        except (OSError, ValueError):
            return {}

    def until(self, seconds, condition, since=None):
        """Seconds until the status meets a condition, `since` a moment or now; None: it does not in time."""
        began = since or time.monotonic()
        while time.monotonic() - began < seconds:
            if (status := self.status()) and condition(status):
                return time.monotonic() - began
            time.sleep(0.02)
        return None

    def start(self):
        """Starts the service; seconds until READY=1."""
        began = time.monotonic()
        self.container.run(f"systemctl start {self.unit}", 90)
        return time.monotonic() - began

    def recovery(self, fault, seconds, meanwhile=lambda: None):
        """Seconds from a fault to READY=1 of another process; None: not in time, or the unit gave up. `fault` gets the
        process's number here."""
        before = self.process()
        began = time.monotonic()
        fault(self.container.host_process(before))
        while time.monotonic() - began < seconds:
            meanwhile()
            shown = self.show()
            if shown["ActiveState"] == "active" and int(shown["MainPID"]) not in (0, before):
                return int(shown["ActiveEnterTimestampMonotonic"]) / 1e6 - began
            if shown["ActiveState"] == "failed":
                return None
            time.sleep(0.05)
        return None

    def is_sound(self):
        """Whether the journal, as long as it is, re-executes to the same records; what was said otherwise."""
        done = self.container.run(f"HRMBOT_HOME={self.home} hrmbot replay --verify 2>&1", 1200, check=False)
        return "the same" if done.returncode == 0 else done.stdout.strip().splitlines()[-1][:100]


def spread(seconds):
    """Median, 99th percentile and longest of some times, as text."""
    ordered = sorted(seconds)
    pick = lambda share: ordered[min(len(ordered) - 1, int(share * len(ordered)))]
    return f"{pick(0.5):.2f}, {pick(0.99):.2f}, {ordered[-1]:.2f} s", pick(0.99), ordered[-1]
