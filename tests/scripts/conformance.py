"""Do allowed moves say the same as optimal alignments? What the test of that name compares, from a real log.

Usage: conformance.py LOG FOLDER, where LOG is a CSV file of case, activity and time. Half of the cases (every other one, by
name) are seen: their ten most frequent variants are the model. From these come `process.toml`, which declares the moves seen
in them and how often a stage is visited at most, and a net by the inductive miner. The other half is kept aside: `log.csv` and `log.map.toml` bring it in, and truth is
whether an optimal alignment of a case with the net costs nothing. Prints JSON: `cases` with the truth by case, how many
variants of how many cases the model is, or `missing` where pm4py is not there (AGPL: it is never linked or shipped).
"""

import contextlib
import csv
import io
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path

try:
    with contextlib.redirect_stdout(io.StringIO()):
        import pandas
        import pm4py
        from pm4py.objects.log.obj import Event, EventLog, Trace
except ImportError as error:
    print(json.dumps({"missing": error.name}))
    sys.exit()

VARIANTS = 10
log, folder = Path(sys.argv[1]), Path(sys.argv[2])
with open(log, newline="") as file:
    rows = list(csv.reader(file))[1:]
cases = defaultdict(list)
for place, (case, activity, at) in enumerate(rows):
    cases[case].append((at, place, activity))
ways = {case: [(activity, at) for at, _, activity in sorted(events)] for case, events in cases.items()}
names = sorted(ways)
seen, aside = names[::2], names[1::2]


def variant(case):
    return tuple(activity for activity, _ in ways[case])


frequent = Counter(variant(case) for case in seen).most_common(VARIANTS)
model = [way for way, _ in frequent]

# Order of selling, by the ways of the model: what comes first before the most others, and is come before by the fewest.
first_before = Counter()
for way, n in frequent:
    once = list(dict.fromkeys(way))
    for place, activity in enumerate(once):
        for later in once[place + 1 :]:
            first_before[activity, later] += n
activities = {activity for way in model for activity in way}


def precedence(activity):
    counts = [(first_before[activity, other], first_before[other, activity]) for other in activities]
    return (sum(back > there for there, back in counts) - sum(there > back for there, back in counts), activity)


order = sorted(activities, key=precedence)
rank = {activity: place for place, activity in enumerate(order)}
moves = defaultdict(Counter)
for way, n in frequent:
    for a, b in zip(["begin", *way], [*way, "won"]):
        moves[a][b] += n


def stays(way):
    """An activity that follows itself is one stay, as the import has it."""
    return [activity for place, activity in enumerate(way) if place == 0 or way[place - 1] != activity]


def stage(activity):
    return activity if activity in ("begin", "won") else f"a{activity}"


lines = ['[process]\nname = "Log"\ncurrency = "EUR"\ntimezone = "UTC"\n']
for name in ["begin", *order]:
    here = rank.get(name, -1)
    later = [to for to, _ in moves[name].most_common() if to == "won" or rank[to] > here]
    earlier = sorted(to for to in moves[name] if to != "won" and rank[to] < here)
    lines.append(f'[[stage]]\nname = "{stage(name)}"')
    # What only leads back is left as the process has it by itself: on to the stage below.
    if later:
        lines.append(f"next = {json.dumps([stage(to) for to in later])}")
    # What came twice, and what only leads back, is a loop, which goes round as often as it takes; the rest comes once.
    if name in rank and later and max(stays(way).count(name) for way in model) == 1:
        lines.append("most_visits = 1")
    lines.append(f"back = {json.dumps([stage(to) for to in earlier])}\n")
lines.append('[[end]]\nname = "won"\n\n[[end]]\nname = "lost"\nreasons = ["none"]\n')
(folder / "process.toml").write_text("\n".join(lines))

# An activity that the model does not have is one that the process does not have: the log can't be brought in with it, and the
# case deviates under either reading.
known = [case for case in aside if set(variant(case)) <= set(order)]
with open(folder / "log.csv", "w", newline="") as file:
    out = csv.writer(file)
    out.writerow(["case", "stage", "at"])
    for case in known:
        out.writerow([case, "begin", ways[case][0][1]])
        out.writerows([case, stage(activity), at] for activity, at in ways[case])
        out.writerow([case, "won", ways[case][-1][1]])
(folder / "log.map.toml").write_text('[history]\ndeal = "case"\nstage = "stage"\nat = "at"\naccount = "case"\n')


def as_log(variants):
    log = EventLog()
    for number, way in enumerate(variants):
        trace = Trace(attributes={"concept:name": str(number)})
        for place, activity in enumerate(way):
            time = pandas.Timestamp("2020-01-01", tz="UTC") + pandas.Timedelta(minutes=place)
            trace.append(Event({"concept:name": activity, "time:timestamp": time}))
        log.append(trace)
    return log


with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    net = pm4py.discover_petri_net_inductive(as_log(model))
    variants = sorted({variant(case) for case in aside})
    found = pm4py.conformance_diagnostics_alignments(as_log(variants), *net)
fits = {way: result["fitness"] >= 1.0 - 1e-9 for way, result in zip(variants, found)}
print(
    json.dumps(
        {
            "cases": {case: fits[variant(case)] for case in known},
            "unknown_activity": {"cases": len(aside) - len(known), "fitting": sum(fits[variant(c)] for c in aside if c not in set(known))},
            "aside": len(aside),
            "variants": len(variants),
            "covered": sum(n for _, n in frequent) / len(seen),
            "repeats": sum(any(a == b for a, b in zip(variant(case), variant(case)[1:])) for case in known),
        }
    )
)
