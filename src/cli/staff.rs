//! Who the deals are for: the reps who are here, what they can still take, and the rule that was asked for.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Result;

use super::session::Session;
use super::show::counted;
use crate::date;
use crate::deal::event::CatalogKind;
use crate::deal::staffing::{Closed, Ratios, Rule, Seat, assign};
use crate::deal::start::NewDeal;
use crate::fault::{Class, Fault};
use crate::store::{Absence, Catalog};
use crate::text::visible;

/// What `--to-rep` asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum To {
    LeastLoaded,
    RoundRobin,
    BestFit,
    /// One rep, by the name that deals carry.
    Rep(String),
    /// Each to whoever looks after the customer.
    Owners,
}

pub(crate) const RULES: [(&str, To); 3] = [
    ("least-loaded", To::LeastLoaded),
    ("round-robin", To::RoundRobin),
    ("best-fit", To::BestFit),
];

impl To {
    /// A rule, or a rep who is with us, by name or title.
    pub(crate) fn parse(catalog: &Catalog, typed: &str) -> Result<Self> {
        let typed = typed.trim();
        if let Some((_, rule)) = RULES.iter().find(|(name, _)| *name == typed) {
            return Ok(rule.clone());
        }
        if catalog.find(CatalogKind::Rep, typed).is_some() {
            let rep = super::assignment::active_rep(catalog, typed)?;
            return Ok(Self::Rep(rep.unwrap_or_default()));
        }
        let reps = catalog.of(CatalogKind::Rep).filter(|rep| rep.active);
        let names: Vec<&str> = RULES
            .iter()
            .map(|(name, _)| *name)
            .chain(reps.map(|rep| rep.name.as_str()))
            .collect();
        Err(Fault::unknown(Class::NotFound, "rule or rep", typed, &names).into())
    }
}

/// The reps as they are today.
pub(crate) struct Staff {
    pub(crate) seats: Vec<Seat>,
    away: BTreeMap<String, Absence>,
}

impl Staff {
    pub(crate) fn read(session: &Session<'_>, catalog: &Catalog) -> Result<Self> {
        let open = session.store.open_deals_by_owner()?;
        let absences = session.store.absences()?;
        let mut staff = Self {
            seats: Vec::new(),
            away: BTreeMap::new(),
        };
        for (id, rep) in &catalog.entries {
            if rep.kind != CatalogKind::Rep || !rep.active {
                continue;
            }
            let today = |one: &&Absence| one.from <= session.today && session.today <= one.until;
            let of_rep = absences.iter().filter(|one| one.rep == *id);
            let away = of_rep.filter(today).max_by_key(|one| one.until);
            if let Some(absence) = away {
                staff.away.insert(rep.name.clone(), absence.clone());
            }
            staff.seats.push(Seat {
                rep: rep.name.clone(),
                capacity: rep.capacity,
                open: open.get(&rep.name).copied().unwrap_or(0),
                absent: away.is_some(),
            });
        }
        Ok(staff)
    }

    /// How many deals those who are here can still take; none where one of them has no limit, or where there
    /// are no reps to ask.
    pub(crate) fn room(&self) -> Option<usize> {
        if self.seats.is_empty() {
            return None;
        }
        let mut room = 0;
        for seat in self.seats.iter().filter(|seat| !seat.absent) {
            seat.capacity?;
            room += seat.room(usize::MAX);
        }
        Some(room)
    }

    fn seat(&self, rep: &str) -> Option<&Seat> {
        self.seats.iter().find(|seat| seat.rep == rep)
    }

    /// Nobody to give anything to is told before anything is worked out.
    pub(crate) fn must_be_here(&self, to: &To) -> Result<(), Fault> {
        if let To::Rep(rep) = to {
            return match self.away.get(rep) {
                None => Ok(()),
                Some(absence) => Err(Fault::no(format!(
                    "{} is away until {}",
                    visible(rep),
                    date::day(absence.until)
                ))
                .hint("--to-rep least-loaded gives the deals to those who are here")
                .hint("salesctl absence list shows who is away")),
            };
        }
        if self.seats.is_empty() {
            return Err(Fault::no("there is no rep to give deals to")
                .hint("salesctl catalog add rep NAME adds one"));
        }
        if *to != To::Owners && self.seats.iter().all(|seat| seat.absent) {
            return Err(Fault::no(format!(
                "nobody is here: {} away today",
                match self.seats.len() {
                    1 => "the only rep is".to_string(),
                    n => format!("all {n} reps are"),
                }
            ))
            .hint("salesctl absence list shows until when")
            .hint("salesctl absence remove ABSENCE takes one back"));
        }
        Ok(())
    }

