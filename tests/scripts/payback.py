"""Every number of the reports of lists, sources and overlap, computed from the tables of a store.

Usage: payback.py STORE CREDIT INVOICES, where INVOICES is JSON of what `list invoice` says of each list, in
minor units. Prints JSON. Written to be plainly right, not quick: exact fractions, one loop a question, nothing
shared with the program but the tables and the counting rules.
"""

import json
import math
import sqlite3
import statistics
import sys
from collections import defaultdict
from fractions import Fraction

store, credit, invoices = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
db = sqlite3.connect(store)
db.row_factory = sqlite3.Row


def table(sql):
    return db.execute(sql).fetchall()


# The process of the test: US dollars at 0.8 and from 1 July 2026 (day 20635) at 0.9; margins; hours at 60.
def euros(minor, currency, day):
    if currency in (None, "EUR"):
        return minor
    assert currency == "USD"
    rate = 0.9 if day >= 20635 else 0.8
    return math.floor(minor * rate + 0.5)


MARGIN, DEFAULT_MARGIN, HOUR = {"starter": 0.4}, 0.5, 6000
DEFAULT_SOURCE = "lists"

merged = {r["id"]: r["merged"] for t in ("person", "account") for r in table(f"SELECT id, merged FROM {t} WHERE merged IS NOT NULL")}
own = {r["id"] for t in ("person", "account") for r in table(f"SELECT id FROM {t}")}
persons = {r["id"] for r in table("SELECT id FROM person WHERE merged IS NULL")}
accounts = {r["id"] for r in table("SELECT id FROM account WHERE merged IS NULL")}
lists = {r["id"]: {"code": r["code"], "terms": json.loads(r["terms"])} for r in table("SELECT * FROM list")}
house = {id for id, one in lists.items() if one["terms"]["kind"] == "house"}
batches = {r["id"]: dict(r) for r in table("SELECT * FROM batch")}
runs = {r["id"]: dict(r) for r in table("SELECT * FROM import_run WHERE state = 'complete'")}
states = {r["prospect"]: dict(r) for r in table("SELECT * FROM prospect_state")}
# Of an import that was undone, the names count that something happened to or that a deal came of.
worked_on = set(states) | {r["prospect"] for r in table("SELECT prospect FROM origin WHERE prospect IS NOT NULL")}
used_rows = {r["prospect"] for r in table("SELECT n.prospect FROM list_use u JOIN list_use_name n ON n.list_use = u.id")}

rows, row_list = [], {}
for r in table("SELECT id, batch, list, fate, entity FROM prospect"):
    if r["batch"] not in runs or (r["batch"] not in batches and r["id"] not in worked_on):
        continue
    state = states.get(r["id"], {})
    entity = state.get("entity") or r["entity"]
    day = batches[r["batch"]]["day"] if r["batch"] in batches else runs[r["batch"]]["ts"] // 86_400_000
    suppressed = r["fate"] == 3 and r["id"] not in used_rows
    rows.append(
        dict(id=r["id"], batch=r["batch"], list=r["list"], fate=r["fate"], found=r["entity"], suppressed=suppressed,
             entity=merged.get(entity, entity), day=day, responded=state.get("responded"))
    )
    row_list[r["id"]] = r["list"]
people = defaultdict(list)
for row in sorted(rows, key=lambda row: (row["day"], row["id"])):
    if row["fate"] != 4:
        people[row["entity"]].append(row)


def on_lists(entity):
    """Lists with the day somebody came in through it, in that order."""
    found = {}
    for row in people[entity]:
        if not row["suppressed"]:
            found.setdefault(row["list"], row["day"])
    return found


def shares(on):
    on = on[:1] if credit == "first" else on
    return [(one, Fraction(1, len(on))) for one in on]


def money_shares(on, minor):
    on = on[:1] if credit == "first" else on
    each, over = divmod(minor, len(on))
    return [(one, each + (1 if at < over else 0)) for at, one in enumerate(on)]


def wilson(won, n):
    if n == 0:
        return None, None
    z = statistics.NormalDist().inv_cdf(0.975)
    p, n = float(won / n), float(n)
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, (middle - half) / (1 + z * z / n)), min(1.0, (middle + half) / (1 + z * z / n))


def half_up(x):
    return math.floor(x + Fraction(1, 2)) if isinstance(x, Fraction) else math.floor(x + 0.5)


def per(minor, n):
    return None if n == 0 else half_up(Fraction(minor) / n)


class Outcome:
    def __init__(self):
        self.leads = self.deals = self.open = self.won = self.lost = Fraction(0)
        self.revenue = self.margin = self.cost = 0

    def add(self, state, part):
        self.deals += part
        self.open += part if state in ("open", "hold") else 0
        self.won += part if state == "won" else 0
        self.lost += part if state == "lost" else 0

    def columns(self):
        n = self.won + self.lost
        low, high = wilson(self.won, n)
        return {
            "leads": float(self.leads), "deals": float(self.deals), "open": float(self.open),
            "won": float(self.won), "lost": float(self.lost), "n": float(n),
            "open_share": float(self.open / self.deals) if self.deals else None,
            "win_share": float(self.won / n) if n else None, "win_low": low, "win_high": high,
            "revenue_minor": self.revenue, "margin_minor": self.margin, "cost_minor": self.cost,
            "cost_per_lead_minor": per(self.cost, self.leads), "cost_per_won_minor": per(self.cost, self.won),
            "cost_per_won_low_minor": half_up(self.cost / (float(n) * high)) if n and high else None,
            "cost_per_won_high_minor": half_up(self.cost / (float(n) * low)) if n and low else None,
            "return_share": (self.margin - self.cost) / self.cost if self.cost else None,
        }


