//! A process file in its canonical layout, comments kept.
//!
//! Keys stand in the order of [`super::shape`], one space around `=`, one empty line before a table; a list is one line
//! where it fits, else one item a line. Tables keep their order, since comments speak of their neighbours, and so does
//! what has comments inside.

use toml_edit::{Array, Decor, DocumentMut, InlineTable, Item, RawString, Table as Written, Value};

use super::shape::{self, Key, Table, Takes};

/// Columns of a line.
const WIDTH: usize = 100;

/// The same file in its canonical layout; `Err` tells why it can't be read.
///
/// A file whose lines all end in CR LF keeps that.
pub fn formatted(text: &str) -> Result<String, String> {
    let bare = text.replace("\r\n", "");
    if bare.len() < text.len() && !bare.contains('\n') {
        let formatted = with_lf(&text.replace("\r\n", "\n"))?;
        return Ok(formatted.replace('\n', "\r\n"));
    }
    with_lf(text)
}

fn with_lf(text: &str) -> Result<String, String> {
    let mut document: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| error.message().to_string())?;
    table(document.as_table_mut(), Inside::Of(&shape::FILE));
    let trailing = document.trailing().as_str().unwrap_or_default();
    let trailing = lines_of(trailing, 1);
    document.set_trailing(trailing);
    let mut out = document.to_string();
    let begin = out.len() - out.trim_start_matches('\n').len();
    out.replace_range(..begin, "");
    let end = out.trim_end().len();
    out.truncate(end);
    out.push('\n');
    Ok(out)
}

fn table(written: &mut Written, inside: Inside) {
    if let Inside::Of(shape) = inside {
        let place = |name: &str| shape.keys.iter().position(|Key(key, ..)| *key == name);
        // Dotted keys are tables here, and stay behind the plain ones.
        written.sort_values_by(|a, _, b, _| {
            let of = |key: &toml_edit::Key| place(key.get()).unwrap_or(usize::MAX);
            of(a).cmp(&of(b))
        });
    }
    let names: Vec<String> = written.iter().map(|(name, _)| name.to_string()).collect();
    let mut is_first = true;
    for name in names {
        let Some((mut key, item)) = written.get_key_value_mut(&name) else {
            continue;
        };
        let inner = inside.within(&name);
        match item {
            Item::Value(value) => {
                let decor = key.leaf_decor_mut();
                spaced(decor, usize::from(!is_first), " ");
                is_first = false;
                let column = key.get().chars().count() + 3;
                value_of(value, inner, Some(column));
                let suffix = value.decor().suffix().and_then(RawString::as_str);
                let suffix = trailing_comment(suffix.unwrap_or_default());
                *value.decor_mut() = Decor::new(" ", suffix);
            }
            Item::Table(inner_table) => {
                if inner_table.is_dotted() {
                    continue;
                }
                headed(inner_table, inner);
            }
            Item::ArrayOfTables(tables) => {
                for one in tables.iter_mut() {
                    headed(one, inner);
                }
            }
            Item::None => {}
        }
    }
}

/// A table under a heading of its own.
fn headed(written: &mut Written, inside: Inside) {
    if !written.is_implicit() {
        let prefix = written.decor().prefix().and_then(RawString::as_str);
        let prefix = lines_of(prefix.unwrap_or_default(), 1);
        let prefix = format!("\n{}", prefix.trim_start_matches('\n'));
        let suffix = written.decor().suffix().and_then(RawString::as_str);
        let suffix = trailing_comment(suffix.unwrap_or_default());
        *written.decor_mut() = Decor::new(prefix, suffix);
    }
    table(written, inside);
}

