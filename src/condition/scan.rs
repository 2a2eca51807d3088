//! The look at an expression's tokens before SQLite sees it: what would break out of the
//! parentheses it is put in, what SQLite would refuse without a place, and date arithmetic and
//! literals that SQLite would happily get wrong. Everything else is left to SQLite and its authorizer.

use std::ops::Range;

use super::literals::literals;
use super::{Column, ColumnKind, Mistake};
use crate::text::{nearest, shortened};

/// Longest condition; a longer one is a mistake or an attack.
const MAX_BYTES: usize = 4_000;

/// Functions with a bounded cost and the same answer every time.
pub(super) const FUNCTIONS: &[&str] = &[
    "abs", "coalesce", "days", "ifnull", "iif", "instr", "length", "like", "lower", "ltrim", "max",
    "min", "nullif", "replace", "round", "rtrim", "substr", "trim", "upper",
];

/// Keywords that may stand before a parenthesis without being a function's name.
const BEFORE_PARENTHESIS: &[&str] = &[
    "and", "or", "not", "in", "is", "case", "when", "then", "else", "like", "between", "cast",
    "escape", "from", "distinct",
];

const SUB_QUERY: &[&str] = &["select", "values", "with", "exists"];

/// Functions that hand a date on unchanged, so that arithmetic on their result is arithmetic on a date.
const HAND_ON: &[&str] = &["coalesce", "ifnull", "iif", "nullif", "min", "max"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    Number,
    Text,
    Open,
    Close,
    Comma,
    Operator,
}

#[derive(Clone, Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    pub(super) range: Range<usize>,
}

impl Token<'_> {
    pub(super) fn is_word(&self, words: &[&str]) -> bool {
        self.kind == Kind::Word
            && words
                .iter()
                .any(|word| self.text.eq_ignore_ascii_case(word))
    }

    pub(super) fn is_arithmetic(&self) -> bool {
        self.kind == Kind::Operator && matches!(self.text, "+" | "-" | "*" | "/" | "%")
    }
}

pub(super) fn mistake(
    message: impl Into<String>,
    label: impl Into<String>,
    range: Range<usize>,
) -> Mistake {
    Mistake {
        message: message.into(),
        label: label.into(),
        range,
    }
}

/// Splits an expression into tokens and refuses what has no business in one.
pub(super) fn scan<'a>(text: &'a str, columns: &[Column]) -> Result<Vec<Token<'a>>, Mistake> {
    if text.len() > MAX_BYTES {
        return Err(mistake(
            format!("the condition is {} bytes long", text.len()),
            format!("at most {MAX_BYTES}"),
            0..text.len(),
        ));
    }
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        return Err(mistake(
            "the condition is empty",
            "expected an expression",
            0..text.len(),
        ));
    }
    let nesting = nesting(&tokens)?;
    words(&tokens, &nesting)?;
    dates(&tokens, &nesting, columns)?;
    literals(&tokens, &nesting, columns)?;
    Ok(tokens)
}

