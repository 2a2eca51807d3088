"""The forecast methods worked out a second time, to hold `salesctl forecast backtest` against.

    python3 forecast_reference.py DATA

DATA is the folder with `maven-crm/` (sales_pipeline.csv, products.csv, accounts.csv) and `skygeni/` (skygeni_sales_data.csv). Prints
JSON: of each history the origins that count and, of each method, WAPE and bias of the total of the next 30 days, WAPE of
what was won from the deals open at the origin, and the Brier score of their chances; `missing` where numpy is not there.

It shares no code with the program and reads the CSV files, not a store: it finds mistakes of the import, of what was
known on which day, and of the arithmetic. It follows the same formulas, whose sources stand at the head of each file in
src/forecast, so it says nothing of their choice. What it leaves out: stages, since both histories know one stage of an
open deal; ranges, which are drawn at random; and the sums that make the program fast, in place of which it keeps every
deal of every week.

`cargo test --test all numerics` runs it where SALESCTL_PYTHON (or else python3) has numpy and SALESCTL_SHARED (or else
../shared) has data/.
"""

import csv
import datetime
import json
import sys

try:
    import numpy as np
except ImportError as error:
    print(json.dumps({"missing": str(error.name)}))
    sys.exit()

OPEN = 10**6  # closes on no day
H = 30  # days ahead
LAG = -(-H // 7)  # weeks until a snapshot's horizon is over
EDGES = np.array([0, 2, 4, 8, 15, 22, 31, 46, 61, 76, 91, 121, 151, 181, 271, 366, 546])  # ages where bins begin
OLDEST = 600  # ages are followed so far


def day(text):
    return (datetime.date.fromisoformat(text[:10]) - datetime.date(1970, 1, 1)).days


def month(days):
    return np.asarray(days).astype("datetime64[D]").astype("datetime64[M]").astype(int)


def month_of_quarter(days):
    return month(days) % 3


def bin_of(age):
    return np.searchsorted(EDGES, age, side="right") - 1


def read(path):
    with open(path, encoding="utf-8") as file:
        return list(csv.DictReader(file))


def codes(names):
    """Levels from 1 on; 0 is that nothing is known."""
    known = sorted({name for name in names if name})
    place = {name: at + 1 for at, name in enumerate(known)}
    return np.array([place.get(name, 0) for name in names])


class History:
    """Deals: `known` is the value while open, `paid` that at the end; `stated` the stage's probability, if any."""

    def __init__(self, opened, closed, won, known, paid, fields, as_of, stated=None):
        self.opened, self.closed = np.array(opened), np.array(closed)
        self.won, self.known, self.paid = np.array(won), np.array(known, float), np.array(paid, float)
        self.fields, self.as_of, self.stated = fields, as_of, stated


def maven(data):
    """Prices are what is known of an open deal's value; deals that were never engaged have no day to begin on."""
    price = {row["product"]: float(row["sales_price"]) for row in read(f"{data}/maven-crm/products.csv")}
    price["GTXPro"] = price["GTX Pro"]
    sector = {row["account"]: row["sector"] for row in read(f"{data}/maven-crm/accounts.csv")}
    rows = [row for row in read(f"{data}/maven-crm/sales_pipeline.csv") if row["engage_date"]]
    for row in rows:
        row["sector"] = sector.get(row["account"], "")
    return History(
        [day(row["engage_date"]) for row in rows],
        [day(row["close_date"]) if row["close_date"] else OPEN for row in rows],
        [row["deal_stage"] == "Won" for row in rows],
        [price[row["product"]] for row in rows],
        [float(row["close_value"] or 0) for row in rows],
        [codes([row[name] for row in rows]) for name in ("sales_agent", "product", "sector")],
        day("2017-12-31"),
        stated=0.6,  # by the process of the example
    )


FIELDS = ("sales_rep_id", "product_type", "lead_source", "industry", "region")


def skygeni(data):
    rows = read(f"{data}/skygeni/skygeni_sales_data.csv")
    amount = [float(row["deal_amount"]) for row in rows]
    return History(
        [day(row["created_date"]) for row in rows],
        [day(row["closed_date"]) for row in rows],
        [row["outcome"] == "Won" for row in rows],
        amount,
        amount,
        [codes([row[name] for row in rows]) for name in FIELDS],
        day("2024-07-28"),
    )


class Panel:
    """The past seen once a week, back from the last day. Sums up to week t stand at t + 1."""

    def __init__(self, h):
        self.h = h
        first = h.opened.min()
        self.days = h.as_of - 7 * np.arange((h.as_of - first) // 7, -1, -1)
        self.weeks = len(self.days)
        self.first_closed = h.closed.min()
        self.first_won = h.closed[h.won].min()
        self.begin = int(np.searchsorted(self.days, self.first_closed - 1))  # before, nobody told of ends
        self.open = [np.nonzero((h.opened <= d) & (h.closed > d))[0] for d in self.days]
        self.bins = [bin_of(d - h.opened[deals]) for d, deals in zip(self.days, self.open)]
        self.soon = [h.won[deals] & (h.closed[deals] <= d + H) for d, deals in zip(self.days, self.open)]
        self.actual_open = np.array([h.paid[deals][soon].sum() for deals, soon in zip(self.open, self.soon)])
        self.actual = np.array([self.paid(d, d + H) for d in self.days])
        self.actual_new = self.actual - self.actual_open
        self.exposure, self.wins, self.losses = self.rates()

    def paid(self, after, to):
        h = self.h
        return h.paid[h.won & (h.closed > after) & (h.closed <= to) & (h.closed <= h.as_of)].sum()

    def week(self, days):
        return self.weeks - 1 - (self.h.as_of - days) // 7

    def rates(self):
        """Days at risk, wins and losses by week and bin of age: a deal is at risk on the days after it was opened up to
        that of its end, at the age it had on the evening before; one that ends on its first day has one such day."""
        h, size = self.h, (self.weeks + 1, len(EDGES))
        exposure, wins, losses = np.zeros(size), np.zeros(size), np.zeros(size)
        for b, low in enumerate(EDGES):
            high = EDGES[b + 1] if b + 1 < len(EDGES) else 10**5
            since = np.maximum(h.opened + low + 1, self.first_closed)
            until = np.minimum(h.opened + high, np.minimum(h.closed, h.as_of))
            if b == 0:
                until = np.where(h.closed == h.opened, np.maximum(until, h.opened + 1), until)
            for a, z in zip(since, until):
                at = self.week(np.arange(a, z + 1))
                np.add.at(exposure[1:, b], at[(at >= 0) & (at < self.weeks)], 1.0)
        at = self.week(h.closed)
        bins = bin_of(np.maximum(h.closed - 1 - h.opened, 0))
        for events, kind in ((wins, h.won), (losses, ~h.won)):
            of = kind & (h.closed <= h.as_of) & (at >= 0)
            np.add.at(events, (at[of] + 1, bins[of]), 1.0)
        return exposure.cumsum(0), wins.cumsum(0), losses.cumsum(0)

    def over(self, t, weeks):
        """The last weeks whose horizon is over in week t."""
        last = t - LAG
        return range(max(self.begin, last - weeks + 1), last + 1)


def cohort(p, t):
    weeks = p.over(t, 39)
    bins = np.concatenate([p.bins[week] for week in weeks])
    soon = np.concatenate([p.soon[week] for week in weeks])
    n, w = np.bincount(bins, minlength=len(EDGES)), np.bincount(bins, soon, len(EDGES))
    # An age is as those near it, each counting half as much as the one before it on the way there.
    apart = np.abs(np.subtract.outer(np.arange(len(EDGES)), np.arange(len(EDGES))))
    near = np.where(apart == 0, 0.0, 2.0 ** (1 - apart))
    prior = (near @ w + 20 * soon.mean()) / (near @ n + 20)
    return ((w + 20 * prior) / (n + 20))[p.bins[t]]


def realised(p, t):
    """What deals of the last year brought of the value that was known, as if 30 more had brought all of it."""
    h, d = p.h, p.days[t]
    lately = h.won & (h.closed <= d) & (h.closed > d - 365)
    if not lately.any():
        return 1.0
    known, prior = h.known[lately].sum(), 30 * h.known[lately].mean()
    return (h.paid[lately].sum() + prior) / (known + prior)


def hazards(p, t, weeks):
    a = max(0, t + 1 - weeks)
    exposure = p.exposure[t + 1] - p.exposure[a]

    def shrunk(events):
        events = events[t + 1] - events[a]
        of_stage = (events.sum() + 1e-9) / (exposure.sum() + 60)
        return np.minimum((events + 60 * of_stage) / (exposure + 60), 0.9)

    win, loss = shrunk(p.wins), shrunk(p.losses)
    cap = np.minimum(1, 0.95 / (win + loss))
    return win * cap, loss * cap


def season(p, t, events):
    """Multipliers by month of the quarter, and how far they are believed."""
    win, loss = hazards(p, t, 120)
    hazard = win if events is p.wins else loss
    weekly = lambda sums: sums[1 : t + 2] - sums[: t + 1]
    months, at = np.unique(month(p.days[: t + 1] - 3), return_inverse=True)
    expected = np.bincount(at, (weekly(p.exposure) * hazard).sum(1))
    observed = np.bincount(at, weekly(events).sum(1))
    enough = (expected >= 8) & (np.bincount(at) >= 2)
    months, expected, observed = (of[enough][-24:] for of in (months, expected, observed))
    q = months % 3
    if len(q) < 5 or len(np.unique(q)) < 3:
        return np.ones(3), 0.0
    y = np.log((observed + 0.5) / (expected + 0.5))
    weight = 1 / (1 / (expected + 1) + 0.01)
    of_group = np.array([weight[q == j].sum() for j in range(3)])
    group = np.array([np.average(y[q == j], weights=weight[q == j]) for j in range(3)])
    mean = np.average(group, weights=of_group)
    between = (of_group * (group - mean) ** 2).sum() / 2
    within = ((weight * (y - group[q]) ** 2).sum() + 2) / (len(q) - 3 + 2)
    f = between / max(within, 1e-9)
    believed = max(0.0, 1 - 3 / f) if f > 0 else 0.0
    return np.exp(believed * (group - mean)), believed


def survival(p, t, of_wins, of_losses):
    """Won within the horizon, by age, backwards from its last day."""
    win, loss = (hazard[bin_of(np.arange(OLDEST))] for hazard in hazards(p, t, 26))
    chance = np.zeros(OLDEST)
    for left in range(1, H + 1):
        q = month_of_quarter(p.days[t] + H - left + 1)
        w, l = win * of_wins[q], loss * of_losses[q]
        cap = np.minimum(1, 0.98 / (w + l))
        later = np.append(chance[1:], chance[-1])
        chance = w * cap + (1 - (w + l) * cap) * later
    return chance[np.minimum(p.days[t] - p.h.opened[p.open[t]], OLDEST - 1)]


def sigmoid(eta):
    return 1 / (1 + np.exp(-np.clip(eta, -30, 30)))


def logistic(p, t, seasonal):
    weeks, h = p.over(t, 52), p.h
    deals = np.concatenate([p.open[week] for week in weeks])
    soon = np.concatenate([p.soon[week] for week in weeks]).astype(float)
    bins = np.concatenate([p.bins[week] for week in weeks])
    at = np.repeat(list(weeks), [len(p.open[week]) for week in weeks])
    if len(deals) < 50 or soon.sum() < 10:
        return None
    log = np.round(4 * np.log1p(h.known)) / 4
    mean, deviation = log[deals].mean(), log[deals].std() + 1e-9
    z = np.clip((log - mean) / deviation, -3, 3)
    quarter = [month_of_quarter(np.arange(d + 1, d + H + 1)) for d in p.days]
    quarter = np.array([[(q == 1).mean(), (q == 2).mean()] for q in quarter]) - 1 / 3
    used = np.unique(bins)
    column = np.full(len(EDGES), -1)
    column[used] = np.arange(len(used))

    def design(deals, bins, at):
        x = np.zeros((len(deals), len(used) + 2))
        rows = np.nonzero(column[bins] >= 0)[0]
        x[rows, column[bins[rows]]] = 1
        x[:, -2], x[:, -1] = 1, z[deals]
        return np.hstack([x, quarter[at]]) if seasonal else x

    x, weight = design(deals, bins, at), min(1, 7 / H)
    penalty = np.concatenate([np.ones(len(used)), [1e-3, 1], [8, 8] if seasonal else []])
    b = np.zeros(len(penalty))
    value = len(used) + 1
    b[len(used)] = np.log(soon.mean() / (1 - soon.mean()))
    for _ in range(25):
        chance = sigmoid(x @ b)
        curvature = (x.T * (weight * chance * (1 - chance))) @ x + np.diag(penalty)
        step = np.linalg.solve(curvature, x.T @ (weight * (soon - chance)) - penalty * b)
        b += np.clip(step, -3, 3)
        if np.abs(step).max() < 1e-9:
            break
    b[value] *= max(0, 1 - 3 * np.linalg.inv(curvature)[value, value] / max(b[value] ** 2, 1e-300))
    now = p.open[t]
    past, eta = x @ b, design(now, p.bins[t], np.full(len(now), t)) @ b
    for field in h.fields:
        chance, levels = sigmoid(past), field.max() + 1
        over = weight * np.bincount(field[deals], soon - chance, levels)
        variance = weight * np.bincount(field[deals], chance * (1 - chance), levels)
        telling = (variance > 0.5) & (np.arange(levels) > 0)
        if telling.sum() < 2:
            continue
        # What known levels have in common is no difference between them; two standard errors beyond luck are asked for.
        v = variance[telling]
        shift = over[telling].sum() / v.sum()
        covariance = np.diag(v) - np.outer(v, v) / v.sum()
        beyond = ((over[telling] - v * shift) ** 2).sum() - np.trace(covariance)
        squared = (covariance**2).sum()
        if squared > 0 and beyond > 2 * np.sqrt(2 * squared):
            effect = (over - variance * shift) / (variance + squared / beyond)
            effect[0] = 0
            past, eta = past + effect[field[deals]], eta + effect[field[now]]
    return sigmoid(eta)


def run_rates(p, t, of_wins):
    d = p.days[t]
    paid = lambda after, to: p.paid(after, to) if after >= p.first_won - 1 else None
    mean = lambda after, to: of_wins[month_of_quarter(np.arange(after + 1, to + 1))].mean()
    last, three = paid(d - H, d), paid(d - 3 * H, d)
    found = {"last": last, "quarter": paid(d - 91, d - 91 + H), "year": paid(d - 364, d - 364 + H)}
    if three is not None:
        found["three"] = three / 3
        found["season"] = three / 3 * mean(d, d + H) / mean(d - 3 * H, d)
    return {name: said for name, said in found.items() if said is not None}


def finished(records, p, t):
    return [record for record in records if p.days[record["t"]] + H <= p.days[t]]


def error(past, said, name, actual, prior, weight):
    """WAPE of the last 26 finished forecasts, drawn to a prior error as if that of some more."""
    past = [record for record in past if name in record[said]][-26:]
    won = sum(actual[record["t"]] for record in past)
    if not past or won <= 0:
        return prior
    off = sum(abs(record[said][name] - actual[record["t"]]) for record in past)
    mean = won / len(past)
    return (off + weight * prior * mean) / (won + weight * mean)


def weighed(said, weights):
    return sum(weights[name] * said[name] for name in weights) / sum(weights.values())


def recalibration(past, name):
    """Observed over expected wins of the last 13 finished forecasts, where that is more than luck."""
    past = past[-13:]
    if len(past) < 4:
        return 1.0
    observed = sum(record["won"] for record in past)
    expected = sum(record["expected"][name] for record in past)
    most = max(observed, expected)
    if min(observed, expected) <= 0:
        return 1.0
    z2 = (observed - expected) ** 2 / (most * max(1, H / 7) + (0.08 * most) ** 2)
    return np.clip((observed / expected) ** max(0, 1 - 2 / max(z2, 1e-9)), 0.5, 2)


PIPELINE = ("cohort", "survival", "logistic")
WINDOWS = {"last": 0.35, "three": 0.30, "season": 0.30, "quarter": 0.45, "year": 0.60}


def forecast(p, t, records):
    """What each method says in week t; of `records` only those count whose horizon is over."""
    h, d, deals = p.h, p.days[t], p.open[t]
    past, value, g = finished(records, p, t), p.h.known[p.open[t]], realised(p, t)
    of_wins, believed = season(p, t, p.wins)
    of_losses, _ = season(p, t, p.losses)
    mean = lambda d: of_wins[month_of_quarter(np.arange(d + 1, d + H + 1))].mean()
    weeks = p.over(t, 8)
    new = max(0.0, p.actual_new[weeks.start : weeks.stop].mean())
    seasonal_new = new * mean(d) / np.mean([mean(p.days[week]) for week in weeks])

    raw = {"survival": survival(p, t, of_wins, of_losses), "logistic": logistic(p, t, believed > 0)}
    if raw["logistic"] is None:
        return None
    chances, open_, total = {"cohort": cohort(p, t)}, {}, {}
    open_["cohort"] = (chances["cohort"] * value).sum() * g
    total["cohort"] = open_["cohort"] + new
    for name, chance in raw.items():
        factor = recalibration(past, name)
        chances[name] = np.minimum(chance * factor, 0.98)
        open_[name] = (chance * value).sum() * g * factor
        total[name] = open_[name] + seasonal_new

    closed = h.closed <= d
    stated = h.won[closed].mean() if h.stated is None else h.stated
    open_["stage-weighted"] = total["stage-weighted"] = stated * value.sum()

    windows = run_rates(p, t, of_wins)
    if windows:
        weights = {k: max(error(past, "windows", k, p.actual, WINDOWS[k], 4), 0.02) ** -2 for k in windows}
        total["run-rate"] = weighed(windows, weights)

    weigh = lambda said, names, actual: {
        name: max(error(past, said, name, actual, 0.25, 4), 0.01) ** -4 for name in names
    }
    of_open = weigh("open", PIPELINE, p.actual_open)
    names = PIPELINE + (("run-rate",) if "run-rate" in total else ())
    open_["ensemble"] = weighed(open_, of_open)
    chances["ensemble"] = weighed(chances, of_open)
    total["ensemble"] = weighed(total, weigh("total", names, p.actual))

    lately = past[-26:]
    off = lambda name: sum(abs(record["total"][name] - p.actual[record["t"]]) for record in lately)
    better = len(lately) >= 6 and off("ensemble") < 0.95 * off("cohort")
    total["chosen"] = total["ensemble" if better else "cohort"]
    return {
        "t": t,
        "won": p.soon[t].sum(),
        "expected": {name: chance.sum() for name, chance in raw.items()},
        "chances": chances,
        "open": open_,
        "total": total,
        "windows": windows,
        # Six finished forecasts that span three horizons.
        "counts": len(past) >= 6 and p.days[past[-1]["t"]] + H - p.days[past[0]["t"]] >= 3 * H,
    }


def backtest(h):
    p, records = Panel(h), []
    for t, d in enumerate(p.days):
        ended = h.closed <= d
        if (ended & h.won).sum() < 30 or (ended & ~h.won).sum() < 30 or t - LAG < p.begin or not len(p.open[t]):
            continue
        record = forecast(p, t, records)
        if record:
            records.append(record)
    over = [r for r in records if r["counts"] and p.days[r["t"]] + H <= h.as_of and p.actual[r["t"]] > 0]

    def score(name):
        of = lambda said, actual: [(r[said][name], actual[r["t"]]) for r in over if name in r[said]]
        share = lambda pairs, off: sum(off(said - won) for said, won in pairs) / sum(won for _, won in pairs)
        total, open_ = of("total", p.actual), of("open", p.actual_open)
        scores = {"wape": share(total, abs), "bias": share(total, float)}
        if open_:
            scores["open_wape"] = share(open_, abs)
        if all(name in r["chances"] for r in over):
            squares = [(r["chances"][name] - p.soon[r["t"]]) ** 2 for r in over]
            scores["brier"] = np.concatenate(squares).mean()
        return {name: float(figure) for name, figure in scores.items()}

    methods = ("stage-weighted", "run-rate", *PIPELINE, "ensemble", "chosen")
    return {"origins": len(over), "methods": {name: score(name) for name in methods}}


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    answers = {"maven-crm": backtest(maven(sys.argv[1])), "skygeni": backtest(skygeni(sys.argv[1]))}
    print(json.dumps(answers, indent=1))