/// What is known of what a key holds.
#[derive(Clone, Copy)]
enum Inside {
    Of(&'static Table),
    /// Tables by name, all of this shape.
    Named(&'static Table),
    Any,
}

impl Inside {
    fn within(self, name: &str) -> Self {
        let shape = match self {
            Self::Of(shape) => shape,
            Self::Named(shape) => return Self::Of(shape),
            Self::Any => return Self::Any,
        };
        match shape.keys.iter().find(|Key(key, ..)| *key == name) {
            Some(Key(_, Takes::List(shape, _) | Takes::One(shape), ..)) => Self::Of(shape),
            Some(Key(_, Takes::Named(shape), ..)) => Self::Named(shape),
            _ => Self::Any,
        }
    }
}

/// Comments and empty lines before a key.
fn spaced(decor: &mut Decor, most_empty: usize, suffix: &str) {
    let prefix = decor.prefix().and_then(RawString::as_str);
    let prefix = lines_of(prefix.unwrap_or_default(), most_empty);
    *decor = Decor::new(prefix, suffix);
}

/// Comment lines without what is around them, with at most so many empty lines between two.
fn lines_of(raw: &str, most_empty: usize) -> String {
    let mut out = String::new();
    let mut empty = 0;
    let mut lines = raw.split('\n').peekable();
    while let Some(line) = lines.next() {
        // What follows the last line break is the place of the key.
        if lines.peek().is_none() && line.trim().is_empty() {
            break;
        }
        let line = line.trim();
        if line.is_empty() {
            empty += 1;
        } else {
            out.push_str(&"\n".repeat(empty.min(most_empty)));
            empty = 0;
            out.push_str(line);
            out.push('\n');
        }
    }
    out.push_str(&"\n".repeat(empty.min(most_empty)));
    out
}

/// ` # …` as far behind as it stands.
fn trailing_comment(raw: &str) -> String {
    let raw = raw.trim_end();
    if raw.contains('#') {
        raw.to_string()
    } else {
        String::new()
    }
}

/// `column`: where it begins; `None` within a table on one line.
fn value_of(value: &mut Value, inside: Inside, column: Option<usize>) {
    match value {
        Value::Array(items) => array(items, inside, column),
        Value::InlineTable(inline) => inline_table(inline, inside),
        _ => {}
    }
}

fn has_comment(text: &str) -> bool {
    text.contains('#')
}

fn array(items: &mut Array, inside: Inside, column: Option<usize>) {
    let raw = |decor: &Decor| {
        let part = |raw: Option<&RawString>| {
            raw.and_then(RawString::as_str)
                .unwrap_or_default()
                .to_string()
        };
        part(decor.prefix()) + &part(decor.suffix())
    };
    let is_commented = has_comment(items.trailing().as_str().unwrap_or_default())
        || items.iter().any(|item| has_comment(&raw(item.decor())));
    for item in items.iter_mut() {
        value_of(item, inside, column.map(|_| 2));
    }
    if is_commented {
        for item in items.iter_mut() {
            let prefix = item.decor().prefix().and_then(RawString::as_str);
            let prefix = indented(prefix.unwrap_or_default());
            let suffix = item.decor().suffix().and_then(RawString::as_str);
            let suffix = trailing_comment(suffix.unwrap_or_default());
            let suffix = if suffix.is_empty() {
                suffix
            } else {
                format!("{suffix}\n")
            };
            *item.decor_mut() = Decor::new(prefix, suffix);
        }
        let trailing = indented(items.trailing().as_str().unwrap_or_default());
        let trailing = trailing.trim_end_matches(' ').to_string();
        items.set_trailing(trailing);
        return;
    }
    let mut one_line = 0;
    for (at, item) in items.iter_mut().enumerate() {
        *item.decor_mut() = Decor::new(if at == 0 { "" } else { " " }, "");
        one_line += item.to_string().chars().count() + 1;
    }
    let is_long = column.is_some_and(|column| {
        column + one_line + 2 > WIDTH || items.iter().any(|item| item.to_string().contains('\n'))
    });
    if is_long && !items.is_empty() {
        for item in items.iter_mut() {
            *item.decor_mut() = Decor::new("\n  ", "");
        }
        items.set_trailing("\n");
    } else {
        items.set_trailing("");
    }
    items.set_trailing_comma(is_long && !items.is_empty());
}

/// Comments inside a list, each on its line, and the place of what follows.
fn indented(raw: &str) -> String {
    let mut lines = raw.split('\n');
    // Behind the item before it.
    let mut out = lines
        .next()
        .map(str::trim_end)
        .unwrap_or_default()
        .to_string();
    for line in lines.map(str::trim) {
        if !line.is_empty() {
            out.push_str("\n  ");
            out.push_str(line);
        }
    }
    out.push_str("\n  ");
    out
}

fn inline_table(inline: &mut InlineTable, inside: Inside) {
    let mut bare = inline.clone();
    bare.decor_mut().clear();
    let text = bare.to_string();
    if text.contains('\n') && has_comment(&text) {
        return;
    }
    if let Inside::Of(shape) = inside {
        let place = |name: &str| shape.keys.iter().position(|Key(key, ..)| *key == name);
        inline.sort_values_by(|a, _, b, _| {
            let of = |key: &toml_edit::Key| place(key.get()).unwrap_or(usize::MAX);
            of(a).cmp(&of(b))
        });
    }
    inline.set_trailing_comma(false);
    inline.set_trailing("");
    let names: Vec<String> = inline.iter().map(|(name, _)| name.to_string()).collect();
    let last = names.len().saturating_sub(1);
    for (at, name) in names.iter().enumerate() {
        let Some((mut key, item)) = inline.get_key_value_mut(name) else {
            continue;
        };
        *key.leaf_decor_mut() = Decor::new(" ", " ");
        if let Item::Value(value) = item {
            value_of(value, inside.within(name), None);
            *value.decor_mut() = Decor::new(" ", if at == last { " " } else { "" });
        }
    }
}

#[cfg(test)]
#[path = "format_tests.rs"]
mod tests;
