#!/usr/bin/env python3
"""What opening 10,000 deals from a selection costs, and taking them back.

    cargo build --release && benches/start.py [--names 10000] [--reps 20] [--rounds 3]

A generated list is imported into a new workspace and selected as a whole; then `prospect start` opens a deal
with each name, `undo` takes all of it back and `redo` brings it again. What counts is CPU seconds, user and
system, of each program. Promise: under 3 s for the start, and for its undo.
"""

import argparse
import csv
import random
import statistics
import sys
import tempfile
from pathlib import Path

from cold import BINARY, binary_of, run

PROMISED = {"start": 3.0, "undo": 3.0}

FIRST = ["Jana", "Omar", "Li", "Eve", "Bill", "Ada", "Max", "Zoë", "Ivo", "Noor"]
INDUSTRIES = ["retail", "software", "machinery", "health", "public", "logistics"]


def write_names(path: Path, names: int) -> None:
    """Most names at a company of their own, some at one that others are at too."""
    chance = random.Random(7)
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["First Name", "Last Name", "Title", "Company", "Email", "Phone", "Industry"])
        for n in range(names):
            company = n if chance.random() < 0.8 else chance.randrange(max(1, n))
            first = chance.choice(FIRST)
            # Letters rather than numbers, so that nobody is taken for somebody else.
            last = "".join(chr(97 + n // 26**place % 26) for place in range(4)).title()
            out.writerow(
                [
                    first,
                    f"{last}mann",
                    "Head of sales",
                    f"{last if company == n else 'Shared ' + str(company)} GmbH",
                    f"{first.lower()}.{n}@company{company}.example",
                    f"+49 30 {5_000_000 + n}",
                    chance.choice(INDUSTRIES),
                ]
            )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--names", type=int, default=10_000)
    parser.add_argument("--reps", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rule", default="round-robin", help="of --to-rep")
    parser.add_argument("--binary", default=BINARY)
    parser.add_argument("--scratch", help="where to work; a temporary folder without it")
    asked = parser.parse_args()
    binary = binary_of(asked.binary)
    figures: dict[str, list[tuple[float, float, float]]] = {}
    for _ in range(asked.rounds):
        with tempfile.TemporaryDirectory(dir=asked.scratch) as scratch:
            folder = Path(scratch)
            names = folder / "names.csv"
            write_names(names, asked.names)
            steps: list[tuple[str, list[str]]] = [("", ["init", "--quiet"])]
            steps += [
                ("", ["catalog", "add", "rep", f"rep{n}", "--quiet"]) for n in range(asked.reps)
            ]
            steps += [
                ("", ["list", "add", "zoom", "--uses", "unlimited"]),
                ("", ["import", "prospects", str(names), "--list", "zoom"]),
                ("select", ["prospect", "select", "--mailing", "--limit", "0", "--save", "fair"]),
                ("start", ["prospect", "start", "--from", "fair", "--to-rep", asked.rule]),
                ("undo", ["undo"]),
                ("redo", ["redo"]),
                ("doctor", ["doctor"]),
            ]
            for name, words in steps:
                used = run([binary, *words], folder)
                if name:
                    figures.setdefault(name, []).append(used)
    for name, used in figures.items():
        cpu = [one[0] for one in used]
        wall = statistics.median(one[1] for one in used)
        promised = f"; promised: under {PROMISED[name]:.0f} s" if name in PROMISED else ""
        print(
            f"{name} of {asked.names:,} names: {statistics.median(cpu):.2f} s of CPU"
            f" (median of {asked.rounds}, {min(cpu):.2f}–{max(cpu):.2f}), {wall:.2f} s in all{promised}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
