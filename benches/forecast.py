#!/usr/bin/env python3
"""Forecasts over a large store: CPU seconds and memory of cold processes, as ratios to `report pipeline` of the same run.

    cargo build --release && benches/forecast.py [--deals 10000 100000 1000000] [--folder FOLDER] [--binary FILE]

`benches/report_store.py` makes the stores. Each command runs three times, in turn with `report pipeline` of the same
store, which reads the open deals and nothing more; the least of each counts. A forecast fits its models on the whole past,
tries them on past origins and draws 4,000 times, so that it costs many times as much: what matters is that the ratio
does not grow with the deals.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
TODAY = "2026-11-20"
REFERENCE = ["report", "pipeline"]
COMMANDS = [
    ["forecast"],
    ["forecast", "--by", "rep"],
    ["forecast", "--days", "30"],
    ["forecast", "backtest"],
    ["forecast", "rollup"],
    ["deal", "list", "--columns", "p,quarter", "--limit", "50"],
]
TIMES = 3


def run(binary: Path, folder: Path, words: list[str]) -> tuple[float, float, float]:
    """CPU seconds, seconds, and MB at most of one process."""
    start = time.perf_counter()
    command = [str(binary), "--today", TODAY, *words, "--json"]
    with open(os.devnull, "wb") as nowhere:
        process = subprocess.Popen(command, cwd=folder, stdout=nowhere, stderr=subprocess.PIPE)
        said = process.stderr.read()
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit {process.returncode}: {said.decode(errors='replace')}")
    return used.ru_utime + used.ru_stime, time.perf_counter() - start, used.ru_maxrss / 1024


def least(runs: list[tuple[float, float, float]]) -> tuple[float, ...]:
    return tuple(min(column) for column in zip(*runs))


def measured(binary: Path, folder: Path) -> None:
    print(f"  {'command':44} {'CPU s':>8} {'wall s':>8} {'MB':>7} {'x CPU':>7} {'x MB':>6}")
    for words in COMMANDS:
        pairs = [(run(binary, folder, REFERENCE), run(binary, folder, words)) for _ in range(TIMES)]
        of, found = least([pair[0] for pair in pairs]), least([pair[1] for pair in pairs])
        if words is COMMANDS[0]:
            print(f"  {' '.join(REFERENCE):44} {of[0]:8.3f} {of[1]:8.3f} {of[2]:7.0f} {'1.0':>7} {'1.0':>6}")
        print(
            f"  {' '.join(words):44} {found[0]:8.3f} {found[1]:8.3f} {found[2]:7.0f}"
            f" {found[0] / max(of[0], 1e-3):7.1f} {found[2] / of[2]:6.1f}",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--deals", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--folder", type=Path, default=TOP / "target" / "forecast-speed")
    parser.add_argument("--binary", type=Path, default=TOP / "target" / "release" / "salesctl")
    args = parser.parse_args()
    binary = args.binary.resolve()
    if not binary.exists():
        sys.exit(f"{binary} is missing: cargo build --release makes it, --binary names another one")
    for deals in args.deals:
        folder = args.folder / str(deals)
        if not (folder / "sales.db").exists():
            maker = [sys.executable, str(TOP / "benches" / "report_store.py"), str(folder)]
            subprocess.run([*maker, "--deals", str(deals), "--binary", str(binary)], check=True, stdout=subprocess.DEVNULL)
        print(f"{deals:,} deals")
        measured(binary, folder)


if __name__ == "__main__":
    main()
