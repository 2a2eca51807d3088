//! What stands of a list: its contract, its rows, and what became of its names, as one row of an answer.

use anyhow::Result;
use chrono::NaiveDate;
use rustc_hash::FxHashMap;

use super::super::session::Session;
use crate::document::row;
use crate::list::{Channel, Uses};
use crate::prospect::Fate;
use crate::store::{Delivered, ListRow, UseRow};

/// People on a list, each counted once: decoys and who must be left alone are none of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct People {
    pub(super) all: u64,
    /// In at least one use.
    pub(super) used: u64,
    pub(super) undeliverable: u64,
    /// They answered, and so are ours.
    pub(super) responded: u64,
}

/// Everything that is counted of a list.
pub(super) struct Figures {
    pub(super) delivered: Delivered,
    pub(super) people: People,
    pub(super) uses: Vec<UseRow>,
    /// Decoys we know of: the owner's, ours.
    pub(super) decoys: (u64, u64),
    pub(super) notice_due: Option<NaiveDate>,
    /// People who were told neither with the list nor one by one.
    pub(super) without_notice: u64,
}

/// What happened to one person on a list.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Story {
    pub(super) used: bool,
    pub(super) undeliverable: bool,
    pub(super) responded: bool,
}

/// The story of each person on a list, by entity.
pub(super) fn stories(
    session: &Session<'_>,
    list: &ListRow,
) -> Result<FxHashMap<crate::id::Id, Story>> {
    let store = &session.store;
    let (used, undeliverable) = (
        store.used_names(list.id)?,
        store.undeliverable_names(list.id)?,
    );
    let responded = store.responded()?;
    let mut stories: FxHashMap<_, Story> = FxHashMap::default();
    for member in store.list_members(list.id)? {
        if matches!(member.fate, Fate::Seed | Fate::Suppressed) {
            continue;
        }
        let story = stories.entry(member.entity).or_default();
        story.used |= used.contains(&member.id);
        story.undeliverable |= undeliverable.contains(&member.id);
        story.responded |= responded.contains(&member.entity);
    }
    Ok(stories)
}

pub(super) fn people(stories: &FxHashMap<crate::id::Id, Story>) -> People {
    let count = |which: fn(&Story) -> bool| stories.values().filter(|s| which(s)).count() as u64;
    People {
        all: stories.len() as u64,
        used: count(|story| story.used),
        undeliverable: count(|story| story.undeliverable),
        responded: count(|story| story.responded),
    }
}

pub(super) fn of(session: &Session<'_>, list: &ListRow) -> Result<Figures> {
    let store = &session.store;
    let seeds = store.seeds(list.id)?;
    let ours = seeds.iter().filter(|seed| seed.ours).count() as u64;
    let delivered = store.delivered(list.id)?;
    Ok(Figures {
        people: people(&stories(session, list)?),
        uses: store.list_uses(list.id)?,
        decoys: (seeds.len() as u64 - ours, ours),
        notice_due: list.terms.notice_due(delivered.since),
        without_notice: if list.notice_given.is_some() {
            0
        } else {
            store.without_notice(list.id)?
        },
        delivered,
    })
}

