#!/usr/bin/env python3
"""Cold start against the `sqlite3` program: how much longer than its one durable insert do
`salesctl deal show` and one durable `salesctl deal advance` take, on the same file?

    cargo build --release && benches/cold_start.py [--rounds 200] [--deals 300] [--binary FILE]

Each round starts every program once, in turn, so that whatever the machine does meets all of them.
The insert is made as ours is: WAL, synchronous=FULL, 30 s busy time-out.
"""

import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--deals", type=int, default=300)
    parser.add_argument("--binary", default=str(TOP / "target/release/salesctl"))
    asked = parser.parse_args()
    if not pathlib.Path(asked.binary).exists():
        print(f"no {asked.binary}: cargo build --release", file=sys.stderr)
        return 2
    if shutil.which("sqlite3") is None:
        print("the sqlite3 program is not installed: nothing to compare with", file=sys.stderr)
        return 2

    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": folder,
            "SALESCTL_USER": "jr",
            "LANG": "C.UTF-8",
        }

        def salesctl(*words: str) -> None:
            subprocess.run(
                [asked.binary, *words],
                cwd=folder,
                env=environment,
                stdout=subprocess.DEVNULL,
                check=True,
            )

        salesctl("init")
        salesctl("catalog", "add", "rep", "jr")
        for n in range(asked.deals):
            salesctl("deal", "add", f"Account {n}", "--value", f"{n + 1}k", "--set", "problem=x")
        store = f"{folder}/sales.db"
        insert = "PRAGMA synchronous=FULL; INSERT INTO bench (at) VALUES (1);"
        sqlite = ["sqlite3", "-cmd", ".timeout 30000", store]
        subprocess.run([*sqlite, "CREATE TABLE bench (at INTEGER)"], check=True)

        timed: dict[str, list[float]] = {
            "sqlite3, one durable insert": [],
            "salesctl deal show": [],
            "salesctl deal advance": [],
            "salesctl --version": [],
        }
        for n in range(asked.rounds):
            account = f"Account {n % asked.deals}"
            commands = [
                [*sqlite, insert],
                [asked.binary, "deal", "show", account],
                [asked.binary, "deal", "advance", account, "--override", "bench"],
                [asked.binary, "--version"],
            ]
            for name, command in zip(timed, commands):
                began = time.perf_counter()
                done = subprocess.run(
                    command, cwd=folder, env=environment, stdout=subprocess.DEVNULL
                )
                timed[name].append(time.perf_counter() - began)
                if done.returncode != 0:
                    print(f"{command} ended with {done.returncode}", file=sys.stderr)
                    return 1

    print(f"{asked.deals} deals, medians of {asked.rounds} alternating cold starts")
    base = statistics.median(timed["sqlite3, one durable insert"])
    for name, times in timed.items():
        median = statistics.median(times)
        quartiles = statistics.quantiles(times, n=4)
        print(
            f"  {name:<28} {median * 1000:7.2f} ms"
            f"   ({quartiles[0] * 1000:.2f}–{quartiles[2] * 1000:.2f})"
            f"   {median / base:5.2f} ×"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
