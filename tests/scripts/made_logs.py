"""Event logs of made processes, for what is measured on more than the one real log that is at hand.

Usage: made_logs.py FOLDER [SEED] writes one CSV file (case, activity, time) for each process below into FOLDER. Each is played
out from a process tree with loops, skips, choices and work side by side, in the manner of the logs that process mining is tried
on: a sale, a loan (as BPIC 2012), fines (as the road traffic log), repairs, an order of which parts run side by side. Then one case
in twelve goes wrong: an event is left out, done twice, done too early, or one of another place comes in. The same SEED gives the
same files. Prints JSON: the names of the files by process, or `missing` where pm4py is not there (AGPL: it is never linked or
shipped).
"""

import contextlib
import csv
import io
import json
import random
import sys
from datetime import datetime, timedelta
from pathlib import Path

try:
    with contextlib.redirect_stdout(io.StringIO()):
        import pm4py
except ImportError as error:
    print(json.dumps({"missing": error.name}))
    sys.exit()

CASES = 2_000
WRONG = 1 / 12
# -> one after the other, X one of them, * the first, and again after the second, + side by side; tau is nothing.
TREES = {
    "sale": "->( 'lead', 'qualify', X( tau, 'research' ), 'demonstrate', *( 'propose', 'revise' ), X( tau, 'legal' ), 'negotiate' )",
    "loan": "->( 'submit', X( 'decline', ->( 'precheck', X( 'reject', ->( 'accept', *( 'offer', 'call_back' ), 'validate', X( tau, 'fraud_check' ), X( 'approve', 'cancel' ) ) ) ) ) )",
    "fines": "->( 'create_fine', X( 'pay_at_once', ->( 'send_fine', 'notify', X( 'pay', ->( 'add_penalty', X( 'pay_late', 'collect', ->( 'appeal', X( 'dismiss', 'uphold' ) ) ) ) ) ) ) )",
    "repair": "->( 'register', 'analyse', *( ->( 'repair', 'test' ), 'analyse_again' ), X( 'inform_by_mail', 'inform_by_phone' ), 'archive' )",
    "order": "->( 'receive', +( 'check_credit', 'reserve_stock' ), X( ->( 'pack', 'ship' ), 'ship_directly' ), X( tau, 'claim' ), 'close' )",
}


def played(tree, chance):
    """One way through a tree; a loop goes round again in one case of three."""
    children, operator = tree.children, tree.operator
    if operator is None:
        return [tree.label] if tree.label else []
    sign = str(operator)
    if sign == "X":
        return played(chance.choice(children), chance)
    if sign == "*":
        way = played(children[0], chance)
        while chance.random() < 1 / 3:
            way += played(children[1], chance) + played(children[0], chance)
        return way
    parts = [played(child, chance) for child in children]
    if sign == "+":
        way = []
        while any(parts):
            way.append(chance.choice([part for part in parts if part]).pop(0))
        return way
    return [activity for part in parts for activity in part]


def gone_wrong(way, all_activities, chance):
    way, at = list(way), chance.randrange(len(way))
    match chance.choice(["left out", "twice", "too early", "of another place"]):
        case "left out" if len(way) > 1:
            del way[at]
        case "twice":
            way.insert(chance.randrange(len(way) + 1), way[at])
        case "too early" if at > 0:
            way[at - 1], way[at] = way[at], way[at - 1]
        case _:
            way.insert(at, chance.choice(all_activities))
    return way


def main():
    folder, seed = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "1"
    for name, text in TREES.items():
        chance = random.Random(f"{name} {seed}")
        with contextlib.redirect_stdout(io.StringIO()):
            tree = pm4py.parse_process_tree(text)
        ways = [played(tree, chance) for _ in range(CASES)]
        activities = sorted({activity for way in ways for activity in way})
        with open(folder / f"{name}.csv", "w", newline="") as file:
            out = csv.writer(file)
            out.writerow(["case", "activity", "time"])
            for case, way in enumerate(ways):
                if chance.random() < WRONG:
                    way = gone_wrong(way, activities, chance)
                at = datetime(2020, 1, 1) + timedelta(minutes=chance.randrange(500_000))
                for activity in way:
                    out.writerow([f"{case:05}", activity, at.isoformat(sep=" ")])
                    at += timedelta(minutes=chance.randrange(1, 5_000))
    print(json.dumps({name: f"{name}.csv" for name in TREES}))


main()
