"""Event logs, computed a second time from the files: nothing is shared with the program.

event_log.py discover CSV       of any log with case, activity and time in its first three columns: what directly
                                followed what, and how long the stays are, as JSON. Plain Python.
event_log.py compare XES CSV    loads the XES with pm4py and the CSV by hand, and compares: cases, events, times, who,
                                and the directly-follows graphs. Prints JSON; {"missing": "pm4py"} where it is not there.

pm4py is under the AGPL: it is run here beside the program, never linked or shipped.
"""

import contextlib
import csv
import io
import json
import sys
from collections import Counter, defaultdict
from datetime import datetime, timezone


def instant(text):
    at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    at = at if at.tzinfo else at.replace(tzinfo=timezone.utc)
    return round(at.timestamp() * 1000)


def quantile(values, share):
    """Between the two nearest, linearly: numpy's default."""
    values = sorted(values)
    at = share * (len(values) - 1)
    below = int(at)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (at - below)


def traces(rows):
    """Activity and time of each case, in the order of time; the file's where they are equal."""
    cases = defaultdict(list)
    for case, activity, at in rows:
        cases[case].append((at, activity))
    for events in cases.values():
        if len(events) > 1 and events[0][0] > events[-1][0]:
            events.reverse()
        events.sort(key=lambda event: event[0])
    return cases


def follows(cases):
    return Counter((a[1], b[1]) for events in cases.values() for a, b in zip(events, events[1:]))


def stays(cases, keep):
    lengths = defaultdict(list)
    for events in cases.values():
        since = None
        for at, activity in [event for event in events if event[1] in keep] + [(None, None)]:
            if since and activity != since[1]:
                if at is not None:
                    lengths[since[1]].append(at - since[0])
                since = None
            since = since or (at, activity)
    return {name: [len(all), quantile(all, 0.5), quantile(all, 0.9)] for name, all in lengths.items()}


def pairs(counter):
    return sorted([a, b, n] for (a, b), n in counter.items())


def discover(path):
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    cases = traces((row[0], row[1], instant(row[2])) for row in rows)
    among = Counter(activity for events in cases.values() for activity in {event[1] for event in events})
    keep = {activity for activity, n in among.items() if n >= 0.05 * len(cases)}
    return {"cases": len(cases), "events": len(rows), "follows": pairs(follows(cases)), "stays": stays(cases, keep)}


def compare(xes, table):
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            import pm4py
    except ImportError:
        return {"missing": "pm4py"}
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        log = pm4py.read_xes(xes)
        graph = pm4py.discover_dfg(log)[0]
        moves = log[log["salesctl_kind"].isin(["stage", "back", "reopened", "won", "lost"])]
        graph_of_moves = pm4py.discover_dfg(moves)[0]
    with open(table, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    theirs = [
        (case, activity, round(at.timestamp() * 1000), who if isinstance(who, str) else "")
        for case, activity, at, who in zip(
            log["case:concept:name"], log["concept:name"], log["time:timestamp"], log["org:resource"]
        )
    ]
    ours = [(row["case"], row["activity"], instant(row["timestamp"]), row["resource"]) for row in rows]
    outcomes = dict(zip(log["case:concept:name"], log["case:outcome"]))
    by_hand = follows(traces((case, activity, at) for case, activity, at, _ in ours))
    return {
        "cases": [len({event[0] for event in theirs}), len({event[0] for event in ours})],
        "events": [len(theirs), len(ours)],
        "same_events": sorted(theirs) == sorted(ours),
        "same_order": [event[:2] for event in theirs] == [event[:2] for event in ours],
        "same_outcomes": all(outcomes[row["case"]] == row["outcome"] for row in rows),
        "same_graph": pairs(Counter(graph)) == pairs(by_hand),
        "moves": pairs(Counter(graph_of_moves)),
    }


print(json.dumps(discover(*sys.argv[2:]) if sys.argv[1] == "discover" else compare(*sys.argv[2:])))
