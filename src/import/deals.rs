//! A file of deals becomes a plan: every row is new, known or rejected, and each rejection says why.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Read;

use sha2::{Digest, Sha256};

use super::changed::Changed;
use super::known::{Directory, Found};
use super::known_deal::KnownDeal;
use super::lists;
use super::plan::{Context, Fate, Input, Plan, PlanError, counted, each_row};
use super::planned::{AccountRef, Outcome, PlannedDeal};
use super::read::Row;
use super::tally::Tally;
use super::telling::{Telling, Told, note};
use super::values;
use crate::deal::event::{Amount, CatalogEntry, CatalogKind, FieldValue};
use crate::id::Id;
use crate::text::hex;

/// Plans the import of `deals` with the `lists` of its mapping: one input for each of
/// [`super::Mapping::lists`], in its order. `value_of` knows what a deal in the store is worth.
pub fn plan_deals<R: Read>(
    context: &Context<'_>,
    lists: Vec<Input<R>>,
    mut deals: Input<R>,
    value_of: impl Fn(Id) -> Option<Amount>,
) -> Result<Plan, PlanError> {
    let section = context
        .mapping
        .deals
        .as_ref()
        .ok_or(PlanError::NoSection("deals"))?;
    let mut directory = Directory::new(context.known, context.create, context.today);
    let mut files = Vec::new();
    for ((list, _), mut input) in context.mapping.lists().zip(lists) {
        files.push(lists::take(context, list, &mut input, &mut directory)?);
    }
    let bound = section
        .bind(&deals.name, deals.reader.headers())
        .map_err(PlanError::Mapping)?;
    let mut planner = Planner {
        context,
        row: Telling {
            context,
            section,
            bound,
        },
        directory,
        seen: HashMap::new(),
        deals: Vec::new(),
        changed: Vec::new(),
        value_of: &value_of,
        tally: Tally::default(),
    };
    let report = each_row(
        &mut deals,
        |heading| section.uses(heading),
        |row| planner.judge(row),
    )?;
    files.push(report);
    Ok(planner.finish(files))
}

struct Planner<'a> {
    context: &'a Context<'a>,
    row: Telling<'a>,
    directory: Directory,
    /// Keys of rows that were taken or known: their line and a hash of their content.
    seen: HashMap<String, (u64, u64)>,
    deals: Vec<PlannedDeal>,
    changed: Vec<Changed>,
    value_of: &'a dyn Fn(Id) -> Option<Amount>,
    tally: Tally,
}

/// A row's references, looked up but not yet created.
struct Named {
    account: Option<Found<AccountRef>>,
    owner: Option<Found<String>>,
    product: Option<Found<String>>,
    source: Option<Found<String>>,
}

