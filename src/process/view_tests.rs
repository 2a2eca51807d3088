//! Matrix, guide and map come from the definition that is enforced: whatever changes there changes in all of them.

use rstest::rstest;

use super::{History, Practice, Process, View, check, guide, matrix};
use crate::document::{Block, Cell, Document};

const TEXT: &str = r#"
[process]
name = "Example"
currency = "EUR"
owner = "Ada"

[fields.problem]
type = "text"
why = "nothing is bought without"
ask = "What hurts?"

[fields.budget]
type = "choice"
choices = ["yes", "no"]
why = "dates are wishes without"

[roles.decider]
why = "only they sign"
ask = "Who signs?"

[[customer_type]]
name = "large"
description = "many sites"
when = "value >= 50000"
priority = 2

[[customer_type]]
name = "small"

[[stage]]
name = "qualify"
title = "Qualify"
objective = "Is it worth it?"
buyer = "Notices"
typical = "10bd"
limit = "3w"
requires = ["problem", "decider", { name = "budget", only = ["large"] }]
steps = [
  { name = "call", title = "First call", why = "hear it", who = "the owner" },
  { name = "read", title = "Read the site", required = false, only = ["large"] },
]
exit = [{ when = "value > 100", say = "worth the trip", why = "trips cost" }]
tools = [
  { name = "Questions", kind = "script", link = "https://example.com/q" },
  { name = "Agenda", text = "for {{account}}" },
]
follow_up = [{ after = "1d", step = "call", say = "thank them", why = "they remember" }]

[[stage]]
name = "contract"
title = "Contract"
objective = "All agree"
only = ["large"]

[[stage]]
name = "close"
title = "Close"
objective = "Ask"
back = ["qualify"]

[[end]]
name = "lost"
reasons = [{ name = "price", title = "Too dear" }]
"#;

fn process(text: &str) -> Process {
    let checked = check("process.toml", text);
    assert!(checked.problems.is_empty(), "{:?}", checked.problems);
    checked.process.expect("a process")
}

/// Everything a document says.
fn words(document: &Document) -> String {
    let cell = |cell: &Cell| match cell {
        Cell::Text(text) | Cell::Link(text) => text.clone(),
        Cell::Lines(lines) => lines.join("\n"),
        _ => String::new(),
    };
    let block = |block: &Block| match block {
        Block::Heading(text) | Block::Line(text) | Block::Verbatim(text) => text.clone(),
        Block::Table(table) => {
            let headings = table.columns.iter().map(|column| column.heading.clone());
            let cells = table.rows.iter().flatten().map(cell);
            headings.chain(cells).collect::<Vec<_>>().join("\n")
        }
        Block::Chart(_) | Block::Flow(_) => String::new(),
    };
    let blocks: Vec<String> = document.blocks.iter().map(block).collect();
    blocks.join("\n")
}

/// What the map says.
fn drawn(text: &str) -> String {
    let process = process(text);
    let view = View::new(&process, None);
    format!("{:#?}", view.map("Example".to_string(), None))
}

/// Matrix across, matrix down and guide in words, and the rows of matrix and guide.
fn views(text: &str, kind: Option<&str>) -> [String; 5] {
    let process = process(text);
    let view = View::new(&process, kind);
    let (rows, across) = matrix(&view, "Example", None);
    let (_, down) = matrix(&view, "Example", Some(40));
    let (told, page) = guide(&view, "Example", None, None);
    [
        words(&across),
        words(&down),
        words(&page),
        format!("{rows:#?}"),
        format!("{told:#?}"),
    ]
}

/// What all of them say.
#[rstest]
#[case("Is it worth it?", "Does it matter?")]
#[case("title = \"First call\"", "title = \"First letter\"")]
#[case("say = \"worth the trip\"", "say = \"worth the train\"")]
#[case("say = \"thank them\"", "say = \"call them\"")]
#[case("after = \"1d\"", "after = \"5bd\"")]
#[case("typical = \"10bd\"", "typical = \"12bd\"")]
#[case("limit = \"3w\"", "limit = \"4w\"")]
#[case("title = \"Close\"", "title = \"Sign\"")]
#[case(
    "requires = [\"problem\", \"decider\",",
    "requires = [\"next_step\", \"decider\","
)]
#[case("\"problem\", \"decider\",", "\"problem\",")]
#[case(
    "name = \"budget\", only = [\"large\"]",
    "name = \"budget\", only = [\"small\"]"
)]
#[case(
    "objective = \"All agree\"\nonly = [\"large\"]",
    "objective = \"All agree\"\nonly = [\"small\"]"
)]
#[case(
    "title = \"Qualify\"",
    "title = \"Qualify\"\nnext = [\"contract\", \"close\"]"
)]
fn a_changed_definition_changes_every_view(#[case] before: &str, #[case] after: &str) {
    assert!(TEXT.contains(before), "{before}");
    // What is required has its why.
    let why = "\n[fields.next_step]\nwhy = \"nobody's otherwise\"\n[[customer_type]]";
    let text = TEXT.replacen("\n[[customer_type]]", why, 1);
    let changed = text.replacen(before, after, 1);
    for (old, new) in views(&text, None).iter().zip(views(&changed, None)) {
        assert_ne!(*old, new, "{before} → {after}");
    }
    assert_ne!(drawn(&text), drawn(&changed), "{before} → {after}");
}

