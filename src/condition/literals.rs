//! Literals that a column can never equal: a number compared with text, a date written otherwise than
//! the facts are, a word the column never is. SQLite compares them without a word, and the gate is off.
//!
//! Only a bare column beside a bare literal is looked at; whatever else is compared is SQLite's business.

use std::ops::Range;

use chrono::NaiveDate;

use super::scan::{Kind, Nesting, Token, mistake};
use super::{Column, ColumnKind, Mistake};
use crate::text::{nearest, shortened};

/// Values looked at for a near one, so that a long list stays cheap.
const MOST_GUESSES: usize = 1_000;
/// Values that are worth listing in a label.
const MOST_LISTED: usize = 8;

/// One side of a comparison.
enum Operand<'a> {
    Column(&'a Column),
    /// A text in quotes, as written.
    Text(&'a str),
    /// A number, or arithmetic on nothing but numbers: `2026-11-21` without quotes is 1994.
    Number,
}

/// Refuses `stage = 'Propose'`, `'ten' < value`, `next_date in ('21.11.2026')`.
pub(super) fn literals(
    tokens: &[Token],
    nesting: &Nesting,
    columns: &[Column],
) -> Result<(), Mistake> {
    for at in (0..tokens.len()).filter(|&at| begins(tokens, nesting, at)) {
        let Some((left, after)) = operand(tokens, columns, at) else {
            continue;
        };
        if let (Operand::Column(column), Some(open)) = (&left, list(tokens, after)) {
            let items = open + 1..nesting.close[open];
            for item in items.filter(|&item| nesting.enclosing[item] == Some(open)) {
                if matches!(tokens[item - 1].kind, Kind::Open | Kind::Comma)
                    && let Some((literal, end)) = operand(tokens, columns, item)
                    && matches!(tokens[end].kind, Kind::Comma | Kind::Close)
                {
                    compare(column, &literal, span(tokens, item..end))?;
                }
            }
            continue;
        }
        let Some(start) = comparison(tokens, after) else {
            continue;
        };
        let Some((right, end)) = operand(tokens, columns, start) else {
            continue;
        };
        if !ends(tokens, end) {
            continue;
        }
        match (&left, &right) {
            (Operand::Column(column), literal) => {
                compare(column, literal, span(tokens, start..end))?;
            }
            (literal, Operand::Column(column)) => {
                compare(column, literal, span(tokens, at..after))?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn span(tokens: &[Token], of: Range<usize>) -> Range<usize> {
    tokens[of.start].range.start..tokens[of.end - 1].range.end
}

/// Whether what stands here is a whole left side: nothing before it takes it away from its operator.
fn begins(tokens: &[Token], nesting: &Nesting, at: usize) -> bool {
    let Some((before, earlier)) = tokens[..at].split_last() else {
        return true;
    };
    if before.is_word(&["and"]) {
        // The `and` of `x between 1 and stage = 'a'` is none between conditions.
        let joins = (0..earlier.len())
            .rev()
            .filter(|&i| nesting.enclosing[i] == nesting.enclosing[at])
            .find(|&i| tokens[i].is_word(&["and", "or", "between"]));
        return joins.is_none_or(|i| !tokens[i].is_word(&["between"]));
    }
    if before.is_word(&["not"]) {
        return earlier.last().is_none_or(|token| !token.is_word(&["is"]));
    }
    matches!(before.kind, Kind::Open | Kind::Comma)
        || before.is_word(&["or", "when", "then", "else", "case"])
}

/// Whether a right side is whole: `'a' || 'b'` and `'a' collate nocase` are not.
fn ends(tokens: &[Token], at: usize) -> bool {
    tokens.get(at).is_none_or(|token| {
        matches!(token.kind, Kind::Close | Kind::Comma)
            || token.is_word(&["and", "or", "when", "then", "else", "end"])
    })
}

/// The operand that starts at a token, and the token after it.
fn operand<'a>(
    tokens: &[Token<'a>],
    columns: &'a [Column],
    at: usize,
) -> Option<(Operand<'a>, usize)> {
    let token = tokens.get(at)?;
    match token.kind {
        Kind::Word => columns
            .iter()
            .find(|column| column.name.eq_ignore_ascii_case(token.text))
            .map(|column| (Operand::Column(column), at + 1)),
        Kind::Text => Some((Operand::Text(token.text), at + 1)),
        Kind::Number | Kind::Operator => {
            let len = tokens[at..]
                .iter()
                .take_while(|token| token.kind == Kind::Number || token.is_arithmetic())
                .count();
            let last = tokens[at..at + len].last()?;
            (last.kind == Kind::Number).then_some((Operand::Number, at + len))
        }
        Kind::Open | Kind::Close | Kind::Comma => None,
    }
}

/// The token after a comparing operator; `like` is none, its right side is a pattern.
fn comparison(tokens: &[Token], at: usize) -> Option<usize> {
    let token = tokens.get(at)?;
    let next = tokens.get(at + 1);
    if token.is_word(&["is"]) {
        let negated = next.is_some_and(|next| next.is_word(&["not"]));
        return Some(at + 1 + usize::from(negated));
    }
    // An operator of two characters is two tokens.
    let next = next.filter(|next| next.kind == Kind::Operator);
    match (token.text, next.map(|next| next.text)) {
        ("<", Some("=" | ">")) | ("=" | "!" | ">", Some("=")) => Some(at + 2),
        ("=" | "<" | ">", _) => Some(at + 1),
        _ => None,
    }
}

/// The parenthesis that opens the list of `in (…)` or `not in (…)`.
fn list(tokens: &[Token], at: usize) -> Option<usize> {
    let at = at + usize::from(tokens.get(at)?.is_word(&["not"]));
    let open = tokens.get(at + 1)?;
    (tokens[at].is_word(&["in"]) && open.kind == Kind::Open).then_some(at + 1)
}

fn compare(column: &Column, literal: &Operand<'_>, range: Range<usize>) -> Result<(), Mistake> {
    let name = &column.name;
    let refuse = |message: String, label: String| Err(mistake(message, label, range));
    match (column.kind, literal) {
        (_, Operand::Column(_))
        | (ColumnKind::Integer | ColumnKind::Number | ColumnKind::Bool, Operand::Number) => Ok(()),
        (ColumnKind::Integer | ColumnKind::Number, Operand::Text(_)) => refuse(
            format!("`{name}` is a number, compared with text"),
            "expected a number without quotes".into(),
        ),
        (ColumnKind::Bool, Operand::Text(_)) => refuse(
            format!("`{name}` is 1 or 0, compared with text"),
            "expected 1 or 0 without quotes".into(),
        ),
        (ColumnKind::Date, Operand::Number) => refuse(
            format!("`{name}` is a date, compared with a number"),
            "expected `YYYY-MM-DD` in single quotes".into(),
        ),
        (ColumnKind::Date, Operand::Text(written)) => {
            let text = unquoted(written);
            if is_date(&text) {
                return Ok(());
            }
            refuse(
                format!("`{name}` is a date, compared with other text"),
                if is_dated(&text) {
                    "there is no such day".into()
                } else {
                    "expected a date as `YYYY-MM-DD`".into()
                },
            )
        }
        (ColumnKind::Text, Operand::Number) => refuse(
            format!("`{name}` is text, compared with a number"),
            match listed(column) {
                Some(values) => format!("expected {values} in single quotes"),
                None => "expected text in single quotes".into(),
            },
        ),
        (ColumnKind::Text, Operand::Text(written)) => {
            let text = unquoted(written);
            if column.values.is_empty() || column.values.contains(&text) {
                return Ok(());
            }
            let known = column.values.iter().take(MOST_GUESSES).map(String::as_str);
            let label = match (nearest(&text, known), listed(column)) {
                (Some(near), _) => format!("no such value; did you mean `{near}`?"),
                (None, Some(values)) => format!("no such value; expected {values}"),
                (None, None) => "no such value".into(),
            };
            refuse(
                format!("unknown value `{}` of `{name}`", shortened(&text, 40)),
                label,
            )
        }
    }
}

fn unquoted(written: &str) -> String {
    let inner = written.strip_prefix('\'').unwrap_or(written);
    let inner = inner.strip_suffix('\'').unwrap_or(inner);
    inner.replace("''", "'")
}

/// Dates are compared as text, so that any other way to write one is another text.
fn is_date(text: &str) -> bool {
    is_dated(text) && text.parse::<NaiveDate>().is_ok()
}

/// Whether a text has the form of a date, be there such a day or not.
fn is_dated(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

/// The values of a column, when they are few enough to be read.
fn listed(column: &Column) -> Option<String> {
    let few = (1..=MOST_LISTED).contains(&column.values.len());
    few.then(|| {
        let values: Vec<String> = column
            .values
            .iter()
            .map(|value| format!("`{}`", shortened(value, 40)))
            .collect();
        values.join(", ")
    })
}
