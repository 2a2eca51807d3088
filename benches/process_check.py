#!/usr/bin/env python3
"""What do `process check` and `process test` of a large file cost beside `salesctl --version`?

    cargo build --release && benches/process_check.py [--rounds 30] [--binary FILE]

The file has 40 stages, 200 fields, 10 customer types and 300 exit criteria; the one that is tested has 300 scenarios
besides. Each round starts every command once, in turn, each as a cold process. The issue asks for less than 50 ms.
"""

import argparse
import pathlib
import statistics
import sys
import tempfile

from cold import BINARY, binary_of, run

STAGES, FIELDS, TYPES, RULES, SCENARIOS = 40, 200, 10, 300, 300


def process(scenarios: int) -> str:
    said = ['[process]\nname = "Large"\ncurrency = "EUR"\n']
    for n in range(FIELDS):
        kind = ["number", "text", "bool", "number"][n % 4]
        said.append(f'[fields.f{n}]\ntype = "{kind}"\nwhy = "it is asked for"\n')
    for n in range(TYPES):
        said.append(f'[[customer_type]]\nname = "t{n}"\nwhen = "f{n * 4} >= {9000 + n}"\npriority = {n}\n')
    criteria = [
        f'{{ when = "f{n * 4 % FIELDS} >= {n} OR f{(n * 4 + 2) % FIELDS}", say = "rule {n}" }}' for n in range(RULES)
    ]
    for n in range(STAGES):
        required = ", ".join(f'"f{(n * 5 + i) % FIELDS}"' for i in range(5))
        exit = ", ".join(criteria[n::STAGES])
        said.append(
            f'[[stage]]\nname = "s{n}"\nobjective = "Stage {n}"\nlimit = "3w"\n'
            f"requires = [{required}]\nexit = [{exit}]\n"
        )
    said.append('[[end]]\nname = "lost"\nreasons = ["price"]\n')
    for n in range(scenarios):
        said.append(
            f'[[test]]\nname = "test {n}"\nstage = "s{n % STAGES}"\ngiven = {{ f0 = {n}, f4 = {n * 3}, f2 = true }}\n'
            'expect = { advance = false, type = "none" }\n'
        )
    return "\n".join(said)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--binary", default=BINARY)
    asked = parser.parse_args()
    binary = binary_of(asked.binary)
    with tempfile.TemporaryDirectory() as folder:
        for name, scenarios in [("rules.toml", 0), ("tested.toml", SCENARIOS)]:
            pathlib.Path(folder, name).write_text(process(scenarios))
        commands = {
            "--version": ["--version"],
            f"process check, {RULES} rules": ["process", "check", "rules.toml"],
            f"process check, {SCENARIOS} scenarios too": ["process", "check", "tested.toml"],
            f"process test, {SCENARIOS} scenarios": ["process", "test", "tested.toml"],
        }
        spent: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(asked.rounds):
            for name, words in commands.items():
                spent[name].append(run([binary, *words], folder)[0])
        least = statistics.median(spent["--version"])
        for name, seconds in spent.items():
            median = statistics.median(seconds)
            ratio = f"{median / least:6.1f} times --version" if name != "--version" and least else ""
            print(f"{name:<38} {median * 1000:7.1f} ms CPU  {ratio}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
