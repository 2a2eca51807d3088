#!/usr/bin/env python3
"""A store of many deals, for measuring reports: each with four visits and six activities, of 200 reps, 12
products and 8 segments (a field), in 8 stages, over 36 months.

    benches/report_store.py FOLDER [--deals 1000000] [--binary FILE]

It writes the rows of the tables itself, a thousand times faster than commands would, and no events: reports
and lists read such a store, `doctor` and whatever shows one deal's history don't. The last 1,200 deals are
imported by `salesctl`, which folds all of them into columns as every import does.
"""

import argparse
import os
import random
import sqlite3
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
EPOCH = date(1970, 1, 1)
FIRST = (date(2023, 11, 20) - EPOCH).days
LAST = (date(2026, 11, 20) - EPOCH).days
TEXTS = {day: (EPOCH + timedelta(days=day)).isoformat() for day in range(FIRST - 10, LAST + 800)}
STAGES = ["inquiry", "qualify", "visit", "design", "demonstrate", "propose", "negotiate", "close"]
REASONS = ["price", "competitor", "no_decision", "no_budget", "timing", "silent"]
REPS = [f"rep{n:03}" for n in range(200)]
PRODUCTS = [f"product{n:02}" for n in range(12)]
SEGMENTS = [f"segment{n}" for n in range(8)]
SOURCES = ["inbound", "referral", "existing", "list", "event"]
KINDS = ["call", "mail", "meeting", "letter"]
IMPORTED = 1_200
MAP = '[deals]\nid = "id"\naccount = "account"\noutcome = "outcome"\nopened = "opened"\nclosed = "closed"\n'


def process() -> str:
    """A process with so many of everything."""
    lines = [
        '[process]\nname = "Bench"\nselling_model = "consultative"\ncurrency = "EUR"\n',
        '[fields.segment]\ntype = "choice"\nwhy = "reports group by it"\n'
        f"choices = [{', '.join(chr(34) + name + chr(34) for name in SEGMENTS)}]\n",
    ]
    for n, name in enumerate(STAGES):
        lines.append(
            f'[[stage]]\nname = "{name}"\nobjective = "Come closer"\nprobability = {0.1 + 0.1 * n:.1f}\nlimit = "60d"\n'
        )
    reasons = ", ".join(f'"{name}"' for name in REASONS)
    lines.append(f'[[end]]\nname = "won"\n\n[[end]]\nname = "lost"\nreasons = [{reasons}]\n')
    lines += [f'[[team]]\nname = "team{n}"\n' for n in range(10)]
    lines += [f'[[rep]]\nname = "{rep}"\nteam = "team{n % 10}"\n' for n, rep in enumerate(REPS)]
    lines += [f'[[product]]\nname = "{name}"\n' for name in PRODUCTS]
    lines += [f'[[source]]\nname = "{name}"\n' for name in SOURCES]
    return "\n".join(lines)


def run(binary: str, work: Path, *words: str) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(work), "LANG": "C.UTF-8"}
    environment["SALESCTL_USER"] = "bench"
    done = subprocess.run([binary, *words], cwd=work, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(words)}: {done.returncode}\n{done.stderr[:2000]}")


