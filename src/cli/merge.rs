//! What merging two persons or two accounts has in common: what differs, side by side, and the question
//! when more than one deal would be shown elsewhere.

use anyhow::Result;

use super::deal::{Affected, announce};
use super::output::Console;
use super::session::Session;
use super::show::counted;
use crate::store::DealOf;
use crate::text::visible;

/// One thing that is known of both, or of one of them.
pub(crate) struct Line {
    pub(crate) what: String,
    /// Of the one that stays.
    pub(crate) kept: Option<String>,
    /// Of the one that goes into it.
    pub(crate) other: Option<String>,
}

/// What differs, a line each: what stays, and what is filled or passed over.
pub(crate) fn side_by_side(lines: &[Line]) -> Vec<String> {
    let differing = || lines.iter().filter(|line| line.kept != line.other);
    let width = |of: fn(&Line) -> &str| {
        let widths = differing().map(|line| visible(of(line)).chars().count());
        widths.max().unwrap_or(0)
    };
    let what = width(|line| &line.what);
    differing()
        .filter_map(|line| {
            let told = match (&line.kept, &line.other) {
                (Some(kept), Some(other)) => {
                    format!("{}, not {}", visible(kept), visible(other))
                }
                (None, Some(other)) => format!("{} (filled)", visible(other)),
                (kept, None) => visible(kept.as_ref()?),
            };
            Some(format!("  {:<what$}   {told}", visible(&line.what)))
        })
        .collect()
}

/// Asks when more than one deal would be shown under another name; without `--yes`, and only then.
pub(crate) fn is_agreed(
    session: &Session<'_>,
    deals: &[&DealOf],
    would: &str,
    lines: &[String],
) -> Result<bool> {
    if deals.len() < 2 {
        return Ok(true);
    }
    let affected: Vec<Affected> = deals
        .iter()
        .map(|deal| Affected {
            id: deal.id,
            account: deal.account_name.clone(),
            owner: deal.owner.clone(),
            value: deal
                .value_minor
                .zip(deal.currency)
                .and_then(|(minor, currency)| {
                    let rate = session.process.rate(currency, session.today)?;
                    Some(currency.major(minor) * rate)
                }),
        })
        .collect();
    announce(session, &affected, would)?;
    for line in lines {
        session.cx.console.warn(line);
    }
    let question = format!("Merge, with {}?", counted(deals.len(), "deal", "deals"));
    if Console::confirm(&question, "--yes")? {
        return Ok(true);
    }
    session.cx.console.say("nothing changed")?;
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_told_and_nothing_else() {
        let line = |what: &str, kept: Option<&str>, other: Option<&str>| Line {
            what: what.to_string(),
            kept: kept.map(str::to_string),
            other: other.map(str::to_string),
        };
        let lines = [
            line("name", Some("Jana Roth"), Some("J. Roth")),
            line("title", None, Some("COO")),
            line("phone", Some("+49 30 1"), None),
            line("e-mail", Some("j@a.example"), Some("j@a.example")),
        ];
        assert_eq!(
            side_by_side(&lines),
            [
                "  name    Jana Roth, not J. Roth",
                "  title   COO (filled)",
                "  phone   +49 30 1",
            ]
        );
    }
}
