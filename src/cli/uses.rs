//! One start, and one export, is one use of each list whose names are in it: within its terms, or with a
//! recorded reason.

use std::collections::BTreeMap;

use anyhow::Result;
use chrono::NaiveDate;
use rustc_hash::FxHashSet;

use super::show::counted;
use crate::deal::event::{Override, Private};
use crate::fault::Fault;
use crate::id::Id;
use crate::list::{Channel, Forbidden, Uses, forbidden};
use crate::prospect::Fate;
use crate::store::{ListRow, Moment, Store, Used, Write};
use crate::text::visible;

/// A list with the names of it that are used.
pub(crate) struct ListUse {
    pub(crate) list: ListRow,
    pub(crate) names: Vec<Id>,
    overridden: Option<Override>,
    /// When the terms allow no use after this one: how many people on the list could have been in it and are
    /// not.
    others_of_last: Option<usize>,
}

/// The override that is recorded of a use, when one is needed; every term that forbids it, when there is no
/// reason to go over it.
pub(crate) fn allowed(
    list: &ListRow,
    made: usize,
    channel: Channel,
    on: NaiveDate,
    over: Option<&str>,
) -> Result<Option<Override>, Refused> {
    let found = forbidden(&list.terms, &list.standing(made), channel, on);
    if found.is_empty() {
        return Ok(None);
    }
    if let Some(reason) = over {
        return Ok(Some(Override {
            reason: Private::new(reason.trim()),
            open: found.iter().map(|one| one.term.to_string()).collect(),
        }));
    }
    let told = |one: &Forbidden| format!("{}: {}", one.term, one.why);
    let whys: Vec<String> = found.iter().map(told).collect();
    Err(Refused {
        list: visible(list.code()),
        whys: whys.join("; "),
    })
}

/// A list that may not be used.
pub(crate) struct Refused {
    list: String,
    whys: String,
}

/// All lists that may not be used, in one refusal.
pub(crate) fn refusal(refused: &[Refused]) -> Fault {
    let told: Vec<String> = refused
        .iter()
        .map(|one| format!("the list `{}` may not be used: {}", one.list, one.whys))
        .collect();
    let mut fault = Fault::no(told.join("; "));
    for one in refused {
        fault = fault.hint(format!(
            "salesctl list show {} shows what was agreed",
            one.list
        ));
    }
    if refused.iter().any(|one| one.whys.contains("channels: ")) {
        fault = fault.hint("--channel mail, phone or email says how they are reached");
    }
    fault.hint("--override \"reason\" uses it all the same; the reason is recorded")
}

/// The uses that are to be made of lists; every term that forbids one, when there is no reason to go over it.
pub(crate) fn check(
    write: &mut Write<'_>,
    store: &Store,
    lists: &[ListRow],
    names: BTreeMap<usize, Vec<Id>>,
    channel: Channel,
    on: NaiveDate,
    over: Option<&str>,
) -> Result<Vec<ListUse>> {
    let mut uses = Vec::new();
    let mut refused = Vec::new();
    for (at, names) in names {
        let list = lists[at].clone();
        let made = write.list_uses(list.id)?.len();
        match allowed(&list, made, channel, on, over) {
            Ok(overridden) => {
                let is_final = list.terms.uses == Uses::Times(made as u32 + 1);
                let others = is_final.then(|| not_in(store, &list, &names)).transpose()?;
                uses.push(ListUse {
                    list,
                    names,
                    overridden,
                    others_of_last: others,
                });
            }
            Err(found) => refused.push(found),
        }
    }
    if refused.is_empty() {
        return Ok(uses);
    }
    Err(refusal(&refused).into())
}

/// The people on a list who are not among its names here, but for decoys, whom the import found suppressed,
/// and who is ours by now, whom no list's terms bind.
fn not_in(store: &Store, list: &ListRow, names: &[Id]) -> Result<usize> {
    let used: FxHashSet<Id> = names.iter().copied().collect();
    let mut not_left = store.won_over()?;
    let mut people = FxHashSet::default();
    for member in store.list_members(list.id)? {
        if used.contains(&member.id) || matches!(member.fate, Fate::Seed | Fate::Suppressed) {
            not_left.insert(member.entity);
        }
        people.insert(member.entity);
    }
    Ok(people.difference(&not_left).count())
}

pub(crate) fn record(
    write: &mut Write<'_>,
    at: Moment,
    channel: Channel,
    uses: &[ListUse],
) -> Result<()> {
    for one in uses {
        write.use_list(
            one.list.id,
            at,
            Used {
                channel,
                names: &one.names,
                overridden: one.overridden.clone(),
            },
        )?;
    }
    Ok(())
}

/// `  list zoom-q4 used by phone: 38 names; its last use: 12 other names of it can't be used after it`
pub(crate) fn lines(channel: Channel, uses: &[ListUse]) -> Vec<String> {
    let line = |one: &ListUse| {
        format!(
            "  list {} used by {}: {}{}{}",
            visible(one.list.code()),
            channel.name(),
            counted(one.names.len(), "name", "names"),
            one.overridden
                .as_ref()
                .map(|over| format!(" (overridden: {})", over.open.join(", ")))
                .unwrap_or_default(),
            match one.others_of_last {
                None => String::new(),
                Some(0) => "; its last use".to_string(),
                Some(n) => format!(
                    "; its last use: {} of it can't be used after it",
                    counted(n, "other name", "other names")
                ),
            }
        )
    };
    uses.iter().map(line).collect()
}