impl Planner<'_> {
    fn judge(&mut self, row: &Row) -> Fate {
        let by_id = self.row.bound.has("id");
        let (key, content) = match self.key(row) {
            Ok(key) => key,
            Err(reason) => return Fate::Rejected(reason),
        };
        if let Some((line, seen)) = self.seen.get(&key) {
            return match (by_id, *seen == content) {
                (true, true) => {
                    self.tally.repeated += 1;
                    Fate::Known
                }
                (true, false) => Fate::Rejected(format!(
                    "its id is in line {line} already, with other content"
                )),
                (false, _) => Fate::Rejected(format!(
                    "the same as line {line}; without a column for `id` two equal rows can't be told apart"
                )),
            };
        }
        let known = self.context.known;
        let fate = if let Some(known) = known.deals.get(&key) {
            if let Some(reason) = self.is_another(row, known) {
                return Fate::Rejected(reason);
            }
            self.compare(row, known);
            Fate::Known
        } else {
            match self.deal(row, &key) {
                Ok(deal) => {
                    self.deals.push(deal);
                    Fate::New
                }
                Err(reasons) => return Fate::Rejected(reasons.join("; ")),
            }
        };
        self.seen.insert(key, (row.line, content));
        fate
    }

    /// What finds the row again in a second run, and a hash of all its content.
    fn key(&self, row: &Row) -> Result<(String, u64), String> {
        let mut hasher = DefaultHasher::new();
        row.fields()
            .for_each(|field| field.trim().hash(&mut hasher));
        let content = hasher.finish();
        if self.row.bound.has("id") {
            let id = self.row.bound.text("id", row).ok_or("no id")?;
            return Ok((format!("{}:{id}", self.row.section.namespace), content));
        }
        let mut digest = Sha256::new();
        for field in row.fields() {
            digest.update(field.trim().as_bytes());
            digest.update([0x1f]);
        }
        let key = format!("row:{}", hex(&digest.finalize()[..12]));
        Ok((key, content))
    }

    /// Two systems may give one id to two deals: then the account is another, and nothing says that it is
    /// the same deal all the same.
    fn is_another(&self, row: &Row, known: &KnownDeal) -> Option<String> {
        let written = self.row.bound.text("account", row)?;
        let told = self.context.mapping.value("account", written);
        let told = told.unwrap_or(written);
        let account = known.account.as_ref()?;
        if told.is_empty() || known.is_with(told) {
            return None;
        }
        let opened = self.row.opened(row);
        if opened.is_some() && opened == known.opened {
            return None;
        }
        let since = known.opened.map_or_else(
            || "opening date unknown".to_string(),
            |day| format!("opened {day}"),
        );
        Some(format!(
            "its id is that of another deal ({account}, {since}); give this file its own `namespace` in the mapping"
        ))
    }

    /// A known deal is not updated; when the file tells another end of it the person should know.
    fn compare(&mut self, row: &Row, known: &KnownDeal) {
        if let Some(changed) = Changed::of(&self.row, row, known, self.value_of) {
            self.tally.other_outcome += u64::from(changed.outcome.is_some());
            self.tally.other_value += u64::from(changed.value.is_some());
            self.changed.push(changed);
        }
    }

    fn deal(&mut self, row: &Row, key: &str) -> Result<PlannedDeal, Vec<String>> {
        let mut reasons = Vec::new();
        let standing = note(&mut reasons, self.row.standing(row)).unwrap_or((Told::Nothing, None));
        let (ended, stage) = standing;
        let closed_deal = matches!(ended, Told::Won | Told::Lost);
        let dates = self.row.dates(row, closed_deal, &mut reasons);
        let value = note(&mut reasons, self.row.value(row)).flatten();
        let fields: Vec<(String, FieldValue)> = note(
            &mut reasons,
            lists::custom_fields(self.context, self.row.section, &self.row.bound, row),
        )
        .unwrap_or_default();
        let named = self.named(row, &mut reasons);
        if !reasons.is_empty() {
            return Err(reasons);
        }
        let stages = self.row.stages(&dates, stage);
        let reason = self.row.bound.text("reason", row).map(str::to_string);
        let outcome = match ended {
            Told::Won => Outcome::Won {
                closed: dates.closed,
            },
            Told::Lost => {
                let (reason, words) = self.reason(reason.as_deref());
                Outcome::Lost {
                    closed: dates.closed,
                    reason,
                    note: words,
                }
            }
            _ => Outcome::Open,
        };
        let value = value.filter(|value| ended.is_worth(*value));
        let deal = PlannedDeal {
            line: row.line,
            external: key.to_string(),
            account: named
                .account
                .map(|account| self.directory.take_account(account)),
            title: self.row.bound.text("title", row).map(str::to_string),
            owner: named
                .owner
                .map(|name| self.directory.take_entry(CatalogKind::Rep, name)),
            product: named
                .product
                .map(|name| self.directory.take_entry(CatalogKind::Product, name)),
            source: named
                .source
                .map(|name| self.directory.take_entry(CatalogKind::Source, name)),
            fields,
            opened: dates.opened,
            // The closing date of an open deal is the day it is expected to close.
            expected_close: dates.expected.or(dates.closed.filter(|_| !closed_deal)),
            value,
            value_since: dates.valued,
            stages,
            outcome,
        };
        let date_of_open = dates.closed.is_some() && !closed_deal && dates.expected.is_none();
        self.tally.count(&deal, date_of_open, reason.is_some());
        if let Some(AccountRef::New(place)) = deal.account {
            let since = deal.since(self.context.today);
            let account = &mut self.directory.new_accounts[place];
            account.since = account.since.min(since);
        }
        Ok(deal)
    }

    /// The listed reason, or the file's own words when the process has no such reason.
    fn reason(&mut self, text: Option<&str>) -> (Option<String>, Option<String>) {
        let Some(text) = text else {
            return (None, None);
        };
        let (listed, words) = values::reason(self.context.process, self.context.mapping, text);
        if let Some(words) = &words {
            *self.tally.other_reasons.entry(words.clone()).or_default() += 1;
        }
        (listed, words)
    }

    fn named(&mut self, row: &Row, reasons: &mut Vec<String>) -> Named {
        let (bound, mapping, renamed) = (
            &self.row.bound,
            self.context.mapping,
            &mut self.tally.renamed,
        );
        let mut text = |key: &'static str| {
            let written = bound.text(key, row)?;
            let Some(meant) = mapping.value(key, written) else {
                return Some(written);
            };
            *renamed
                .entry((key, written.to_string(), meant.to_string()))
                .or_default() += 1;
            Some(meant).filter(|meant| !meant.is_empty())
        };
        let directory = &mut self.directory;
        Named {
            account: text("account").and_then(|name| note(reasons, directory.account(name))),
            owner: text("rep")
                .and_then(|name| note(reasons, directory.entry(CatalogKind::Rep, name))),
            product: text("product")
                .and_then(|name| note(reasons, directory.entry(CatalogKind::Product, name))),
            source: text("source")
                .and_then(|name| note(reasons, directory.entry(CatalogKind::Source, name))),
        }
    }

    fn finish(self, files: Vec<super::plan::FileReport>) -> Plan {
        let mut notes = self.tally.notes();
        notes.extend(self.directory.notes());
        if !self.deals.is_empty() {
            notes.extend(without_deals(&self.directory, &self.deals));
        }
        if let Some(file) = files.last().filter(|file| !file.columns_ignored.is_empty()) {
            let names: Vec<String> = file
                .columns_ignored
                .iter()
                .map(|name| format!("`{name}`"))
                .collect();
            notes.push(format!("columns not used: {}", names.join(", ")));
        }
        Plan {
            notes,
            missing: self.directory.missing_names(),
            catalog: self.directory.new_entries,
            accounts: self.directory.new_accounts,
            deals: self.deals,
            changed: self.changed,
            files,
        }
    }
}

