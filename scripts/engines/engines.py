"""The engines of the comparison: what is installed for them, what they can do, what they cannot."""

import dataclasses
import os
import subprocess
import sys


@dataclasses.dataclass(frozen=True)
class Engine:
    """One rival. `cannot`: what it cannot express of the rule. `compiles`: its first call compiles, and does not count.

    `limit`: so many bars tell how fast a slow one is; of trades five times as many.
    """

    name: str
    packages: tuple
    module: str
    works: tuple
    cannot: str
    compiles: bool = False
    limit: int = 10**9


ENGINES = (
    Engine("vectorbt", ("vectorbt==1.2.0",), "vectorbt_engine", ("bars", "portfolio"),
           "arrays, no events: the decisions of all bars are made before the first is traded, and only the user's own "
           "shift by one bar keeps the future out; the first call compiles for some seconds and does not count", True),
    Engine("backtesting.py", ("backtesting==0.6.6",), "backtesting_py", ("bars",),
           "one instrument only, so no common cash account; indicators are arrays over all bars"),
    Engine("bt", ("bt==1.4.1",), "bt_engine", ("bars",),
           "no orders and one price a row: rows are opens here, and the closes' decisions are shifted by the user"),
    Engine("basana", ("basana==1.11",), "basana_engine", ("bars", "portfolio"),
           "nothing: decimals, orders, next open; its bars are made before the clock starts"),
    Engine("nautilus_trader", ("nautilus_trader==1.221.0",), "nautilus_engine", ("bars", "portfolio", "ticks"),
           "from bars alone a market order is filled at the close that decided it, not at the next open, so equity "
           "differs; its data are made before the clock starts"),
    Engine("backtrader", ("backtrader==1.9.78.123", "pandas"), "backtrader_engine", ("bars", "portfolio"),
           "nothing, but in floating point", limit=100_000),
    Engine("hftbacktest", ("hftbacktest==2.4.4",), "hftbacktest_engine", ("ticks",),
           "no bars: the strategy makes them; fills need a book, so a spread of a cent is paid at each sale; the first "
           "call compiles for some seconds and does not count", True),
)


def python(root, name):
    """The interpreter of an environment."""
    return os.path.join(root, ".venv-engines", name, "bin", "python")


def install(root, name, packages):
    """Makes an environment of its own for an engine, as their requirements exclude one another; why not, or None."""
    directory = os.path.join(root, ".venv-engines", name)
    mark = os.path.join(directory, "installed")
    wanted = " ".join(packages)
    if os.path.exists(mark):
        with open(mark) as file:
            if file.read().strip() == wanted:
                return None
    print(f"installing {wanted} into .venv-engines/{name}", file=sys.stderr)
    steps = ([sys.executable, "-m", "venv", directory],
             [python(root, name), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--prefer-binary",
              *packages])
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True)
        if done.returncode != 0:
            text = (done.stderr or done.stdout).strip().splitlines()
            said = [line for line in text if line.startswith("ERROR")] or text[-1:] or [f"exit code {done.returncode}"]
            return f"cannot be installed: {said[-1].removeprefix('ERROR: ')}"
    with open(mark, "w") as file:
        file.write(wanted + "\n")
    return None
