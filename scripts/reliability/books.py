"""The books of a bot's journal beside those of its exchange."""

import json
import os
import re
import sqlite3
from decimal import Decimal

# Names of the same thing in the exchange's view and in the journal.
FILL_MEMBERS = [
    ("client_id", "order_id"), ("fee_quote", "fee_quote"), ("price", "price"), ("quantity", "qty"), ("side", "side"),
]


def files(directory):
    """The files of a journal, oldest first: archives, then the one that is written."""
    archive = os.path.join(directory, "archive")
    found = []
    for name in os.listdir(archive) if os.path.isdir(archive) else []:
        match = re.fullmatch(r"journal-(\d+)-(\d+)\.sqlite", name)
        if match:
            found.append((int(match.group(1)), os.path.join(archive, name)))
    return [path for _, path in sorted(found)] + [os.path.join(directory, "journal.sqlite")]


def megabytes(directory):
    """Size of a journal with its archives."""
    return sum(os.path.getsize(path) for path in files(directory)) / 1e6


def records(directory, *kinds):
    """Records of some kinds as (sequence, kind, content), in order. Each counts once: while a file becomes an archive it
    has two names."""
    last = 0
    marks = ", ".join("?" * len(kinds))
    for path in files(directory):
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        for sequence, kind, payload in database.execute(
            f"SELECT sequence, kind, payload FROM record WHERE kind IN ({marks}) AND sequence > ? ORDER BY sequence",
            (*kinds, last),
        ):
            last = sequence
            yield sequence, kind, json.loads(payload)
        database.close()


def journal(directory):
    """Executions by trade id, names of intents, and how many stand there again although they may not: a crash between a
    record and the state that holds it makes the next session tell the same once more, and nothing else may come twice."""
    session, fills, intents = 0, {}, {}
    conflicts = {"fill": 0, "intent": 0}
    for _, kind, content in records(directory, "session", "fill", "intent"):
        if kind == "session":
            session += 1
            continue
        known, name = (fills, content["trade_id"]) if kind == "fill" else (intents, content["client_id"])
        same = {key: value for key, value in content.items() if key != "at"}
        if name in known and (known[name][0] != same or known[name][1] == session):
            conflicts[kind] += 1
        known[name] = (same, session)
    return {name: content for name, (content, _) in fills.items()}, set(intents), conflicts


def compare(pair, view, status):
    """What the exchange's view, the bot's status and the journal say of the same trades."""
    directory = os.path.join(pair.home, "journal")
    fills, intents, conflicts = journal(directory)
    trades = {fill["trade_id"]: fill for fill in view["fills"]}
    held = {entry["symbol"]: entry for entry in view["positions"]}
    ours = {entry["symbol"]: entry["position"] for entry in status["instruments"]}
    cash = Decimal("100000")
    for fill in fills.values():
        notional = Decimal(fill["price"]) * Decimal(fill["qty"])
        cash += (-notional if fill["side"] == "buy" else notional) - Decimal(fill["fee_quote"])
    orders = {fill["client_id"] for fill in view["fills"]}
    verified = pair.tool("replay", "--verify", "--home", pair.home)
    return {
        "executions": len(trades), "intents": len(intents),
        "executions lost": len(trades.keys() - fills.keys()),
        "executions doubled or different": conflicts["fill"] + sum(
            1 for number, fill in fills.items()
            if number not in trades or any(
                str(trades[number][theirs]) != str(fill[mine]) for theirs, mine in FILL_MEMBERS)),
        "orders without an intent": len(orders - intents), "intents used twice": conflicts["intent"],
        "cash of the exchange": view["cash_quote"], "cash of the bot": status["cash_quote"],
        "cash from the journal's fills": str(cash),
        "positions equal": all(
            Decimal(held[symbol]["quantity"]) == Decimal(mine["quantity"])
            and Decimal(held[symbol]["total_cost_quote"]) == Decimal(mine["total_cost_quote"])
            for symbol, mine in ours.items()),
        "journal": verified.stdout.strip().splitlines()[1:3] or verified.stderr.strip().splitlines()[-3:],
        "journal verifies": verified.returncode == 0,
        "journal MB": round(megabytes(directory), 1), "journal files": len(files(directory)),
    }


def gates(result):
    """Each gate of `compare` with whether it is met."""
    return [
        ("executions lost", result["executions lost"] == 0),
        ("executions doubled or different", result["executions doubled or different"] == 0),
        ("orders without an intent", result["orders without an intent"] == 0),
        ("intents used twice", result["intents used twice"] == 0),
        ("cash", Decimal(result["cash of the exchange"]) == Decimal(result["cash of the bot"])
         == Decimal(result["cash from the journal's fills"])),
        ("positions", result["positions equal"]), ("journal", result["journal verifies"]),
        ("executions", result["executions"] > 0),
    ]


def show(result, as_json):
    """Prints a result as a table, or as one JSON object."""
    if as_json:
        print(json.dumps(result))
        return
    for name, value in result.items():
        if value is not None:
            shown = f"{value:.3f}" if isinstance(value, float) and " s" in name else value
            print(f"{name:34} {shown}")
