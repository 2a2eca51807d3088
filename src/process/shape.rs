//! The shape of a process file: its tables and their keys in the order they are best read in, with what each takes.
//!
//! Editors complete and check a file by it (`process schema`), and `process fmt` puts keys in its order. The readers say
//! what a key means; a test holds that they take these keys and no others.

use serde_json::{Map, Value, json};

/// What a key takes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Takes {
    Text,
    /// A name that is written on command lines.
    Name,
    /// An SQL expression over facts.
    Condition,
    Integer,
    Number,
    /// From 0 to 1.
    Share,
    Bool,
    Date,
    /// `10d`, `2w`, `15bd`, `3m`.
    Duration,
    OneOf(&'static [&'static str]),
    Texts,
    /// A name, or a list of them.
    OneOrMore,
    Dates,
    /// A list of tables, or of texts that stand for one with that name.
    List(&'static Table, bool),
    /// A table, or tables by name.
    One(&'static Table),
    Named(&'static Table),
    /// Values by name: dates to rates, priorities to stages, facts to what is known of them.
    Values(&'static str),
}

/// A key, what it takes, whether it must be there, and what it is for.
#[derive(Debug)]
pub(super) struct Key(
    pub(super) &'static str,
    pub(super) Takes,
    pub(super) bool,
    pub(super) &'static str,
);

/// What a reader calls it, and its keys.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) called: &'static str,
    pub(super) keys: &'static [Key],
}

use Takes::{
    Bool, Condition, Date, Dates, Duration, Integer, List, Name, Named, Number, One, OneOf,
    OneOrMore, Share, Text, Texts, Values,
};

pub(super) const FILE: Table = Table {
    called: "a process file",
    keys: &[
        Key("process", One(&PROCESS), true, "the process as a whole"),
        Key(
            "settings",
            One(&SETTINGS),
            false,
            "defaults of this workspace; flags and environment go before them",
        ),
        Key("nightly", One(&NIGHTLY), false, "the page of the night"),
        Key(
            "rates",
            Values("exchange rates: `[rates.USD]` with the rate from each date on"),
            false,
            "units of the process currency for one unit of another, from a date on",
        ),
        Key(
            "fields",
            Named(&FIELD),
            false,
            "what deals and accounts carry beside what every deal has",
        ),
        Key(
            "roles",
            Named(&ROLE),
            false,
            "why a buying role is asked for",
        ),
        Key(
            "customer_type",
            List(&CUSTOMER_TYPE, false),
            false,
            "kinds of customers; the first whose condition holds, by falling priority",
        ),
        Key(
            "stage",
            List(&STAGE, false),
            false,
            "the stages in selling order",
        ),
        Key(
            "end",
            List(&END, false),
            false,
            "won, and lost with its reasons",
        ),
        Key("team", List(&TEAM, false), false, "teams of reps"),
        Key("rep", List(&REP, false), false, "who sells"),
        Key("product", List(&PRODUCT, false), false, "what is sold"),
        Key(
            "source",
            List(&SOURCE, false),
            false,
            "where deals come from",
        ),
        Key(
            "topic",
            List(&TOPIC, false),
            false,
            "what people and companies are rated by",
        ),
        Key(
            "prospecting",
            One(&PROSPECTING),
            false,
            "how names of lists become deals",
        ),
        Key(
            "score",
            List(&SCORE, false),
            false,
            "points for every prospect that a condition is true of",
        ),
        Key(
            "test",
            List(&TEST, false),
            false,
            "what is expected of a deal of these facts: `salesctl process test`",
        ),
        Key(
            "metric",
            List(&METRIC, false),
            false,
            "what is measured beside the standard metrics",
        ),
        Key(
            "target",
            List(&TARGET, false),
            false,
            "what a metric should be",
        ),
        Key(
            "check",
            List(&CHECK, false),
            false,
            "what `salesctl check` warns of",
        ),
    ],
};

pub(super) const PROCESS: Table = Table {
    called: "[process]",
    keys: &[
        Key(
            "extends",
            Text,
            false,
            "the file that this one lays over, such as ../company.toml",
        ),
        Key(
            "remove",
            List(&REMOVE, false),
            false,
            "what this file does without of the one it extends; without one, stages that went, with `deals_to`",
        ),
        Key("name", Text, false, "whose process it is"),
        Key(
            "selling_model",
            OneOf(&["transactional", "consultative", "enterprise"]),
            false,
            "how it is sold",
        ),
        Key(
            "currency",
            Text,
            false,
            "ISO 4217 code; amounts in this file are in it",
        ),
        Key(
            "fiscal_month",
            Integer,
            false,
            "the fiscal year's first month, 1 to 12",
        ),
        Key(
            "timezone",
            Text,
            false,
            "IANA name; decides on which day something happened",
        ),
        Key(
            "working_days",
            Texts,
            false,
            "mon, tue, …; business days are counted by it",
        ),
        Key("holidays", Dates, false, "no business days"),
        Key("owner", Text, false, "who answers for the process"),
        Key(
            "review_every",
            Duration,
            false,
            "how often it is looked at again",
        ),
        Key(
            "margin",
            Share,
            false,
            "share of a deal's value that is left after what it cost",
        ),
    ],
};

pub(super) const REMOVE: Table = Table {
    called: "`remove`",
    keys: &[
        Key(
            "stage",
            Text,
            false,
            "a stage, or the one that what is removed belongs to",
        ),
        Key("step", Text, false, "a step of the stage"),
        Key(
            "requires",
            Text,
            false,
            "a field or role that the stage requires",
        ),
        Key(
            "exit",
            Text,
            false,
            "a criterion of the stage, by what it says",
        ),
        Key("tool", Text, false, "a tool of the stage"),
        Key(
            "follow_up",
            Text,
            false,
            "a follow-up of the stage, by what it says",
        ),
        Key("field", Text, false, "a field"),
        Key("role", Text, false, "a buying role"),
        Key("rate", Text, false, "the rates of a currency"),
        Key("customer_type", Text, false, "a customer type"),
        Key("team", Text, false, "a team"),
        Key("rep", Text, false, "a rep"),
        Key("product", Text, false, "a product"),
        Key("source", Text, false, "a source"),
        Key("topic", Text, false, "a topic"),
        Key(
            "score",
            Text,
            false,
            "a score, by what it says or its condition",
        ),
        Key("metric", Text, false, "a metric"),
        Key(
            "target",
            Text,
            false,
            "a target: its metric, whose it is and its period, where the metric has several",
        ),
        Key("check", Text, false, "a check"),
        Key("test", Text, false, "a test"),
        Key("reason", Text, false, "a reason for a loss"),
        Key("holiday", Date, false, "a holiday"),
        Key(
            "deals_to",
            Text,
            false,
            "where the deals of a stage go that is removed",
        ),
        Key("why", Text, true, "why this file does without it"),
    ],
};

pub(super) const SETTINGS: Table = Table {
    called: "[settings]",
    keys: &[
        Key("store", Text, false, "the store's file, beside this one"),
        Key("user", Text, false, "who acts when nothing else says so"),
    ],
};

pub(super) const NIGHTLY: Table = Table {
    called: "[nightly]",
    keys: &[Key(
        "calls_by_name",
        Bool,
        false,
        "whether the page says by name how far reps' own words came true",
    )],
};

pub(super) const FIELD: Table = Table {
    called: "a field",
    keys: &[
        Key("of", OneOf(&["deal", "account"]), false, "who carries it"),
        Key(
            "type",
            OneOf(&[
                "text", "integer", "number", "money", "date", "bool", "choice", "person",
            ]),
            false,
            "what it holds",
        ),
        Key("choices", Texts, false, "what a choice may be"),
        Key("unit", Text, false, "shown behind a number"),
        Key(
            "why",
            Text,
            false,
            "why it is asked for; needed as soon as a stage requires it",
        ),
        Key("ask", Text, false, "the question in the rep's words"),
    ],
};

pub(super) const ROLE: Table = Table {
    called: "a role",
    keys: &[
        Key(
            "why",
            Text,
            false,
            "why it is asked for; needed as soon as a stage requires it",
        ),
        Key("ask", Text, false, "the question in the rep's words"),
    ],
};

pub(super) const CUSTOMER_TYPE: Table = Table {
    called: "a customer type",
    keys: &[
        Key("name", Name, true, "how it is written"),
        Key("description", Text, false, "what it means"),
        Key(
            "when",
            Condition,
            false,
            "which deals it fits; without, all",
        ),
        Key("priority", Integer, false, "the higher is looked at first"),
    ],
};

const ONLY: Key = Key(
    "only",
    Texts,
    false,
    "customer types whose deals it is for; default: all",
);

const ASK_WHEN: Key = Key(
    "ask_when",
    Condition,
    false,
    "asked only where this is true or not known, such as `rep_win_rate < 0.2` (won of the rep's deals that closed in 365 days, unknown of fewer than 5); default: always",
);

pub(super) const STAGE: Table = Table {
    called: "a stage",
    keys: &[
        Key("name", Name, true, "how it is written; never changes"),
        Key("title", Text, false, "how it is shown"),
        Key(
            "after",
            Text,
            false,
            "the stage it stands behind; default: where it is written",
        ),
        Key("before", Text, false, "the stage it stands before, instead"),
        Key(
            "moved_from",
            OneOrMore,
            false,
            "what it was called before: its deals come along",
        ),
        Key("objective", Text, false, "what it is for"),
        Key("buyer", Text, false, "what the buyer does meanwhile"),
        ONLY,
        Key(
            "probability",
            Share,
            false,
            "share won from here, until our own history speaks",
        ),
        Key("typical", Duration, false, "how long it usually takes"),
        Key("limit", Duration, false, "after this it is late"),
        Key(
            "most_visits",
            Integer,
            false,
            "so many times at most a deal is meant to be in it",
        ),
        Key(
            "requires",
            List(&REQUIRED, true),
            false,
            "fields and roles that must be known to move on",
        ),
        Key("steps", List(&STEP, true), false, "what is to be done"),
        Key(
            "exit",
            List(&CRITERION, false),
            false,
            "conditions that must hold to move on",
        ),
        Key("tools", List(&TOOL, true), false, "what helps"),
        Key(
            "follow_up",
            List(&FOLLOW_UP, false),
            false,
            "what is due a time after it was entered, or after a step",
        ),
        Key(
            "next",
            Texts,
            false,
            "where a deal may go forward, the default first",
        ),
        Key(
            "back",
            Texts,
            false,
            "where it may go back; default: every earlier stage",
        ),
    ],
};

pub(super) const REQUIRED: Table = Table {
    called: "what is required",
    keys: &[
        Key("name", Text, true, "a field or a buying role"),
        ONLY,
        ASK_WHEN,
    ],
};

pub(super) const STEP: Table = Table {
    called: "a step",
    keys: &[
        Key("name", Name, true, "conditions read it as `done_…`"),
        Key("title", Text, false, "how it is shown"),
        Key("required", Bool, false, "false: advised only"),
        Key("why", Text, false, "what it is good for"),
        Key("who", Text, false, "who is accountable for it"),
        ONLY,
        ASK_WHEN,
    ],
};

pub(super) const CRITERION: Table = Table {
    called: "an exit criterion",
    keys: &[
        Key("when", Condition, true, "what must be true"),
        Key("say", Text, true, "the same in the team's words"),
        Key("why", Text, false, "what it is good for"),
        ONLY,
    ],
};

pub(super) const TOOL: Table = Table {
    called: "a tool",
    keys: &[
        Key("name", Text, true, "what it is called"),
        Key("kind", Text, false, "script, template, presentation, …"),
        Key("link", Text, false, "where it is"),
        Key(
            "text",
            Text,
            false,
            "a letter or agenda, filled from a deal: `{{account}}`, `{{person.name}}`, …",
        ),
        ONLY,
    ],
};

pub(super) const FOLLOW_UP: Table = Table {
    called: "a follow-up",
    keys: &[
        Key("after", Duration, true, "how long after"),
        Key(
            "step",
            Text,
            false,
            "the step it comes after; default: the stage was entered",
        ),
        Key("say", Text, true, "what is to be done"),
        Key("why", Text, false, "what it is good for"),
        ONLY,
    ],
};

pub(super) const END: Table = Table {
    called: "an end",
    keys: &[
        Key("name", OneOf(&["won", "lost"]), true, "which end"),
        Key("title", Text, false, "how it is shown"),
        Key("reasons", List(&REASON, true), false, "why deals are lost"),
    ],
};

pub(super) const REASON: Table = Table {
    called: "a reason",
    keys: &NAMED,
};

const NAMED: [Key; 2] = [
    Key("name", Name, true, "how it is written; never changes"),
    Key("title", Text, false, "how it is shown"),
];

pub(super) const TEAM: Table = Table {
    called: "a team",
    keys: &[
        Key("name", Name, true, "how it is written; never changes"),
        Key("title", Text, false, "how it is shown"),
        Key("manager", Text, false, "who leads it"),
    ],
};

pub(super) const REP: Table = Table {
    called: "a rep",
    keys: &[
        Key("name", Name, true, "how it is written; never changes"),
        Key("title", Text, false, "how it is shown"),
        Key("team", Text, false, "the team"),
        Key("login", Text, false, "who this is on the machine"),
        Key("capacity", Integer, false, "open deals one can serve well"),
        Key(
            "cost_per_hour",
            Number,
            false,
            "for the cost of a sales process",
        ),
        Key("since", Date, false, "first working day"),
        Key(
            "active",
            Bool,
            false,
            "false: keeps history, gets no new deals",
        ),
    ],
};

pub(super) const PRODUCT: Table = Table {
    called: "a product",
    keys: &[
        Key("name", Name, true, "how it is written; never changes"),
        Key("title", Text, false, "how it is shown"),
        Key("price", Number, false, "list price"),
        Key(
            "margin",
            Share,
            false,
            "its own share that is left after what it cost",
        ),
        Key("active", Bool, false, "false: not sold any more"),
    ],
};

pub(super) const SOURCE: Table = Table {
    called: "a source",
    keys: &NAMED,
};

pub(super) const TOPIC: Table = Table {
    called: "a topic",
    keys: &NAMED,
};

pub(super) const PROSPECTING: Table = Table {
    called: "[prospecting]",
    keys: &[
        Key(
            "high",
            Integer,
            false,
            "points from which a name has high priority",
        ),
        Key("medium", Integer, false, "and medium; less is low"),
        Key(
            "start_stage",
            Values("the stage that deals of each priority begin in"),
            false,
            "where deals begin, by priority",
        ),
        Key(
            "contact_gap",
            Duration,
            false,
            "nobody is selected again earlier",
        ),
        Key("source", Text, false, "of deals that start from a list"),
    ],
};

pub(super) const SCORE: Table = Table {
    called: "a score",
    keys: &[
        Key(
            "when",
            Condition,
            true,
            "over what a list tells, and the account fields",
        ),
        Key("points", Integer, true, "how many, or how many less"),
        Key("say", Text, false, "the rule in the team's words"),
    ],
};

pub(super) const TEST: Table = Table {
    called: "a test",
    keys: &[
        Key("name", Text, true, "what it is about"),
        Key(
            "stage",
            Text,
            false,
            "where the deal is; default: the first",
        ),
        Key("date", Date, false, "the day it is looked at"),
        Key(
            "to",
            Text,
            false,
            "where it is to go; default: the way on for its customer type",
        ),
        Key(
            "given",
            Values("facts of the deal, by the names of conditions' columns"),
            false,
            "what is known of it",
        ),
        Key("expect", One(&EXPECT), true, "what is to come of it"),
    ],
};

pub(super) const EXPECT: Table = Table {
    called: "`expect`",
    keys: &[
        Key("advance", Bool, false, "whether it goes on"),
        Key("to", Text, false, "where it goes"),
        Key("blocked_by", Texts, false, "all that is in the way"),
        Key("alert", Texts, false, "the checks of deals that speak up"),
        Key("type", Text, false, "its customer type, or `none`"),
        Key("score", Integer, false, "points of a name on a list"),
        Key(
            "priority",
            OneOf(&["high", "medium", "low"]),
            false,
            "priority of a name on a list",
        ),
    ],
};

pub(super) const METRIC: Table = Table {
    called: "a metric",
    keys: &[
        Key("name", Name, true, "how it is written"),
        Key("title", Text, false, "how it is shown"),
        Key("about", Text, false, "what it says"),
        Key(
            "kind",
            OneOf(&["result", "activity", "proxy"]),
            true,
            "a result, an input, or what stands in for a result",
        ),
        Key(
            "stands_for",
            Text,
            false,
            "the result that a proxy stands in for",
        ),
        Key(
            "unit",
            OneOf(&["count", "share", "money", "days", "minutes", "number"]),
            true,
            "what it is in",
        ),
        Key(
            "direction",
            OneOf(&["up", "down"]),
            true,
            "which way is better",
        ),
        Key("formula", Text, true, "over the aggregates and `days`"),
        Key("sample", Text, true, "how many observations it stands on"),
        Key(
            "at_least",
            Integer,
            false,
            "with fewer it is `insufficient history`",
        ),
        Key(
            "interval",
            Bool,
            false,
            "a 95 % interval, only of a share of its sample",
        ),
        Key("periods", Texts, false, "month, quarter, year"),
        Key("by", Texts, false, "who or what it makes sense by"),
        Key(
            "aggregates",
            Named(&AGGREGATE),
            true,
            "the numbers that the formula reads",
        ),
    ],
};

pub(super) const AGGREGATE: Table = Table {
    called: "an aggregate",
    keys: &[
        Key(
            "of",
            Text,
            true,
            "the rows: won, lost, open, visits, activities, …",
        ),
        Key(
            "count",
            Values("true, or a column that must be known"),
            false,
            "how many",
        ),
        Key("sum", Text, false, "of a column"),
        Key("median", Text, false, "of a column"),
        Key("where", Condition, false, "of these deals only"),
        Key("stage", Text, false, "of this stage only"),
        Key("kind", Text, false, "of this kind only"),
        Key("metric", Text, false, "of targets: the metric they are of"),
    ],
};

pub(super) const TARGET: Table = Table {
    called: "a target",
    keys: &[
        Key("metric", Text, true, "one of `salesctl metric list`"),
        Key(
            "at_least",
            Number,
            false,
            "in the metric's unit; money in major units",
        ),
        Key("at_most", Number, false, "the same, as an upper bound"),
        Key("team", Text, false, "whose it is; default: the company's"),
        Key("rep", Text, false, "whose it is"),
        Key("product", Text, false, "of what it is"),
        Key(
            "period",
            Text,
            false,
            "month, quarter, year, or one of them such as 2026-Q4",
        ),
        Key(
            "warn",
            Share,
            false,
            "so large a share may be missing before it is more than a warning",
        ),
        Key("why", Text, false, "why it is so"),
    ],
};

pub(super) const CHECK: Table = Table {
    called: "a check",
    keys: &[
        Key(
            "name",
            Name,
            true,
            "one of the standard checks, or a new one",
        ),
        Key(
            "when",
            Condition,
            false,
            "counts the open deals for which it is true",
        ),
        Key("metric", Text, false, "or measures a metric"),
        Key("where", Condition, false, "of these deals only"),
        Key(
            "period",
            Text,
            false,
            "of the metric; default: last 12 months",
        ),
        Key(
            "by",
            OneOf(&["rep", "team", "product"]),
            false,
            "each by itself",
        ),
        Key("at_most", Number, false, "how many, or how much, may be"),
        Key("at_least", Number, false, "how many, or how much, must be"),
        Key(
            "level",
            OneOf(&["error", "warning"]),
            false,
            "what it is when it is not kept",
        ),
        Key("say", Text, false, "what is said of them"),
    ],
};

/// JSON Schema (draft 2020-12) of a process file.
pub fn schema() -> Value {
    let mut defs = Map::new();
    let root = table(&FILE, &mut defs);
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "salesctl process file",
        "$defs": defs,
    });
    if let (Value::Object(schema), Value::Object(root)) = (&mut schema, root) {
        schema.extend(root);
    }
    schema
}

