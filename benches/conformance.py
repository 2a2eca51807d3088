#!/usr/bin/env python3
"""Conformance over a large store: CPU seconds and memory of cold processes, as ratios to `report durations` of the same run.

    cargo build --release && benches/conformance.py [--deals 10000 100000 1000000] [--folder FOLDER] [--binary FILE]

`benches/report_store.py` makes the stores. Each command runs three times, in turn with `report durations` of the same
store, which reads the visits and nothing more; the least of each counts. Events are entries into stages and closes, as a log
has them. Promised: a log of a million events takes at most one second of CPU, and at most 100 MB above what a process takes
that reads none of the store; both are worked out from the store at hand, per million events.
"""

import sqlite3
from pathlib import Path

from cold import least, run, stores

TODAY = "2026-11-20"
REFERENCE = ["report", "durations"]
NOTHING = ["report", "--list"]
COMMANDS = [
    ["report", "conformance"],
    ["report", "conformance", "--by", "rep"],
    ["report", "conformance", "--paths"],
    ["report", "conformance", "--deals", "--limit", "50"],
]
TIMES = 3


def asked(binary: str, folder: Path, words: list[str]) -> tuple[float, float, float]:
    return run([binary, "--today", TODAY, *words, "--json"], folder)


def measured(binary: str, folder: Path) -> None:
    store = sqlite3.connect(f"file:{folder / 'sales.db'}?mode=ro", uri=True)
    visits = store.execute("SELECT COUNT(*) FROM visit").fetchone()[0]
    events = visits + store.execute("SELECT COUNT(*) FROM visit WHERE how IN ('won', 'lost')").fetchone()[0]
    store.close()
    idle = least([asked(binary, folder, NOTHING) for _ in range(TIMES)])[2]
    runs: dict[str, list] = {" ".join(words): [] for words in [REFERENCE, *COMMANDS]}
    for _ in range(TIMES):
        for words in [REFERENCE, *COMMANDS]:
            runs[" ".join(words)].append(asked(binary, folder, words))
    base = least(runs[" ".join(REFERENCE)])
    millions = events / 1_000_000
    print(f"{folder.name} deals, {events:,} events; a process that reads nothing: {idle:.0f} MB")
    print(f"  {'':<40}{'CPU s':>8}{'wall s':>8}{'MB':>7}{'ratio':>7}{'CPU s / 1M':>12}{'MB / 1M':>9}")
    for name, all_runs in runs.items():
        cpu, wall, memory = least(all_runs)
        per = f"{cpu / millions:>12.2f}{(memory - idle) / millions:>9.0f}"
        print(f"  {name:<40}{cpu:>8.2f}{wall:>8.2f}{memory:>7.0f}{cpu / base[0]:>7.2f}{per}")


if __name__ == "__main__":
    for program, workspace, _ in stores(__doc__, "report-speed"):
        measured(program, workspace)
