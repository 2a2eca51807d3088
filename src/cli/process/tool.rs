//! `process tool`: a letter or agenda, filled from a deal and ready to send.

use anyhow::Result;

use super::super::context::{Context, Status};
use super::super::deal::{decide, participants};
use super::super::output::{self, OutputArgs};
use super::super::session::Session;
use super::super::show::{amount, major_amount};
use crate::condition::{ColumnKind, Value};
use crate::deal::Deal;
use crate::deal::decide::Case;
use crate::deal::event::CatalogKind;
use crate::document::{Document, row};
use crate::fault::Fault;
use crate::process::{BuyingRole, FieldKind, Letter, Only, Process, Tool, of_person};
use crate::render::Format;
use crate::store::{Access, Catalog, PersonRow};
use crate::text::{nearest, visible};

/// Fill a tool that is a text, such as a letter or an agenda, from a deal's data
///
/// What the deal does not have stays in the text as `[value: not known]`, and is said on stderr.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl process tool \"Thank-you letter\" --deal D7K2\n  salesctl process tool \"Thank-you letter\" --deal acme --to jana --output letter.md"
)]
pub(crate) struct Args {
    /// The tool by its name
    #[arg(add = super::super::completion::letters())]
    name: String,
    /// The deal: its id or the beginning of it, or its account's name
    #[arg(long, add = super::super::completion::deals())]
    deal: String,
    /// Whom it is to: one of those who take part [default: the decider, else the first]
    #[arg(long, value_name = "PERSON", add = super::super::completion::persons())]
    to: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
}

row! {
    /// The text as it was filled.
    struct ToolRow {
        tool: String,
        stage: String,
        deal: String,
        /// Whom it is to, where it names a person.
        person: Option<String>,
        text: String,
        /// What it names and the deal does not have.
        unknown: Vec<String>,
    }
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let session = cx.session(Access::Read)?;
    let id = session.store.resolve_deal(&args.deal)?;
    let deal = session
        .store
        .deal(id)?
        .ok_or_else(|| Fault::not_found("the deal was undone"))?;
    let process: &Process = &session.process;
    let (stage, tool, letter) = found(process, &args.name, deal.stage())?;
    let people = participants(&session, &deal)?;
    let person = match &args.to {
        None => {
            let decider = people.iter().find(|(role, _)| *role == BuyingRole::Decider);
            decider.or(people.first()).map(|(_, person)| person)
        }
        Some(typed) => {
            let named = session.store.resolve_person(typed)?;
            let taking_part = people.iter().map(|(_, person)| person);
            let person = taking_part.clone().find(|person| person.id == named);
            Some(person.ok_or_else(|| nobody_of_it(typed, taking_part))?)
        }
    };
    let known = Known {
        session: &session,
        deal: &deal,
        catalog: session.store.catalog()?,
        people: &people,
        person,
    };
    let filled = decide(&session, &deal, session.today, |case| {
        Ok(letter.filled(|name| known.words(case, name)))
    })?;
    if !filled.unknown.is_empty() {
        let names = filled.unknown.join(", ");
        cx.console
            .warn(&format!("warning: not known of this deal: {names}"));
    }
    note_other_types(&session, &deal, tool);
    let is_to = |name: &str| matches!(of_person(name), Some((None, _)));
    let row = ToolRow {
        tool: tool.name.clone(),
        stage: stage.to_string(),
        deal: deal.id.handle(),
        person: person
            .filter(|_| letter.names().any(is_to))
            .map(|person| person.name.clone()),
        text: filled.text.clone(),
        unknown: filled.unknown,
    };
    let document = match args.output.format() {
        // A page needs a title; a text is ready to be sent.
        Format::Html => Document::default().heading(tool.name.clone()),
        _ => Document::default(),
    };
    let document = document.verbatim(filled.text);
    let answer = output::answer(&session, "salesctl/process-tool/1", vec![row]);
    args.output.show(&cx.console, &answer, &document)?;
    Ok(Status::Done)
}

/// The tool of that name that has a text: the one of the deal's stage before those of others.
fn found<'p>(
    process: &'p Process,
    typed: &str,
    stage: Option<&str>,
) -> Result<(&'p str, &'p Tool, &'p Letter)> {
    let tools = || {
        let stages = process.stages.iter();
        stages.flat_map(|stage| {
            stage
                .tools
                .iter()
                .map(move |tool| (stage.name.as_str(), tool))
        })
    };
    let is_named = |tool: &Tool| tool.name.to_lowercase() == typed.trim().to_lowercase();
    let letters = || tools().filter_map(|(stage, tool)| Some((stage, tool, tool.text.as_ref()?)));
    let mine = letters().find(|(of, tool, _)| is_named(tool) && Some(*of) == stage);
    if let Some(found) = mine.or_else(|| letters().find(|(_, tool, _)| is_named(tool))) {
        return Ok(found);
    }
    let mut names: Vec<&str> = letters().map(|(_, tool, _)| tool.name.as_str()).collect();
    names.dedup();
    let shown = visible(typed);
    let fault = if let Some((_, tool)) = tools().find(|(_, tool)| is_named(tool)) {
        let fault = Fault::no(format!("the tool `{shown}` has no text to fill"));
        match &tool.link {
            Some(link) => fault.hint(format!("it is here: {}", visible(link))),
            None => fault,
        }
    } else {
        let fault = Fault::usage(format!("there is no tool `{shown}`"));
        match nearest(typed, names.iter().copied()) {
            Some(near) => fault.hint(format!("did you mean `{}`?", visible(near))),
            None => fault,
        }
    };
    let fault = if names.is_empty() {
        fault.hint(
            "`text = \"…\"` in a stage's `tools` gives one, with `{{account}}` and the like in it",
        )
    } else {
        fault.hint(format!("these have a text: {}", visible(&names.join(", "))))
    };
    Err(fault.into())
}

