"""Known answers to hold the formulas against, from packages that many rely on: scipy, lifelines, scikit-learn.

Prints JSON: what went in, what came out, and `missing`, the packages that are not there. Written to be plainly right;
all data comes from one small generator, so that every machine asks the same.
"""

import json

answers, missing = {}, []


def draws(seed):
    """A linear congruential generator: numbers from 0 to 1 that no package changes."""
    while True:
        seed = (seed * 1103515245 + 12345) % 2**31
        yield seed / 2**31


try:
    from scipy import stats

    pairs = [(0, 7), (1, 1), (1, 29), (3, 10), (15, 148), (81, 263), (4238, 6711), (999, 1000)]
    answers["wilson"] = []
    for won, n in pairs:
        interval = stats.binomtest(won, n).proportion_ci(0.95, method="wilson")
        answers["wilson"].append([won, n, interval.low, interval.high])
    answers["chi_square"] = [[x, df, stats.chi2.sf(x, df)] for x in (0.5, 3.2, 18.0, 96.5) for df in (1, 4, 29)]
    answers["binomial"] = [
        [k, n, p, stats.binom.sf(k - 1, n, p)] for n in (5, 60) for k in (1, 3, 5) for p in (0.02, 0.4, 0.97)
    ]
    # The exact interval of C. J. Clopper and E. S. Pearson (1934): quantiles of beta distributions.
    answers["beta"] = []
    for won, n in pairs:
        for tail in (0.001, 0.025, 0.05):
            low = stats.beta.ppf(tail, won, n - won + 1) if won > 0 else 0.0
            high = stats.beta.isf(tail, won + 1, n - won) if won < n else 1.0
            answers["beta"].append([won, n, tail, low, high])
except ImportError as error:
    missing.append(str(error.name))

try:
    from lifelines import KaplanMeierFitter

    answers["kaplan_meier"] = []
    for seed in (1, 2, 3):
        draw = draws(seed)
        days = [int(60 * next(draw)) for _ in range(200)]
        ended = [next(draw) < 0.6 for _ in days]
        fitted = KaplanMeierFitter().fit(days, ended)
        table = fitted.event_table
        curve = [
            [int(day), float(share)]
            for day, share in fitted.survival_function_["KM_estimate"].items()
            if table.loc[day, "observed"] > 0
        ]
        answers["kaplan_meier"].append({"days": days, "ended": ended, "curve": curve})

    from lifelines import AalenJohansenFitter

    answers["aalen_johansen"] = []
    for seed in (4, 5):
        draw = draws(seed)
        # No two at the same time, which the package would move apart by chance.
        times = [50 * next(draw) + i * 1e-6 for i in range(150)]
        causes = [int(3 * next(draw)) for _ in times]
        fitted = AalenJohansenFitter(calculate_variance=False).fit(times, causes, event_of_interest=1)
        incidence = fitted.cumulative_density_.iloc[:, 0]
        own = [time for time, cause in zip(times, causes) if cause == 1]
        steps = [[time, float(incidence.loc[time])] for time in sorted(own)]
        answers["aalen_johansen"].append({"times": times, "causes": causes, "steps": steps})
except ImportError as error:
    missing.append(str(error.name))

answers["missing"] = missing
print(json.dumps(answers))
