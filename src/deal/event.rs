//! Everything that is ever written: events, the only source of what happened.
//!
//! Invariants, kept by `deal::decide` and by the store:
//! - an event is never changed or deleted; [`Event::Undone`] makes all events of one operation void
//!   in its stream, [`Event::Redone`] makes them count again;
//! - a deal's first event that counts is [`Event::DealOpened`]; without one there is no deal;
//! - between two events that enter a stage the deal is in the first of the two; [`Event::Won`] and
//!   [`Event::Lost`] end the visit, [`Event::Reopened`] starts a new one;
//! - events of a stream are read in the order of (effective, seq);
//! - an event never takes effect after it was recorded, nor before the entry into the current stage.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::book::Day;
use super::case::Opening;
use super::commitment::Commitment;
use super::contact::{PersonChange, SalesRole};
use super::start::Origin;
use super::suggestion::Verdict;
use super::target::{Offer, Side};
use crate::condition::Value;
use crate::id::Id;
use crate::list::{Channel, Terms};
use crate::money::Currency;
use crate::process::{Bound, BuyingRole};
use crate::prospect::{Counts, Query};

pub use crate::text::Private;

/// What a stream tells the story of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StreamKind {
    Deal,
    Account,
    Person,
    /// A rep, team, product or source.
    Catalog,
    Batch,
    Process,
    /// A list and its terms.
    List,
    /// What happened to one name of a list after its import; begun when something does.
    Prospect,
    /// Who must not be contacted.
    Suppression,
    /// Who was chosen, and by what.
    Selection,
    /// A referral, an experience after the sale, a request.
    Case,
    /// An objective that a rep and a manager agree on.
    Target,
    /// What a rep says will be won in a period, or what a manager makes of it; one each time it is said.
    Commitment,
    /// A change of the process that somebody proposes, with the answer to it.
    Suggestion,
    /// A look at the whole process; one each time.
    Review,
    /// What the nights saw; there is one.
    Nightly,
}

impl StreamKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Deal => "deal",
            Self::Account => "account",
            Self::Person => "person",
            Self::Catalog => "catalog",
            Self::Batch => "batch",
            Self::Process => "process",
            Self::List => "list",
            Self::Prospect => "prospect",
            Self::Suppression => "suppression",
            Self::Selection => "selection",
            Self::Case => "case",
            Self::Target => "target",
            Self::Commitment => "commitment",
            Self::Suggestion => "suggestion",
            Self::Review => "review",
            Self::Nightly => "nightly",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [
            Self::Deal,
            Self::Account,
            Self::Person,
            Self::Catalog,
            Self::Batch,
            Self::Process,
            Self::List,
            Self::Prospect,
            Self::Suppression,
            Self::Selection,
            Self::Case,
            Self::Target,
            Self::Commitment,
            Self::Suggestion,
            Self::Review,
            Self::Nightly,
        ]
        .into_iter()
        .find(|kind| kind.name() == name)
    }
}

/// What people and things in the catalog are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CatalogKind {
    Team,
    Rep,
    Product,
    Source,
}

impl CatalogKind {
    pub const ALL: [Self; 4] = [Self::Team, Self::Rep, Self::Product, Self::Source];

