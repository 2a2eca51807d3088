#!/usr/bin/env python3
"""What does `process plan` cost on a large file over many open deals, beside `report pipeline` of the same store?

    cargo build --release && benches/process_plan.py [--deals 100000] [--rounds 3] [--binary FILE]

The file has 40 stages, 200 fields and 300 exit criteria, the store open deals in all stages with ten of the fields told.
Two edits are planned: one rule of one gate made stricter, and all 300 rules made stricter, so that every gate of every
deal is judged twice. CPU seconds and MB of cold processes, the least of some rounds, in turn with the reference. The
issue asks for less than 2 s of CPU at 100,000 open deals.
"""

import argparse
import csv
import pathlib
import sys
import tempfile

from cold import BINARY, binary_of, least, run

TODAY = "2026-11-20"
STAGES, FIELDS, RULES, TOLD = 40, 200, 300, 10


def process(limit) -> str:
    """`limit`: the threshold of each rule by its number."""
    said = ['[process]\nname = "Large"\ncurrency = "EUR"\n']
    for n in range(FIELDS):
        kind = ["number", "text"][n % 2]
        said.append(f'[fields.f{n}]\ntype = "{kind}"\nwhy = "it is asked for"\n')
    rules = [
        f'{{ when = "value >= {limit(n)} AND f{2 * (n % TOLD)} >= {n % 7}", say = "rule {n}" }}' for n in range(RULES)
    ]
    for n in range(STAGES):
        required = ", ".join(f'"f{(n * 5 + i) % FIELDS}"' for i in range(5))
        exit = ", ".join(rules[n::STAGES])
        said.append(
            f'[[stage]]\nname = "s{n}"\nobjective = "Stage {n}"\nlimit = "3w"\n'
            f"requires = [{required}]\nexit = [{exit}]\n"
        )
    said.append('[[end]]\nname = "lost"\nreasons = ["price"]\n')
    return "\n".join(said)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--deals", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--binary", default=BINARY)
    asked = parser.parse_args()
    binary = binary_of(asked.binary)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        def salesctl(*words: str) -> tuple[float, float, float]:
            return run([binary, "--today", TODAY, *words], folder)

        (folder / "process.toml").write_text(process(lambda n: 1000 * (n % 20)))
        told = [f"f{2 * n}" for n in range(TOLD)]
        with open(folder / "deals.csv", "w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(["id", "account", "stage", "opened", "value", *told])
            for n in range(asked.deals):
                entered = f"2026-{n % 9 + 1:02}-{n % 28 + 1:02}"
                rows.writerow([n, f"Account {n % 500}", f"s{n % STAGES}", entered, n % 30_000, *[(n + i) % 9 for i in range(TOLD)]])
        columns = {"id": "id", "account": "account", "stage": "stage", "opened": "opened", "value": "value"}
        mapping = "[deals]\n" + "".join(f'{key} = "{column}"\n' for key, column in columns.items())
        mapping += 'currency = { constant = "EUR" }\n\n[deals.fields]\n' + "".join(f'{one} = "{one}"\n' for one in told)
        (folder / "deals.map.toml").write_text(mapping)
        salesctl("init")
        salesctl("import", "deals", "deals.csv", "--map", "deals.map.toml", "--create", "all")
        (folder / "one.toml").write_text(process(lambda n: 1000 * (n % 20) + (5000 if n == 7 else 0)))
        (folder / "all.toml").write_text(process(lambda n: 1000 * (n % 20) + 5000))
        commands = {
            "report pipeline": ["report", "pipeline", "--json"],
            "process plan, one rule stricter": ["process", "plan", "one.toml", "--json"],
            f"process plan, {RULES} rules stricter": ["process", "plan", "all.toml", "--json"],
        }
        runs: dict[str, list] = {name: [] for name in commands}
        for _ in range(asked.rounds):
            for name, words in commands.items():
                runs[name].append(salesctl(*words))
        print(f"{asked.deals:,} open deals, {STAGES} stages, {FIELDS} fields, {RULES} rules")
        print(f"  {'command':36} {'CPU s':>8} {'MB':>7} {'x CPU':>7}")
        reference = least(runs["report pipeline"])[0]
        for name, used in runs.items():
            seconds, _, megabytes = least(used)
            print(f"  {name:36} {seconds:8.3f} {megabytes:7.0f} {seconds / max(reference, 1e-3):7.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