deals = {r["id"]: dict(r) for r in table("SELECT * FROM deal")}
for deal in deals.values():
    deal["revenue"] = deal["margin"] = 0
    if deal["state"] == "won":
        deal["revenue"] = euros(deal["value_minor"], deal["currency"], deal["closed"])
        deal["margin"] = math.floor(deal["revenue"] * MARGIN.get(deal["product"], DEFAULT_MARGIN) + 0.5)

# Deals that started from rows, by whoever they started with.
started, decoys, through = defaultdict(list), set(), {}
for r in table("SELECT o.*, p.fate, p.entity AS whose, p.list AS of FROM origin o LEFT JOIN prospect p ON p.id = o.prospect ORDER BY o.deal"):
    if r["list"] is None and r["of"] is None:
        continue
    if r["fate"] == 4:
        decoys.add(r["deal"])
        continue
    entity = states.get(r["prospect"], {}).get("entity") or r["whose"]
    started[merged.get(entity, entity)].append(r["deal"])
    through[r["deal"]] = r["list"] or r["of"]

paid = defaultdict(int)
for r in table("SELECT * FROM cost"):
    paid[r["subject"]] += euros(r["amount_minor"], r["currency"], r["day"])

# Lists.
figures = {}
for id, one in lists.items():
    mine = [b for b in batches.values() if b["list"] == id]
    again = sum(b["read_n"] for b in mine if runs[b["id"]]["retry_of"] is not None)
    total = lambda column: sum(b[column] for b in mine)
    since = min((b["day"] for b in mine), default=None)
    f = dict(gross=total("read_n") - again, rejected=total("rejected_n") - again, net=total("new_n"),
             suppressed=total("suppressed_n"), seeds=total("seed_n"), known_own=0, known_house=0, known_lists=0,
             people=0, used=0, names=Fraction(0), responded=Fraction(0))
    f["uses"] = len(table(f"SELECT 1 FROM list_use WHERE list = {id}"))
    f["known"], f["twice"] = total("known_n"), total("twice_n")
    terms = one["terms"]
    billed = invoices.get(one["code"], 0)
    if since is not None and terms["net_pct"] is None and terms["kind"] != "house":
        arithmetic = half_up(Fraction(f["gross"] * (terms["cpm_minor"] or 0), 1000)) + (terms["flat_fee_minor"] or 0)
        assert arithmetic == billed, (one["code"], arithmetic, billed)
    f["billed_minor"] = euros(billed, terms["currency"], since) if since is not None else 0
    f["paid_beside_minor"] = paid[id]
    f["outcome"] = Outcome()
    f["outcome"].cost = f["billed_minor"] + paid[id]
    figures[id] = f

for row in rows:
    if row["fate"] != 1 or row["batch"] not in batches:
        continue
    before = [r["list"] for r in people[row["entity"]] if (r["day"], r["id"]) < (row["day"], row["id"]) and r["list"] != row["list"]]
    if row["found"] in own:
        figures[row["list"]]["known_own"] += 1
    elif any(one in house for one in before):
        figures[row["list"]]["known_house"] += 1
    elif before or row_list.get(row["found"]) != row["list"]:
        figures[row["list"]]["known_lists"] += 1
for f in figures.values():
    f["twice"] += f.pop("known") - f["known_own"] - f["known_house"] - f["known_lists"]

for entity in list(people):
    on = on_lists(entity)
    for id in on:
        figures[id]["people"] += 1
        figures[id]["used"] += any(r["id"] in used_rows and r["list"] == id for r in people[entity])
    if on:
        for id, part in shares(list(on)):
            figures[id]["names"] += part

lead_sources = defaultdict(int)
led = set()


def source_of(list_id):
    code = lists[list_id]["code"]
    return code if code in sources else DEFAULT_SOURCE


sources = [r["name"] for r in table("SELECT name FROM catalog WHERE kind = 'source'")]
for entity in set(people) | set(started):
    answers = [(r["responded"], r["list"]) for r in people[entity] if r["responded"] is not None]
    mine = started.get(entity, [])
    if not answers and not mine:
        continue
    on = on_lists(entity)
    for id in [through[deal] for deal in mine] + [id for _, id in answers]:
        on.setdefault(id, None)

    def by(day, via):
        return [id for id, since in on.items() if id == via or (since is not None and since <= day)]

    events = [(deals[deal]["opened"], through[deal]) for deal in mine]
    first_answer = min(answers, key=lambda one: one[0]) if answers else None
    first = min(events + ([first_answer] if answers else []), key=lambda one: one[0])
    for id, part in shares(by(*first)):
        figures[id]["outcome"].leads += part
        figures[id]["responded"] += part if answers else 0
    for deal in mine:
        its = by(deals[deal]["opened"], through[deal])
        for id, part in shares(its):
            figures[id]["outcome"].add(deals[deal]["state"], part)
        for id, minor in money_shares(its, deals[deal]["revenue"]):
            figures[id]["outcome"].revenue += minor
        for id, minor in money_shares(its, deals[deal]["margin"]):
            figures[id]["outcome"].margin += minor
        led.add(deal)
    for source in {deals[deal]["source"] for deal in mine} or {source_of(first_answer[1])}:
        lead_sources[source] += 1

