#!/usr/bin/env python3
"""The measure for matching: Splink 5 on the same rows, with a model tuned for them.

    python3 -m venv V && V/bin/pip install 'splink>=5,<6' duckdb
    V/bin/python benches/match_splink.py b2b FOLDER [--task dedupe|link|both] [--rounds 1]
    V/bin/python benches/match_splink.py febrl3 FILE.csv PAIRS.csv
    V/bin/python benches/match_splink.py febrl4 A.csv B.csv PAIRS.csv

FOLDER is what gen_b2b.py wrote: list.csv, house.csv and their truth. Each task is run in a process of its
own; DuckDB reads and normalises, Splink trains (u from random pairs, m by EM for three blocking rules) and
predicts. Each round draws other random pairs, since one unlucky draw costs Splink a point of F1; the median
counts. CPU seconds are user and system time of all threads; scoring is not counted. `--links FILE` writes
what Splink linked in the shape of `import prospects --links`, for benches/score_links.py.

The model collapses what colleagues share (domain, company, phone, address) into one comparison, `employer`:
nine independent comparisons score F1 0.55 on the million rows instead of 0.98. With --rules 4 all levels
of `employer` are learnt from the data, which is worth 0.004 on the list and 0.001 on the house file: the
best Splink that we know of.
"""

import argparse
import csv
import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import score_links

FREEMAIL = (
    "gmail.com yahoo.com hotmail.com aol.com outlook.com comcast.net icloud.com gmx.net live.com"
).split()
LEGAL = (
    "inc|incorporated|llc|corp|corporation|co|company|ltd|limited|lp|llp|pllc|plc|gmbh|ag|sa|srl|bv"
)

# Every value lower-case, without accents; an empty text is a missing one.
PREPARE_B2B = f"""
CREATE TABLE {{table}} AS
WITH raw AS (
    SELECT * FROM read_csv('{{file}}', header = true, all_varchar = true)
), plain AS (
    SELECT
        record_id AS unique_id,
        regexp_replace(strip_accents(lower(trim(first_name))), '\\s+[a-z]\\.?$', '') AS first_full,
        regexp_replace(strip_accents(lower(trim(last_name))), '[^a-z]', '', 'g') AS last_full,
        strip_accents(lower(trim(email))) AS mail,
        regexp_extract(lower(website), '^(?:https?://)?(?:www\\.)?([^/]+)', 1) AS site_domain,
        regexp_replace(phone, '[^0-9]', '', 'g') AS digits,
        regexp_replace(replace(strip_accents(lower(trim(company))), '&', ' and '), '[.'']', '', 'g') AS firm,
        strip_accents(lower(trim(title))) AS job,
        lower(trim(address1)) AS street, lower(trim(city)) AS town, lower(trim(state)) AS state_code,
        regexp_extract(zip, '^[0-9]+') AS zip_digits
    FROM raw
), parted AS (
    SELECT *,
        split_part(mail, '@', 2) AS mail_domain,
        regexp_replace(
            regexp_replace(trim(regexp_replace(firm, '[^a-z0-9]+', ' ', 'g')), '(?: (?:{LEGAL}))+$', ''),
            '^the ', '') AS firm_key
    FROM plain
)
SELECT
    unique_id,
    nullif(regexp_replace(first_full, '[^a-z]', '', 'g'), '') AS first,
    nullif(left(regexp_replace(first_full, '[^a-z]', '', 'g'), 1), '') AS initial,
    nullif(last_full, '') AS last,
    nullif(mail, '') AS email,
    nullif(split_part(mail, '@', 1), '') AS local_part,
    nullif(CASE WHEN site_domain <> '' THEN site_domain
                WHEN mail_domain NOT IN ({", ".join(f"'{name}'" for name in FREEMAIL)}) THEN mail_domain
                ELSE '' END, '') AS domain,
    nullif(CASE WHEN length(digits) = 11 AND digits[1] = '1' THEN digits[2:] ELSE digits END, '') AS phone,
    nullif(firm_key, '') AS company,
    nullif(state_code, '') AS state,
    nullif(lpad(left(zip_digits, 5), 5, '0'), '00000') AS zip,
    CASE WHEN street <> '' AND zip_digits <> ''
         THEN regexp_extract(street, '^([0-9]+ [a-z]+)', 1) || ' ' || lpad(left(zip_digits, 5), 5, '0')
    END AS site,
    nullif(job, '') AS title
FROM parted
"""

