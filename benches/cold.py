"""Cold processes for the benchmarks beside it: what one took, and the stores of many deals that it reads."""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
BINARY = str(TOP / "target/release/salesctl")


def binary_of(named: str) -> str:
    """The program that is measured; ends the benchmark when nobody built it."""
    binary = Path(named).resolve()
    if not binary.exists():
        sys.exit(f"{binary} is missing: cargo build --release makes it, --binary names another one")
    return str(binary)


def run(command: list[str], folder: Path | str) -> tuple[float, float, float]:
    """CPU seconds (user and system), seconds, and MB at most of one process that must succeed."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "SALESCTL_USER": "bench"}
    with tempfile.TemporaryFile() as said:
        began = time.perf_counter()
        child = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said
        )
        _, status, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            said.seek(0)
            told = said.read().decode(errors="replace")[-2000:]
            sys.exit(f"{' '.join(command)}: exit {child.returncode}\n{told}")
    return used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024


def least(runs: list[tuple[float, float, float]]) -> tuple[float, ...]:
    """The best of each measure."""
    return tuple(min(column) for column in zip(*runs))


def stores(about: str, folder: str) -> Iterator[tuple[str, Path, int]]:
    """The program, the workspace and its deals, for each number of deals asked for; `report_store.py` makes what is missing."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--deals", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--folder", type=Path, default=TOP / "target" / folder)
    parser.add_argument("--binary", default=BINARY)
    asked = parser.parse_args()
    binary = binary_of(asked.binary)
    for deals in asked.deals:
        work = asked.folder.resolve() / str(deals)
        if not (work / "sales.db").exists():
            maker = [sys.executable, str(TOP / "benches/report_store.py"), str(work)]
            subprocess.run(
                [*maker, "--deals", str(deals), "--binary", binary], check=True, stdout=subprocess.DEVNULL
            )
        yield binary, work, deals