    /// The rep of each deal; none for those that nobody has room for. `owners` are the customers' own.
    pub(crate) fn hand_out(
        &self,
        session: &Session<'_>,
        to: &To,
        deals: &[NewDeal],
        owners: &[Option<String>],
    ) -> Result<(Vec<Option<String>>, Option<Fit>)> {
        let mut fit = None;
        let last;
        let classes: Vec<&str>;
        let rule = match to {
            To::LeastLoaded => Rule::LeastLoaded,
            To::Rep(rep) => Rule::One(rep),
            To::RoundRobin => {
                last = session.store.given_last()?;
                Rule::RoundRobin {
                    after: last.as_deref(),
                }
            }
            To::BestFit => {
                let by = fit.insert(Fit::read(session, deals)?);
                classes = by.classes.iter().map(String::as_str).collect();
                Rule::BestFit {
                    classes: &classes,
                    ratios: &by.ratios,
                }
            }
            To::Owners => return Ok((self.to_owners(owners), None)),
        };
        let given = assign(&rule, &self.seats, deals.len());
        let names = given
            .into_iter()
            .map(|at| at.map(|at| self.seats[at].rep.clone()));
        Ok((names.collect(), fit))
    }

    /// Each to their own, as long as they are here and have room.
    fn to_owners(&self, owners: &[Option<String>]) -> Vec<Option<String>> {
        let mut given: BTreeMap<&str, usize> = BTreeMap::new();
        let each = owners.iter().map(|owner| {
            let seat = self.seat(owner.as_deref()?)?;
            let got = given.entry(seat.rep.as_str()).or_default();
            if *got >= seat.room(owners.len()) {
                return None;
            }
            *got += 1;
            Some(seat.rep.clone())
        });
        each.collect()
    }

    /// Why some deals are nobody's, and what can be done.
    pub(crate) fn no_room(
        &self,
        to: &To,
        given: &[Option<String>],
        owners: &[Option<String>],
    ) -> Fault {
        let fit = given.iter().flatten().count();
        let over = given.len() - fit;
        let who = match to {
            To::Rep(rep) => self.standing(rep),
            To::Owners => {
                let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
                for (owner, given) in owners.iter().zip(given) {
                    if given.is_none() {
                        let reason = match owner {
                            None => "nobody owns the account".to_string(),
                            Some(owner) => self.standing(owner),
                        };
                        *reasons.entry(reason).or_default() += 1;
                    }
                }
                let told = reasons
                    .iter()
                    .map(|(why, n)| format!("{why} ({})", counted(*n, "deal", "deals")));
                told.collect::<Vec<_>>().join("; ")
            }
            _ => {
                let told = self.seats.iter().map(|seat| self.standing(&seat.rep));
                told.collect::<Vec<_>>().join("; ")
            }
        };
        let fault = Fault::no(format!(
            "{} of {} can't be given to anybody: {who}",
            crate::money::grouped(over as u64),
            counted(given.len(), "deal", "deals")
        ));
        let fault = if fit > 0 {
            fault.hint(format!(
                "--up-to-capacity opens the {}{}",
                if fit == 1 {
                    "one that fits".to_string()
                } else {
                    format!("{} that fit", crate::money::grouped(fit as u64))
                },
                if *to == To::Owners {
                    ""
                } else {
                    ", the first of the selection"
                }
            ))
        } else {
            fault
        };
        let fault = if *to == To::Owners {
            fault.hint("--to-rep least-loaded gives them to whoever has room")
        } else {
            fault
        };
        let full = |seat: &Seat| !seat.absent && seat.capacity.is_some();
        if !self.seats.iter().any(full) {
            return fault;
        }
        fault.hint("salesctl catalog set rep NAME --capacity N raises what somebody can carry")
    }