PREPARE_FEBRL = """
CREATE TABLE {table} AS
SELECT
    rec_id AS unique_id,
    nullif(lower(trim(given_name)), '') AS first,
    nullif(lower(trim(surname)), '') AS last,
    nullif(trim(street_number), '') AS house_number,
    nullif(lower(trim(address_1)), '') AS street,
    nullif(lower(trim(suburb)), '') AS city,
    nullif(trim(postcode), '') AS zip,
    nullif(lower(trim(state)), '') AS state,
    nullif(trim(date_of_birth), '') AS born,
    nullif(trim(soc_sec_id), '') AS number
FROM read_csv('{file}', header = true, all_varchar = true)
"""


def b2b_model(link_type: str):
    import splink.comparison_level_library as level
    from splink import SettingsCreator, block_on
    from splink.comparison_library import CustomComparison

    def custom(condition: str, label: str):
        return level.CustomLevel(condition, label_for_charts=label)

    def exact(column: str):
        return level.ExactMatchLevel(column, term_frequency_adjustments=True)

    comparisons = [
        CustomComparison(
            output_column_name="first",
            comparison_levels=[
                level.NullLevel("first"),
                exact("first"),
                level.JaroWinklerLevel("first", 0.9),
                custom(
                    "first_l[1:2] = first_r[1:2] OR"
                    " ((length(first_l) = 1 OR length(first_r) = 1) AND first_l[1] = first_r[1])",
                    "initial or two letters",
                ),
                level.ElseLevel(),
            ],
        ),
        CustomComparison(
            output_column_name="last",
            comparison_levels=[
                level.NullLevel("last"),
                exact("last"),
                level.DamerauLevenshteinLevel("last", 1),
                level.JaroWinklerLevel("last", 0.88),
                level.ElseLevel(),
            ],
        ),
        CustomComparison(
            output_column_name="email",
            comparison_levels=[
                level.NullLevel("email"),
                exact("email"),
                custom("local_part_l = local_part_r", "same local part"),
                custom("jaro_winkler_similarity(local_part_l, local_part_r) >= 0.9", "local part"),
                level.ElseLevel(),
            ],
        ),
        CustomComparison(
            output_column_name="employer",
            comparison_levels=[
                custom("company_l IS NULL OR company_r IS NULL", "missing").configure(
                    is_null_level=True
                ),
                custom("domain_l = domain_r OR phone_l = phone_r", "same domain or phone"),
                custom("company_l = company_r AND state_l = state_r", "same name and state"),
                custom(
                    "(jaro_winkler_similarity(company_l, company_r) >= 0.9 AND state_l = state_r)"
                    " OR site_l = site_r",
                    "similar name in the state, or same site",
                ),
                custom("company_l = company_r", "same name"),
                level.ElseLevel(),
            ],
        ),
        CustomComparison(
            output_column_name="title",
            comparison_levels=[
                level.NullLevel("title"),
                level.ExactMatchLevel("title"),
                level.ElseLevel(),
            ],
        ),
    ]
    blocks = [
        block_on("email"),
        block_on("phone", "last"),
        block_on("domain", "last"),
        block_on("domain", "first"),
        block_on("company", "state", "initial"),
        block_on("last", "first", "state"),
        block_on("last", "zip"),
        block_on("phone", "first"),
    ]
    settings = SettingsCreator(
        link_type=link_type,
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=blocks,
        retain_matching_columns=False,
    )
    sure = [
        block_on("email", "last"),
        block_on("phone", "last", "first"),
        block_on("domain", "last", "first"),
    ]
    return settings, sure, 0.6, [blocks[5], blocks[0], blocks[1], blocks[6]]


