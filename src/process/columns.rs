//! The facts about a deal that conditions may read: one documented list.

use super::{BuyingRole, Field, FieldKind, FieldOf, LOST, WON};
use crate::condition::{Column, ColumnKind};

/// Facts every deal has, in the order of the row that `deal::facts` builds.
const BUILT_IN: &[(&str, ColumnKind, &str)] = &[
    ("id", ColumnKind::Text, "the deal's id, all 13 characters"),
    ("account", ColumnKind::Text, "name of the account"),
    ("title", ColumnKind::Text, "what the deal is about"),
    (
        "owner",
        ColumnKind::Text,
        "name of the rep who owns the deal",
    ),
    ("team", ColumnKind::Text, "the owner's team"),
    ("product", ColumnKind::Text, "name of the product"),
    ("source", ColumnKind::Text, "name of the source"),
    (
        "type",
        ColumnKind::Text,
        "customer type as fixed at the last gate",
    ),
    (
        "stage",
        ColumnKind::Text,
        "name of the stage, or `won`, `lost`",
    ),
    ("state", ColumnKind::Text, "`open`, `hold`, `won` or `lost`"),
    (
        "value",
        ColumnKind::Number,
        "value in major units of the process currency",
    ),
    ("currency", ColumnKind::Text, "the deal's own currency"),
    ("opened", ColumnKind::Date, "date the deal was opened"),
    ("closed", ColumnKind::Date, "date it was won or lost"),
    (
        "expected_close",
        ColumnKind::Date,
        "date its rep expects it to be won",
    ),
    (
        "stage_entered",
        ColumnKind::Date,
        "date it entered its stage",
    ),
    (
        "days_in_stage",
        ColumnKind::Integer,
        "calendar days in its stage",
    ),
    (
        "age_days",
        ColumnKind::Integer,
        "calendar days since it was opened",
    ),
    (
        "idle_days",
        ColumnKind::Integer,
        "calendar days since anything happened to it",
    ),
    (
        "late",
        ColumnKind::Bool,
        "1 when longer in its stage than the stage's limit",
    ),
    (
        "next_step",
        ColumnKind::Text,
        "the earliest open follow-up that somebody set, in words",
    ),
    ("next_date", ColumnKind::Date, "when that is due"),
    (
        "hold_until",
        ColumnKind::Date,
        "when a deal on hold is due again",
    ),
    ("reason", ColumnKind::Text, "why it was lost"),
    (
        "overrides",
        ColumnKind::Integer,
        "gates it passed by override",
    ),
    (
        "process_version",
        ColumnKind::Integer,
        "version of the process under which it passed its last gate; unknown of what was imported",
    ),
    (
        "rep_win_rate",
        ColumnKind::Number,
        "won of its owner's deals that closed in the 365 days up to then, 0 to 1; unknown of fewer than 5",
    ),
    (
        "rep_deals_closed",
        ColumnKind::Integer,
        "its owner's deals that were won or lost in these 365 days",
    ),
    (
        "team_win_rate",
        ColumnKind::Number,
        "the same share of the deals of the owner's team",
    ),
    (
        "team_deals_closed",
        ColumnKind::Integer,
        "the same number of the owner's team",
    ),
    ("today", ColumnKind::Date, "the date it is evaluated for"),
];

/// Built-in facts about the results of whoever owns a deal, not about the deal.
pub const RESULTS: [&str; 4] = [
    "rep_win_rate",
    "rep_deals_closed",
    "team_win_rate",
    "team_deals_closed",
];

/// Built-in facts a stage may require, with the kind of value they take.
pub const REQUIRABLE: &[(&str, FieldKind)] = &[
    ("title", FieldKind::Text),
    ("owner", FieldKind::Text),
    ("product", FieldKind::Text),
    ("source", FieldKind::Text),
    ("value", FieldKind::Money),
    ("expected_close", FieldKind::Date),
    ("next_step", FieldKind::Text),
];

