//! The canonical layout: comments are kept, meaning is, and what is formatted stays as it is.

use super::formatted;

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

#[test]
fn what_cannot_be_read_is_left_alone() {
    assert!(formatted("[process\nname = 1").is_err());
}

#[test]
fn line_ends_are_kept() {
    let written = "[process]\r\nname=\"North\"\r\n# Why.\r\nowner = \"\"\"\r\nJana\"\"\"\r\n";
    let expected = "[process]\r\nname = \"North\"\r\n# Why.\r\nowner = \"\"\"\r\nJana\"\"\"\r\n";
    assert_eq!(formatted(written).as_deref(), Ok(expected));
    assert_eq!(formatted(expected).as_deref(), Ok(expected));
}