    pub fn name(self) -> &'static str {
        match self {
            Self::Team => "team",
            Self::Rep => "rep",
            Self::Product => "product",
            Self::Source => "source",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A rep, team, product or source: an immutable name, and what is known about it now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CatalogEntry {
    pub kind: CatalogKind,
    /// Immutable; what deals refer to.
    pub name: String,
    pub title: String,
    /// A rep's team, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// A team's manager.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manager: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    /// List price (product) or cost per hour (rep), minor units of the process currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_minor: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
    /// Of a product: the share of its value that is left after what it cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin: Option<f64>,
    /// A rep's first working day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<NaiveDate>,
    pub active: bool,
}

/// How a deal came into a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Move {
    /// The deal began here.
    Start,
    /// Through the gate, or over it by override.
    Advance,
    Back,
    /// Told by a file: neither gated nor an override.
    Imported,
    /// The same, to an earlier stage.
    ImportedBack,
    /// The process changed and took away the stage it was in: neither gated nor an override, neither forward nor
    /// back.
    Process,
}

impl Move {
    /// Whether the process in force had its say.
    pub fn passes_gate(self) -> bool {
        matches!(self, Self::Start | Self::Advance | Self::Back)
    }
}

/// Something about a deal that has one value at a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "attribute", content = "value", rename_all = "snake_case")]
pub enum Change {
    Account(Id),
    Title(Option<Private>),
    Owner(Option<String>),
    Product(Option<String>),
    Source(Option<String>),
    Value(Option<Amount>),
    ExpectedClose(Option<NaiveDate>),
    /// Per cent by which whoever works on it expects to win it.
    Confidence(Option<u8>),
    /// A custom field of the deal.
    Field {
        name: String,
        value: FieldValue,
    },
}

/// Minor units and their currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    pub minor: i64,
    pub currency: Currency,
}

/// The value of a custom field; text is private, the rest is not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldValue {
    Empty,
    Integer(i64),
    Number(f64),
    /// A choice, a date: nothing personal.
    Word(String),
    Text(Private),
}

impl FieldValue {
    /// As a condition sees it.
    pub fn fact(&self) -> Value {
        match self {
            Self::Empty => Value::Null,
            Self::Integer(n) => Value::Integer(*n),
            Self::Number(n) => Value::Number(*n),
            Self::Word(text) => Value::Text(text.clone()),
            Self::Text(private) => Value::Text(private.text.clone()),
        }
    }
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "body", rename_all = "snake_case")]
pub enum Event {
    // Deals
    /// The deal exists. `opened` is null when an import did not tell it.
    DealOpened {
        account: Option<Id>,
        opened: Option<NaiveDate>,
        /// The key of the row it was imported from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        external: Option<String>,
    },
    Changed(Change),
    StageEntered {
        stage: String,
        how: Move,
        /// The date, null when an import did not tell it.
        entered: Option<NaiveDate>,
        /// Customer type as of this gate.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        customer_type: Option<String>,
        /// Set when the gate was passed although something was missing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        overridden: Option<Override>,
    },
    Won {
        #[serde(default)]
        imported: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        closed: Option<NaiveDate>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        overridden: Option<Override>,
    },
    Lost {
        /// From the process's list; `None` is an unrecorded reason (imports only).
        reason: Option<String>,
        note: Option<Private>,
        #[serde(default)]
        imported: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        closed: Option<NaiveDate>,
    },
    /// A closed deal is open again, in the stage it closed from unless another is named.
    Reopened {
        reason: Option<Private>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stage: Option<String>,
    },
    Held {
        until: NaiveDate,
        reason: Private,
    },
    Resumed,
    /// The process changed and the stage it is in is called something else: the stay goes on, begun when it was.
    StageRenamed {
        from: String,
        to: String,
    },
    StepDone {
        step: String,
    },
    Noted {
        text: Private,
    },
    Logged(Activity),
    RoleGiven {
        person: Id,
        role: BuyingRole,
    },
    RoleTaken {
        person: Id,
        role: BuyingRole,
    },
    FollowUpAdded {
        id: Id,
        due: NaiveDate,
        text: Private,
        /// Created by a rule of the process, not by hand.
        by_rule: bool,
    },
    FollowUpDone {
        id: Id,
    },
    FollowUpSnoozed {
        id: Id,
        due: NaiveDate,
    },