def febrl_model(link_type: str):
    import splink.comparison_library as compare
    from splink import SettingsCreator, block_on

    settings = SettingsCreator(
        link_type=link_type,
        comparisons=[
            compare.JaroWinklerAtThresholds("first", [0.9, 0.8]).configure(
                term_frequency_adjustments=True
            ),
            compare.JaroWinklerAtThresholds("last", [0.9, 0.8]).configure(
                term_frequency_adjustments=True
            ),
            compare.DamerauLevenshteinAtThresholds("born", [1, 2]),
            compare.DamerauLevenshteinAtThresholds("number", [1, 2]),
            compare.JaroWinklerAtThresholds("street", [0.9, 0.8]),
            compare.ExactMatch("house_number"),
            compare.JaroWinklerAtThresholds("city", [0.9]).configure(
                term_frequency_adjustments=True
            ),
            compare.DamerauLevenshteinAtThresholds("zip", [1]),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("number"),
            block_on("born"),
            block_on("first", "last"),
            block_on("last", "zip"),
            block_on("first", "zip"),
            block_on("street", "house_number"),
            block_on("street", "city"),
        ],
        retain_matching_columns=False,
    )
    sure = [block_on("number"), block_on("first", "last", "born")]
    return settings, sure, 0.8, [block_on("number"), block_on("born"), block_on("last", "zip")]


class Clock:
    """CPU seconds, user and system, of this process, by stage."""

    def __init__(self) -> None:
        self.stages: dict[str, float] = {}
        self.wall = time.perf_counter()
        self.last = self.now()

    @staticmethod
    def now() -> float:
        used = resource.getrusage(resource.RUSAGE_SELF)
        return used.ru_utime + used.ru_stime

    def stage(self, name: str) -> None:
        now = self.now()
        self.stages[name], self.last = now - self.last, now


def run(asked: argparse.Namespace) -> dict:
    """One task in this process: prepare, train, predict; then, off the clock, score."""
    data, task, files = asked.data, asked.task, asked.files
    clock = Clock()
    import duckdb
    from splink import DuckDBAPI, Linker

    connection = duckdb.connect()
    connection.execute(
        f"SET threads = {asked.threads}; SET memory_limit = '12GB'; SET enable_progress_bar = false"
    )
    if data == "b2b":
        prepare, model, names = (
            PREPARE_B2B,
            b2b_model,
            ["list.csv", "house.csv"][: 1 + (task == "link")],
        )
        sources = [str(Path(files[0]) / name) for name in names]
    else:
        prepare, model = PREPARE_FEBRL, febrl_model
        sources = files[:-1]
    for table, file in zip(["list", "house"], sources):
        connection.execute(prepare.format(table=table, file=file))
    clock.stage("prepare")

    api = DuckDBAPI(connection=connection)
    settings, sure, recall, rules = model("dedupe_only" if task == "dedupe" else "link_only")
    tables = [
        api.register(table, dataset_display_name=table)
        for table in ["list", "house"][: len(sources)]
    ]
    linker = Linker(tables if task == "link" else tables[0], settings, log_level=None)
    linker.training.estimate_probability_two_random_records_match(sure, recall=recall)
    linker.training.estimate_u_using_random_sampling(
        max_pairs=asked.pairs, seed=asked.seed, min_count_per_level=None
    )
    for rule in rules[: asked.rules]:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    clock.stage("train")

    # The predictions are materialised in DuckDB; clusters are the scorer's work.
    predicted = linker.inference.predict(threshold_match_probability=0.5)
    clock.stage("predict")
    wall = time.perf_counter() - clock.wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    scores = {}
    if not asked.no_score:
        truth = read_truth(data, task, files, sources)
        scores = judge(connection, predicted.physical_name, truth, task, sources, asked.links)
    return {
        "data": data,
        "task": task,
        "cpu": clock.stages | {"sum": sum(clock.stages.values())},
        "wall": wall,
        "peak_mib": peak,
        "scores": {name: of._asdict() for name, of in scores.items()},
    }


def read_truth(data: str, task: str, files: list[str], sources: list[str]) -> score_links.Truth:
    if data == "b2b":
        folder = Path(files[0])
        house = str(folder / "house_truth.csv") if task == "link" else None
        return score_links.read_truth(str(folder / "list_truth.csv"), house, None, None)
    return score_links.read_truth(files[-1], None, *(sources + [None])[:2])


