#!/usr/bin/env python3
"""Reports over a large store against DuckDB: CPU and wall seconds of cold processes.

    cargo build --release && benches/report_speed.py [--deals 10000 100000 1000000] [--folder FOLDER]
        [--python FILE] [--binary FILE] [--csv]

The same deals lie in a store (`benches/report_store.py` makes it) and in a DuckDB file, exported from the store.
Each question is asked of both, three times; the best counts, and the answers must agree. DuckDB runs in the
Python named by `--python` (with the `duckdb` wheel); what that takes to start and import is measured by itself
and subtracted. `--csv` asks DuckDB of CSV files as well. Promised: the median ratio is at most 1, none is
above 3, and 100,000 deals take less than 0.15 s of CPU.
"""

import argparse
import csv
import json
import os
import resource
import sqlite3
import statistics
import subprocess
import sys
import time
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
TABLES = {
    "deal": "id, account, owner, product, source, state, stage, stage_entered, value_minor, opened, closed, expected_close,"
    " reason, next_due, touched",
    "visit": "deal, n, stage, entered, left_day, how, overridden",
    "activity": "deal, day, kind, minutes, cost_minor, actor",
}
SEGMENT = "SELECT subject, text FROM fact WHERE name = 'segment' ORDER BY subject"
STATES = "SELECT subject, day, text FROM fact WHERE name = 'state' ORDER BY subject, day"
AS_OF = 20_000  # 2024-10-04
STAGES = ["inquiry", "qualify", "visit", "design", "demonstrate", "propose", "negotiate", "close"]
STAY = "CASE WHEN left_day IS NULL THEN TODAY - entered ELSE left_day - entered END"
KAPLAN = """
days AS (SELECT stage, {stay} AS days, COUNT(*) AS n, COUNT(left_day) AS ended FROM {visits} GROUP BY 1, 2),
risk AS (SELECT stage, days, ended, SUM(n) OVER (PARTITION BY stage ORDER BY days DESC) AS at_risk FROM days),
alive AS (SELECT stage, days, EXP(SUM(LN(GREATEST(1.0 - ended / at_risk, 1e-300)))
    OVER (PARTITION BY stage ORDER BY days)) AS share FROM risk)
"""
MEDIAN = """SELECT stage, MIN(days) FILTER (WHERE share <= 0.5 + 1e-12) AS median, MIN(days) FILTER (WHERE share <= 0.25 + 1e-12)
    AS p75_days, MIN(days) FILTER (WHERE share <= 0.1 + 1e-12) AS p90_days FROM alive GROUP BY stage"""


def kaplan(visits: str) -> str:
    return KAPLAN.format(stay=STAY, visits=visits)


WIN = """COUNT(*) FILTER (WHERE state = 'won') AS won, COUNT(*) FILTER (WHERE state = 'lost') AS lost,
    CAST(SUM(value_minor) FILTER (WHERE state = 'won') AS BIGINT) AS won_value_minor,
    CAST(SUM(value_minor) FILTER (WHERE state = 'lost') AS BIGINT) AS lost_value_minor"""
DECIDED = "state IN ('won', 'lost')"
OPEN = f"""COUNT(*) AS n, CAST(SUM(value_minor) AS BIGINT) AS value_minor,
    CAST(SUM(value_minor * LIST_POSITION({STAGES}, stage)) AS DOUBLE) / 10 AS weighted,
    COUNT(*) FILTER (WHERE value_minor IS NULL) AS without_value,
    COUNT(*) FILTER (WHERE stage_entered < TODAY - 60) AS late,
    COUNT(*) FILTER (WHERE stage_entered < TODAY - 60 AND (next_due IS NULL OR next_due < TODAY)) AS rotting,
    COUNT(*) FILTER (WHERE state = 'hold') AS on_hold,
    QUANTILE_CONT(TODAY - stage_entered, 0.5) AS median_days_in_stage"""