    // Accounts and persons
    AccountAdded {
        name: String,
    },
    AccountField {
        name: String,
        value: FieldValue,
    },
    PersonAdded {
        account: Option<Id>,
        name: Private,
        title: Option<Private>,
        email: Option<Private>,
        phone: Option<Private>,
    },
    AccountRenamed {
        name: String,
    },
    /// In the stream of the one that goes into another. What refers to it goes on doing so, and is read
    /// as referring to the survivor, which is never merged itself: a merge of the survivor takes those
    /// that went into it along.
    AccountMerged {
        into: Id,
    },
    PersonChanged(PersonChange),
    /// As [`Event::AccountMerged`].
    PersonMerged {
        into: Id,
    },
    SalesRoleGiven {
        role: SalesRole,
    },
    SalesRoleTaken {
        role: SalesRole,
    },

    // Catalog: the whole entry each time, the last one counts
    CatalogSet(CatalogEntry),

    // The process
    ProcessApplied {
        version: u32,
        /// SHA-256 of the text, in hexadecimal.
        sha256: String,
        why: Private,
    },

    /// Somebody who works in it proposes a change.
    ProcessSuggested {
        text: Private,
        /// The stage it is about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stage: Option<String>,
    },
    SuggestionAnswered {
        verdict: Verdict,
        text: Private,
    },
    /// Somebody looked at all of it.
    ProcessReviewed {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Private>,
    },

    // Imports
    BatchImported {
        file: String,
        sha256: String,
        what: String,
        read: u64,
        new: u64,
        known: u64,
        rejected: u64,
    },

    /// Names of a list came in, and count from now on.
    ProspectsImported {
        file: String,
        sha256: String,
        list: Id,
        /// The batch whose rejected rows these were.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_of: Option<Id>,
        #[serde(flatten)]
        counts: Counts,
    },
    // Lists
    /// The whole contract each time, the last one counts.
    ListSet(Box<Terms>),
    /// A decoy, by column; one event each, since an event holds few private values.
    ListSeeded {
        ours: bool,
        values: BTreeMap<String, Private>,
    },
    /// One use. Its names stand under `id` in the store.
    ListUsed {
        id: Id,
        channel: Channel,
        names: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        overridden: Option<Override>,
    },
    /// Names that a mailing did not reach.
    ListUndeliverable {
        names: Vec<Id>,
    },
    ListRetired {
        reason: Private,
    },
    /// Reported to the broker.
    ListReturned,
    /// All names on it so far were told where we have them from.
    ListNoticeGiven,

    // Names of a list
    /// They answered, and so are ours.
    ProspectResponded {
        channel: Option<Channel>,
        note: Option<Private>,
    },
    /// They were told where we have them from.
    ProspectNoticeGiven,
    /// Somebody said who the name is: its own entity again, or another's.
    ProspectIdentified {
        entity: Id,
    },
    /// Somebody said that it is not the other one, however alike.
    ProspectDistinct {
        other: Id,
    },
    // Who must not be contacted
    SuppressionAdded {
        /// `email`, `phone`, `person`, `domain` or `company`.
        what: String,
        /// The address, number, name or domain.
        text: Private,
        /// Of a person: where they work.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        company: Option<Private>,
        /// Of a person the postcode, of a company the town.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<Private>,
        /// `marketing` or `all`.
        purpose: String,
        reason: Private,
    },
    /// The entry, or the row of a file that the stream has the id of, suppresses nobody any more.
    SuppressionRemoved {
        reason: Private,
    },

    // Accounts, persons and names of lists alike
    /// Somebody gave 1 to 5 stars for a topic. The latest of one person on one topic counts.
    Rated {
        topic: String,
        stars: u8,
        /// Who says so, when it is not who typed it.
        by: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Private>,
    },
    RatingTaken {
        topic: String,
        by: String,
    },

    // Selections
    /// Who was chosen, by what; the whole each time, the last one counts. The names stand under `run` in the
    /// store.
    SelectionSaved {
        name: String,
        query: Box<Query>,
        run: Id,
        names: u64,
    },
    SelectionRemoved,

    // Cases
    CaseOpened(Box<Opening>),
    CaseAssigned {
        owner: Option<String>,
        due: Option<NaiveDate>,
    },
    CaseAnswered {
        text: Option<Private>,
        /// Nothing more is to be done about it.
        closes: bool,
        /// The deal that was opened for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        deal: Option<Id>,
    },
    CaseReopened {
        reason: Option<Private>,
    },