/// Reps and accounts that the lists name and no row refers to.
fn without_deals(directory: &Directory, deals: &[PlannedDeal]) -> Vec<String> {
    let owners: HashSet<&str> = deals
        .iter()
        .filter_map(|deal| deal.owner.as_deref())
        .collect();
    let idle = |entry: &&CatalogEntry| {
        entry.kind == CatalogKind::Rep && !owners.contains(entry.name.as_str())
    };
    let reps: Vec<&str> = directory
        .new_entries
        .iter()
        .filter(idle)
        .map(|entry| entry.title.as_str())
        .collect();
    let accounts: HashSet<AccountRef> = deals.iter().filter_map(|deal| deal.account).collect();
    let unused = (0..directory.new_accounts.len())
        .filter(|place| !accounts.contains(&AccountRef::New(*place)))
        .count();
    let mut notes = Vec::new();
    if !reps.is_empty() {
        let shown = reps.iter().take(5).copied().collect::<Vec<_>>().join(", ");
        let more = if reps.len() > 5 { ", …" } else { "" };
        notes.push(format!(
            "{} without deals: {shown}{more}",
            counted(reps.len() as u64, "rep", "reps")
        ));
    }
    if unused > 0 {
        notes.push(format!(
            "{} without deals",
            counted(unused as u64, "account", "accounts")
        ));
    }
    notes
}
