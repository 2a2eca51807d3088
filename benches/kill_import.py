#!/usr/bin/env python3
"""kill -9 at random points of `import prospects`: the store stays sound, and the same command ends the work.

    cargo build --release && benches/kill_import.py [--kills 300] [--rows 20000] [--seed 1] [--binary FILE]

Each round begins with a workspace that has the house file already, starts the import of the list and
kills it after a random part of the time that an undisturbed import takes; every third round kills the
resumed import too. Then `doctor` must find the store sound, the same command must end well, and its
counts, and every row's fate, must be those of the undisturbed run; once more changes nothing.
Where the kill hit is read off the store. Ends with 1 if any round failed, and says how to repeat it.
"""

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent

# The command lines; {file} and {list} are filled in.
SETUP = [
    ["init", "--quiet"],
    ["list", "add", "house", "--uses", "unlimited"],
    ["list", "add", "zoom", "--uses", "unlimited"],
]
IMPORT = ["import", "prospects", "{file}", "--list", "{list}", "--json"]
DOCTOR = ["doctor", "--json"]
COUNTS = ["read", "new", "known", "duplicate", "suppressed", "seed", "rejected"]
ENDED, WRITTEN = "ended before the kill", "after the last write"

# What the store shows of a run: how far it came, whether it counts, and what became of each row.
RUN_OF_LIST = """
    SELECT state, id IN (SELECT id FROM batch) FROM import_run
    WHERE file LIKE '%list.csv' ORDER BY id DESC LIMIT 1"""
FATE_GIVEN = """
    SELECT 1 FROM prospect WHERE fate <> 0
    AND batch = (SELECT id FROM import_run WHERE file LIKE '%list.csv' ORDER BY id DESC LIMIT 1) LIMIT 1"""
# An entity is an id; ids differ between runs, the line of its first row doesn't.
ROWS = """
    SELECT name.line, name.fate, first.line, name.first_name, name.last_name, name.email
    FROM prospect AS name LEFT JOIN prospect AS first ON first.id = name.entity
    ORDER BY name.batch, name.line, name.id"""


class Failed(Exception):
    """A round did not end as it must."""


class Shell:
    """The program in one workspace."""

    def __init__(self, binary: str, folder: Path, files: dict[str, Path]) -> None:
        self.binary, self.folder, self.files = binary, folder, files
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "SALESCTL_USER": "bench",
            "LANG": "C.UTF-8",
        }

    def start(self, words: list[str], code: str = "zoom") -> subprocess.Popen:
        filled = [word.format(file=self.files[code], list=code) for word in words]
        return subprocess.Popen(
            [self.binary, *filled],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, words: list[str], code: str = "zoom") -> str:
        child = self.start(words, code)
        out, err = child.communicate()
        if child.returncode != 0:
            raise Failed(f"`{' '.join(words)}` ended with {child.returncode}\n{err or out}")
        return out

    def bring_in(self, code: str = "zoom") -> dict[str, int]:
        """Runs the whole import; its summary is one JSON object, or a report with one in `rows`."""
        said = json.loads(self.run(IMPORT, code))
        summary = {**said, **(said["rows"][0] if said.get("rows") else {})}
        counts = {name: summary[name] for name in COUNTS}
        if counts["read"] != sum(n for name, n in counts.items() if name != "read"):
            raise Failed(f"rows are unaccounted for: {counts}")
        return counts

    def kill_after(self, seconds: float) -> bool:
        """Whether the kill met a running import."""
        child = self.start(IMPORT)
        try:
            child.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            child.communicate()
        if child.returncode not in (0, -signal.SIGKILL):
            raise Failed(
                f"the import that was to be killed ended with {child.returncode} by itself"
            )
        return child.returncode != 0

    def store(self) -> closing:
        return closing(sqlite3.connect(f"file:{self.folder / 'sales.db'}?mode=ro", uri=True))

    def phase(self) -> str:
        """How far the import had come, by what is in the store."""
        with self.store() as store:
            run = store.execute(RUN_OF_LIST).fetchone()
            if run is None:
                return "before staging"
            state, counts = run
            if counts or state == "complete":
                return WRITTEN
            if state == "staging":
                return "staging"
            return "applying" if store.execute(FATE_GIVEN).fetchone() else "matching"

    def rows(self) -> tuple[str, dict[int, int]]:
        """What became of every row, as one hash, and how many rows have which fate."""
        hashed, fates = hashlib.sha256(), Counter()
        with self.store() as store:
            for row in store.execute(ROWS):
                hashed.update(repr(row).encode())
                fates[row[1]] += 1
        return hashed.hexdigest(), dict(fates)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1, help="of the moments at which it is killed")
    parser.add_argument("--binary", default=str(TOP / "target/release/salesctl"))
    parser.add_argument("--generator", default=str(TOP.parent / "shared/tools/gen_b2b.py"))
    parser.add_argument("--folder", help="what gen_b2b.py wrote; without it the generator is run")
    asked = parser.parse_args()
    for needed in (asked.binary, asked.folder or asked.generator):
        if not Path(needed).exists():
            print(f"no {needed}: nothing was killed", file=sys.stderr)
            return 2
    with tempfile.TemporaryDirectory() as scratch:
        try:
            return kill(asked, Path(scratch))
        except Failed as reason:
            print(f"before any kill: {reason}", file=sys.stderr)
            return 1


