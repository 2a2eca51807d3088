#!/usr/bin/env python3
"""What `salesctl import prospects` of a large list costs, beside `sqlite3 .import` and Splink.

    cargo build --release && benches/import_prospects.py [--folder b2b | --rows 1000000]
        [--rounds 3] [--only load,match,increment,scaling,wait,quality] [--splink VENV/bin/python]

FOLDER is what gen_b2b.py wrote (list.csv, house.csv, their truth); without one the generator is run.
Programs take turns in every round, so that whatever the machine does meets all of them; what counts is
CPU seconds, user and system, of each program, and the ratio within a round.

  load       load, map, clean, exact keys, without matching  promised: 2.0 × sqlite3 .import at most
  match      the whole import into a new store               promised: 0.6 × Splink at most, under 1 GiB
  increment  10,000 rows into that store                     promised: a few seconds
  scaling    10k, 100k and 1M rows, as far as the list goes  promised: near-linear
  wait       other shells while the import runs              promised: none waits longer than 500 ms
  quality    house file, then list, judged by score_links.py, beside equality of e-mail addresses
"""

import argparse
import csv
import itertools
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

TOP = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP / "benches"))
import score_links

# The command lines that are measured; {file}, {list}, {n} and {links} are filled in.
INIT = ["init", "--quiet"]
OWNER = ["catalog", "add", "rep", "jr", "--quiet"]
ADD_LIST = ["list", "add", "{list}", "--uses", "unlimited"]
IMPORT = ["import", "prospects", "{file}", "--list", "{list}", "--json"]
IMPORT_LINKS = [*IMPORT, "--links", "{links}"]
OTHER_SHELLS = [
    ["deal", "add", "Waiting {n}", "--value", "1k", "--next", "fri: call"],
    ["deal", "note", "Waiting 0", "note {n}"],
    ["deal", "list", "--json"],
]

SECTIONS = ["load", "match", "increment", "scaling", "wait", "quality"]


class Used(NamedTuple):
    cpu: float
    wall: float
    peak_mib: float


class Stopped(Exception):
    """A program that is measured ended with an error: there is nothing to report."""


def measured(command: list[str], folder: Path, environment: dict[str, str]) -> Used:
    """Runs a program and says what it, and it alone, used up."""
    with tempfile.TemporaryFile() as err:
        began = time.perf_counter()
        child = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=err,
        )
        _, status, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            err.seek(0)
            said = err.read().decode(errors="replace")[-2000:]
            raise Stopped(f"{' '.join(command)} ended with {child.returncode}\n{said}")
    return Used(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024)