    // Targets
    TargetProposed(Box<Offer>),
    /// Another number, or, without one, agreement with the latest.
    TargetAnswered {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bound: Option<Bound>,
        by: Side,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<Private>,
    },
    TargetWithdrawn {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<Private>,
    },

    // Forecasts
    Committed(Box<Commitment>),

    // Of sources and lists: what they cost beside what the terms say
    CostAdded {
        id: Id,
        amount: Amount,
        text: Private,
    },
    CostRemoved {
        id: Id,
    },
    // Of reps: the first and the last day they are away
    AbsenceAdded {
        id: Id,
        from: NaiveDate,
        until: NaiveDate,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Private>,
    },
    AbsenceRemoved {
        id: Id,
    },

    // Nights
    /// The pipeline as the night saw it; the last one of a day counts.
    SnapshotTaken(Box<Snapshot>),
    /// The page of that day was handed to the mail program, to so many.
    PageMailed {
        day: NaiveDate,
        to: u32,
    },

    /// In a deal's stream: where it came from.
    DealOrigin(Box<Origin>),

    /// In a deal's stream: its imported moves so far were a part of the story; the ones after this are
    /// the whole of it. With what else the log told; nothing where it told of moves alone.
    HistoryTold(Option<LogTells>),

    // Undo
    Undone {
        operation: Id,
    },
    Redone {
        operation: Id,
    },
}

impl Event {
    /// Whether it says how the deal stands, rather than adding to what was said and done.
    pub fn changes_deal(&self) -> bool {
        !matches!(
            self,
            Self::Noted { .. } | Self::Logged(_) | Self::HistoryTold(_) | Self::DealOrigin(_)
        )
    }

    /// Whether it takes a deal from one stage or state to another.
    pub fn moves_deal(&self) -> bool {
        matches!(
            self,
            Self::StageEntered { .. }
                | Self::StageRenamed { .. }
                | Self::Won { .. }
                | Self::Lost { .. }
                | Self::Reopened { .. }
                | Self::Held { .. }
                | Self::Resumed
                | Self::DealOpened { .. }
        )
    }

    /// Whether a gate was passed by it, or could have stood in its way: where the process in force counts.
    pub fn passes_gate(&self) -> bool {
        match self {
            Self::StageEntered { how, .. } => how.passes_gate(),
            Self::Won { imported, .. } | Self::Lost { imported, .. } => !imported,
            _ => false,
        }
    }

    /// Whether a log that tells the whole way anew takes its place. Only a deal whose moves were all imported
    /// may be told anew: what opened it again, or moved it as the process changed, was a log's too.
    pub fn gives_way_to_history(&self) -> bool {
        let by_process = matches!(self, Self::StageEntered { how, .. } if *how == Move::Process);
        self.is_imported_move() || by_process || matches!(self, Self::Reopened { .. })
    }

    /// A move that a file told of: into a stage, or to an end.
    pub fn is_imported_move(&self) -> bool {
        match self {
            Self::StageEntered { how, .. } => matches!(how, Move::Imported | Move::ImportedBack),
            Self::Won { imported, .. } | Self::Lost { imported, .. } => *imported,
            _ => false,
        }
    }
}

/// What a log tells of its deals beside their moves, so that none is known from not told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LogTells {
    /// Which steps were done.
    pub steps: bool,
    /// Which gates were passed by override.
    pub overrides: bool,
}

/// What was open on a day, and how the store stood, so that what is told of that day later can be held
/// against what was seen then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    pub day: NaiveDate,
    /// One hash over the heads of all chains.
    pub head: String,
    pub stages: Vec<StageSnapshot>,
    /// What `check` found.
    pub errors: u32,
    pub warnings: u32,
    /// What was expected then; none of a night that was before there were forecasts, or too little history for one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forecasts: Vec<ForecastSnapshot>,
}

