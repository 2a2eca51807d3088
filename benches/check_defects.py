#!/usr/bin/env python3
"""The defect corpus through the whole program: every file comes out as its expected.json says.

    cargo build && benches/check_defects.py [CORPUS] [--binary target/debug/salesctl]

Each file is imported into a new store. Independently of the program's own tests this compares how many
rows were taken and rejected, that every row is accounted for, and that the four persons who are in all
files came through whole: e-mail, last name and postcode as they were before the file was broken. A file
without rows may be refused, with a message. Ends with 1 if any file came out otherwise.
"""

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
SETUP = [["init", "--quiet"], ["list", "add", "zoom", "--uses", "unlimited"]]
# The corpus stays as it is: what is rejected goes to the folder of the store.
IMPORT = ["import", "prospects", "{file}", "--list", "zoom", "--rejects", "rejects.csv", "--json"]
COUNTS = ["new", "known", "duplicate", "suppressed", "seed", "rejected"]
FOUND = "SELECT email, last_name, zip, phone FROM prospect WHERE email IS NOT NULL"

PERSONS = {
    "anna@acme.de": ("Müller", "01067"),
    "jose@pena.es": ("Núñez", "28001"),
    "zoe@smith.com": ("O'Brien", "02139"),
    "bob@delta.com": ("Stone", "10001"),
}
# What a file itself does not tell: there the column has no name of its own.
UNTOLD = {
    "14_dup_headers": {"last_name", "zip"},
    "15_empty_header": {"last_name"},
    "16_no_header": {"last_name", "zip"},
    "23_zip_lost_zero": {"zip"},
}
MAY_MISS = {"20_nul_bytes": {"bob@delta.com"}}
NO_PHONES = {"24_sci_phone"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("corpus", nargs="?", default=str(TOP.parent / "shared/data/import-defects"))
    parser.add_argument("--binary", default=str(TOP / "target/debug/salesctl"))
    asked = parser.parse_args()
    corpus = Path(asked.corpus)
    for needed in (corpus / "expected.json", Path(asked.binary)):
        if not needed.exists():
            print(f"no {needed}: nothing was checked", file=sys.stderr)
            return 2
    expected = json.loads((corpus / "expected.json").read_text(encoding="utf-8"))
    wrong = 0
    for name, rows in expected.items():
        with tempfile.TemporaryDirectory() as folder:
            problems = check(
                str(Path(asked.binary).resolve()), folder, corpus / f"{name}.csv", rows
            )
        wrong += bool(problems)
        for problem in problems:
            print(f"{name}: {problem}")
    print(f"{len(expected) - wrong} of {len(expected)} files came out as expected")
    return 1 if wrong else 0


def check(binary: str, folder: str, file: Path, rows: dict) -> list[str]:
    def run(words: list[str]) -> subprocess.CompletedProcess:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": folder,
            "SALESCTL_USER": "bench",
            "LANG": "C.UTF-8",
        }
        command = [binary, *(word.format(file=file.resolve()) for word in words)]
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120
        )

    for words in SETUP:
        done = run(words)
        if done.returncode != 0:
            return [f"`{' '.join(words)}` ended with {done.returncode}: {done.stderr.strip()}"]
    done = run(IMPORT)
    if not done.stdout.strip():
        refused = done.returncode not in (0, 70) and "error:" in done.stderr
        if refused and rows["good"] == 0:
            return []
        return [f"ended with {done.returncode} and no summary: {done.stderr.strip()[:300]}"]
    said = json.loads(done.stdout)
    summary = {**said, **(said["rows"][0] if said.get("rows") else {})}

    problems = []
    taken = summary["read"] - summary["rejected"]
    if (taken, summary["rejected"]) != (rows["good"], rows["bad"]):
        problems.append(
            f"{taken} good and {summary['rejected']} bad; {rows['good']} and {rows['bad']} were expected"
        )
    if summary["read"] != sum(summary[name] for name in COUNTS):
        problems.append(f"rows are unaccounted for: {summary}")
    if rows["good"] == 0:
        return problems

    with closing(sqlite3.connect(Path(folder) / "sales.db")) as store:
        found = {
            email: {"last_name": last, "zip": zip, "phone": phone}
            for email, last, zip, phone in store.execute(FOUND)
        }
    for email, (last, zip) in PERSONS.items():
        person = found.get(email)
        if person is None:
            if email not in MAY_MISS.get(file.stem, set()):
                problems.append(f"{email} is missing")
            continue
        for column, value in (("last_name", last), ("zip", zip)):
            if column not in UNTOLD.get(file.stem, set()) and person[column] != value:
                problems.append(
                    f"{email} has the {column} `{person[column]}`; `{value}` was expected"
                )
        if file.stem in NO_PHONES and person["phone"] is not None:
            problems.append(f"{email} has the phone `{person['phone']}` that a spreadsheet made up")
    return problems


if __name__ == "__main__":
    sys.exit(main())
