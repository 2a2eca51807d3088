//! One start, and one export, is one use of each list whose names are in it: within its terms, or with a
//! recorded reason.

use std::collections::BTreeMap;

use anyhow::Result;
use chrono::NaiveDate;

use crate::deal::event::{Override, Private};
use crate::fault::Fault;
use crate::id::Id;
use crate::list::{Channel, Forbidden, forbidden};
use crate::store::{ListRow, Moment, Used, Write};
use crate::text::visible;

/// A list with the names of it that are used.
pub(crate) struct ListUse {
    pub(crate) list: ListRow,
    pub(crate) names: Vec<Id>,
    overridden: Option<Override>,
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
            Ok(overridden) => uses.push(ListUse {
                list,
                names,
                overridden,
            }),
            Err(found) => refused.push(found),
        }
    }
    if refused.is_empty() {
        return Ok(uses);
    }
    Err(refusal(&refused).into())
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

/// `  list zoom-q4 used by phone: 38 names`
pub(crate) fn lines(channel: Channel, uses: &[ListUse]) -> Vec<String> {
    let line = |one: &ListUse| {
        format!(
            "  list {} used by {}: {}{}",
            visible(one.list.code()),
            channel.name(),
            super::show::counted(one.names.len(), "name", "names"),
            one.overridden
                .as_ref()
                .map(|over| format!(" (overridden: {})", over.open.join(", ")))
                .unwrap_or_default()
        )
    };
    uses.iter().map(line).collect()
}
