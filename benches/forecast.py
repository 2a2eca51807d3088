#!/usr/bin/env python3
"""Forecasts over a large store: CPU seconds and memory of cold processes, as ratios to `report pipeline` of the same run.

    cargo build --release && benches/forecast.py [--deals 10000 100000 1000000] [--folder FOLDER] [--binary FILE]

`benches/report_store.py` makes the stores. Each command runs three times, in turn with `report pipeline` of the same
store, which reads the open deals and nothing more; the least of each counts. A forecast fits its models on the whole past, tries
them on past origins and draws 4,000 times: what matters is how its ratio grows with the deals. Nothing is promised.
"""

from pathlib import Path

from cold import least, run, stores

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


def asked(binary: str, folder: Path, words: list[str]) -> tuple[float, float, float]:
    return run([binary, "--today", TODAY, *words, "--json"], folder)


def measured(binary: str, folder: Path) -> None:
    print(f"  {'command':44} {'CPU s':>8} {'wall s':>8} {'MB':>7} {'x CPU':>7} {'x MB':>6}")
    for words in COMMANDS:
        pairs = [(asked(binary, folder, REFERENCE), asked(binary, folder, words)) for _ in range(TIMES)]
        of, found = least([pair[0] for pair in pairs]), least([pair[1] for pair in pairs])
        if words is COMMANDS[0]:
            print(f"  {' '.join(REFERENCE):44} {of[0]:8.3f} {of[1]:8.3f} {of[2]:7.0f} {'1.0':>7} {'1.0':>6}")
        print(
            f"  {' '.join(words):44} {found[0]:8.3f} {found[1]:8.3f} {found[2]:7.0f}"
            f" {found[0] / max(of[0], 1e-3):7.1f} {found[2] / of[2]:6.1f}",
            flush=True,
        )


if __name__ == "__main__":
    for program, workspace, count in stores(__doc__, "forecast-speed"):
        print(f"{count:,} deals")
        measured(program, workspace)