def deal(number: int, total: int, chance: random.Random, accounts: list, rows: dict) -> None:
    """The rows of one deal, which rise with its number."""
    opened = FIRST + (LAST - FIRST) * number // total
    identity = ((opened * 86_400_000 + number % 86_400_000) << 21) | chance.getrandbits(21)
    rep = chance.randrange(200)
    owner = REPS[rep]
    product = chance.randrange(12)
    value = 100 * chance.randrange(500, 60_000)
    account = chance.choice(accounts)
    source = chance.choice(SOURCES)
    segment = SEGMENTS[(product + chance.randrange(3)) % 8]
    touched = {opened}
    facts = []
    day = opened
    ends = 2 + chance.randrange(7)
    visits = []
    state, closed, reason = "open", None, None
    for stage in range(ends):
        left = day + 1 + int(chance.expovariate(1 / 18))
        visits.append([identity, stage + 1, STAGES[stage], day, None, "still", "advance" if stage else "start", 0])
        facts += [("stage", day, STAGES[stage]), ("stage_entered", day, TEXTS[day])]
        touched.add(day)
        if left > LAST:
            break
        visits[-1][4] = left
        if stage + 1 == ends:
            won = ends >= 5 and chance.random() < 0.55
            state, closed = ("won" if won else "lost"), left
            visits[-1][5] = state
            facts += [("stage", left, state), ("state", left, state), ("closed", left, TEXTS[left])]
            if not won:
                reason = chance.choice(REASONS)
                facts.append(("reason", left, reason))
            touched.add(left)
        else:
            visits[-1][5] = "advanced"
            day = left
    end = closed or LAST
    for n in range(4 + chance.randrange(5)):
        on = min(opened + int((end - opened + 1) * chance.random()), end)
        touched.add(on)
        rows["activity"].append(
            (identity, 100 + n, on, KINDS[chance.randrange(4)], 5 * chance.randrange(1, 19),
             None if chance.random() < 0.9 else 100 * chance.randrange(10, 900), None, owner, None)
        )
    expected = opened + 90 + chance.randrange(60)
    due = min(opened + 14, LAST)
    done = None if closed is None and chance.random() < 0.5 else due
    rows["followup"].append((identity + 1, identity, due, "call", 1, opened, done))
    facts += [
        ("state", opened, "open"), ("opened", opened, TEXTS[opened]), ("owner", opened, owner),
        ("product", opened, PRODUCTS[product]), ("source", opened, source), ("segment", opened, segment),
        ("currency", opened, "EUR"), ("expected_close", opened, TEXTS[expected]),
        (".account", opened, account), (".value_minor", opened, value), (".booked", opened, TEXTS[due]),
    ]
    facts += [(".touched", on, TEXTS[on]) for on in touched]
    # The last of a name and a day counts.
    last = {(name, on): to for name, on, to in facts}
    for (name, on), to in sorted(last.items(), key=lambda fact: fact[0]):
        whole, text = (to, None) if isinstance(to, int) else (None, to)
        rows["fact"].append((identity, name, on, whole, None, text))
    rows["visit"] += visits
    rows["deal"].append(
        (identity, account, None, owner, PRODUCTS[product], source, state, visits[-1][2], visits[-1][3], value, "EUR",
         opened, closed, expected, None, reason, None, None if done else due, max(touched), 0)
    )
    rows["changed_deal"].append((identity,))


def make(work: Path, deals: int, binary: str) -> None:
    work.mkdir(parents=True, exist_ok=True)
    run(binary, work, "init", "--quiet")
    (work / "process.toml").write_text(process(), encoding="utf-8")
    run(binary, work, "process", "apply", "--why", "the bench")
    chance = random.Random(1)
    store = sqlite3.connect(work / "sales.db", isolation_level=None)
    store.executescript("PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; PRAGMA foreign_keys = OFF")
    store.execute("BEGIN")
    accounts = [(FIRST * 86_400_000 + n << 21) | chance.getrandbits(21) for n in range(max(deals // 4, 1))]
    store.executemany(
        "INSERT INTO account (id, name, name_key) VALUES (?, ?, ?)",
        ((id, f"Account {n}", f"account {n}") for n, id in enumerate(accounts)),
    )
    tables = {
        "deal": "id, account, title, owner, product, source, state, stage, stage_entered, value_minor, currency, opened,"
        " closed, expected_close, hold_until, reason, customer_type, next_due, touched, overrides",
        "visit": "deal, n, stage, entered, left_day, how, came, overridden",
        "activity": "deal, seq, day, kind, minutes, cost_minor, person, actor, tool",
        "followup": "id, deal, due, text, by_rule, added, done",
        "fact": "subject, name, day, whole, number, text",
        "changed_deal": "deal",
    }
    made = deals - IMPORTED
    for first in range(0, made, 10_000):
        rows: dict = {table: [] for table in tables}
        for number in range(first, min(first + 10_000, made)):
            deal(number, made, chance, accounts, rows)
        for table, columns in tables.items():
            marks = ", ".join("?" for _ in columns.split(","))
            store.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows[table])
    store.execute("COMMIT")
    store.close()
    with open(work / "deals.csv", "w", encoding="utf-8") as file:
        file.write("id,account,outcome,opened,closed\n")
        for n in range(IMPORTED):
            file.write(f"d{n},Account {n},{'won' if n % 3 else 'lost'},2026-01-05,2026-03-05\n")
    (work / "deals.map.toml").write_text(MAP, encoding="utf-8")
    run(binary, work, "import", "deals", "deals.csv", "--map", "deals.map.toml", "--quiet")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder")
    parser.add_argument("--deals", type=int, default=1_000_000)
    parser.add_argument("--binary", default=str(TOP / "target/release/salesctl"))
    asked = parser.parse_args()
    make(Path(asked.folder), asked.deals, str(Path(asked.binary).resolve()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