/// What is not of the way itself is left out of its map.
#[rstest]
#[case("\"Notices\"", "\"Reads about us\"")]
#[case("title = \"Read the site\"", "title = \"Read the news\"")]
#[case("name = \"Questions\"", "name = \"Answers\"")]
#[case("only = [\"large\"] },\n]\nexit", "only = [\"small\"] },\n]\nexit")]
fn a_changed_definition_changes_matrix_and_guide(#[case] before: &str, #[case] after: &str) {
    assert!(TEXT.contains(before), "{before}");
    let changed = TEXT.replacen(before, after, 1);
    for (old, new) in views(TEXT, None).iter().zip(views(&changed, None)) {
        assert_ne!(*old, new, "{before} → {after}");
    }
}

/// Whatever else a gate enforces.
#[rstest]
#[case("value > 100", "value > 200", false)] // it shows what the criterion says
#[case("back = [\"qualify\"]", "back = []", true)]
#[case("Too dear", "Price", true)]
#[case("What hurts?", "Where does it hurt?", false)]
fn a_changed_gate_changes_the_map(
    #[case] before: &str,
    #[case] after: &str,
    #[case] changes: bool,
) {
    let changed = TEXT.replacen(before, after, 1);
    assert_ne!(TEXT, changed);
    assert_eq!(
        drawn(TEXT) != drawn(&changed),
        changes,
        "{before} → {after}"
    );
}

/// What a rep is taught beside it.
#[rstest]
#[case("What hurts?", "Where does it hurt?")]
#[case("nothing is bought without", "all begins with it")]
#[case("Who signs?", "Who has the pen?")]
#[case("why = \"hear it\"", "why = \"listen\"")]
#[case("who = \"the owner\"", "who = \"the engineer\"")]
#[case("value > 100", "value > 200")]
#[case("why = \"trips cost\"", "why = \"trains cost\"")]
#[case("https://example.com/q", "https://example.com/r")]
#[case("kind = \"script\"", "kind = \"list\"")]
#[case("why = \"they remember\"", "why = \"they wait\"")]
#[case("back = [\"qualify\"]", "back = []")]
#[case("Too dear", "Price")]
#[case("many sites", "many people")]
#[case("value >= 50000", "value >= 60000")]
#[case("text = \"for {{account}}\"", "link = \"shelf 3\"")]
fn a_changed_definition_changes_the_guide(#[case] before: &str, #[case] after: &str) {
    assert!(TEXT.contains(before), "{before}");
    let old = views(TEXT, None);
    let new = views(&TEXT.replacen(before, after, 1), None);
    assert_ne!(old[2], new[2], "{before} → {after}");
    assert_ne!(old[4], new[4], "{before} → {after}");
}

#[test]
fn what_is_limited_is_marked_or_left_out() {
    let [across, down, page, ..] = views(TEXT, None);
    for view in [&across, &down, &page] {
        assert!(view.contains("Read the site (only large)"), "{view}");
        assert!(view.contains("budget (only large)"), "{view}");
        assert!(
            view.contains("Contract (only large)") && view.contains("Close (others)"),
            "{view}"
        );
    }
    for (kind, told) in [("large", true), ("small", false)] {
        for view in views(TEXT, Some(kind)) {
            assert_eq!(view.contains("Read the site"), told, "{kind}: {view}");
            assert_eq!(view.contains("budget"), told, "{kind}: {view}");
            assert_eq!(view.contains("Contract"), told, "{kind}: {view}");
            assert!(!view.contains("only large") && !view.contains("(others)"));
        }
    }
}