answer = {"lists": {}, "sources": {}, "overlap": {}}
for id, f in figures.items():
    outcome = f.pop("outcome")
    columns = {**f, **outcome.columns(), "cost_per_net_minor": per(outcome.cost, f["net"])}
    answer["lists"][lists[id]["code"]] = {
        name: float(value) if isinstance(value, Fraction) else value for name, value in columns.items()
    }

# Sources.
by_source = {source: Outcome() for source in [*sources, None]}
effort = defaultdict(int)
for id, deal in deals.items():
    if id in decoys:
        continue
    outcome = by_source[deal["source"]]
    outcome.add(deal["state"], Fraction(1))
    outcome.revenue += deal["revenue"]
    outcome.margin += deal["margin"]
    if id not in led:
        lead_sources[deal["source"]] += 1
    done = table(f"SELECT COALESCE(SUM(minutes), 0) m, COALESCE(SUM(cost_minor), 0) c FROM activity WHERE deal = {id}")[0]
    effort[deal["source"]] += half_up(Fraction(done["m"] * HOUR, 60)) + done["c"]
list_cost = defaultdict(int)
order = [*sources, None]
for id, one in lists.items():
    cost = answer["lists"][one["code"]]["cost_minor"]
    weights = [sum(1 for deal, via in through.items() if via == id and deals[deal]["source"] == source) for source in order]
    if not any(weights):
        weights = [int(source == source_of(id)) for source in order]
    exact = [Fraction(cost * weight, sum(weights)) for weight in weights]
    parts = [math.floor(part) for part in exact]
    remainders = sorted(range(len(order)), key=lambda at: (parts[at] - exact[at], at))
    for at in remainders[: cost - sum(parts)]:
        parts[at] += 1
    for source, part in zip(order, parts):
        list_cost[source] += part
ids = {r["name"]: r["id"] for r in table("SELECT id, name FROM catalog WHERE kind = 'source'")}
for source, outcome in by_source.items():
    outcome.leads = Fraction(lead_sources[source])
    outcome.cost = list_cost[source] + paid[ids.get(source)]
    answer["sources"][source or ""] = {
        **outcome.columns(), "list_cost_minor": list_cost[source], "paid_minor": paid[ids.get(source)],
        "effort_minor": effort[source], "cost_per_deal_minor": per(outcome.cost, outcome.deals),
        "cost_per_process_minor": per(outcome.cost + effort[source], outcome.deals),
    }

# Overlap.
sets = {one["code"]: {entity for entity in people if id in on_lists(entity)} for id, one in lists.items()}
ids_of = {one["code"]: id for id, one in lists.items()}
beyond = {"(persons)": persons, "(accounts)": accounts}
on_house_lists = {entity for id in house for entity in sets[lists[id]["code"]]}
# People of lists who got a deal are persons of ours under another id, through the list where they were new.
became = defaultdict(set)
for r in table("SELECT o.person, p.entity AS whose, o.prospect, p.fate, COALESCE(o.list, p.list) AS via FROM origin o LEFT JOIN prospect p ON p.id = o.prospect"):
    if r["person"] is not None and r["via"] is not None and r["fate"] != 4:
        entity = states.get(r["prospect"], {}).get("entity") or r["whose"] or r["person"]
        became[merged.get(entity, entity)].add(r["via"])
new_on = {(row["entity"], row["list"]) for row in rows if row["fate"] not in (1, 4) or (row["fate"] == 1 and row["batch"] not in batches)}
beyond["(house file)"] = persons | accounts | (on_house_lists - set(became))


def ours_too(entity, a, name):
    """Whether somebody on list a is among what we have, though not through a itself."""
    if name == "(house file)" and entity in on_house_lists:
        return True
    if entity in became and name != "(accounts)":
        via = became[entity]
        return not (ids_of[a] in via and (entity, ids_of[a]) in new_on)
    return entity in beyond[name] and entity not in became


codes = sorted(sets)
for at, a in enumerate(codes):
    for b, other in [(b, sets[b]) for b in codes[at + 1 :]] + list(beyond.items()):
        both = sum(ours_too(e, a, b) for e in sets[a]) if b in beyond else len(sets[a] & other)
        answer["overlap"][f"{a} {b}"] = {
            "a_people": len(sets[a]), "b_people": len(other), "both": both,
            "share_of_a": both / len(sets[a]) if sets[a] else None,
            "share_of_b": both / len(other) if other else None,
        }
print(json.dumps(answer))
