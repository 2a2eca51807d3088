//! What the reports of experiences and requests read beside the Book.

use anyhow::Result;

use super::super::assignment::in_catalog;
use super::super::context::Context;
use super::super::filter::FilterArgs;
use super::super::session::Session;
use super::{Asked, Question, ReportArgs, asked};
use crate::deal::book::{Book, Needs};
use crate::deal::case::CaseKind;
use crate::deal::event::CatalogKind;
use crate::report::{Ask, AskSaid, Said};

pub(super) struct Heard<'c> {
    pub(super) session: Session<'c>,
    pub(super) book: Book,
    pub(super) ask: Ask,
    pub(super) more: AskSaid,
    pub(super) said: Vec<Said>,
}

impl<'c> Heard<'c> {
    pub(super) fn read(
        cx: &'c Context,
        args: &ReportArgs,
        needs: Needs,
        kind: CaseKind,
    ) -> Result<Self> {
        let (asked, more) = by_people(cx, args, Question::of(needs))?;
        let said = asked.session.store.cases(Some(kind))?;
        let said = said.into_iter().map(|row| Said {
            whom: row.whom(),
            case: row.case,
        });
        Ok(Self {
            said: said.collect(),
            session: asked.session,
            book: asked.book,
            ask: asked.ask,
            more,
        })
    }
}

/// `--rep` and `--team` say who did or answers for something, which need not be about a deal: they are not
/// asked of the deals.
pub(super) fn by_people<'c>(
    cx: &'c Context,
    args: &ReportArgs,
    question: Question<'_>,
) -> Result<(Asked<'c>, AskSaid)> {
    let deals = ReportArgs {
        filter: FilterArgs {
            rep: None,
            team: None,
            ..args.filter.clone()
        },
        ..args.clone()
    };
    let mut asked = asked(cx, &deals, question)?;
    asked.ask.scope = args.filter.words();
    let catalog = asked.session.store.catalog()?;
    let named = |kind, typed: &Option<String>| -> Result<Option<String>> {
        let name = typed
            .as_ref()
            .map(|typed| in_catalog(&catalog, kind, typed));
        // An empty name means nobody.
        Ok(name.transpose()?.map(Option::unwrap_or_default))
    };
    let people = AskSaid {
        rep: named(CatalogKind::Rep, &args.filter.rep)?,
        team: named(CatalogKind::Team, &args.filter.team)?,
    };
    Ok((asked, people))
}
