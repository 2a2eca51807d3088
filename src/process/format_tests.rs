//! The canonical layout: comments are kept, meaning is, and what is laid out stays as it is.

use std::fs;
use std::path::Path;

use super::formatted;
use crate::process::template;

#[test]
fn keys_spaces_lists_and_comments() {
    let written = r#"


# Who we are.
[process]
currency="EUR"   # amounts in this file
name = "North"


# The market.
fiscal_month   =  7
[[stage]]
# What it is for.
steps=[ {title="First call",name="first_call",  required=true}, "Send the summary" ]
exit = [ # what must hold
{ say="worth it", when="value >= 5000" }, # at least
  # and
  { when = "x", say = "y" } ]

name = "qualify"
requires = ["problem", "budget", "decider", "expected_close", "decision_date", "competitor", "next_step"]
   # The end.
[[end]]
reasons=[
"price",
]
name="lost"
# That is all.
"#;
    let expected = r#"# Who we are.
[process]
name = "North"
currency = "EUR"   # amounts in this file

# The market.
fiscal_month = 7

[[stage]]
name = "qualify"
requires = [
  "problem",
  "budget",
  "decider",
  "expected_close",
  "decision_date",
  "competitor",
  "next_step",
]
# What it is for.
steps = [{ name = "first_call", title = "First call", required = true }, "Send the summary"]
exit = [ # what must hold
  { when = "value >= 5000", say = "worth it" }, # at least
  # and
  { when = "x", say = "y" }
]

# The end.
[[end]]
name = "lost"
reasons = ["price"]
# That is all.
"#;
    assert_eq!(formatted(written).as_deref(), Ok(expected));
}

/// All that there is to read: templates, the reference, the examples and the samples of mistakes that can be parsed.
#[test]
fn meaning_and_comments_are_kept_and_it_is_done_once() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts: Vec<String> = template::names()
        .iter()
        .filter_map(|name| template::text(name).map(str::to_string))
        .collect();
    for folder in ["tests/process/broken", "tests/process/broken/extended"] {
        for entry in fs::read_dir(root.join(folder)).expect("the samples") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|found| found == "toml") {
                texts.extend(fs::read_to_string(path));
            }
        }
    }
    texts.extend(fs::read_to_string(root.join("process.example.toml")));
    let mut laid_out = 0;
    for text in texts {
        let Ok(before) = text.parse::<toml::Table>() else {
            continue;
        };
        let once = formatted(&text).expect("it can be parsed");
        let after: toml::Table = once
            .parse()
            .unwrap_or_else(|error| panic!("{error}\n{once}"));
        assert_eq!(before, after, "{once}");
        let comments = |text: &str| {
            let mut found: Vec<String> = text
                .lines()
                .filter_map(|line| {
                    line.split_once("# ")
                        .map(|(_, said)| said.trim().to_string())
                })
                .collect();
            found.sort();
            found
        };
        assert_eq!(comments(&text), comments(&once), "{once}");
        assert_eq!(
            formatted(&once).as_deref(),
            Ok(once.as_str()),
            "a second time"
        );
        laid_out += 1;
    }
    assert!(laid_out > 80, "{laid_out}");
}

#[test]
fn what_cannot_be_read_is_left_alone() {
    assert!(formatted("[process\nname = 1").is_err());
}
