//! `completion`: set-up for the shell, and what is completed live. Fast, and silent on error.

use anyhow::Result;
use clap::ValueEnum;
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};

use super::context::{Context, Globals, Status};
use super::output::Color;
use super::session::Session;
use crate::deal::event::CatalogKind;
use crate::process::{BuyingRole, FieldOf, LOST, REQUIRABLE, WON};
use crate::store::Access;
use crate::text::visible;

/// Print what switches completion on in a shell; it completes deal ids, stages and fields of the workspace
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  salesctl completion bash >> ~/.bashrc\n  salesctl completion fish > ~/.config/fish/completions/salesctl.fish"
)]
pub(crate) struct Args {
    shell: Shell,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Shell {
    Bash,
    Zsh,
    Fish,
}

pub(crate) fn run(args: &Args, cx: &Context) -> Result<Status> {
    let line = match args.shell {
        Shell::Bash => "source <(COMPLETE=bash salesctl)\n",
        Shell::Zsh => "source <(COMPLETE=zsh salesctl)\n",
        Shell::Fish => "COMPLETE=fish salesctl | source\n",
    };
    cx.console.print(line)?;
    Ok(Status::Done)
}

/// Open deals, with their accounts.
pub(crate) fn deals() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        candidates(|session| {
            let handles = session.store.handles()?;
            Ok(session
                .store
                .work(None)?
                .into_iter()
                .map(|work| {
                    let account = visible(work.account.as_deref().unwrap_or("(no account)"));
                    CompletionCandidate::new(handles.short(work.deal)).help(Some(account.into()))
                })
                .collect())
        })
    })
}

/// Persons, with their accounts.
pub(crate) fn persons() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        candidates(|session| {
            let handles = session.store.handles()?;
            let persons = session.store.persons()?.into_iter().map(|person| {
                let name = match &person.account_name {
                    Some(account) => format!("{}, {account}", person.name),
                    None => person.name.clone(),
                };
                CompletionCandidate::new(handles.short(person.id)).help(Some(visible(&name).into()))
            });
            Ok(persons.collect())
        })
    })
}

pub(crate) fn accounts() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        candidates(|session| {
            let handles = session.store.handles()?;
            let accounts = session.store.account_rows()?.into_iter().map(|account| {
                CompletionCandidate::new(handles.short(account.id))
                    .help(Some(visible(&account.name).into()))
            });
            Ok(accounts.collect())
        })
    })
}

pub(crate) fn stages() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        candidates(|session| {
            let names = session.process.stages.iter().map(|stage| {
                CompletionCandidate::new(stage.name.clone())
                    .help(stage.objective.clone().map(Into::into))
            });
            Ok(names
                .chain([WON, LOST].map(CompletionCandidate::new))
                .collect())
        })
    })
}

pub(crate) fn customer_types() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        candidates(|session| {
            let types = session.process.customer_types.iter().map(|kind| {
                CompletionCandidate::new(kind.name.clone())
                    .help(kind.description.clone().map(Into::into))
            });
            Ok(types.collect())
        })
    })
}

/// Tools whose text is filled.
pub(crate) fn letters() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        candidates(|session| {
            let tools = session.process.stages.iter().flat_map(|stage| &stage.tools);
            let letters = tools.filter(|tool| tool.text.is_some()).map(|tool| {
                CompletionCandidate::new(tool.name.clone()).help(tool.kind.clone().map(Into::into))
            });
            Ok(letters.collect())
        })
    })
}

pub(crate) fn metrics() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        candidates(|session| {
            let metrics = session.process.metrics();
            Ok(metrics
                .map(|metric| {
                    CompletionCandidate::new(metric.name.clone())
                        .help(Some(metric.title.clone().into()))
                })
                .collect())
        })
    })
}

pub(crate) fn reasons() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        candidates(|session| {
            let reasons = session.process.lost_reasons.iter();
            Ok(reasons
                .map(|reason| CompletionCandidate::new(reason.name.clone()))
                .collect())
        })
    })
}

/// Reps, teams, products or sources, with their titles.
pub(crate) fn catalog(kind: CatalogKind) -> ArgValueCandidates {
    ArgValueCandidates::new(move || {
        candidates(|session| {
            let catalog = session.store.catalog()?;
            let names = catalog.of(kind).filter(|entry| entry.active).map(|entry| {
                CompletionCandidate::new(entry.name.clone())
                    .help(Some(visible(&entry.title).into()))
            });
            Ok(names.collect())
        })
    })
}

/// Lists, with their brokers.
pub(crate) fn lists() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        candidates(|session| {
            let lists = session.store.lists()?.into_iter().map(|list| {
                let from = list.terms.name.or(list.terms.broker);
                CompletionCandidate::new(list.terms.code)
                    .help(from.map(|from| visible(&from).into()))
            });
            Ok(lists.collect())
        })
    })
}

pub(crate) fn selections() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        candidates(|session| {
            let selections = session.store.selections()?.into_iter().map(|selection| {
                let names = format!("{} names", selection.names);
                CompletionCandidate::new(selection.name).help(Some(names.into()))
            });
            Ok(selections.collect())
        })
    })
}

/// Sources and lists: whatever can cost something.
pub(crate) fn sources_and_lists() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        candidates(|session| {
            let lists = session.store.lists()?.into_iter();
            let lists = lists.map(|list| CompletionCandidate::new(list.terms.code));
            let catalog = session.store.catalog()?;
            let sources = catalog.of(CatalogKind::Source).map(|entry| {
                CompletionCandidate::new(entry.name.clone())
                    .help(Some(visible(&entry.title).into()))
            });
            Ok(sources.chain(lists).collect())
        })
    })
}

/// `value=`, `problem=`, `decider=`
pub(crate) fn fields() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        candidates(|session| {
            let built_in = REQUIRABLE
                .iter()
                .map(|(name, _)| CompletionCandidate::new(format!("{name}=")));
            let custom = session
                .process
                .fields
                .iter()
                .filter(|field| field.of != FieldOf::BuiltIn)
                .map(|field| {
                    CompletionCandidate::new(format!("{}=", field.name))
                        .help(field.ask.clone().map(Into::into))
                });
            let roles = BuyingRole::ALL
                .iter()
                .map(|role| CompletionCandidate::new(format!("{}=", role.name())));
            Ok(built_in.chain(custom).chain(roles).collect())
        })
    })
}

fn candidates(
    list: impl FnOnce(&Session<'_>) -> Result<Vec<CompletionCandidate>>,
) -> Vec<CompletionCandidate> {
    let globals = Globals {
        process: None,
        store: None,
        actor: None,
        today: None,
        quiet: true,
        color: Color::Never,
    };
    let found = Context::new(&globals).and_then(|cx| {
        let session = cx.session_without_note(Access::Read)?;
        list(&session)
    });
    found.unwrap_or_default()
}