fn nobody_of_it<'p>(typed: &str, people: impl Iterator<Item = &'p PersonRow>) -> Fault {
    let names: Vec<String> = people.map(|person| visible(&person.name)).collect();
    let fault = Fault::no(format!(
        "`{}` does not take part in this deal",
        visible(typed)
    ));
    if names.is_empty() {
        fault.hint("salesctl deal person add DEAL PERSON --role decider")
    } else {
        fault.hint(format!("these do: {}", names.join(", ")))
    }
}

fn note_other_types(session: &Session<'_>, deal: &Deal, tool: &Tool) {
    let Only(types) = &tool.only;
    if !tool.only.includes(deal.customer_type.as_deref()) {
        let kind = deal.customer_type.as_deref();
        session.cx.console.note(&format!(
            "note: `{}` is for {}; this deal is {}",
            visible(&tool.name),
            types.join(", "),
            kind.map_or_else(
                || "of no customer type".to_string(),
                |kind| format!("`{kind}`")
            )
        ));
    }
}

/// What is known of one deal, in the words of a letter.
struct Known<'a> {
    session: &'a Session<'a>,
    deal: &'a Deal,
    catalog: Catalog,
    people: &'a [(BuyingRole, PersonRow)],
    person: Option<&'a PersonRow>,
}

impl Known<'_> {
    fn words(&self, case: &Case<'_>, name: &str) -> Option<String> {
        if let Some((role, what)) = of_person(name) {
            return self.of_people(role, what);
        }
        let process = &self.session.process;
        let title = |kind: CatalogKind, name: &str| {
            let entry = self.catalog.get(kind, name);
            entry.map_or_else(|| name.to_string(), |entry| entry.title.clone())
        };
        // The deal's own amount, not the one conditions compare.
        if name == "value" {
            return self.deal.value.map(|value| amount(Some(value)));
        }
        let text = match case.rows.get(&case.row, name) {
            Value::Null => return None,
            Value::Text(text) => text.clone(),
            Value::Integer(n) if self.kind_of(name) == Some(ColumnKind::Bool) => {
                return Some(if *n == 0 { "no" } else { "yes" }.to_string());
            }
            Value::Integer(n) => return Some(n.to_string()),
            Value::Number(n) => {
                let field = process.field(name);
                return Some(match field.map(|field| field.kind) {
                    Some(FieldKind::Money) => major_amount(*n, process.currency),
                    _ => n.to_string(),
                });
            }
        };
        Some(match name {
            "owner" => title(CatalogKind::Rep, &text),
            "team" => title(CatalogKind::Team, &text),
            "product" => title(CatalogKind::Product, &text),
            "source" => title(CatalogKind::Source, &text),
            "stage" => process.stage_title(&text).to_string(),
            "reason" => {
                let mut reasons = process.lost_reasons.iter();
                let reason = reasons.find(|reason| reason.name == text);
                reason.map_or(text, |reason| reason.title.clone())
            }
            _ if self.kind_of(name) == Some(ColumnKind::Date) => {
                text.parse().map_or(text, crate::date::day)
            }
            _ => text,
        })
    }

    fn kind_of(&self, name: &str) -> Option<ColumnKind> {
        let mut columns = self.session.process.engine.columns().iter();
        let column = columns.find(|column| column.name == name)?;
        Some(column.kind)
    }

    /// Of everybody with the role; of nobody's, the one it is to.
    fn of_people(&self, role: Option<BuyingRole>, what: &str) -> Option<String> {
        let part = |person: &PersonRow| match what {
            "title" => person.title.clone(),
            "email" => person.email.clone(),
            "phone" => person.phone.clone(),
            "mobile" => person.mobile.clone(),
            _ => Some(person.name.clone()),
        };
        let Some(role) = role else {
            return self.person.and_then(part);
        };
        let holders = self.people.iter().filter(|(held, _)| *held == role);
        let told: Vec<String> = holders.filter_map(|(_, person)| part(person)).collect();
        let (last, others) = told.split_last()?;
        Some(if others.is_empty() {
            last.clone()
        } else {
            format!("{} and {last}", others.join(", "))
        })
    }
}
