#!/usr/bin/env python3
"""CPU seconds for importing the 8,800 opportunities of the Maven CRM export into a new store, and for importing
deals of as many new accounts.

    cargo build --release && benches/import_deals.py DATA_FOLDER [--map FILE] [--new 20000] [--rounds 5]

DATA_FOLDER holds sales_pipeline.csv. Promise: under 1 s of CPU for the export, user and system together. Deals of new
accounts are imported once for each half of their number down to an eighth: a column that doubles is linear.
"""

import argparse
import random
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from cold import BINARY, TOP, binary_of, run

SYLLABLES = "ba ko mi tre lan dor sy qua fen gri hol jas nu pel vix zor".split()
NEW = """[deals]
id = "id"
account = "account"
stage = "stage"
opened = "opened"
"""


def export(asked: argparse.Namespace, folder: Path, salesctl: Callable[..., float]) -> float:
    """The export, with its own process."""
    salesctl("init")
    if Path(asked.process).exists():
        (folder / "process.toml").write_text(Path(asked.process).read_text())
        salesctl("process", "apply", "--why", "as the export has it")
    pipeline = Path(asked.folder, "sales_pipeline.csv").resolve()
    return salesctl("import", "deals", str(pipeline), "--map", str(Path(asked.map).resolve()))


def new_accounts(deals: int, folder: Path, salesctl: Callable[..., float]) -> float:
    """Each deal of an account that nobody has heard of."""
    salesctl("init")
    chance = random.Random(7)
    with open(folder / "deals.csv", "w", encoding="utf-8") as file:
        file.write("id,account,stage,opened\n")
        for n in range(deals):
            name = "".join(chance.choice(SYLLABLES) for _ in range(6)).title()
            file.write(f"d{n},{name} {n},qualify,2026-01-{n % 28 + 1:02}\n")
    (folder / "deals.map.toml").write_text(NEW)
    return salesctl("import", "deals", "deals.csv", "--map", "deals.map.toml", "--create", "accounts")


def measured(binary: str, rounds: int, once: Callable[[Path, Callable[..., float]], float]) -> list[float]:
    """CPU seconds of each round, every one in a workspace of its own."""
    seconds = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as name:
            seconds.append(once(Path(name), lambda *words: run([binary, *words], name)[0]))
    return seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", default=str(TOP.parent / "shared/data/maven-crm"))
    parser.add_argument("--map", default=str(TOP / "examples/maven-crm/deals.map.toml"))
    parser.add_argument("--process", default=str(TOP / "examples/maven-crm/process.toml"))
    parser.add_argument("--new", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--binary", default=BINARY)
    asked = parser.parse_args()
    binary = binary_of(asked.binary)
    for deals in (asked.new // 8, asked.new // 4, asked.new // 2, asked.new):
        [seconds] = measured(binary, 1, lambda folder, salesctl: new_accounts(deals, folder, salesctl))
        print(f"import of {deals:,} deals with as many new accounts: {seconds:.2f} s of CPU")
    for needed in (Path(asked.folder, "sales_pipeline.csv"), Path(asked.map)):
        if not needed.exists():
            print(f"no {needed}: the export was not measured", file=sys.stderr)
            return 2
    seconds = measured(binary, asked.rounds, lambda folder, salesctl: export(asked, folder, salesctl))
    print(
        f"import of sales_pipeline.csv: {statistics.median(seconds):.2f} s of CPU"
        f" (median of {asked.rounds}, {min(seconds):.2f}–{max(seconds):.2f}); promised: under 1"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