/// What was expected of a period, in minor units of the process currency; integers, so that what is told of the
/// difference later adds up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForecastSnapshot {
    /// First and last day.
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// Won in it by the night.
    pub won_minor: i64,
    /// To be won in it after the night, by the method whose word counted.
    pub chosen: String,
    pub total_minor: i64,
    /// Of that, from deals that were open.
    pub open_minor: i64,
    pub new_minor: i64,
    /// The 80 % range of `total_minor`.
    pub low_minor: Option<i64>,
    pub high_minor: Option<i64>,
    /// By each method.
    pub said: Vec<SaidSnapshot>,
    /// What each open deal was expected to bring, the largest first.
    pub deals: Vec<DealPiece>,
    /// The same of all deals that are not in `deals`.
    pub others_minor: i64,
}

/// What one method expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaidSnapshot {
    pub method: String,
    pub total_minor: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_minor: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_minor: Option<i64>,
}

/// An open deal in a forecast; five numbers in a row, since there are many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    from = "(Id, u32, i64, i64, Option<i32>)",
    into = "(Id, u32, i64, i64, Option<i32>)"
)]
pub struct DealPiece {
    pub deal: Id,
    /// To be won within the period, in millionths.
    pub chance: u32,
    pub worth_minor: i64,
    /// Its part of the forecast: chance times worth, rounded so that all parts make the whole.
    pub expected_minor: i64,
    /// When it was expected to close.
    pub close: Option<Day>,
}

impl From<(Id, u32, i64, i64, Option<i32>)> for DealPiece {
    fn from(
        (deal, chance, worth_minor, expected_minor, close): (Id, u32, i64, i64, Option<i32>),
    ) -> Self {
        Self {
            deal,
            chance,
            worth_minor,
            expected_minor,
            close: close.map(Day::new),
        }
    }
}

impl From<DealPiece> for (Id, u32, i64, i64, Option<i32>) {
    fn from(piece: DealPiece) -> Self {
        (
            piece.deal,
            piece.chance,
            piece.worth_minor,
            piece.expected_minor,
            piece.close.map(Day::number),
        )
    }
}

/// The open deals of one stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageSnapshot {
    pub stage: String,
    pub n: u32,
    /// Minor units of the process currency, as far as values are known and rates are stated.
    pub value_minor: i64,
}

impl Snapshot {
    pub fn open(&self) -> u32 {
        self.stages.iter().map(|stage| stage.n).sum()
    }

    pub fn value_minor(&self) -> i64 {
        self.stages
            .iter()
            .fold(0, |sum, stage| sum.saturating_add(stage.value_minor))
    }
}

/// A gate passed although something was open: why, and what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Override {
    pub reason: Private,
    /// Names or conditions that were not met.
    pub open: Vec<String>,
}

/// Something done for a deal, or with a person, account or prospect before there is one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Activity {
    pub what: ActivityKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    /// Direct cost in minor units of the process currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_minor: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Id>,
    /// What was used: a script, a presentation, a calculator; by its name in the process.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Private>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActivityKind {
    Call,
    Mail,
    Meeting,
    Letter,
    Other,
}

impl ActivityKind {
    pub const ALL: [Self; 5] = [
        Self::Call,
        Self::Mail,
        Self::Meeting,
        Self::Letter,
        Self::Other,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Mail => "mail",
            Self::Meeting => "meeting",
            Self::Letter => "letter",
            Self::Other => "other",
        }
    }

    /// Its place in [`Self::ALL`].
    pub fn place(self) -> usize {
        self as usize
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// An event as the log has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    pub stream: Id,
    /// Position in its stream, from 1.
    pub seq: i64,
    pub operation: Id,
    pub recorded: DateTime<Utc>,
    pub effective: DateTime<Utc>,
    /// Business date of `effective`.
    pub day: NaiveDate,
    pub actor: String,
    /// Process version that was in force.
    pub version: u32,
    pub event: Event,
}
