"""A real systemd in a container: boots a Debian tree of which nothing changes, runs commands in there, ends it.

Needs root and systemd-nspawn. The container has a network of its own with loopback alone.
"""

import os
import subprocess
import tempfile
import time


class Container:
    """`binds` and `shared`: (directory here, directory in there) pairs, the first read-only; all else that is written in there is
    kept in memory and gone at the end."""

    def __init__(self, tree, binds=(), shared=()):
        self.name = f"hrmbot{os.getpid()}"
        self.log = tempfile.NamedTemporaryFile(prefix="container-", suffix=".log")
        words = [
            "systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network", f"--machine={self.name}",
            "--console=pipe", f"--directory={tree}", "--volatile=overlay", *(f"--bind-ro={here}:{there}" for here, there in binds),
            *(f"--bind={here}:{there}" for here, there in shared),
            "--boot", "systemd.unit=multi-user.target",
        ]
        self.groups = self.make_groups()
        self.process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, preexec_fn=self.enter_groups,
            env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"})
        self.leader = None
        try:
            self.leader = self.wait(30, "a first process", self.find_leader)
            self.wait(60, "systemd", lambda: self.run("systemctl is-system-running", check=False).stdout.strip()
                      in ("running", "degraded"))
        except BaseException:
            self.end()
            raise

    def make_groups(self):
        """Control groups of our own, so that containers can run side by side."""
        bases = [base for base in ("/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified", "/sys/fs/cgroup")
                 if os.path.exists(f"{base}/cgroup.procs")]
        groups = [f"{base}/{self.name}" for base in bases]
        for group in groups:
            os.mkdir(group)
        return groups

    def enter_groups(self):
        for group in self.groups:
            with open(f"{group}/cgroup.procs", "w", encoding="ascii") as file:
                file.write(str(os.getpid()))

    def wait(self, seconds, what, condition):
        """What `condition` says once that is not false."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := condition():
                return found
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        with open(self.log.name, encoding="utf-8", errors="replace") as file:
            raise RuntimeError(f"waited for {what} in vain; the container says: {file.read()[-2000:]}")

    def find_leader(self):
        """The child that is the first process of a process namespace of its own."""
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as file:
            children = file.read().split()
        return next((int(child) for child in children if (ids := namespace_ids(child)) and len(ids) > 1 and ids[-1] == 1), None)

    def run(self, command, seconds=60, check=True):
        """Runs a shell command as the container's root."""
        done = subprocess.run(
            ["nsenter", "-t", str(self.leader), "-a", "--", "sh", "-c", command], capture_output=True, text=True,
            timeout=seconds, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"})
        if check and done.returncode != 0:
            raise RuntimeError(f"{command}: exit code {done.returncode}: {done.stdout}{done.stderr}")
        return done

    def show(self, unit):
        """What the service manager knows of a unit."""
        lines = self.run(f"systemctl show {unit}").stdout.splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)

    def host_process(self, inside):
        """The number here of a process that has the number `inside` in there; None: there is none."""
        space = os.readlink(f"/proc/{self.leader}/ns/pid")
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                if os.readlink(f"/proc/{name}/ns/pid") == space and namespace_ids(name)[-1] == inside:
                    return int(name)
            except (OSError, IndexError):
                continue
        return None

    def end(self):
        if self.leader is not None and self.process.poll() is None:
            try:
                self.run("systemctl poweroff", 10, check=False)
            except subprocess.TimeoutExpired:
                pass
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for group in self.groups:
            for place, _, _ in os.walk(group, topdown=False):
                try:
                    os.rmdir(place)
                except OSError:
                    pass


def namespace_ids(process):
    """A process's numbers, from our namespace inwards; empty: it is gone."""
    try:
        with open(f"/proc/{process}/status", encoding="ascii") as file:
            return [int(word) for line in file if line.startswith("NSpid:") for word in line.split()[1:]]
    except OSError:
        return []