def kill(asked: argparse.Namespace, scratch: Path) -> int:
    binary = str(Path(asked.binary).resolve())
    data = Path(asked.folder).resolve() if asked.folder else scratch / "data"
    if not asked.folder:
        house = str(asked.rows // 20)
        command = [
            sys.executable,
            asked.generator,
            "--rows",
            str(asked.rows),
            "--house",
            house,
            "--out",
            str(data),
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    files = {"house": data / "house.csv", "zoom": data / "list.csv"}

    # The workspace every round begins with, and what an undisturbed import makes of it.
    begin, calm = scratch / "begin", scratch / "calm"
    begin.mkdir()
    shell = Shell(binary, begin, files)
    for words in SETUP:
        shell.run(words)
    shell.bring_in("house")
    before = shell.rows()
    times = []
    for _ in range(3):
        shutil.rmtree(calm, ignore_errors=True)
        shutil.copytree(begin, calm)
        shell = Shell(binary, calm, files)
        began = time.perf_counter()
        expected = shell.bring_in()
        times.append(time.perf_counter() - began)
    expected_rows, takes = shell.rows(), sorted(times)[1]
    if expected_rows == before:
        raise Failed("the import left no rows: nothing would be tested")
    shell.run(DOCTOR)
    print(
        f"undisturbed: {takes:.2f} s, " + ", ".join(f"{name} {n:,}" for name, n in expected.items())
    )

    chance, hit, failures = random.Random(asked.seed), Counter(), 0
    rounds, killed = 0, 0
    while killed < asked.kills and rounds < 4 * asked.kills:
        rounds += 1
        folder = scratch / "round"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(begin, folder)
        shell = Shell(binary, folder, files)
        moments = [chance.uniform(0, takes) for _ in range(2 if rounds % 3 == 0 else 1)]
        try:
            where = ""
            for moment in moments:
                where = shell.phase() if shell.kill_after(moment) else ENDED
                hit[where] += 1
                killed += where != ENDED
                # How long an import takes varies with what else the machine does: late moments stay in
                # reach of a slow one, and a fast one is not missed again and again.
                takes *= 0.95 if where == ENDED else 1.01
                shell.run(DOCTOR)
                if where in (ENDED, WRITTEN):
                    break
            found = shell.bring_in()
            # A file that was in already is not counted as new again.
            if where not in (ENDED, WRITTEN) and found != expected:
                raise Failed(f"the counts are {found}; {expected} were expected")
            check(shell, expected_rows)
        except (Failed, KeyError, ValueError, sqlite3.Error) as reason:
            failures += 1
            at = ", ".join(f"{moment:.3f} s" for moment in moments)
            print(f"round {rounds}, killed after {at}: {reason}", file=sys.stderr)
            kept = Path(tempfile.gettempdir()) / f"kill_import-{asked.seed}-{rounds}"
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(folder, kept)
            print(f"  the workspace is kept in {kept}", file=sys.stderr)
    shutil.rmtree(scratch / "round", ignore_errors=True)

    print(f"{rounds} rounds, {killed} kills of a running import:")
    for where, times in hit.most_common():
        print(f"  {times:5}  {where}")
    print(
        f"{failures} rounds failed"
        if failures
        else "sound after each, and complete after the next run"
    )
    return 1 if failures else 0


def check(shell: Shell, rows: tuple[str, dict[int, int]]) -> None:
    """The rows are those of the undisturbed run, and running it once more changes nothing."""
    if shell.rows() != rows:
        raise Failed(
            f"rows differ from the undisturbed run: fates {shell.rows()[1]}, expected {rows[1]}"
        )
    shell.run(DOCTOR)
    shell.run(IMPORT)
    if shell.rows() != rows:
        raise Failed("the same file once more changed the rows")


if __name__ == "__main__":
    sys.exit(main())
