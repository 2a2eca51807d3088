"""What `report conformance` says of moves, from the tables of a store and its process file: one loop a question.

Usage: conformance_sql.py STORE PROCESS AS_OF. Prints JSON: judged deals, conforming ones, deals and times by class, closed and
won of either kind, paths by frequency. Only for processes without customer types and without working days in limits.
"""

import json
import sqlite3
import sys
import tomllib
from collections import Counter, defaultdict
from datetime import date

db = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
process = tomllib.load(open(sys.argv[2], "rb"))
today = (date.fromisoformat(sys.argv[3]) - date(1970, 1, 1)).days
stages = process["stage"]
order = [stage["name"] for stage in stages]
rank = {name: place for place, name in enumerate(order)}
forward, back, limit, required = {}, {}, {}, {}
most = {stage["name"]: stage.get("most_visits", 1_000) for stage in stages}
for place, stage in enumerate(stages):
    following = order[place + 1] if place + 1 < len(order) else "won"
    forward[stage["name"]] = stage.get("next", [following])
    back[stage["name"]] = stage.get("back", order[:place])
    span = stage.get("limit")
    if span:
        unit = {"d": 1, "w": 7}[span[-1]]
        limit[stage["name"]] = int(span[:-1]) * unit
    steps = [step if isinstance(step, dict) else {"title": step} for step in stage.get("steps", [])]
    slug = lambda text: "_".join("".join(c if c.isalnum() else " " for c in text.lower()).split())
    required[stage["name"]] = [s.get("name") or slug(s["title"]) for s in steps if s.get("required", True)]

ways = defaultdict(list)
for deal, stage, entered, left, how, overridden in db.execute(
    "SELECT deal, stage, entered, left_day, how, overridden FROM visit ORDER BY deal, n"
):
    ways[deal].append((stage, entered, left, how, overridden))
done = {(deal, name[5:]): day for deal, name, day in db.execute(
    "SELECT subject, name, MIN(day) FROM fact WHERE name LIKE 'done\\_%' ESCAPE '\\' GROUP BY 1, 2")}
imported = {deal for (deal,) in db.execute("SELECT deal FROM imported")}
items = defaultdict(list)
for deal, due, ended in db.execute("SELECT deal, due, done FROM followup WHERE by_rule = 1"):
    items[deal].append((due, ended))


def default_way(start, end):
    """Stages between, by the first of `next`; by order where that does not lead there."""
    at, passed = start, []
    while at != end:
        if at == "won" or at in passed:
            return order[rank[start]:rank.get(end, len(order))]
        passed.append(at)
        at = forward[at][0]
    return passed


def classes(deal, opened, closed):
    found = Counter()
    way = ways[deal]
    been, left_onward = set(), set()
    again_told = False
    if way[0][0] != order[0] and (deal not in imported or way[0][1] == opened is not None):
        found["skipped_stage"] += 1
    for place, (stage, entered, left, how, overridden) in enumerate(way):
        if not again_told and sum(one[0] == stage for one in way[: place + 1]) > most[stage]:
            found["repeated_stage"] += 1
        again_told = False
        been.add(stage)
        until = today if how == "still" else left
        if stage in limit and entered is not None and until is not None and until > entered + limit[stage]:
            found["too_long"] += 1
        if how in ("advanced", "won") and stage not in left_onward:
            left_onward.add(stage)
            told = [day for (of, _), day in done.items() if of == deal] if deal in imported else []
            if deal not in imported or (told and left is not None and min(told) <= left):
                for step in required[stage]:
                    day = done.get((deal, step))
                    if day is None or (left is not None and day > left):
                        found["missing_step"] += 1
        found["override"] += overridden
        to = "won" if how == "won" else way[place + 1][0] if how in ("advanced", "back") and place + 1 < len(way) else None
        if to is None or to in forward[stage]:
            continue
        if to in back[stage]:
            found["allowed_back"] += 1
        elif to != "won" and rank[to] < rank[stage]:
            found["moved_back"] += 1
        elif to in been:
            found["repeated_stage"] += 1
            again_told = True
        elif set(default_way(forward[stage][0], to)) - been:
            found["skipped_stage"] += 1
        else:
            found["illegal_move"] += 1
    for due, ended in items[deal]:
        end = min(today, closed) if closed is not None else today
        found["follow_up"] += (ended if ended is not None else end) > due
    return +found


DECIDE = ("skipped_stage", "illegal_move", "moved_back", "repeated_stage", "missing_step")
answer = Counter()
paths = Counter()
for deal, state, opened, closed in db.execute("SELECT id, state, opened, closed FROM deal ORDER BY id"):
    if not ways[deal]:
        continue
    found = classes(deal, opened, closed)
    if deal in imported and len(ways[deal]) == 1 and found["skipped_stage"]:
        continue
    conforms = not any(found[name] for name in DECIDE)
    answer["n"] += 1
    answer["conforming"] += conforms
    kind = "conforming" if conforms else "other"
    answer[f"{kind}_closed"] += state in ("won", "lost")
    answer[f"{kind}_won"] += state == "won"
    for name, times in found.items():
        answer[f"{name}_deals"] += 1
        answer[f"{name}_times"] += times
    paths[" > ".join(stage for stage, *_ in ways[deal])] += 1
print(json.dumps({"row": answer, "paths": paths}))
