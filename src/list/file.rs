//! A contract as a small TOML file: every mistake at its place, all of them at once.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{Reading, Term};
use super::terms::Terms;
use crate::process::Problem;
use crate::process::reader::Reader;
use crate::process::syntax::Source;

/// What a file says of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Written {
    /// Empty when the file leaves it to the command.
    pub code: String,
    pub terms: Terms,
    /// Files with decoys, as written.
    pub seeds: Vec<String>,
}

pub fn parse_file(text: &str, reading: Reading) -> Result<Written, Vec<Problem>> {
    let source = Source::read(text);
    let reader = Reader::new(&source.text, !source.broken.is_empty());
    let table = source.table();
    let root = Spanned::new(table.span(), DeValue::Table(table.into_inner()));
    let mut known = vec!["code", "seeds"];
    known.extend(Term::ALL.iter().map(|term| term.key));
    known.extend(Term::ALL.iter().filter_map(|term| term.alias));
    let mut written = Written::default();
    if let (Some(keys), Some(table)) = (
        reader.keys("a list", &root, &known),
        root.get_ref().as_table(),
    ) {
        written.code = keys.words("code").unwrap_or_default();
        written.seeds = match keys.get("seeds") {
            Some(value) if value.get_ref().is_str() => keys.words("seeds").into_iter().collect(),
            Some(_) => keys
                .texts("seeds")
                .into_iter()
                .flatten()
                .map(|text| text.value)
                .collect(),
            None => Vec::new(),
        };
        for term in Term::ALL {
            read_term(&reader, table, term, &mut written.terms, reading);
        }
        for problem in written.terms.contradictions() {
            reader.absent(0..0, problem, "one of the two is wrong");
        }
    }
    let problems = source.settle(text, reader.into_problems());
    if problems.is_empty() {
        written.terms.code.clone_from(&written.code);
        Ok(written)
    } else {
        Err(problems)
    }
}

fn read_term(
    reader: &Reader<'_>,
    table: &DeTable<'_>,
    term: &Term,
    terms: &mut Terms,
    reading: Reading,
) {
    let named = |key: &str| table.get(key);
    let other = term.alias.and_then(|alias| Some((alias, named(alias)?)));
    let value = match (named(term.key), other) {
        (Some(_), Some((alias, twice))) => {
            reader.error(
                twice.span(),
                format!("`{}` and `{alias}` are the same", term.key),
                "leave one of them out",
            );
            return;
        }
        (Some(value), None) => value,
        (None, Some((_, value))) => value,
        (None, None) => return,
    };
    let Some(text) = as_typed(reader, term.key, value) else {
        return;
    };
    if let Err(problem) = term.lay(terms, &text, reading) {
        // What was found, and what was expected after the semicolon.
        let (found, expected) = problem
            .split_once("; ")
            .unwrap_or((&problem, "not allowed"));
        let place = value.span();
        reader.error(place, format!("{}: {found}", term.key), expected);
    }
}

/// A value as it would be typed after an option; a list of texts is joined by commas.
fn as_typed(reader: &Reader<'_>, key: &str, value: &Spanned<DeValue<'_>>) -> Option<String> {
    match value.get_ref() {
        DeValue::String(_) => reader.text_of(key, value).map(|text| text.value),
        DeValue::Integer(number) => Some(
            i64::from_str_radix(number.as_str(), number.radix())
                .map_or_else(|_| number.to_string(), |n| n.to_string()),
        ),
        DeValue::Float(number) => Some(number.to_string()),
        DeValue::Datetime(date) => Some(date.to_string()),
        DeValue::Array(items) => {
            let texts: Option<Vec<String>> = items
                .iter()
                .map(|item| reader.text_of(key, item).map(|text| text.value))
                .collect();
            texts.map(|texts| texts.join(","))
        }
        DeValue::Boolean(_) | DeValue::Table(_) => {
            reader.wrong_type(key, value, "a text or a number");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list::{Channel, Percent, Uses};

    fn reading() -> Reading {
        Reading {
            today: "2026-11-21".parse().expect("a date"),
            currency: "EUR".parse().expect("a code"),
        }
    }

    #[test]
    fn a_contract_is_read() {
        let text = r#"
code = "zoom-q4"
broker = "Acme Lists"
cpm = 145
qty = 100_000
uses = 1
until = 2027-03-31
net_pct = 85
run_charge = 10.50
channels = ["email", "mail"]
seeds = "decoys.csv"
"#;
        let written = parse_file(text, reading()).expect("a contract");
        assert_eq!(written.code, "zoom-q4");
        assert_eq!(written.seeds, ["decoys.csv"]);
        let terms = written.terms;
        assert_eq!(terms.broker.as_deref(), Some("Acme Lists"));
        assert_eq!(terms.cpm_minor, Some(14_500));
        assert_eq!(terms.qty_ordered, Some(100_000));
        assert_eq!(terms.uses, Uses::Times(1));
        assert_eq!(terms.until, "2027-03-31".parse().ok());
        assert_eq!(terms.net_pct, Some(Percent(8_500)));
        assert_eq!(terms.run_charge_minor, Some(1_050));
        assert_eq!(terms.channels, Some(vec![Channel::Mail, Channel::Email]));
    }

    #[test]
    fn every_mistake_is_shown_at_its_place() {
        let text = "brokr = \"x\"\nuses = \"twice\"\nkind = true\nuntil = \"soon\"\nuntil = 2027-01-01\n\
                    qty = 5\nqty_ordered = 6\n";
        let problems = parse_file(text, reading()).expect_err("mistakes");
        let found: Vec<_> = problems
            .iter()
            .map(|problem| {
                (
                    text[..problem.span.start].lines().count(),
                    problem.message.as_str(),
                )
            })
            .collect();
        assert_eq!(
            found,
            [
                (0, "unknown key `brokr`"),
                (2, "uses: `twice` is no number of uses"),
                (3, "wrong type for `kind`"),
                (4, "until: `soon` is not a date"),
                (4, "`until` is defined twice"),
                (7, "`qty` and `qty_ordered` are the same"),
            ]
        );
    }
}