fn tokens(text: &str) -> Result<Vec<Token<'_>>, Mistake> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let next = bytes.get(at + 1).copied();
        let refuse =
            |message: &str, label: &str, len: usize| Err(mistake(message, label, at..at + len));
        let (kind, end) = match byte {
            b' ' | b'\t' | b'\n' | b'\r' => {
                at += 1;
                continue;
            }
            0..=31 | 127 => return refuse("a control character in a condition", "not allowed", 1),
            b';' => return refuse("`;` in a condition", "a condition is one expression", 1),
            b'-' if next == Some(b'-') => {
                return refuse(
                    "a comment in a condition",
                    "not allowed; to negate twice write `- -`",
                    2,
                );
            }
            b'/' if next == Some(b'*') => {
                return refuse("a comment in a condition", "not allowed", 2);
            }
            b'?' | b'$' | b':' | b'@' | b'#' => {
                let len = 1 + word_len(&bytes[at + 1..]);
                return refuse("a parameter in a condition", "write the value itself", len);
            }
            b'"' => {
                return refuse(
                    "a double-quoted name in a condition",
                    "text is written in single quotes, names without quotes",
                    quoted_len(&bytes[at..], b'"'),
                );
            }
            b'`' | b'[' => {
                let close = if byte == b'[' { b']' } else { b'`' };
                return refuse(
                    "a quoted name in a condition",
                    "names are written without quotes",
                    quoted_len(&bytes[at..], close),
                );
            }
            b'\'' => match text_end(bytes, at) {
                Some(end) => (Kind::Text, end),
                None => {
                    return Err(mistake(
                        "a text in a condition does not end",
                        "no closing single quote; a quote inside a text is written twice",
                        at..text.len(),
                    ));
                }
            },
            b'(' => (Kind::Open, at + 1),
            b')' => (Kind::Close, at + 1),
            b',' => (Kind::Comma, at + 1),
            b'0'..=b'9' => (Kind::Number, at + number_len(&bytes[at..])),
            _ if is_word_byte(byte) => (Kind::Word, at + word_len(&bytes[at..])),
            _ => (Kind::Operator, at + 1),
        };
        tokens.push(Token {
            kind,
            text: &text[at..end],
            range: at..end,
        });
        at = end;
    }
    Ok(tokens)
}

/// As SQLite has it: every byte above ASCII belongs to a word.
fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

fn word_len(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| is_word_byte(**byte)).count()
}

fn number_len(bytes: &[u8]) -> usize {
    let hex = bytes.len() > 1 && bytes[1].eq_ignore_ascii_case(&b'x');
    let mut len = 0;
    while let Some(&byte) = bytes.get(len) {
        let signed_exponent = matches!(byte, b'+' | b'-')
            && !hex
            && len > 0
            && bytes[len - 1].eq_ignore_ascii_case(&b'e');
        if !(is_word_byte(byte) || byte == b'.' || signed_exponent) {
            break;
        }
        len += 1;
    }
    len
}

fn quoted_len(bytes: &[u8], close: u8) -> usize {
    bytes[1..]
        .iter()
        .position(|byte| *byte == close)
        .map_or(bytes.len(), |at| at + 2)
}

fn text_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        if *byte != b'\'' {
            at += 1;
        } else if bytes.get(at + 1) == Some(&b'\'') {
            at += 2;
        } else {
            return Some(at + 1);
        }
    }
    None
}

/// Which parentheses belong together.
pub(super) struct Nesting {
    /// For each token the index of the parenthesis it stands in.
    pub(super) enclosing: Vec<Option<usize>>,
    /// For each opening parenthesis the index of its closing one.
    pub(super) close: Vec<usize>,
}

fn nesting(tokens: &[Token]) -> Result<Nesting, Mistake> {
    let mut open: Vec<usize> = Vec::new();
    let mut enclosing = Vec::with_capacity(tokens.len());
    let mut close = vec![0; tokens.len()];
    for (i, token) in tokens.iter().enumerate() {
        if token.kind == Kind::Close {
            let Some(opened) = open.pop() else {
                return Err(mistake(
                    "`)` without `(` in a condition",
                    "closes nothing",
                    token.range.clone(),
                ));
            };
            close[opened] = i;
        }
        enclosing.push(open.last().copied());
        if token.kind == Kind::Open {
            open.push(i);
        }
    }
    match open.pop() {
        Some(i) => Err(mistake(
            "`(` without `)` in a condition",
            "is not closed",
            tokens[i].range.clone(),
        )),
        None => Ok(Nesting { enclosing, close }),
    }
}

