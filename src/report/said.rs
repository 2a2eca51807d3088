//! What customers said after the sale, as the reports of it take it: cases as of the day of the Book, with the
//! deal, rep and product each is of.

use super::Ask;
use crate::deal::book::{Book, Named};
use crate::deal::case::{Case, CaseKind};

/// A case with whom it is about, in words.
#[derive(Clone, Debug)]
pub struct Said {
    pub case: Case,
    pub whom: String,
}

/// Which cases are asked about, beside what is asked about deals.
#[derive(Clone, Debug, Default)]
pub struct AskSaid {
    /// Only those of this rep.
    pub rep: Option<String>,
    /// Only those of reps of this team.
    pub team: Option<String>,
}

/// One case laid beside the Book.
pub(super) struct Heard<'a> {
    pub(super) said: &'a Said,
    /// Its deal's place in the Book.
    pub(super) deal: Option<usize>,
    /// Who owns its deal; where it has none, whose work the case is.
    pub(super) rep: Option<&'a str>,
    /// The product it is about, or that of its deal.
    pub(super) product: Option<&'a str>,
    /// Whether somebody had still to do something about it on the day.
    pub(super) is_open: bool,
}

/// The cases of a kind that were there on the day of the Book, in the period, of the deals asked about and,
/// unless a condition chose these, of no deal. A later answer is not in it; a case that was reopened since
/// counts as open from the start.
pub(super) fn heard<'a>(
    book: &'a Book,
    ask: &Ask,
    more: &AskSaid,
    kind: CaseKind,
    said: &'a [Said],
) -> Vec<Heard<'a>> {
    let named = |names: &'a [Named], at: Option<u32>| {
        names.get(at? as usize).map(|named| named.name.as_str())
    };
    let team_of = |rep: Option<&str>| {
        let at = book
            .owners
            .iter()
            .position(|known| Some(known.name.as_str()) == rep)?;
        named(&book.teams, book.reps.get(at)?.team)
    };
    let each = said.iter().filter(|said| {
        let case = &said.case;
        let period = ask.period.is_none_or(|period| period.contains(case.opened));
        case.what == kind && case.opened <= book.as_of && period
    });
    each.map(|said| {
        let case = &said.case;
        let deal = case
            .deal
            .and_then(|deal| book.deals.id.binary_search(&deal).ok());
        let owner = deal.and_then(|deal| named(&book.owners, book.deals.owner[deal]));
        let product = deal.and_then(|deal| named(&book.products, book.deals.product[deal]));
        Heard {
            said,
            deal,
            rep: owner.or(case.owner.as_deref()),
            product: case.product.as_deref().or(product),
            is_open: case.closed.is_none_or(|closed| closed > book.as_of),
        }
    })
    .filter(|heard| {
        let asked = match heard.deal {
            Some(deal) => ask.includes(deal),
            None => ask.only.is_none(),
        };
        asked
            && more.rep.as_deref().is_none_or(|rep| heard.rep == Some(rep))
            && more
                .team
                .as_deref()
                .is_none_or(|team| team_of(heard.rep) == Some(team))
    })
    .collect()
}

/// What people read for a name of the catalog.
pub(super) fn title(names: &[Named], name: Option<&str>) -> String {
    let Some(name) = name else {
        return "(none)".to_string();
    };
    let known = names.iter().find(|known| known.name == name);
    known.map_or(name, |known| known.title.as_str()).to_string()
}

/// What would fill a report that has nothing to tell.
pub(super) fn nothing_told(what: &str, command: &str, ask: &Ask, said: &[Said]) -> String {
    let none = if said.is_empty() {
        format!("no {what} was told yet")
    } else {
        let asked = ask.period.is_some() || ask.scope.is_some();
        let of = if asked {
            "among those asked for"
        } else {
            "by the as-of day"
        };
        format!("no {what} was told {of}")
    };
    format!("{none}; whoever hears of one notes it: {command}")
}