row! {
    /// A list: its terms, then its figures.
    pub(super) struct ListOut {
        id: String,
        code: String,
        name: Option<String>,
        owner: Option<String>,
        broker: Option<String>,
        manager: Option<String>,
        order_no: Option<String>,
        data_card_ref: Option<String>,
        kind: &'static str,
        acquisition: &'static str,
        state: &'static str,
        ended: Option<NaiveDate>,
        reason: Option<String>,
        uses_allowed: Option<u32>,
        uses_done: usize,
        obtained_on: Option<NaiveDate>,
        first_use_by: Option<NaiveDate>,
        mail_date: Option<NaiveDate>,
        until: Option<NaiveDate>,
        days_left: Option<i64>,
        channels: Option<String>,
        qty_ordered: Option<u64>,
        qty_delivered: Option<u64>,
        currency: &'static str,
        cpm_minor: Option<i64>,
        selects_cpm_minor: Option<i64>,
        flat_fee_minor: Option<i64>,
        min_charge_minor: Option<i64>,
        net_pct: Option<f64>,
        run_charge_minor: Option<i64>,
        run_charge_basis: &'static str,
        commission_pct: Option<f64>,
        priority: Option<u32>,
        ncoa_date: Option<NaiveDate>,
        cass_date: Option<NaiveDate>,
        source_name: Option<String>,
        lawful_basis: Option<String>,
        jurisdiction: Option<String>,
        notice_due: Option<NaiveDate>,
        notice_given: Option<NaiveDate>,
        without_notice: u64,
        dpa_ref: Option<String>,
        contract_path: Option<String>,
        notes: Option<String>,
        batches: u64,
        read: u64,
        net: u64,
        known: u64,
        twice: u64,
        suppressed: u64,
        seeds: u64,
        rejected: u64,
        names: u64,
        used: u64,
        undeliverable: u64,
        responded: u64,
        decoys_owner: u64,
        decoys_ours: u64,
    }
}

pub(super) fn row(session: &Session<'_>, list: &ListRow, figures: &Figures) -> ListOut {
    let terms = list.terms.clone();
    let currency = terms.currency.unwrap_or(session.process.currency);
    let counts = figures.delivered.counts;
    let channels = |all: Vec<Channel>| {
        let names: Vec<_> = all.into_iter().map(Channel::name).collect();
        names.join(",")
    };
    ListOut {
        id: list.id.handle(),
        kind: terms.kind.name(),
        acquisition: terms.acquisition.name(),
        state: list.state.name(),
        ended: list.ended,
        reason: list.reason.clone(),
        uses_allowed: match terms.uses {
            Uses::Unlimited => None,
            Uses::Times(n) => Some(n),
        },
        uses_done: figures.uses.len(),
        days_left: days_left(session, list),
        channels: terms.channels.map(channels),
        currency: currency.code(),
        net_pct: terms.net_pct.map(crate::list::Percent::number),
        run_charge_basis: terms.run_charge_basis.name(),
        commission_pct: terms.commission_pct.map(crate::list::Percent::number),
        notice_due: figures.notice_due,
        notice_given: list.notice_given,
        without_notice: figures.without_notice,
        notes: terms.notes.map(|notes| notes.text),
        batches: figures.delivered.batches,
        read: counts.read,
        net: counts.new,
        known: counts.known,
        twice: counts.twice,
        suppressed: counts.suppressed,
        seeds: counts.seed,
        rejected: counts.rejected,
        names: figures.people.all,
        used: figures.people.used,
        undeliverable: figures.people.undeliverable,
        responded: figures.people.responded,
        decoys_owner: figures.decoys.0,
        decoys_ours: figures.decoys.1,
        code: terms.code,
        name: terms.name,
        owner: terms.owner,
        broker: terms.broker,
        manager: terms.manager,
        order_no: terms.order_no,
        data_card_ref: terms.data_card_ref,
        obtained_on: terms.obtained_on,
        first_use_by: terms.first_use_by,
        mail_date: terms.mail_date,
        until: terms.until,
        qty_ordered: terms.qty_ordered,
        qty_delivered: terms.qty_delivered,
        cpm_minor: terms.cpm_minor,
        selects_cpm_minor: terms.selects_cpm_minor,
        flat_fee_minor: terms.flat_fee_minor,
        min_charge_minor: terms.min_charge_minor,
        run_charge_minor: terms.run_charge_minor,
        priority: terms.priority,
        ncoa_date: terms.ncoa_date,
        cass_date: terms.cass_date,
        source_name: terms.source_name,
        lawful_basis: terms.lawful_basis,
        jurisdiction: terms.jurisdiction,
        dpa_ref: terms.dpa_ref,
        contract_path: terms.contract_path,
    }
}

/// Below zero when its last day is past.
pub(super) fn days_left(session: &Session<'_>, list: &ListRow) -> Option<i64> {
    let until = list.terms.until?;
    Some(until.signed_duration_since(session.today).num_days())
}