fn words(tokens: &[Token], nesting: &Nesting) -> Result<(), Mistake> {
    for (i, token) in tokens
        .iter()
        .enumerate()
        .filter(|(_, token)| token.kind == Kind::Word)
    {
        let opens = tokens
            .get(i + 1)
            .is_some_and(|next| next.kind == Kind::Open);
        if token.is_word(SUB_QUERY) {
            return Err(mistake(
                "a sub-query in a condition",
                "a condition reads the facts of one deal only",
                token.range.clone(),
            ));
        }
        if token.is_word(&["in"]) && !opens {
            return Err(mistake(
                "`in` without a list",
                "expected `in (…, …)`",
                token.range.clone(),
            ));
        }
        if token.is_word(&[
            "glob",
            "match",
            "regexp",
            "current_date",
            "current_time",
            "current_timestamp",
        ]) {
            let label = if token.text.to_ascii_lowercase().starts_with("current_") {
                "not allowed; the column `today` is the date"
            } else {
                "not allowed; use `like`"
            };
            return Err(mistake(
                format!("`{}` in a condition", token.text),
                label,
                token.range.clone(),
            ));
        }
        if !opens || token.is_word(BEFORE_PARENTHESIS) {
            continue;
        }
        let lower = token.text.to_ascii_lowercase();
        if !FUNCTIONS.contains(&lower.as_str()) {
            let label = match nearest(&lower, FUNCTIONS.iter().copied()) {
                Some(near) => format!("no such function; did you mean `{near}`?"),
                None => format!("not among the functions allowed: {}", FUNCTIONS.join(", ")),
            };
            let name = shortened(token.text, 40);
            return Err(mistake(
                format!("function `{name}` is not allowed"),
                label,
                token.range.clone(),
            ));
        }
        let inside = i + 2..nesting.close[i + 1];
        let arguments = 1 + inside
            .clone()
            .filter(|&j| tokens[j].kind == Kind::Comma && nesting.enclosing[j] == Some(i + 1))
            .count();
        if matches!(lower.as_str(), "min" | "max") && arguments < 2 {
            return Err(mistake(
                format!("`{lower}` of one value looks over all deals"),
                "a condition sees one deal; give two or more values",
                token.range.start..tokens[inside.end].range.end,
            ));
        }
    }
    Ok(())
}

/// Refuses `expected_close + 30`: SQLite would take the year as a number.
fn dates(tokens: &[Token], nesting: &Nesting, columns: &[Column]) -> Result<(), Mistake> {
    let is_date = |token: &Token| {
        token.kind == Kind::Word
            && columns.iter().any(|column| {
                column.kind == ColumnKind::Date && column.name.eq_ignore_ascii_case(token.text)
            })
    };
    for (i, token) in tokens
        .iter()
        .enumerate()
        .filter(|(_, token)| is_date(token))
    {
        let (mut first, mut last) = (i, i);
        // Widen over parentheses and over functions that hand the date on.
        while let Some(open) = nesting.enclosing[first] {
            let close = nesting.close[open];
            let called = open.checked_sub(1).map(|before| &tokens[before]);
            let is_call =
                called.is_some_and(|c| c.kind == Kind::Word && !c.is_word(BEFORE_PARENTHESIS));
            let whole = first == open + 1 && last + 1 == close;
            let argument = matches!(tokens[first - 1].kind, Kind::Open | Kind::Comma)
                && matches!(tokens[last + 1].kind, Kind::Close | Kind::Comma);
            if !is_call && whole {
                (first, last) = (open, close);
            } else if is_call && argument && called.is_some_and(|c| c.is_word(HAND_ON)) {
                (first, last) = (open - 1, close);
            } else {
                break;
            }
        }
        let before = first.checked_sub(1).and_then(|at| tokens.get(at));
        let after = tokens.get(last + 1);
        if before.is_some_and(Token::is_arithmetic) || after.is_some_and(Token::is_arithmetic) {
            return Err(mistake(
                format!("arithmetic on the date `{}`", token.text),
                "dates are text; count days with `days(a, b)`, as in `days(today, expected_close) <= 30`",
                token.range.clone(),
            ));
        }
    }
    Ok(())
}