#[test]
fn the_matrix_stands_as_the_width_allows() {
    let process = process(TEXT);
    let view = View::new(&process, None);
    let tables = |width| {
        let (_, document) = matrix(&view, "Example", width);
        let blocks = document.blocks.iter();
        let is_table = |block: &&Block| matches!(block, Block::Table(_));
        blocks.filter(is_table).count()
    };
    assert_eq!(tables(Some(94)), 3);
    assert_eq!(tables(Some(95)), 1);
    assert_eq!(tables(None), 1);
}

#[test]
fn good_is_what_has_happened_or_unknown_in_words() {
    let process = process(TEXT);
    let view = View::new(&process, None);
    let history = History {
        of: "our own deals".to_string(),
        stages: vec![Practice {
            stage: "qualify".to_string(),
            visits: 64,
            median_days: Some(9),
            resolved: 60,
            advanced: Some((0.533, 0.409, 0.654)),
        }],
    };
    let (rows, page) = guide(&view, "Example", None, Some(&history));
    let said = words(&page);
    assert!(
        said.contains(
            "half leave it within 9 days (n = 64 visits); 53 % go on (95 % interval 41–65 %, n = 60 deals)"
        ),
        "{said}"
    );
    assert!(
        said.contains("What good looks like: insufficient history (n = 0 deals)"),
        "{said}"
    );
    let days = rows.iter().find(|row| row.part == "days").expect("days");
    assert_eq!((days.median_days, days.n), (Some(9), Some(64)));
    let (_, without) = guide(&view, "Example", None, None);
    assert!(!words(&without).contains("What good looks like"));
}

#[test]
fn a_text_names_only_what_a_deal_may_have() {
    let at = |text: &str| {
        let changed = TEXT.replace("for {{account}}", text);
        let checked = check("process.toml", &changed);
        let problem = checked.problems.first().expect("a problem");
        let marked = changed[problem.span.clone()].to_string();
        (problem.message.clone(), problem.label.clone(), marked)
    };
    assert_eq!(
        at("for {{ acount }}, {{decider.email}}"),
        (
            "unknown fact of a deal `acount`".to_string(),
            "no such fact of a deal; did you mean `account`?".to_string(),
            "{{ acount }}".to_string()
        )
    );
    assert_eq!(at("for {{account").2, "{{");
    for known in [
        "decider",
        "person.mobile",
        "problem",
        "done_call",
        "next_date",
    ] {
        process(&TEXT.replace("{{account}}", &format!("{{{{{known}}}}}")));
    }
}

/// The way of one type on the map, too: what it goes past is not there, and nothing is marked.
#[test]
fn the_map_of_one_customer_type() {
    let process = process(TEXT);
    let titles = |kind: Option<&str>| {
        let flow = View::new(&process, kind).map("Example".to_string(), None);
        let ways = |stage: &crate::document::FlowStage| {
            let next: Vec<usize> = stage.next.iter().map(|way| way.to).collect();
            (stage.title.clone(), next, stage.back.clone())
        };
        flow.stages.iter().map(ways).collect::<Vec<_>>()
    };
    let small = [
        ("Qualify".to_string(), vec![1], vec![]),
        ("Close".to_string(), vec![2], vec![0]),
    ];
    assert_eq!(titles(Some("small")), small);
    assert_eq!(titles(Some("large")).len(), 3);
    let drawn = View::new(&process, Some("small")).map(String::new(), None);
    let drawn = format!("{drawn:?}");
    assert!(
        !drawn.contains("large") && !drawn.contains("budget"),
        "{drawn}"
    );
}

/// Many stages stand in several tables where the sheet is wide, as many in each as the other.
#[test]
fn a_wide_sheet_is_used() {
    let more: Vec<String> = (0..5)
        .map(|n| format!("\n[[stage]]\nname = \"more{n}\"\nobjective = \"More\"\n"))
        .collect();
    let process = process(&TEXT.replace("\n[[end]]", &format!("{}\n[[end]]", more.concat())));
    let columns = |width: Option<u16>| {
        let (_, page) = matrix(&View::new(&process, None), "Example", width);
        let tables = page.blocks.into_iter().filter_map(|block| match block {
            Block::Table(table) => Some(table.columns.len() - 1),
            _ => None,
        });
        tables.collect::<Vec<_>>()
    };
    assert_eq!(columns(None), [4, 4]);
    assert_eq!(columns(Some(100)), [3, 3, 2]);
    assert_eq!(columns(Some(80)), [1; 8]);
}
