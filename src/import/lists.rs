//! The lists beside a file of deals: accounts with their fields, products with prices, reps with teams.

use std::collections::HashMap;
use std::io::Read;

use super::known::Directory;
use super::map::{Bound, Section, name_key};
use super::plan::{Context, Fate, FileReport, Input, PlanError, each_row};
use super::planned::AccountRef;
use super::read::Row;
use super::values;
use crate::deal::event::CatalogKind;

/// Takes the entries of a list into the directory. Entries the store has already are left as they are.
pub(super) fn take<R: Read>(
    context: &Context<'_>,
    section: &Section,
    input: &mut Input<R>,
    directory: &mut Directory,
) -> Result<FileReport, PlanError> {
    let bound = section
        .bind(&input.name, input.reader.headers())
        .map_err(PlanError::Mapping)?;
    let mut seen: HashMap<String, u64> = HashMap::new();
    each_row(
        input,
        |heading| section.uses(heading),
        |row| {
            let Some(name) = bound.text("name", row) else {
                return Fate::Rejected("no name".into());
            };
            if let Some(line) = seen.get(&name_key(name)) {
                return Fate::Rejected(format!("`{name}` is in line {line} already"));
            }
            let fate = match section.name {
                "accounts" => account(context, section, &bound, name, row, directory),
                "products" => product(context, section, &bound, name, row, directory),
                _ => Ok(rep(&bound, name, row, directory)),
            };
            match fate {
                Ok(fate) => {
                    seen.insert(name_key(name), row.line);
                    fate
                }
                Err(reason) => Fate::Rejected(reason),
            }
        },
    )
}

fn account(
    context: &Context<'_>,
    section: &Section,
    bound: &Bound,
    name: &str,
    row: &Row,
    directory: &mut Directory,
) -> Result<Fate, String> {
    let fields = custom_fields(context, section, bound, row)?;
    let before = directory.new_accounts.len();
    let account = directory.add_account(name, fields);
    Ok(if account == AccountRef::New(before) {
        Fate::New
    } else {
        Fate::Known
    })
}

fn product(
    context: &Context<'_>,
    section: &Section,
    bound: &Bound,
    name: &str,
    row: &Row,
    directory: &mut Directory,
) -> Result<Fate, String> {
    let price = bound
        .text("price", row)
        .map(|text| values::amount(text, &section.formats, context.process.currency))
        .transpose()
        .map_err(|problem| format!("price {problem}"))?;
    Ok(added(directory, |directory| {
        directory.add_entry(CatalogKind::Product, name, |entry| {
            entry.price_minor = price.map(|price| price.minor);
        });
    }))
}

fn rep(bound: &Bound, name: &str, row: &Row, directory: &mut Directory) -> Fate {
    let manager = bound.text("manager", row).map(str::to_string);
    let team = bound
        .text("team", row)
        .map(|team| directory.add_entry(CatalogKind::Team, team, |entry| entry.manager = manager));
    let login = bound.text("login", row).map(str::to_string);
    added(directory, |directory| {
        directory.add_entry(CatalogKind::Rep, name, |entry| {
            entry.team = team;
            entry.login = login;
        });
    })
}

fn added(directory: &mut Directory, add: impl FnOnce(&mut Directory)) -> Fate {
    let before = directory.new_entries.len();
    add(directory);
    if directory.new_entries.len() > before {
        Fate::New
    } else {
        Fate::Known
    }
}

/// The custom fields of a row; all that can't be read are named.
pub(super) fn custom_fields(
    context: &Context<'_>,
    section: &Section,
    bound: &Bound,
    row: &Row,
) -> Result<Vec<(String, crate::deal::event::FieldValue)>, String> {
    let mut fields = Vec::with_capacity(bound.fields.len());
    let mut problems = Vec::new();
    for (name, slot) in &bound.fields {
        let written = slot.of(row);
        let text = context.mapping.value(name, written).unwrap_or(written);
        let (Some(field), false) = (context.process.field(name), text.is_empty()) else {
            continue;
        };
        match values::field(text, field, &section.formats, context.process.currency) {
            Ok(value) => fields.push((name.clone(), value)),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() {
        Ok(fields)
    } else {
        Err(problems.join("; "))
    }
}
