"""What `report conformance` says of moves, from the tables of a store: one loop a question.

Usage: conformance_sql.py STORE AS_OF. Prints JSON: judged deals, conforming ones, deals and times by class, closed and won of
either kind, paths by frequency. Only for processes without customer types, without working days in limits and whose
stages kept their names.
"""

import json
import sqlite3
import sys
import tomllib
from collections import Counter, defaultdict
from datetime import date

db = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
today = (date.fromisoformat(sys.argv[2]) - date(1970, 1, 1)).days


class Process:
    """One version as its text says it."""

    def __init__(self, text):
        stages = tomllib.loads(text)["stage"]
        self.order = order = [stage["name"] for stage in stages]
        self.rank = {name: place for place, name in enumerate(order)}
        self.forward, self.back, self.limit, self.required = {}, {}, {}, {}
        self.most = {stage["name"]: stage.get("most_visits", 1_000) for stage in stages}
        slug = lambda text: "_".join("".join(c if c.isalnum() else " " for c in text.lower()).split())
        for place, stage in enumerate(stages):
            following = order[place + 1] if place + 1 < len(order) else "won"
            self.forward[stage["name"]] = stage.get("next", [following])
            self.back[stage["name"]] = stage.get("back", order[:place])
            span = stage.get("limit")
            if span:
                unit = {"d": 1, "w": 7}[span[-1]]
                self.limit[stage["name"]] = int(span[:-1]) * unit
            steps = [step if isinstance(step, dict) else {"title": step} for step in stage.get("steps", [])]
            self.required[stage["name"]] = [s.get("name") or slug(s["title"]) for s in steps
                if s.get("required", True) and "ask_when" not in s]

    def default_way(self, start, end):
        """Stages between, by the first of `next`; by order where that does not lead there."""
        at, passed = start, []
        while at != end:
            if at == "won" or at in passed:
                return self.order[self.rank[start]:self.rank.get(end, len(self.order))]
            passed.append(at)
            at = self.forward[at][0]
        return passed


versions, in_force = {}, None
for version, text, undone in db.execute(
    "SELECT version, text, undone_ts FROM process_version p JOIN operation o ON o.id = p.operation ORDER BY version"
):
    versions[version] = Process(text)
    in_force = in_force if undone else versions[version]
gates = defaultdict(list)
for deal, day, version, kind, body in db.execute(
    "SELECT e.stream, e.day, e.version, e.kind, e.body FROM event e JOIN operation o ON o.id = e.operation"
    " WHERE e.kind IN ('stage_entered', 'won', 'lost') AND o.undone_ts IS NULL ORDER BY e.stream, e.effective, e.seq"
):
    told = json.loads(body)
    if told.get("how") in ("start", "advance", "back") or (kind != "stage_entered" and not told.get("imported")):
        gates[deal].append((day, version))


def on(deal, day):
    """The version under which a deal last passed a gate by the end of a day."""
    passed = [version for gate, version in gates[deal] if day is not None and gate <= day]
    return versions[passed[-1]] if passed else in_force


ways = defaultdict(list)
for deal, stage, entered, left, how, overridden in db.execute(
    "SELECT deal, stage, entered, left_day, how, overridden FROM visit ORDER BY deal, n"
):
    ways[deal].append((stage, entered, left, how, overridden))
done = {(deal, name[5:]): day for deal, name, day in db.execute(
    "SELECT subject, name, MIN(day) FROM fact WHERE name LIKE 'done\\_%' ESCAPE '\\' GROUP BY 1, 2")}
whole = {deal for (deal,) in db.execute("SELECT subject FROM fact WHERE name = '.history_told'")}
imported = {deal for (deal,) in db.execute("SELECT deal FROM imported")}
items = defaultdict(list)
for deal, due, ended in db.execute("SELECT deal, due, done FROM followup WHERE by_rule = 1"):
    items[deal].append((due, ended))


def classes(deal, opened, closed):
    found = Counter()
    way = ways[deal]
    been, left_onward, left_under = set(), set(), None
    again_told = False
    if way[0][0] != on(deal, way[0][1]).order[0] and (deal not in imported or way[0][1] == opened is not None):
        found["skipped_stage"] += 1
    for place, (stage, entered, left, how, overridden) in enumerate(way):
        process = in_force if how == "still" else on(deal, left)
        if not again_told and sum(one[0] == stage for one in way[: place + 1]) > on(deal, entered).most[stage]:
            found["repeated_stage"] += 1
        again_told = False
        been.add(stage)
        until = today if how == "still" else left
        if stage in process.limit and entered is not None and until is not None and until > entered + process.limit[stage]:
            found["too_long"] += 1
        if process is not left_under:
            left_onward, left_under = set(), process
        if how in ("advanced", "won") and stage not in left_onward:
            left_onward.add(stage)
            if process.required[stage]:
                tells["needed"] += 1
            told = [day for (of, _), day in done.items() if of == deal] if deal in imported else []
            if deal not in imported or (told and left is not None and min(told) <= left):
                tells["steps"] += bool(process.required[stage])
                for step in process.required[stage]:
                    day = done.get((deal, step))
                    if day is None or (left is not None and day > left):
                        found["missing_step"] += 1
        found["override"] += overridden
        to = "won" if how == "won" else way[place + 1][0] if how in ("advanced", "back") and place + 1 < len(way) else None
        if to is None or to in process.forward[stage]:
            continue
        if to in process.back[stage]:
            found["allowed_back"] += 1
        elif to != "won" and process.rank[to] < process.rank[stage]:
            found["moved_back"] += 1
        elif to in been:
            found["repeated_stage"] += 1
            again_told = True
        elif set(process.default_way(process.forward[stage][0], to)) - been:
            found["skipped_stage"] += 1
        else:
            found["illegal_move"] += 1
    for due, ended in items[deal]:
        end = min(today, closed) if closed is not None else today
        found["follow_up"] += (ended if ended is not None else end) > due
    return +found


tells = Counter()
DECIDE = ("skipped_stage", "illegal_move", "moved_back", "repeated_stage", "missing_step")
answer = Counter()
paths = Counter()
for deal, state, opened, closed in db.execute("SELECT id, state, opened, closed FROM deal ORDER BY id"):
    if not ways[deal]:
        continue
    found = classes(deal, opened, closed)
    if deal in imported and deal not in whole and len(ways[deal]) == 1 and found["skipped_stage"]:
        continue
    conforms = not any(found[name] for name in DECIDE)
    answer["n"] += 1
    answer["conforming"] += conforms
    kind = "conforming" if conforms else "other"
    answer[f"{kind}_closed"] += state in ("won", "lost")
    answer[f"{kind}_won"] += state == "won"
    answer["strayed_deals"] += any(found[name] for name in ("illegal_move", "moved_back", "repeated_stage"))
    for name, times in found.items():
        answer[f"{name}_deals"] += 1
        answer[f"{name}_times"] += times
    tells["gates"] += deal not in imported or bool(gates[deal])
    path = []
    for place, (stage, _, _, how, _) in enumerate(ways[deal]):
        path.append(stage)
        if how in ("won", "lost") and place + 1 < len(ways[deal]):
            path.append(f"({how})")
    paths[" > ".join(path)] += 1
# What no file told is not none.
untold = [name for name in ("override", "follow_up") if not tells["gates"]]
untold += ["missing_step"] if tells["needed"] and not tells["steps"] else []
for name in untold:
    if not answer[f"{name}_deals"]:
        answer[f"{name}_deals"] = answer[f"{name}_times"] = None
print(json.dumps({"row": answer, "paths": paths}))
