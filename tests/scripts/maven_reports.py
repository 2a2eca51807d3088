"""Every number of six reports on the Maven export, computed from the CSV alone.

Usage: maven_reports.py FOLDER AS_OF. Prints JSON. Nothing here knows of salesctl: dates are read,
deals that began or ended after AS_OF are seen as they were on it, and the formulas are written out.
"""

import csv
import json
import math
import statistics
import sys
from datetime import date
from pathlib import Path


def day(text):
    return date.fromisoformat(text) if text else None


folder, as_of = Path(sys.argv[1]), date.fromisoformat(sys.argv[2])
deals = []
for row in csv.DictReader(open(folder / "sales_pipeline.csv")):
    engaged, closed = day(row["engage_date"]), day(row["close_date"])
    if engaged is None or engaged > as_of:
        # A deal without a date is known from the day of the import on, which is later than AS_OF.
        continue
    over = closed is not None and closed <= as_of
    deals.append(
        {
            "rep": row["sales_agent"],
            # Written in two ways in the export; the mapping of the example says so, too.
            "product": {"GTXPro": "GTX Pro"}.get(row["product"], row["product"]),
            "state": row["deal_stage"].lower() if over else "open",
            "engaged": engaged,
            "closed": closed if over else None,
            "value": int(row["close_value"]) * 100 if over and row["close_value"] not in ("", "0") else None,
        }
    )


def wilson(won, n):
    z = statistics.NormalDist().inv_cdf(0.975)
    p = won / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return middle - half, middle + half


def kaplan_meier(lengths, share):
    """The first day by which `share` have ended; lengths are (days, ended)."""
    surviving = 1.0
    for at in sorted({days for days, ended in lengths if ended}):
        at_risk = sum(1 for days, _ in lengths if days >= at)
        died = sum(1 for days, ended in lengths if ended and days == at)
        surviving *= 1 - died / at_risk
        if surviving <= 1 - share + 1e-9:
            return at
    return None


won = [deal for deal in deals if deal["state"] == "won"]
lost = [deal for deal in deals if deal["state"] == "lost"]
open_ = [deal for deal in deals if deal["state"] == "open"]
low, high = wilson(len(won), len(won) + len(lost))
lengths = [
    ((deal["closed"] or as_of) - deal["engaged"], deal["closed"] is not None) for deal in deals
]
lengths = [(length.days, ended) for length, ended in lengths]
ages = sorted((as_of - deal["engaged"]).days for deal in open_)
cycle = statistics.median((deal["closed"] - deal["engaged"]).days for deal in won)
mean_won = sum(deal["value"] for deal in won) / len(won)
share = len(won) / (len(won) + len(lost))
reps = {}
scorecard = {}
for name in sorted({deal["rep"] for deal in deals}):
    own = {state: [deal for deal in deals if deal["rep"] == name and deal["state"] == state] for state in ("won", "lost", "open")}
    decided = len(own["won"]) + len(own["lost"])
    ratio = wilson(len(own["won"]), decided) if decided >= 5 else (None, None)
    values = [deal["value"] for deal in own["won"]]
    days = [(deal["closed"] - deal["engaged"]).days for deal in own["won"]]
    scorecard[name] = {
        "handled": decided + len(own["open"]),
        "open": len(own["open"]),
        "won": len(own["won"]),
        "lost": len(own["lost"]),
        "win_share": len(own["won"]) / decided if decided >= 5 else None,
        "win_low": ratio[0],
        "win_high": ratio[1],
        "win_n": decided,
        "revenue_minor": sum(values),
        "average_won_minor": math.floor(sum(values) / len(values) + 0.5) if len(values) >= 5 else None,
        "cycle_days": statistics.median(days) if len(days) >= 5 else None,
    }
for deal in won + lost:
    rep = reps.setdefault(deal["rep"], {"won": 0, "lost": 0, "won_value_minor": 0})
    rep[deal["state"]] += 1
    if deal["state"] == "won":
        rep["won_value_minor"] += deal["value"]


def group(by, members):
    found = {}
    for deal in members:
        found.setdefault(by(deal), []).append(deal)
    return found


def record(members):
    """A line of win-rate: what was won and lost, with the interval, and for how much."""
    won = [deal for deal in members if deal["state"] == "won"]
    lost = [deal for deal in members if deal["state"] == "lost"]
    low, high = wilson(len(won), len(members))
    worth = [deal["value"] for deal in won if deal["value"] is not None]
    return {
        "won": len(won),
        "lost": len(lost),
        "n": len(members),
        "win_share": len(won) / len(members),
        "win_low": low,
        "win_high": high,
        "won_value_minor": sum(worth) if worth or not won else None,
        # The export tells no value of what was lost.
        "lost_value_minor": 0 if not lost else None,
    }


def loss(members, of):
    low, high = wilson(len(members), of)
    return {
        "lost": len(members),
        "n": of,
        "lost_share": len(members) / of,
        "lost_low": low,
        "lost_high": high,
        "lost_value_minor": None,
        "without_value": len(members),
    }


def nothing_before(members, of):
    return {"before_lost": None, "before_n": None, "change_low": None, **loss(members, of)}


def quarter(members, first, last):
    return [deal for deal in members if first <= deal["closed"].isoformat() <= last]


decided = won + lost
by_product = group(lambda deal: deal["product"], lost)
now = quarter(lost, "2017-04-01", "2017-06-30")
before = quarter(lost, "2017-01-01", "2017-03-31")
more = {
    "win_rate_by": {
        "rep": {rep: record(members) for rep, members in group(lambda d: d["rep"], decided).items()},
        "product": {it: record(members) for it, members in group(lambda d: d["product"], decided).items()},
        "rep,product": {
            f"{rep}/{product}": record(members)
            for (rep, product), members in group(lambda d: (d["rep"], d["product"]), decided).items()
        },
    },
    # No reason is recorded anywhere, and all of them were lost from the stage that the export knows.
    "losses": nothing_before(lost, len(lost)),
    "losses_by_product": {
        product: nothing_before(members, len(members)) for product, members in by_product.items()
    },
    "losses_q2": {
        **loss(now, len(now)),
        "before_lost": len(before),
        "before_n": len(before),
        "before_share": 1.0,
    },
}
print(
    json.dumps(
        {
            **more,
            "win_rate": {
                "won": len(won),
                "lost": len(lost),
                "n": len(won) + len(lost),
                "win_share": share,
                "win_low": low,
                "win_high": high,
                "won_value_minor": sum(deal["value"] for deal in won),
            },
            "reps": reps,
            "scorecard": scorecard,
            "funnel": {
                "entered": len(deals),
                "advanced": len(won),
                "lost": len(lost),
                "still_in": len(open_),
            },
            "durations": {
                "n": len(deals),
                "open": len(open_),
                "median_days": kaplan_meier(lengths, 0.5),
                "p75_days": kaplan_meier(lengths, 0.75),
                "p90_days": kaplan_meier(lengths, 0.9),
            },
            "velocity": {
                "open_n": len(open_),
                "win_share": share,
                "mean_won_minor": round(mean_won),
                "median_cycle_days": cycle,
                "velocity_minor_per_day": round(len(open_) * share * mean_won / cycle),
            },
            "pipeline": {"n": len(open_), "median_days_in_stage": statistics.median(ages)},
        }
    )
)