# Words of the command; SQL that gives the same answer; the columns of both that must be equal, first the key of a row.
QUESTIONS = {
    "win rate by rep": (
        ["win-rate", "--by", "rep"],
        f"SELECT owner AS rep, {WIN} FROM deal WHERE {DECIDED} GROUP BY owner",
        ["rep", "won", "lost", "won_value_minor", "lost_value_minor"],
    ),
    "win rate by product, 12 months": (
        ["win-rate", "--by", "product", "--period", "2025-11-01..2026-10-31"],
        f"SELECT product, {WIN} FROM deal WHERE {DECIDED} AND closed BETWEEN 20393 AND 20757 GROUP BY product",
        ["product", "won", "lost", "won_value_minor", "lost_value_minor"],
    ),
    "win rate by segment": (
        ["win-rate", "--by", "segment"],
        f"SELECT s.text AS segment, {WIN} FROM deal d LEFT JOIN segment s ON s.subject = d.id"
        f" WHERE {DECIDED} GROUP BY s.text",
        ["segment", "won", "lost", "won_value_minor", "lost_value_minor"],
    ),
    "win rate where segment": (
        ["win-rate", "--by", "rep", "--where", "segment = 'segment3'"],
        f"SELECT owner AS rep, {WIN} FROM deal d JOIN segment s ON s.subject = d.id AND s.text = 'segment3'"
        f" WHERE {DECIDED} GROUP BY owner",
        ["rep", "won", "lost", "won_value_minor", "lost_value_minor"],
    ),
    "win rate where value": (
        ["win-rate", "--by", "product", "--where", "value > 30000"],
        f"SELECT product, {WIN} FROM deal WHERE {DECIDED} AND value_minor > 3000000 GROUP BY product",
        ["product", "won", "lost", "won_value_minor", "lost_value_minor"],
    ),
    "pipeline": (
        ["pipeline"],
        f"SELECT stage, {OPEN} FROM deal WHERE state IN ('open', 'hold') GROUP BY stage",
        ["stage", "n", "value_minor", "without_value", "late", "rotting", "on_hold", "median_days_in_stage"],
    ),
    "pipeline two years ago": (
        ["pipeline", "--as-of", "2024-10-04"],
        f"""WITH state AS (SELECT subject, ARG_MAX(text, day) AS state FROM state WHERE day <= {AS_OF} GROUP BY subject),
        last AS (SELECT deal, ARG_MAX(stage, n) AS stage FROM visit WHERE entered <= {AS_OF} GROUP BY deal)
        SELECT stage, COUNT(*) AS n FROM state s JOIN last l ON l.deal = s.subject WHERE state IN ('open', 'hold')
        GROUP BY stage""",
        ["stage", "n"],
    ),
    "funnel": (
        ["funnel"],
        f"""WITH first AS (SELECT deal, stage, MIN(n) AS n, ARG_MIN(entered, n) AS entered,
            ARG_MIN(left_day, n) AS left_day FROM visit GROUP BY deal, stage),
        last AS (SELECT deal, MAX(n) AS n FROM visit GROUP BY deal), {kaplan('first')}, medians AS ({MEDIAN})
        SELECT f.stage, COUNT(*) AS entered, COUNT(*) FILTER (WHERE l.n > f.n OR d.state = 'won') AS advanced,
            COUNT(*) FILTER (WHERE l.n = f.n AND d.state = 'lost') AS lost, ANY_VALUE(m.median) AS median_days
        FROM first f JOIN last l ON l.deal = f.deal JOIN deal d ON d.id = f.deal JOIN medians m ON m.stage = f.stage
        GROUP BY f.stage""",
        ["stage", "entered", "advanced", "lost"],
    ),
    "durations": (
        ["durations"],
        f"WITH {kaplan('visit')} SELECT m.stage, median AS median_days, p75_days, p90_days, n, open FROM ({MEDIAN}) m"
        " JOIN (SELECT stage, COUNT(*) AS n, COUNT(*) - COUNT(left_day) AS open FROM visit GROUP BY stage) c ON c.stage = m.stage",
        ["stage", "n", "open", "median_days", "p75_days", "p90_days"],
    ),
    "velocity": (
        ["velocity"],
        """SELECT 1 AS one, COUNT(*) FILTER (WHERE state = 'open') AS open_n,
        COUNT(*) FILTER (WHERE state = 'won') / COUNT(*) FILTER (WHERE state IN ('won', 'lost')) AS win_share,
        CAST(ROUND(AVG(value_minor) FILTER (WHERE state = 'won')) AS BIGINT) AS mean_won_minor,
        QUANTILE_CONT(closed - opened, 0.5) FILTER (WHERE state = 'won') AS median_cycle_days FROM deal""",
        ["one", "open_n", "win_share", "mean_won_minor", "median_cycle_days"],
    ),
    "losses": (
        ["losses"],
        """SELECT reason, stage, COUNT(*) AS lost, CAST(SUM(value_minor) AS BIGINT) AS lost_value_minor,
        COUNT(*) FILTER (WHERE value_minor IS NULL) AS without_value FROM deal WHERE state = 'lost'
        GROUP BY GROUPING SETS ((reason), (reason, stage))""",
        ["reason stage", "lost", "lost_value_minor", "without_value"],
    ),
    "activity by rep": (
        ["activity", "--by", "rep"],
        """SELECT actor AS rep, COUNT(*) AS activities, COUNT(*) FILTER (WHERE kind = 'call') AS call,
        COUNT(*) FILTER (WHERE kind = 'mail') AS mail, COUNT(*) FILTER (WHERE kind = 'meeting') AS meeting,
        COUNT(*) FILTER (WHERE kind = 'letter') AS letter, CAST(SUM(minutes) AS BIGINT) AS minutes,
        COUNT(*) FILTER (WHERE minutes IS NULL) AS without_minutes, CAST(SUM(cost_minor) AS BIGINT) AS direct_minor,
        COUNT(DISTINCT deal) AS deals FROM activity GROUP BY actor""",
        ["rep", "activities", "call", "mail", "meeting", "letter", "minutes", "without_minutes", "direct_minor", "deals"],
    ),
}
# Reports whose answer is more than a query: only timed.
ALONE = {
    "pipeline by rep": ["report", "pipeline", "--by", "rep"],
    "aging": ["report", "aging", "--limit", "20"],
    "costs by rep": ["report", "costs", "--by", "rep"],
    "cohorts": ["report", "cohorts"],
    "coverage": ["report", "coverage"],
    "changes": ["report", "changes", "--since", "2026-10-21"],
    "data": ["report", "data"],
    "scorecard": ["report", "scorecard"],
    "compare": ["report", "compare", "rep001", "rep002"],
    "breakdown": ["report", "breakdown"],
    "meeting": ["report", "meeting"],
    "metric query": ["metric", "query", "win-rate", "--by", "rep"],
    "metric audit": ["metric", "audit"],
    "check": ["check"],
}
NAMES = [*TABLES, "segment", "state"]


