#!/usr/bin/env python3
"""CPU seconds for importing the 8,800 opportunities of the Maven CRM export into a new store.

    cargo build --release && benches/import_deals.py DATA_FOLDER [--map FILE] [--rounds 5]

DATA_FOLDER holds sales_pipeline.csv. Promise: under 1 s of CPU, user and system together.
"""

import argparse
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parent.parent


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", nargs="?", default=str(TOP.parent / "shared/data/maven-crm"))
    parser.add_argument("--map", default=str(TOP / "examples/maven-crm/deals.map.toml"))
    parser.add_argument("--process", default=str(TOP / "examples/maven-crm/process.toml"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--binary", default=str(TOP / "target/release/salesctl"))
    asked = parser.parse_args()
    pipeline = pathlib.Path(asked.folder) / "sales_pipeline.csv"
    for needed in (pipeline, pathlib.Path(asked.map), pathlib.Path(asked.binary)):
        if not needed.exists():
            print(f"no {needed}: nothing was measured", file=sys.stderr)
            return 2
    measured = []
    for _ in range(asked.rounds):
        with tempfile.TemporaryDirectory() as folder:
            environment = {"PATH": os.environ["PATH"], "HOME": folder, "SALESCTL_USER": "bench"}

            def salesctl(*words: str) -> float:
                before = cpu()
                done = subprocess.run(
                    [asked.binary, *words],
                    cwd=folder,
                    env=environment,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    text=True,
                )
                if done.returncode != 0:
                    print(done.stderr, file=sys.stderr)
                    sys.exit(1)
                return cpu() - before

            salesctl("init")
            if pathlib.Path(asked.process).exists():
                text = pathlib.Path(asked.process).read_text()
                (pathlib.Path(folder) / "process.toml").write_text(text)
                salesctl("process", "apply", "--why", "as the export has it")
            measured.append(
                salesctl("import", "deals", str(pipeline.resolve()), "--map", asked.map)
            )
    print(
        f"import of {pipeline.name}: {statistics.median(measured):.2f} s of CPU"
        f" (median of {asked.rounds}, {min(measured):.2f}–{max(measured):.2f}); promised: under 1"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
