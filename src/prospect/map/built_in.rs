//! The maps that come with the program, and which of them a file was written for.

use super::evidence::{Sample, improve};
use super::{ProspectMap, heading_key};
use crate::text::shortened;

/// Name and text; the plain one, which takes anything, last.
const BUILT_IN: [(&str, &str); 14] = [
    (
        "salesforce-leads",
        include_str!("maps/salesforce-leads.toml"),
    ),
    (
        "salesforce-contacts",
        include_str!("maps/salesforce-contacts.toml"),
    ),
    (
        "salesforce-accounts",
        include_str!("maps/salesforce-accounts.toml"),
    ),
    (
        "hubspot-contacts",
        include_str!("maps/hubspot-contacts.toml"),
    ),
    (
        "hubspot-companies",
        include_str!("maps/hubspot-companies.toml"),
    ),
    (
        "pipedrive-people",
        include_str!("maps/pipedrive-people.toml"),
    ),
    (
        "pipedrive-organizations",
        include_str!("maps/pipedrive-organizations.toml"),
    ),
    ("apollo", include_str!("maps/apollo.toml")),
    ("zoominfo", include_str!("maps/zoominfo.toml")),
    (
        "linkedin-connections",
        include_str!("maps/linkedin-connections.toml"),
    ),
    (
        "linkedin-sales-navigator",
        include_str!("maps/linkedin-sales-navigator.toml"),
    ),
    ("dun-bradstreet", include_str!("maps/dun-bradstreet.toml")),
    ("compiled", include_str!("maps/compiled.toml")),
    (PLAIN, include_str!("maps/plain.toml")),
];

const PLAIN: &str = "plain";

/// The map a file was written for.
#[derive(Clone, Debug)]
pub struct Recognised {
    /// As `--map` calls it.
    pub name: &'static str,
    pub title: String,
    /// What it was known by: ``2 of its headings: `Email Status`, `# Employees` ``.
    pub why: String,
    pub map: ProspectMap,
}

/// The names that `--map` takes.
pub fn built_in_names() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(name, _)| *name)
}

/// The text of a map, to be read and edited.
pub fn built_in(name: &str) -> Option<&'static str> {
    let found = BUILT_IN.iter().find(|(known, _)| *known == name);
    found.map(|(_, text)| *text)
}

fn parsed(text: &str) -> ProspectMap {
    // That all of them can be read is a test.
    ProspectMap::parse(text).unwrap_or_default()
}

/// Finds the map for a file by its headings, completed by what its first rows prove. `forced` is a name that
/// somebody gave; an unknown one gives nothing.
pub fn recognise(
    headings: &[String],
    rows: &[Vec<String>],
    forced: Option<&str>,
) -> Option<Recognised> {
    let keys: Vec<String> = headings
        .iter()
        .map(|heading| heading_key(heading))
        .collect();
    let hits = |map: &ProspectMap| -> Vec<String> {
        let marks = map.marks.headings.iter();
        marks
            .filter(|mark| keys.contains(&heading_key(mark)))
            .cloned()
            .collect()
    };
    let (name, map, why) = if let Some(forced) = forced {
        let (name, text) = BUILT_IN.into_iter().find(|(name, _)| *name == forced)?;
        (name, parsed(text), "asked for".to_string())
    } else {
        let mut best: Option<(&'static str, ProspectMap, Vec<String>)> = None;
        for (name, text) in BUILT_IN.into_iter().filter(|(name, _)| *name != PLAIN) {
            let map = parsed(text);
            let hits = hits(&map);
            let enough = hits.len() >= map.marks.needs;
            if enough
                && best
                    .as_ref()
                    .is_none_or(|(.., before)| hits.len() > before.len())
            {
                best = Some((name, map, hits));
            }
        }
        if let Some((name, map, hits)) = best {
            let shown: Vec<String> = hits
                .iter()
                .take(4)
                .map(|hit| format!("`{}`", shortened(hit, 40)))
                .collect();
            (name, map, format!("known by {}", shown.join(", ")))
        } else {
            let map = parsed(include_str!("maps/plain.toml"));
            let known = map.settled(headings).fields().count();
            (
                PLAIN,
                map,
                format!("{known} of {} headings say what they are", headings.len()),
            )
        }
    };
    let title = map.marks.title.clone();
    let mut map = map.settled(headings);
    complete(&mut map, headings);
    improve(&mut map, &Sample { headings, rows });
    Some(Recognised {
        name,
        title,
        why,
        map,
    })
}

/// Columns that the vendor's map leaves over may say plainly what they are.
fn complete(map: &mut ProspectMap, headings: &[String]) {
    let left: Vec<String> = headings
        .iter()
        .filter(|heading| !map.uses(heading))
        .cloned()
        .collect();
    if left.len() < headings.len() {
        for (field, cell) in parsed(include_str!("maps/plain.toml")).settled(&left).cells {
            map.add(field, cell);
        }
    }
}