/// The names of a process that facts are taken from, each in its order.
#[derive(Debug)]
pub struct Names<'a> {
    /// Without repetition.
    pub steps: &'a [String],
    pub stages: &'a [String],
    pub customer_types: &'a [String],
}

impl Names<'_> {
    /// The words a built-in fact can be; none means any.
    fn values(&self, built_in: &str) -> Vec<String> {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_string()).collect();
        match built_in {
            "state" => words(&["open", "hold", WON, LOST]),
            // Without a stage the process is broken already; its conditions are not to blame.
            "stage" if self.stages.is_empty() => Vec::new(),
            "stage" => [self.stages.to_vec(), words(&[WON, LOST])].concat(),
            "type" => self.customer_types.to_vec(),
            _ => Vec::new(),
        }
    }
}

/// All columns of the facts table of deals: built-in facts, `has_<role>`, `done_<step>`, then custom
/// fields of deals and accounts by their names.
pub fn deal_columns(fields: &[Field], names: &Names<'_>) -> Vec<Column> {
    let built_in = BUILT_IN.iter().map(|(name, kind, doc)| Column {
        name: (*name).to_string(),
        kind: *kind,
        doc: (*doc).to_string(),
        values: names.values(name),
    });
    let roles = BuyingRole::ALL.into_iter().map(|role| Column {
        name: format!("has_{}", role.name()),
        kind: ColumnKind::Bool,
        doc: format!("1 when a person with the role {} is known", role.name()),
        values: Vec::new(),
    });
    let steps = names.steps.iter().map(|step| Column {
        name: format!("done_{step}"),
        kind: ColumnKind::Bool,
        doc: format!("1 when the step `{step}` is done"),
        values: Vec::new(),
    });
    let custom = fields
        .iter()
        .filter(|field| field.of != FieldOf::BuiltIn)
        .map(of_field);
    built_in.chain(roles).chain(steps).chain(custom).collect()
}

/// Whether a name is taken by a fact every deal has.
pub fn is_built_in(name: &str) -> bool {
    BUILT_IN.iter().any(|(built_in, ..)| *built_in == name)
}

/// What is known of a name of a list.
const PROSPECT: &[(&str, ColumnKind, &str)] = &[
    (
        "id",
        ColumnKind::Text,
        "the prospect's id, all 13 characters",
    ),
    ("list", ColumnKind::Text, "code of the list it is on"),
    (
        "list_kind",
        ColumnKind::Text,
        "how that list was made: `response`, `compiled`, `house`, …",
    ),
    ("first_name", ColumnKind::Text, "first name"),
    ("last_name", ColumnKind::Text, "last name"),
    ("title", ColumnKind::Text, "what they do at the company"),
    ("company", ColumnKind::Text, "name of the company"),
    ("email", ColumnKind::Text, "e-mail address"),
    (
        "phone",
        ColumnKind::Text,
        "phone number, with + and country",
    ),
    (
        "mobile",
        ColumnKind::Text,
        "mobile number, with + and country",
    ),
    ("domain", ColumnKind::Text, "web domain of the company"),
    ("city", ColumnKind::Text, "city"),
    ("state", ColumnKind::Text, "state or province"),
    ("zip", ColumnKind::Text, "postcode"),
    ("country", ColumnKind::Text, "country, two capital letters"),
    ("industry", ColumnKind::Text, "industry, as the list has it"),
    ("employees", ColumnKind::Number, "how many work there"),
    (
        "revenue",
        ColumnKind::Number,
        "yearly revenue, as the list has it",
    ),
    (
        "source_date",
        ColumnKind::Date,
        "when the list's owner had it",
    ),
    ("imported", ColumnKind::Date, "when it came in"),
    ("responded", ColumnKind::Date, "when they answered"),
    (
        "known",
        ColumnKind::Bool,
        "1 when we knew them from elsewhere as they came in",
    ),
    ("today", ColumnKind::Date, "the date it is evaluated for"),
];

/// What the process makes of that.
const SCORED: &[(&str, ColumnKind, &str)] = &[
    (
        "score",
        ColumnKind::Integer,
        "points by the rules of the process",
    ),
    ("priority", ColumnKind::Text, "`high`, `medium` or `low`"),
];

