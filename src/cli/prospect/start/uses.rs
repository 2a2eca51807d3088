//! One start is one use of each list whose names get deals: within its terms, or with a recorded reason.

use std::collections::BTreeMap;

use anyhow::Result;
use chrono::NaiveDate;

use crate::deal::event::{Override, Private};
use crate::fault::Fault;
use crate::id::Id;
use crate::list::{Channel, forbidden};
use crate::store::{ListRow, Moment, Used, Write};
use crate::text::visible;

/// A list with the names of it that are used.
pub(super) struct ListUse {
    list: ListRow,
    pub(super) names: Vec<Id>,
    overridden: Option<Override>,
}

/// The uses that a start makes; every term that forbids one, when there is no reason to go over it.
pub(super) fn check(
    write: &mut Write<'_>,
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
        let found = forbidden(&list.terms, &list.standing(made), channel, on);
        let overridden = over.filter(|_| !found.is_empty()).map(|reason| Override {
            reason: Private::new(reason),
            open: found.iter().map(|one| one.term.to_string()).collect(),
        });
        if !found.is_empty() && overridden.is_none() {
            let whys: Vec<String> = found
                .iter()
                .map(|one| format!("{}: {}", one.term, one.why))
                .collect();
            refused.push((visible(list.code()), whys.join("; ")));
        }
        uses.push(ListUse {
            list,
            names,
            overridden,
        });
    }
    if refused.is_empty() {
        return Ok(uses);
    }
    let told: Vec<String> = refused
        .iter()
        .map(|(list, whys)| format!("the list `{list}` may not be used: {whys}"))
        .collect();
    let mut fault = Fault::no(told.join("; "));
    for (list, whys) in &refused {
        fault = fault.hint(format!("salesctl list show {list} shows what was agreed"));
        if whys.contains("channels: ") {
            fault = fault.hint("--channel mail, phone or email says how they are reached");
        }
    }
    Err(fault
        .hint("--override \"reason\" uses it all the same; the reason is recorded")
        .into())
}

pub(super) fn record(
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

/// `  list zoom-q4 used by phone: 38 names`
pub(super) fn lines(channel: Channel, uses: &[ListUse]) -> Vec<String> {
    let line = |one: &ListUse| {
        format!(
            "  list {} used by {}: {}{}",
            visible(one.list.code()),
            channel.name(),
            super::super::super::show::counted(one.names.len(), "name", "names"),
            one.overridden
                .as_ref()
                .map(|over| format!(" (overridden: {})", over.open.join(", ")))
                .unwrap_or_default()
        )
    };
    uses.iter().map(line).collect()
}