fn table(table: &Table, defs: &mut Map<String, Value>) -> Value {
    let mut properties = Map::new();
    for Key(name, takes, _, about) in table.keys {
        let mut of_key = of(*takes, defs);
        if let Value::Object(of_key) = &mut of_key {
            of_key.insert("description".to_string(), json!(about));
        }
        properties.insert((*name).to_string(), of_key);
    }
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

/// The definition of a table, made when it is first asked for. What must be there may be said by the file it extends, so
/// only names are required: without one it is not known what is laid over.
fn named(shape: &'static Table, defs: &mut Map<String, Value>) -> Value {
    let name = shape.called.trim_matches(['[', ']', '`']);
    let name = name
        .trim_start_matches("a ")
        .trim_start_matches("an ")
        .replace(' ', "_");
    if !defs.contains_key(&name) {
        defs.insert(name.clone(), Value::Null);
        let mut made = table(shape, defs);
        let required: Vec<&str> = shape
            .keys
            .iter()
            .filter(|Key(key, _, needed, _)| *needed && ["name", "why", "expect"].contains(key))
            .map(|Key(key, ..)| *key)
            .collect();
        if !required.is_empty() {
            made["required"] = json!(required);
        }
        defs.insert(name.clone(), made);
    }
    json!({ "$ref": format!("#/$defs/{name}") })
}

fn of(takes: Takes, defs: &mut Map<String, Value>) -> Value {
    // A TOML date reaches a validator as a text, or as an object of its own.
    let date = json!({ "type": ["string", "object"] });
    match takes {
        Text | Condition => json!({ "type": "string", "minLength": 1 }),
        Name => json!({ "type": "string", "pattern": "^[a-z0-9][a-z0-9_-]*$" }),
        Integer => json!({ "type": "integer" }),
        Number => json!({ "type": "number" }),
        Share => json!({ "type": "number", "minimum": 0, "maximum": 1 }),
        Bool => json!({ "type": "boolean" }),
        Date => date,
        Duration => json!({ "type": "string", "pattern": "^[0-9]+(d|w|bd|m)$" }),
        OneOf(words) => json!({ "type": "string", "enum": words }),
        Texts => json!({ "type": "array", "items": { "type": "string" } }),
        OneOrMore => json!({ "type": ["string", "array"], "items": { "type": "string" } }),
        Dates => json!({ "type": "array", "items": date }),
        List(shape, texts) => {
            let items = named(shape, defs);
            let items = if texts {
                json!({ "anyOf": [{ "type": "string", "minLength": 1 }, items] })
            } else {
                items
            };
            json!({ "type": "array", "items": items })
        }
        One(shape) => named(shape, defs),
        Named(shape) => {
            let one = named(shape, defs);
            json!({ "type": "object", "additionalProperties": one })
        }
        Values(about) => json!({ "$comment": about }),
    }
}