/// What is known of an account that bought something.
const CUSTOMER: &[(&str, ColumnKind, &str)] = &[
    (
        "id",
        ColumnKind::Text,
        "the account's id, all 13 characters",
    ),
    ("account", ColumnKind::Text, "name of the account"),
    (
        "owner",
        ColumnKind::Text,
        "name of the rep who owns its latest deal",
    ),
    ("won_deals", ColumnKind::Integer, "deals won"),
    (
        "won_value",
        ColumnKind::Number,
        "their value in major units of the process currency",
    ),
    ("last_won", ColumnKind::Date, "when the latest was won"),
    (
        "products",
        ColumnKind::Text,
        "names of what it bought, with commas between",
    ),
    ("open_deals", ColumnKind::Integer, "deals that are open"),
    (
        "last_contact",
        ColumnKind::Date,
        "when something was last done with it or its people",
    ),
    (
        "open_requests",
        ColumnKind::Integer,
        "requests that nobody answered yet",
    ),
    (
        "experience",
        ColumnKind::Number,
        "mean of its ratings after the sale, 1 to 5",
    ),
    (
        "last_experience",
        ColumnKind::Integer,
        "the latest of these ratings",
    ),
    ("city", ColumnKind::Text, "city"),
    ("state", ColumnKind::Text, "state or province"),
    ("zip", ColumnKind::Text, "postcode"),
    ("country", ColumnKind::Text, "country, two capital letters"),
    ("industry", ColumnKind::Text, "industry"),
    ("employees", ColumnKind::Number, "how many work there"),
    ("revenue", ColumnKind::Number, "yearly revenue"),
    ("today", ColumnKind::Date, "the date it is evaluated for"),
];

/// The columns of names of lists: what is known of each, then account fields, whose values are the columns
/// of the file that are called so; and, when asked for, what the scoring rules make of it.
pub fn prospect_columns(fields: &[Field], scored: bool) -> Vec<Column> {
    let mut columns = laid_out(PROSPECT);
    if scored {
        columns.extend(laid_out(SCORED));
    }
    for column in &mut columns {
        if column.name == "priority" {
            column.values = super::Priority::ALL.map(|p| p.name().to_string()).to_vec();
        }
    }
    with_account_fields(columns, fields, &["score", "priority"])
}

/// The columns of accounts that bought something, their fields among them.
pub fn customer_columns(fields: &[Field]) -> Vec<Column> {
    with_account_fields(laid_out(CUSTOMER), fields, &[])
}

fn laid_out(columns: &[(&str, ColumnKind, &str)]) -> Vec<Column> {
    let column = |(name, kind, doc): &(&str, ColumnKind, &str)| Column {
        name: (*name).to_string(),
        kind: *kind,
        doc: (*doc).to_string(),
        values: Vec::new(),
    };
    columns.iter().map(column).collect()
}

/// A field that is called like a column of its own means the same.
fn with_account_fields(
    mut columns: Vec<Column>,
    fields: &[Field],
    reserved: &[&str],
) -> Vec<Column> {
    for field in fields.iter().filter(|field| field.of == FieldOf::Account) {
        let taken = columns.iter().any(|column| column.name == field.name);
        if !taken && !reserved.contains(&field.name.as_str()) {
            columns.push(of_field(field));
        }
    }
    columns
}

fn of_field(field: &Field) -> Column {
    Column {
        name: field.name.clone(),
        kind: match field.kind {
            FieldKind::Integer => ColumnKind::Integer,
            FieldKind::Number | FieldKind::Money => ColumnKind::Number,
            FieldKind::Date => ColumnKind::Date,
            FieldKind::Bool => ColumnKind::Bool,
            FieldKind::Text | FieldKind::Choice | FieldKind::Person => ColumnKind::Text,
        },
        doc: field.why.clone().unwrap_or_default(),
        values: if field.kind == FieldKind::Choice {
            field.choices.clone()
        } else {
            Vec::new()
        },
    }
}