def used_so_far(pid: int, began: float) -> Used:
    """What a running program has used up."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    ticks = int(fields[11]) + int(fields[12])
    status = Path(f"/proc/{pid}/status").read_text()
    peak = int(status.split("VmHWM:")[1].split()[0])
    return Used(
        ticks / os.sysconf("SC_CLK_TCK"), time.perf_counter() - began, peak / 1024
    )


class Workspace:
    """A workspace in a folder of its own, with the list registered."""

    def __init__(
        self, binary: str, parent: Path, name: str, lists: tuple[str, ...] = ("zoom",)
    ) -> None:
        self.binary, self.folder = binary, parent / name
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "SALESCTL_USER": "jr",
            "LANG": "C.UTF-8",
        }
        self.run(INIT)
        self.run(OWNER)
        for code in lists:
            self.run(ADD_LIST, list=code)

    def run(
        self, words: list[str], setting: dict[str, str] | None = None, **filled: object
    ) -> Used:
        command = [self.binary, *(word.format(**filled) for word in words)]
        return measured(command, self.folder, self.environment | (setting or {}))

    def loaded(self, **filled: object) -> tuple[Used, Used]:
        """What an import has used up when all rows are staged, and when all have their keys; what
        comes after that, matching, is cut short."""
        command = [self.binary, *(word.format(**filled) for word in IMPORT)]
        began = time.perf_counter()
        child = subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        store = sqlite3.connect(f"file:{self.folder}/sales.db?mode=ro", uri=True)
        staged = None
        try:
            while child.poll() is None:
                time.sleep(0.02)
                used = used_so_far(child.pid, began)
                row = store.execute("SELECT state FROM import_run").fetchone()
                if staged is None and row and row[0] != "staging":
                    staged = used
                if staged:
                    newest, keyed = store.execute(
                        "SELECT (SELECT MAX(id) FROM prospect), (SELECT MAX(prospect) FROM prospect_key)"
                    ).fetchone()
                    if newest is not None and newest == keyed:
                        return staged, used_so_far(child.pid, began)
        finally:
            child.kill()
            child.wait()
            store.close()
        raise Stopped("the import ended before its keys were seen")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--folder", help="what gen_b2b.py wrote; without it the generator is run")
    parser.add_argument("--generator", default=str(TOP.parent / "shared/tools/gen_b2b.py"))
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default=",".join(SECTIONS), help="sections, with commas between")
    parser.add_argument("--binary", default=str(TOP / "target/release/salesctl"))
    parser.add_argument("--splink", help="a python that has splink: takes turns with `match`")
    parser.add_argument("--scratch", help="where to work; a temporary folder without it")
    asked = parser.parse_args()
    sections = asked.only.split(",")
    if unknown := set(sections) - set(SECTIONS):
        parser.error(f"no section {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    if not Path(asked.binary).exists():
        print(f"no {asked.binary}: cargo build --release", file=sys.stderr)
        return 2
    if "load" in sections and shutil.which("sqlite3") is None:
        print("the sqlite3 program is not installed: nothing to compare with", file=sys.stderr)
        return 2
    asked.binary = str(Path(asked.binary).resolve())
    with tempfile.TemporaryDirectory(dir=asked.scratch) as scratch:
        bench = Bench(asked, Path(scratch))
        try:
            for section in sections:
                getattr(bench, section)()
        except Stopped as reason:
            print(reason, file=sys.stderr)
            return 1
    return 0


class Bench:
    def __init__(self, asked: argparse.Namespace, scratch: Path) -> None:
        self.binary, self.rounds, self.splink = asked.binary, asked.rounds, asked.splink
        self.scratch, self.generator = scratch, asked.generator
        self.data = Path(asked.folder).resolve() if asked.folder else self.generated(asked.rows)
        self.list, self.house = self.data / "list.csv", self.data / "house.csv"
        self.full: Workspace | None = None

    def generated(self, rows: int) -> Path:
        """The house file of 5 % of the rows, of which the generator's default is made for a million."""
        folder = self.scratch / f"rows-{rows}"
        house = max(rows // 20, 100)
        command = [
            sys.executable,
            self.generator,
            "--rows",
            str(rows),
            "--house",
            str(house),
            "--out",
            str(folder),
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return folder

    def workspace(self, name: str, *lists: str) -> Workspace:
        return Workspace(self.binary, self.scratch, name, lists or ("zoom",))

    def load(self) -> None:
        rows = count_rows(self.list)
        sqlite, ours = [], []
        for n in range(self.rounds):
            database = self.scratch / "plain.db"
            database.unlink(missing_ok=True)
            command = ["sqlite3", str(database), ".mode csv", f".import {self.list} list"]
            turns = [lambda: sqlite.append(measured(command, self.scratch, dict(os.environ)))]
            workspace = self.workspace("load")
            turns.append(lambda: ours.append(workspace.loaded(file=self.list, list="zoom")))
            for turn in turns if n % 2 == 0 else reversed(turns):
                turn()
        print(f"load: {rows:,} rows, {self.rounds} alternating rounds")
        show("sqlite3 .import", sqlite)
        staged, keyed = ([used[n] for used in ours] for n in range(2))
        show("salesctl, staged", staged)
        show("salesctl, keys too", keyed)
        show_ratio("staged, of sqlite3 .import", staged, sqlite, 2.0)
        show_ratio("keys too, of sqlite3 .import", keyed, sqlite, 2.0)
        shutil.rmtree(self.scratch / "load", ignore_errors=True)
        (self.scratch / "plain.db").unlink(missing_ok=True)

    def match(self) -> None:
        ours, splink = [], []
        for n in range(self.rounds):
            workspace = self.workspace("match")
            turns = [lambda: ours.append(workspace.run(IMPORT, file=self.list, list="zoom"))]
            if self.splink:
                script = str(TOP / "benches/match_splink.py")
                command = [
                    self.splink,
                    script,
                    "b2b",
                    str(self.data),
                    "--task",
                    "dedupe",
                    "--no-score",
                ]
                turns.append(
                    lambda: splink.append(measured(command, self.scratch, dict(os.environ)))
                )
            for turn in turns if n % 2 == 0 else reversed(turns):
                turn()
            self.full = workspace
        print(f"match: {count_rows(self.list):,} rows into a new store, {self.rounds} rounds")
        show("salesctl, all of it", ours)
        if splink:
            show("Splink, dedupe alone", splink)
            show_ratio("of Splink", ours, splink, 0.6)

    def increment(self) -> None:
        """The first 10,000 rows of the house file, of which three in ten are on the list."""
        if self.full is None:
            self.full = self.workspace("match")
            self.full.run(IMPORT, file=self.list, list="zoom")
        small = self.scratch / "small.csv"
        with (
            open(self.house, encoding="utf-8") as whole,
            open(small, "w", encoding="utf-8") as part,
        ):
            part.writelines(itertools.islice(whole, 10_001))
        self.full.run(ADD_LIST, list="small")
        used = self.full.run(IMPORT, file=small, list="small")
        print(f"increment: {count_rows(small):,} rows into a store of {count_rows(self.list):,}")
        show("salesctl, all of it", [used])

    def scaling(self) -> None:
        print("scaling: the whole import into a new store, microseconds of CPU a row")
        largest = count_rows(self.list)
        for rows in (n for n in (10_000, 100_000, 1_000_000) if n <= largest):
            file = self.list if rows == largest else self.generated(rows) / "list.csv"
            runs = [
                self.workspace("scaling").run(IMPORT, file=file, list="zoom")
                for _ in range(self.rounds)
            ]
            each = statistics.median(run.cpu for run in runs) / rows * 1e6
            show(f"{rows:>9,} rows, {each:.1f} µs each", runs)

    def wait(self) -> None:
        workspace = self.workspace("wait")
        workspace.run(OTHER_SHELLS[0], n=0)
        baseline = others(workspace, until=lambda n: n >= 60)
        running = threading.Event()
        running.set()
        failed: list[Exception] = []

        def import_all() -> None:
            try:
                workspace.run(IMPORT, file=self.list, list="zoom")
            except Stopped as reason:
                failed.append(reason)
            finally:
                running.clear()

        thread = threading.Thread(target=import_all)
        thread.start()
        during = others(workspace, until=lambda _: not running.is_set())
        thread.join()
        if failed:
            raise failed[0]
        print("wait: wall milliseconds of other commands, one every 100 ms")
        for name, taken in (("alone", baseline), ("during the import", during)):
            millis = sorted(each.wall * 1000 for each in taken)
            print(
                f"  {name:<28} median {statistics.median(millis):6.1f}"
                f"   99 % {millis[int(len(millis) * 0.99)]:6.1f}"
                f"   longest {millis[-1]:6.1f}   ({len(millis)} commands)"
            )
        longest = max(each.wall for each in during)
        print(
            f"  longest {longest * 1000:.0f} ms; promised: 500 at most: {verdict(longest <= 0.5)}"
        )

    def quality(self) -> None:
        workspace, links = self.workspace("quality", "house", "zoom"), self.scratch / "links.csv"
        workspace.run(IMPORT, file=self.house, list="house")
        workspace.run(IMPORT_LINKS, file=self.list, list="zoom", links=links)
        truth = score_links.read_truth(
            str(self.data / "list_truth.csv"), str(self.data / "house_truth.csv"), None, None
        )
        print("quality: house file, then list; pairs at the default threshold")
        for matched, by in (
            (score_links.read_links(str(links), truth, 0.95), "salesctl"),
            (same_email(self.list, self.house), "same e-mail"),
        ):
            for name, of in score_links.score(matched, truth).items():
                print(f"  {by:<12} {name:<7} {of}")


def same_email(file: Path, house: Path) -> list[score_links.Link]:
    """What most programs do: a row is known, or here twice, when its e-mail address is."""
    links, first, known = [], {}, {}
    for n, row in enumerate(score_links.read_rows(str(house))):
        if email := row["email"].strip().lower():
            known.setdefault(email, n)
    for n, row in enumerate(score_links.read_rows(str(file))):
        if email := row["email"].strip().lower():
            if email in known:
                links.append(score_links.Link(n, known[email], True))
            elif first.setdefault(email, n) != n:
                links.append(score_links.Link(n, first[email], False))
    return links


def others(workspace: Workspace, until) -> list[Used]:
    """Other shells, one command every 100 ms."""
    taken = []
    for n in itertools.count(1):
        if until(n):
            return taken
        began = time.perf_counter()
        taken.append(workspace.run(OTHER_SHELLS[n % len(OTHER_SHELLS)], n=n))
        time.sleep(max(0.0, 0.1 - (time.perf_counter() - began)))
    return taken


def count_rows(file: Path) -> int:
    with open(file, newline="", encoding="utf-8") as opened:
        return sum(1 for _ in csv.reader(opened)) - 1


def show(name: str, runs: list[Used]) -> None:
    cpu = [run.cpu for run in runs]
    print(
        f"  {name:<28} {statistics.median(cpu):7.2f} s of CPU ({min(cpu):.2f}–{max(cpu):.2f})"
        f"   {statistics.median(run.wall for run in runs):6.1f} s"
        f"   {max(run.peak_mib for run in runs):6.0f} MiB at most"
    )


def show_ratio(what: str, ours: list[Used], theirs: list[Used], promised: float) -> None:
    ratios = [a.cpu / b.cpu for a, b in zip(ours, theirs)]
    median = statistics.median(ratios)
    print(
        f"  {median:.2f} × {what} ({min(ratios):.2f}–{max(ratios):.2f});"
        f" promised: {promised} at most: {verdict(median <= promised)}"
    )


def verdict(kept: bool) -> str:
    return "kept" if kept else "NOT KEPT"


if __name__ == "__main__":
    sys.exit(main())
