//! What a person should know about a file that was taken: counted row by row, told in sentences.

use std::collections::BTreeMap;

use super::plan::counted;
use super::planned::{Outcome, PlannedDeal};

#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) repeated: u64,
    pub(super) other_outcome: u64,
    pub(super) other_value: u64,
    /// Reasons for a loss that the process does not list.
    pub(super) other_reasons: BTreeMap<String, u64>,
    /// (`product`, as written, as the mapping reads it) → rows.
    pub(super) renamed: BTreeMap<(&'static str, String, String), u64>,
    no_account: u64,
    no_owner: u64,
    no_opened: u64,
    no_closed: u64,
    no_stage: u64,
    no_value: u64,
    no_reason: u64,
    lost_without_value: u64,
    closing_date_expected: u64,
    idle_reasons: u64,
}

impl Tally {
    /// `expected`: its closing date was taken as the expected one; `reason`: the row gives one.
    pub(super) fn count(&mut self, deal: &PlannedDeal, expected: bool, reason: bool) {
        let add = |to: &mut u64, yes: bool| *to += u64::from(yes);
        add(&mut self.no_account, deal.account.is_none());
        add(&mut self.no_owner, deal.owner.is_none());
        add(&mut self.no_opened, deal.opened.is_none());
        add(&mut self.closing_date_expected, expected);
        match &deal.outcome {
            Outcome::Open => {
                add(&mut self.no_stage, deal.stages.is_empty());
                add(&mut self.idle_reasons, reason);
            }
            Outcome::Won { closed } => {
                add(&mut self.no_closed, closed.is_none());
                add(&mut self.no_value, deal.value.is_none());
                add(&mut self.idle_reasons, reason);
            }
            Outcome::Lost {
                closed,
                reason,
                note,
            } => {
                add(&mut self.no_closed, closed.is_none());
                add(&mut self.lost_without_value, deal.value.is_none());
                add(&mut self.no_reason, reason.is_none() && note.is_none());
            }
        }
    }

    pub(super) fn notes(&self) -> Vec<String> {
        let deals =
            |n: u64, rest: &str| (n > 0).then(|| format!("{} {rest}", counted(n, "deal", "deals")));
        let rows =
            |n: u64, rest: &str| (n > 0).then(|| format!("{} {rest}", counted(n, "row", "rows")));
        let mut notes: Vec<String> = [
            deals(self.no_account, "without an account"),
            deals(self.no_owner, "without a rep"),
            deals(
                self.no_opened,
                "without an opening date: left out of cohorts",
            ),
            deals(
                self.no_closed,
                "closed without a date: counted in no period",
            ),
            deals(self.no_stage, "open without a stage"),
            deals(self.no_value, "won without a value"),
            deals(
                self.lost_without_value,
                "lost with a value of 0 or none: taken as not told",
            ),
            deals(self.no_reason, "lost without a reason: unrecorded"),
            deals(
                self.closing_date_expected,
                "open with a closing date: taken as the expected one",
            ),
            deals(
                self.idle_reasons,
                "not lost but with a reason: the reason is left out",
            ),
            rows(self.repeated, "repeated word for word: counted as known"),
            rows(
                self.other_outcome,
                "known with another outcome than the store has: an import never updates",
            ),
            rows(
                self.other_value,
                "known, of a closed deal, with another value than the store has: an import never updates",
            ),
        ]
        .into_iter()
        .flatten()
        .collect();
        if !self.other_reasons.is_empty() {
            let total: u64 = self.other_reasons.values().sum();
            let mut reasons: Vec<_> = self.other_reasons.iter().collect();
            reasons.sort_by_key(|(_, n)| std::cmp::Reverse(**n));
            let shown: Vec<String> = reasons
                .iter()
                .take(5)
                .map(|(reason, n)| format!("\"{reason}\" {n}"))
                .collect();
            let more = if reasons.len() > 5 { ", …" } else { "" };
            notes.push(format!(
                "{} lost for a reason the process does not list, kept as a note: {}{more}",
                counted(total, "deal", "deals"),
                shown.join(", ")
            ));
        }
        notes.extend(
            self.renamed
                .iter()
                .map(|((of, written, meant), n)| match meant.as_str() {
                    "" => format!(
                        "{of} `{written}` tells nothing, as the mapping says: {}",
                        counted(*n, "row", "rows")
                    ),
                    _ => format!(
                        "{of} `{written}` is `{meant}`, as the mapping says: {}",
                        counted(*n, "row", "rows")
                    ),
                }),
        );
        notes
    }
}