    /// `amy has 10 open of 10`
    fn standing(&self, rep: &str) -> String {
        let shown = visible(rep);
        let Some(seat) = self.seat(rep) else {
            return format!("{shown} is not with us any more");
        };
        if let Some(absence) = self.away.get(rep) {
            return format!("{shown} is away until {}", date::day(absence.until));
        }
        let open = crate::money::grouped(seat.open.into());
        match seat.capacity {
            Some(capacity) => {
                format!(
                    "{shown} has {open} open of {}",
                    crate::money::grouped(capacity.into())
                )
            }
            None => format!("{shown} has {open} open"),
        }
    }

    /// Those present without a limit, whom `best-fit` may give everything to.
    pub(crate) fn without_capacity(&self) -> usize {
        let unlimited = |seat: &&Seat| !seat.absent && seat.capacity.is_none();
        self.seats.iter().filter(unlimited).count()
    }
}

/// What `best-fit` went by.
pub(crate) struct Fit {
    /// `customer type` or `product`.
    by: &'static str,
    classes: Vec<String>,
    ratios: Ratios,
}

impl Fit {
    fn read(session: &Session<'_>, deals: &[NewDeal]) -> Result<Self> {
        let by_type = !session.process.customer_types.is_empty();
        let class = |kind: Option<&String>, product: Option<&String>| {
            let class = if by_type { kind } else { product };
            class.cloned().unwrap_or_default()
        };
        let history: Vec<Closed> = session
            .store
            .closed_deals_by_owner()?
            .into_iter()
            .map(|row| Closed {
                class: class(row.customer_type.as_ref(), row.product.as_ref()),
                rep: row.owner,
                won: row.won,
                lost: row.lost,
            })
            .collect();
        Ok(Self {
            by: if by_type { "customer type" } else { "product" },
            classes: deals
                .iter()
                .map(|deal| class(deal.customer_type.as_ref(), deal.product.as_ref()))
                .collect(),
            ratios: Ratios::new(&history),
        })
    }

    /// A line for each class: who got how many, at which expected ratio, on how many closed deals it rests.
    pub(crate) fn lines(&self, given: &[Option<String>]) -> Vec<String> {
        const SHOWN: usize = 6;
        let mut by_class: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
        for (class, rep) in self.classes.iter().zip(given) {
            if let Some(rep) = rep {
                *by_class.entry(class).or_default().entry(rep).or_default() += 1;
            }
        }
        let mut lines = vec![format!(
            "  best-fit: expected closing ratio per {}, each rep's mixed with the team's as their few deals allow",
            self.by
        )];
        for (class, reps) in by_class {
            let shown = if class.is_empty() {
                format!("no {}", self.by)
            } else {
                visible(class)
            };
            let mut line = format!("    {shown}: ");
            let mut told: Vec<(&str, usize)> = reps.into_iter().collect();
            told.sort_by_key(|(rep, n)| (std::cmp::Reverse(*n), *rep));
            for (nth, (rep, n)) in told.iter().take(SHOWN).enumerate() {
                let _ = write!(
                    line,
                    "{}{n} to {}{}",
                    if nth == 0 { "" } else { ", " },
                    visible(rep),
                    self.expected(class, rep)
                );
            }
            if told.len() > SHOWN {
                let _ = write!(line, " and {} more", told.len() - SHOWN);
            }
            if self.ratios.closed(class) == 0 {
                line.push_str("; insufficient history: nobody closed one yet, so the load decided");
            } else if !self.ratios.differ(class) {
                line.push_str("; no rep differs from the team beyond luck, so the load decided");
            }
            lines.push(line);
        }
        lines
    }

    /// ` (87 %, n = 10)`; nothing where nobody closed a deal of the class.
    fn expected(&self, class: &str, rep: &str) -> String {
        if self.ratios.closed(class) == 0 {
            return String::new();
        }
        let ratio = self.ratios.of(class, rep);
        format!(
            " ({}, n = {})",
            crate::document::percent(ratio.share),
            crate::money::grouped(ratio.closed.into())
        )
    }
}