def read_csv(table: str) -> str:
    """Columns that are empty for long would be taken for text."""
    types = ", types = {'next_due': 'INTEGER', 'closed': 'INTEGER', 'expected_close': 'INTEGER'}" if table == "deal" else ""
    return f"AS SELECT * FROM read_csv('{table}.csv'{types});"


ASK = "import sys, json, duckdb\nc = duckdb.connect(sys.argv[1], read_only=sys.argv[1] != ':memory:')\n"
ASK_ALL = ASK + "c.execute('SET enable_progress_bar = false')\nr = c.execute(sys.argv[2])\nn = [d[0] for d in r.description]\n"
ASK_ALL += "print(json.dumps([dict(zip(n, row)) for row in r.fetchall()]))\n"


def measured(command: list[str], work: Path, times: int = 3) -> tuple[float, float, str]:
    """CPU and wall seconds of the best of some runs, and what it said."""
    best, wall, said = float("inf"), float("inf"), ""
    environment = {"PATH": os.environ["PATH"], "HOME": str(work), "LANG": "C.UTF-8", "SALESCTL_USER": "bench"}
    for _ in range(times):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.monotonic()
        done = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True)
        ended = time.monotonic()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode != 0 and not (done.returncode == 1 and done.stdout):
            return float("nan"), float("nan"), done.stderr
        said = done.stdout
        best = min(best, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
        wall = min(wall, ended - began)
    return best, wall, said


def export(work: Path, python: str) -> None:
    """The rows that the questions need, as CSV files and as a DuckDB file."""
    if (work / "deals.duckdb").exists():
        return
    store = sqlite3.connect(f"file:{work / 'sales.db'}?mode=ro", uri=True)
    for table, columns in TABLES.items():
        write(work / f"{table}.csv", store.execute(f"SELECT {columns} FROM {table}"))
    write(work / "segment.csv", store.execute(SEGMENT))
    write(work / "state.csv", store.execute(STATES))
    made = [f"CREATE TABLE {table} {read_csv(table)}" for table in NAMES]
    code = f"import duckdb\nc = duckdb.connect('deals.duckdb')\nc.execute(\"\"\"{' '.join(made)}\"\"\")\nc.close()"
    subprocess.run([python, "-c", code], cwd=work, check=True)


def write(path: Path, rows: sqlite3.Cursor) -> None:
    with open(path, "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow([column[0] for column in rows.description])
        out.writerows(rows)


def agree(name: str, ours: list, theirs: list, columns: list[str]) -> None:
    """Stops when the answers differ."""
    keys = columns[0].split()
    known = {tuple(row.get(key) for key in keys): row for row in theirs}
    seen = 0
    for row in ours:
        key = tuple(row.get(key) for key in keys)
        other = known.get(key) if keys != ["one"] else theirs[0]
        if other is None:
            continue
        seen += 1
        for column in columns[1:]:
            # A sum over nothing is 0 here and NULL there.
            a, b = row.get(column) or 0, other.get(column) or 0
            if abs(a - b) > 1e-6:
                raise SystemExit(f"{name}, {key}: {column} is {a}, DuckDB says {b}")
    # A row of nothing but nulls is shown by one of the two.
    if seen < len(theirs) - 2:
        raise SystemExit(f"{name}: nothing to compare: {ours[:1]} {theirs[:1]}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--deals", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--folder", default="/tmp/report-speed")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--binary", default=str(TOP / "target/release/salesctl"))
    parser.add_argument("--csv", action="store_true")
    asked = parser.parse_args()
    binary = str(Path(asked.binary).resolve())
    if subprocess.run([asked.python, "-c", "import duckdb"], capture_output=True, check=False).returncode != 0:
        print("a Python with the duckdb wheel is needed (--python FILE): nothing was measured", file=sys.stderr)
        return 2
    kept = True
    for deals in asked.deals:
        work = Path(asked.folder).resolve() / str(deals)
        if not (work / "sales.db").exists():
            maker = [sys.executable, str(TOP / "benches/report_store.py"), str(work), "--deals", str(deals)]
            subprocess.run([*maker, "--binary", binary], check=True)
        export(work, asked.python)
        kept &= compare(binary, asked.python, work, deals, asked.csv)
    return 0 if kept else 1


def compare(binary: str, python: str, work: Path, deals: int, from_csv: bool) -> bool:
    size = (work / "sales.db").stat().st_size / 1e6
    print(f"{deals:,} deals: store {size:,.0f} MB, DuckDB file {(work / 'deals.duckdb').stat().st_size / 1e6:,.0f} MB")
    start = measured([python, "-c", ASK, "deals.duckdb"], work, 15)
    print(f"  Python, import duckdb, open the file: {start[0]:.3f} s CPU, {start[1]:.3f} s wall (subtracted)")
    print(f"  {'CPU s (wall s)':32} {'salesctl':>15} {'DuckDB':>15} {'ratio':>6} {'wall':>6}" + ("   CSV" if from_csv else ""))
    ratios, most = [], 0.0
    for name, (words, sql, columns) in QUESTIONS.items():
        sql = sql.replace("TODAY", "20778")  # 2026-11-21
        ours = measured([binary, "report", *words, "--today", "2026-11-21", "--json"], work)
        if ours[0] != ours[0]:
            print(f"  {name:32} not asked: {ours[2].splitlines()[0] if ours[2] else ''}")
            continue
        # What is left after the start is taken off is small: it takes more runs to find the best one.
        theirs = measured([python, "-c", ASK_ALL, "deals.duckdb", sql], work, 7)
        if theirs[0] != theirs[0]:
            raise SystemExit(f"{name}: {theirs[2]}")
        agree(name, json.loads(ours[2])["rows"], json.loads(theirs[2]), columns)
        took = [max(theirs[at] - start[at], 0.001) for at in (0, 1)]
        ratios.append(ours[0] / took[0])
        most = max(most, ours[0])
        line = f"  {name:32} {ours[0]:6.3f} ({ours[1]:5.3f}) {took[0]:6.3f} ({took[1]:5.3f}) {ratios[-1]:6.2f} {ours[1] / took[1]:6.2f}"
        if from_csv:
            view = " ".join(f"CREATE VIEW {table} {read_csv(table)}" for table in NAMES)
            slow = measured([python, "-c", ASK_ALL.replace("r = c", f"c.execute(\"\"\"{view}\"\"\")\nr = c"), ":memory:", sql], work, 1)
            line += f" {ours[0] / max(slow[0] - start[0], 0.001):5.2f}"
        print(line, flush=True)
    for name, words in ALONE.items():
        ours = measured([binary, *words, "--today", "2026-11-21", "--json"], work)
        note = f" {ours[2].splitlines()[0]}" if ours[0] != ours[0] else ""
        print(f"  {name:32} {ours[0]:6.3f} ({ours[1]:5.3f}){note}", flush=True)
    median = statistics.median(ratios)
    kept = median <= 1 and max(ratios) <= 3 and (deals != 100_000 or most < 0.15)
    print(f"  median ratio {median:.2f}, the largest {max(ratios):.2f}, the slowest report {most:.3f} s CPU: {'kept' if kept else 'BROKEN'}")
    return kept


if __name__ == "__main__":
    sys.exit(main())