def judge(
    connection, table: str, truth, task: str, sources: list[str], links_to: str | None
) -> dict:
    place = {id: n for n, id in enumerate(score_links.read_ids(sources[0]))}
    house = (
        {id: n for n, id in enumerate(score_links.read_ids(sources[1]))} if task == "link" else {}
    )
    found = connection.execute(
        f"SELECT unique_id_l, unique_id_r, match_probability FROM {table}"
    ).fetchall()
    links, rows = [], []
    for a, b, probability in found:
        if task == "link":
            if a in house and b in place:
                a, b = b, a
            link = score_links.Link(place[a], house[b], True)
        else:
            a, b = sorted((a, b), key=place.__getitem__, reverse=True)
            link = score_links.Link(place[a], place[b], False)
        rows.append(
            [
                link.a + 2,
                link.a + 1,
                link.b + 2,
                link.b + 1,
                b,
                "known" if link.known else "twice",
                probability,
            ]
        )
        if probability >= 0.95:
            links.append(link)
    if links_to is not None:
        with open(links_to, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(
                "line record matched_line matched_record matched_id kind probability".split()
            )
            writer.writerows(rows)
    scores = score_links.score(links, truth)
    # Splink says every pair, not one link a row: of the list, what it said counts against its own pairs.
    pairs = {
        "dedupe": {"pairs": scores["merges"], "clustered": scores["list"]},
        "link": {"pairs": scores.get("direct"), "clustered": scores.get("house")},
    }
    return pairs[task]


def show(rounds: list[dict]) -> None:
    cpu = {stage: statistics.median(r["cpu"][stage] for r in rounds) for stage in rounds[0]["cpu"]}
    print(
        f"{rounds[0]['data']} {rounds[0]['task']}: CPU s prepare {cpu['prepare']:.1f}"
        f" + train {cpu['train']:.1f} + predict {cpu['predict']:.1f} = {cpu['sum']:.1f}"
        f"   wall {statistics.median(r['wall'] for r in rounds):.1f} s"
        f"   peak {max(r['peak_mib'] for r in rounds):,.0f} MiB   ({len(rounds)} rounds)"
    )
    for name in rounds[0]["scores"]:
        scores = sorted(
            (score_links.Score(**r["scores"][name]) for r in rounds), key=lambda of: of.f1
        )
        spread = f"   F1 {scores[0].f1:.4f}–{scores[-1].f1:.4f}" if len(scores) > 1 else ""
        print(f"  {name:<10} {scores[len(scores) // 2]}{spread}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("data", choices=["b2b", "febrl3", "febrl4"])
    parser.add_argument("files", nargs="+")
    parser.add_argument("--task", choices=["dedupe", "link", "both"], default="both")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--pairs", type=float, default=2e6, help="random pairs for u")
    parser.add_argument("--seed", type=int, default=1, help="of the random pairs")
    parser.add_argument(
        "--rules", type=int, choices=[3, 4], default=3,
        help="m is learnt from this many blocking rules: last+first+state, email, phone+last, last+zip",
    )  # fmt: skip
    parser.add_argument("--no-score", action="store_true", help="measure only")
    parser.add_argument("--links", help="write what Splink linked (one task only)")
    parser.add_argument("--inner", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    wanted = {"b2b": 1, "febrl3": 2, "febrl4": 3}[asked.data]
    if len(asked.files) != wanted:
        parser.error(f"{asked.data} takes {wanted} file names; {len(asked.files)} were given")
    if asked.inner:
        print(json.dumps(run(asked)))
        return 0
    tasks = {"febrl3": ["dedupe"], "febrl4": ["link"]}.get(
        asked.data, ["dedupe", "link"] if asked.task == "both" else [asked.task]
    )
    if asked.links and len(tasks) > 1:
        parser.error("--links takes the links of one task: name it with --task")
    for task in tasks:
        rounds = []
        for n in range(asked.rounds):
            command = [sys.executable, __file__, *sys.argv[1:], "--task", task, "--inner"]
            command += ["--seed", str(asked.seed + n)]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
            if done.returncode != 0:
                return 1
            rounds.append(json.loads(done.stdout.splitlines()[-1]))
        show(rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
