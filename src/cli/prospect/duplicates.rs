//! `prospect duplicates`: pairs that matching was not sure of, side by side, for a person to decide.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::output::{self, OutputArgs};
use crate::document::{Cell, Document, Table, TableColumn, row};
use crate::id::Id;
use crate::money::grouped;
use crate::prospect::Field;
use crate::prospect::clean::person::{self, NameOrder};
use crate::prospect::matching::{Evidence, Features, Kind, Known, Matches, Model, Names, explain};
use crate::store::{Access, Store};

/// Show pairs that may be the same person or company, side by side, with what speaks for and against
///
/// `salesctl prospect merge A B` says that they are one, `salesctl prospect distinct A B` that they are two.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl prospect duplicates\n  salesctl prospect duplicates --limit 100 --format csv"
)]
pub(crate) struct Args {
    /// So many pairs at most, the likeliest first
    #[arg(long, value_name = "N", default_value_t = 10)]
    limit: usize,
    #[command(flatten)]
    output: OutputArgs,
}

row! {
    /// Two that may be one.
    struct PairLine {
        a: String,
        b: String,
        probability: f64,
        a_name: String,
        b_name: String,
        a_company: String,
        b_company: String,
        a_email: String,
        b_email: String,
        a_phone: String,
        b_phone: String,
        why: String,
    }
}

/// What is compared, and shown beside each other.
const SHOWN: [(&str, Field); 9] = [
    ("title", Field::Title),
    ("company", Field::Company),
    ("e-mail", Field::Email),
    ("phone", Field::Phone),
    ("domain", Field::Domain),
    ("address", Field::Address),
    ("city", Field::City),
    ("zip", Field::Zip),
    ("country", Field::Country),
];

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let (pairs, n) = session.store.unsure_pairs(args.limit)?;
    let models = Models::kept(&session.store)?;
    let mut rows = Vec::new();
    let mut document = Document::default().heading(match n {
        0 => "no pair is left to decide".to_string(),
        1 => "1 pair to decide".to_string(),
        n if n > pairs.len() as u64 => format!(
            "the likeliest {} of {} pairs to decide",
            pairs.len(),
            grouped(n)
        ),
        n => format!("{} pairs to decide", grouped(n)),
    });
    for (a, b, probability) in pairs {
        let (Some(one), Some(other)) = (
            Candidate::of(&session.store, a)?,
            Candidate::of(&session.store, b)?,
        ) else {
            continue;
        };
        let evidence = models.explain(&one, &other);
        document = document
            .line(format!(
                "probability {probability:.4}   why: {}",
                evidence.sentence
            ))
            .table(side_by_side(&one, &other));
        rows.push(PairLine {
            a: a.handle(),
            b: b.handle(),
            probability,
            a_name: one.name.clone(),
            b_name: other.name.clone(),
            a_company: one.get(Field::Company).to_string(),
            b_company: other.get(Field::Company).to_string(),
            a_email: one.get(Field::Email).to_string(),
            b_email: other.get(Field::Email).to_string(),
            a_phone: one.get(Field::Phone).to_string(),
            b_phone: other.get(Field::Phone).to_string(),
            why: evidence.sentence,
        });
    }
    if !rows.is_empty() {
        document = document.line(
            "`salesctl prospect merge A B`: they are one; `salesctl prospect distinct A B`: they are two",
        );
    }
    let answer = output::answer(&session, "salesctl/prospect-duplicates/1", rows);
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}

fn side_by_side(one: &Candidate, other: &Candidate) -> Table {
    let mut rows = vec![vec![
        Cell::Text("name".into()),
        Cell::Text(one.name.clone()),
        Cell::Text(other.name.clone()),
    ]];
    for (what, field) in SHOWN {
        let (a, b) = (one.get(field), other.get(field));
        if !a.is_empty() || !b.is_empty() {
            rows.push(vec![
                Cell::Text(what.into()),
                Cell::Text(a.to_string()),
                Cell::Text(b.to_string()),
            ]);
        }
    }
    rows.push(vec![
        Cell::Text("from".into()),
        Cell::Text(one.from.clone()),
        Cell::Text(other.from.clone()),
    ]);
    Table {
        columns: vec![
            TableColumn::left(""),
            TableColumn::left(super::short(one.id)),
            TableColumn::left(super::short(other.id)),
        ],
        rows,
    }
}

/// One side of a pair: a name of a list, a person or an account.
struct Candidate {
    id: Id,
    name: String,
    from: String,
    kind: Kind,
    values: Vec<(Field, String)>,
}

impl Candidate {
    fn of(store: &Store, id: Id) -> Result<Option<Self>> {
        if let Some(name) = store.name(id)? {
            let values = Field::ALL
                .into_iter()
                .map(|field| (field, name.get(field).to_string()))
                .collect();
            let is_person = [Field::First, Field::Last, Field::Email]
                .into_iter()
                .any(|field| !name.get(field).is_empty());
            return Ok(Some(Self {
                id,
                name: name.called(),
                from: format!(
                    "{}, line {}",
                    name.list.as_deref().unwrap_or("a list that is gone"),
                    name.line
                ),
                kind: if is_person {
                    Kind::Person
                } else {
                    Kind::Company
                },
                values,
            }));
        }
        if let Some(person) = store.person(id)? {
            let account = person
                .account
                .map(|account| store.account_name(account))
                .transpose()?
                .flatten();
            let parts = person::split(&person.name, NameOrder::default());
            return Ok(Some(Self {
                id,
                name: person.name,
                from: "our own people".into(),
                kind: Kind::Person,
                values: vec![
                    (Field::First, parts.first),
                    (Field::Middle, parts.middle),
                    (Field::Last, parts.last),
                    (Field::Title, person.title.unwrap_or_default()),
                    (Field::Email, person.email.unwrap_or_default()),
                    (Field::Phone, person.phone.unwrap_or_default()),
                    (Field::Company, account.unwrap_or_default()),
                ],
            }));
        }
        Ok(store.account_name(id)?.map(|name| Self {
            id,
            name: name.clone(),
            from: "our accounts".into(),
            kind: Kind::Company,
            values: vec![(Field::Company, name)],
        }))
    }

    fn get(&self, field: Field) -> &str {
        self.values
            .iter()
            .find(|(of, _)| *of == field)
            .map_or("", |(_, value)| value.as_str())
    }

    fn features(&self) -> Features<'_> {
        Features::of(|field| self.get(field))
    }
}

/// The weights in use, by kind.
struct Models {
    person: Model,
    company: Model,
}

impl Models {
    fn kept(store: &Store) -> Result<Self> {
        let model = |kind: Kind| -> Result<Model> {
            let text = store.match_model(kind.name())?;
            let kept = text.and_then(|text| serde_json::from_str(&text).ok());
            Ok(kept.unwrap_or_else(|| Model::fixed(kind)))
        };
        Ok(Self {
            person: model(Kind::Person)?,
            company: model(Kind::Company)?,
        })
    }

    fn explain(&self, one: &Candidate, other: &Candidate) -> Evidence {
        let model = match one.kind {
            Kind::Person => &self.person,
            Kind::Company => &self.company,
        };
        let mut names = Names::new(one.kind);
        let a = names.push(&one.features());
        let b = names.push(&other.features());
        let entities = [a];
        explain(
            &names,
            Known::all(&entities),
            model,
            &Matches::default(),
            a,
            b,
        )
    }
}
