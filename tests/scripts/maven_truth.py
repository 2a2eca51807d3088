"""What the Maven export says, computed without salesctl: one JSON object."""
import collections, csv, json, sys
rows = list(csv.DictReader(open(sys.argv[1], encoding="utf-8")))
won = collections.Counter(r["sales_agent"] for r in rows if r["deal_stage"] == "Won")
lost = collections.Counter(r["sales_agent"] for r in rows if r["deal_stage"] == "Lost")
print(json.dumps({
    "rows": len(rows),
    "won": sum(won.values()), "lost": sum(lost.values()),
    "won_value": sum(int(r["close_value"]) for r in rows if r["deal_stage"] == "Won"),
    "reps": {rep: [won[rep], lost[rep], won[rep] / (won[rep] + lost[rep])] for rep in set(won) | set(lost)},
}))
