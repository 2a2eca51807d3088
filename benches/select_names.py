#!/usr/bin/env python3
"""Choosing among a million names: CPU seconds of `salesctl prospect select`, and their ratio to one full
scan of the same table by the `sqlite3` program in the same run.

    cargo build --release && benches/select_names.py [--names 1000000] [--workspace FOLDER] [--binary FILE]

Without a workspace one is made: names are imported, stars are given, deals are won. The workspace of an
earlier run can be given again (`--keep FOLDER` keeps it). Each question is asked three times; the best
counts. Promised: conditions, topics and likeness in one question take less than a second of CPU.
"""

import argparse
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
LIMIT = 1.0
SCORES = """
[[score]]
when = "employees >= 200"
points = 40

[[score]]
when = "title LIKE '%director%' OR title LIKE '%head%'"
points = 20

[[score]]
when = "state IN ('CA', 'NY')"
points = 10

[[topic]]
name = "forecasting"

[[topic]]
name = "pricing"
"""
MAP = """
[deals]
id = "id"
account = "account"
outcome = "outcome"
opened = "opened"
closed = "closed"
[deals.fields]
[accounts]
file = "deals.csv"
name = "account"
[accounts.fields]
industry = "industry"
"""
CITIES = [("Los Angeles", "CA"), ("Albany", "NY"), ("Austin", "TX"), ("Boston", "MA"), ("Boise", "ID")]
TITLES = ["Director of IT", "Buyer", "Head of Sales", "Owner", "Analyst", "Vice President"]
INDUSTRIES = ["manufacturing", "retail", "services", "logistics", "health", "public"]
QUESTIONS = {
    "a condition": ["--where", "employees >= 500 AND state = 'CA'"],
    "nothing but rank": [],
    "by score": ["--where", "score >= 60"],
    "topic": ["--topic", "forecasting>=4"],
    "condition, topic": ["--where", "employees >= 100", "--topic", "forecasting>=4"],
    "condition, topic and likeness": [
        "--where", "employees >= 100", "--topic", "forecasting>=3", "--like-won",
    ],
    "condition and likeness": ["--where", "employees >= 500 AND state = 'CA'", "--like-won"],
    "likeness of everybody": ["--like-won"],
}
PROMISED = "condition, topic and likeness"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--names", type=int, default=1_000_000)
    parser.add_argument("--workspace", help="one that was kept")
    parser.add_argument("--keep", help="where to keep the workspace that is made")
    parser.add_argument("--binary", default=str(TOP / "target/release/salesctl"))
    asked = parser.parse_args()
    binary = str(Path(asked.binary).resolve())
    if not Path(binary).exists() or shutil.which("sqlite3") is None:
        print(f"{binary} and sqlite3 are needed: nothing was measured", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        work = Path(asked.workspace or asked.keep or folder)
        if not asked.workspace:
            work.mkdir(parents=True, exist_ok=True)
            make(binary, work, asked.names)
        return measure(binary, work)


def environment(work: Path) -> dict:
    keep = {"PATH": os.environ["PATH"], "HOME": str(work), "LANG": "C.UTF-8"}
    return {**keep, "SALESCTL_USER": "bench"}


def run(work: Path, command: list[str], given: str | None = None) -> str:
    done = subprocess.run(
        command, cwd=work, env=environment(work), input=given, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: {done.returncode}\n{done.stderr[:2000]}")
    return done.stdout


def make(binary: str, work: Path, names: int) -> None:
    """A list of so many names, five hundred of them rated, three hundred customers."""
    chance = random.Random(1)
    run(work, [binary, "init", "--quiet"])
    process = work / "process.toml"
    text = process.read_text(encoding="utf-8")
    text = text.replace("[prospecting]", "[prospecting]\nhigh = 60\nmedium = 30", 1)
    process.write_text(text + SCORES, encoding="utf-8")
    run(work, [binary, "process", "apply", "--why", "scores"])
    run(work, [binary, "list", "add", "zoom"])
    with open(work / "zoom.csv", "w", encoding="utf-8") as file:
        file.write("Email,First Name,Last Name,Title,Company,City,State,Zip,Country,Industry,Employees\n")
        for n in range(names):
            city, state = chance.choice(CITIES)
            file.write(
                f"p{n}@c{n // 3}.example,F{n % 997},L{n},{chance.choice(TITLES)},Company {n // 3},{city},"
                f"{state},{chance.randrange(10000, 99999)},US,{chance.choice(INDUSTRIES)},"
                f"{chance.randrange(1, 1500)}\n"
            )
    run(work, [binary, "import", "prospects", "zoom.csv", "--list", "zoom", "--quiet"])
    with open(work / "stars.csv", "w", encoding="utf-8") as file:
        file.write("email,topic,stars\n")
        for n in chance.sample(range(names), min(500, names)):
            file.write(f"p{n}@c{n // 3}.example,forecasting,{chance.randrange(1, 6)}\n")
    run(work, [binary, "import", "ratings", "stars.csv", "--quiet"])
    with open(work / "deals.csv", "w", encoding="utf-8") as file:
        file.write("id,account,opened,closed,outcome,industry\n")
        for n in range(300):
            file.write(f"d{n},Customer {n},2026-01-05,2026-03-05,won,{chance.choice(INDUSTRIES)}\n")
    (work / "deals.map.toml").write_text(MAP, encoding="utf-8")
    imported = [binary, "import", "deals", "deals.csv", "--map", "deals.map.toml"]
    run(work, [*imported, "--create", "accounts", "--quiet"])


def cpu(work: Path, command: list[str]) -> float:
    """User and system seconds of the best of three."""
    best = float("inf")
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            command, cwd=work, env=environment(work), capture_output=True, text=True
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode not in (0, 1):
            raise SystemExit(f"{' '.join(command)}: {done.returncode}\n{done.stderr[:2000]}")
        spent = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
        best = min(best, spent)
    return best


def measure(binary: str, work: Path) -> int:
    scan = "SELECT COUNT(*) FROM prospect WHERE CAST(employees AS REAL) >= 500 AND state = 'CA'"
    plain = cpu(work, ["sqlite3", "sales.db", scan])
    print(f"{'sqlite3, one full scan':32} {plain:6.2f} s CPU")
    promised = 0.0
    for name, options in QUESTIONS.items():
        spent = cpu(work, [binary, "prospect", "select", *options, "--json"])
        print(f"{name:32} {spent:6.2f} s CPU, {spent / plain:5.1f} scans")
        if name == PROMISED:
            promised = spent
    kept = promised < LIMIT
    print(f"{PROMISED} in less than {LIMIT:.0f} s of CPU: {'kept' if kept else 'BROKEN'}")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
