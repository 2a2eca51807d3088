//! Who and what the file names beside the stages: teams, reps, products, sources.

use super::definition::Definition;
use super::keys::Keys;
use super::names::{slug, unique};
use super::reader::{At, Reader};
use super::shape::{self, Table};
use super::{Product, Rep, Source, Team};

/// A rep with the places that `check` points at.
pub(super) struct Person {
    pub(super) rep: Rep,
    pub(super) team: Option<At<String>>,
}

pub(super) fn read(definition: &mut Definition, reader: &Reader<'_>, file: &Keys<'_>) {
    let currency = definition.currency;
    let teams = each(reader, file, ("team", &shape::TEAM), |name, title, keys| {
        Team {
            name,
            title,
            manager: keys.words("manager"),
        }
    });
    let mut logins = Vec::new();
    let reps = each(reader, file, ("rep", &shape::REP), |name, title, keys| {
        let team = keys.text("team");
        let login = keys.text("login");
        logins.extend(login.clone());
        let rep = Rep {
            name,
            title,
            team: team.as_ref().map(|team| team.value.clone()),
            login: login.map(|login| login.value),
            capacity: keys.integer("capacity", 0..=1_000_000).map(|n| n as u32),
            cost_per_hour_minor: keys.amount("cost_per_hour", currency),
            since: keys
                .get("since")
                .and_then(|value| reader.date_of("since", value)),
            active: keys.flag("active", true),
        };
        Person { rep, team }
    });
    unique(reader, "login", &logins);
    let products = each(
        reader,
        file,
        ("product", &shape::PRODUCT),
        |name, title, keys| Product {
            name,
            title,
            price_minor: keys.amount("price", currency),
            margin: keys.share("margin"),
            active: keys.flag("active", true),
        },
    );
    let sources = each(
        reader,
        file,
        ("source", &shape::SOURCE),
        |name, title, _| Source { name, title },
    );
    definition.teams = teams;
    definition.reps = reps.into_iter().map(|rep| rep.value).collect();
    definition.products = products;
    definition.sources = sources;
}

/// Reads `[[key]]` tables that have a name and a title; places are those of the names.
fn each<T>(
    reader: &Reader<'_>,
    file: &Keys<'_>,
    (key, shape): (&str, &Table),
    mut build: impl FnMut(String, String, &Keys<'_>) -> T,
) -> Vec<At<T>> {
    let mut names = Vec::new();
    let mut found = Vec::new();
    for value in file.tables(key) {
        let Some(keys) = reader.table(shape, value) else {
            continue;
        };
        let name = slug(reader, keys.needed(shape.called, "name"));
        let title = keys.words("title");
        // Read even without a usable name: the other keys' problems are wanted too.
        let written = name
            .as_ref()
            .map(|name| name.value.clone())
            .unwrap_or_default();
        let item = build(written.clone(), title.unwrap_or(written), &keys);
        if let Some(name) = name {
            found.push(At {
                value: item,
                span: name.span.clone(),
            });
            names.push(name);
        }
    }
    unique(reader, key, &names);
    found
}
