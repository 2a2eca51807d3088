//! Conditions and formulas of the file: what SQLite says of them, at their place.

use super::reader::{At, Reader};
use crate::condition::{Condition, Engine, Mistake};

pub(super) fn condition(
    reader: &Reader<'_>,
    engine: &Engine,
    when: &At<String>,
) -> Option<Condition> {
    match engine.check(&when.value) {
        Ok(condition) => Some(condition),
        Err(mistake) => {
            mistaken(reader, when, mistake);
            None
        }
    }
}

/// Reports a mistake at its place in the expression.
pub(super) fn mistaken(reader: &Reader<'_>, when: &At<String>, mistake: Mistake) {
    let named = when.value.get(mistake.range.clone()).unwrap_or_default();
    let named = named.trim_matches('\'');
    if mistake.message.starts_with("unknown ")
        && reader.may_be_broken(named.strip_prefix("done_").unwrap_or(named))
    {
        return;
    }
    // With escapes in the text its bytes are not those of the file: then all of it is marked.
    let literal = reader.text.get(when.span.clone()) == Some(when.value.as_str());
    let span = if literal {
        when.span.start + mistake.range.start..when.span.start + mistake.range.end
    } else {
        when.span.clone()
    };
    let is_unknown = mistake.message.starts_with("unknown ");
    let gone = reader
        .gone(named.strip_prefix("done_").unwrap_or(named), |_| true)
        .filter(|_| is_unknown);
    reader.error(span, mistake.message, gone.unwrap_or(mistake.label));
}
