//! The guide: what a new rep is taught of each stage, in the words of the file, and what good looks like by what has
//! happened so far.
//!
//! Everything told is a [`GuideRow`] first; the page is drawn from the rows and says nothing else.

use super::guide_page::{page, tabled};
use super::{Criterion, LOST, Only, Required, Requirement, Stage, Step, Tool, View};
use crate::document::{Document, row};
use crate::text::quoted;

row! {
    /// One thing that is told: of a stage, of customer types (no stage), of losses (the stage `lost`).
    pub struct GuideRow {
        pub stage: Option<String>,
        /// `stage`, `buyer`, `timing`, `days`, `share`, `know`, `step`, `advised`, `leaves`, `tool`, `letter`, `follow_up`,
        /// `next`, `back`, `type`, `reason`.
        pub part: &'static str,
        pub name: Option<String>,
        pub says: Option<String>,
        /// Of a customer type: its condition.
        pub why: Option<String>,
        /// Who is accountable.
        pub who: Option<String>,
        pub link: Option<String>,
        /// Customer types that it is limited to.
        pub only: Vec<String>,
        /// It is asked of deals that this is true of, and where that is not known.
        pub ask_when: Option<String>,
        pub median_days: Option<i32>,
        pub advanced_share: Option<f64>,
        pub advanced_low: Option<f64>,
        pub advanced_high: Option<f64>,
        /// How many the figure stands on.
        pub n: Option<usize>,
    }
}

/// What has happened so far, for what good looks like.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Of which deals, in which period, as of when.
    pub of: String,
    pub stages: Vec<Practice>,
}

/// What has happened in one stage; `None` of what too little is known of.
#[derive(Clone, Debug)]
pub struct Practice {
    pub stage: String,
    pub visits: usize,
    pub median_days: Option<i32>,
    /// Deals that went on or were lost from it.
    pub resolved: usize,
    /// The share of them that went on, with its 95 % interval.
    pub advanced: Option<(f64, f64, f64)>,
}

/// The guide of one stage, or of all of them.
pub fn guide(
    view: &View<'_>,
    title: &str,
    stage: Option<&Stage>,
    history: Option<&History>,
) -> (Vec<GuideRow>, Document) {
    let process = view.process;
    let mut rows = Vec::new();
    let mut document = Document::default().heading(format!("{title}: guide{}", view.in_words()));
    if stage.is_none() {
        if let Some(owner) = &process.owner {
            document = document.line(format!("{owner} answers for the process"));
        }
        let way: Vec<&str> = view.stages().map(|stage| stage.title.as_str()).collect();
        document = document.line(format!("{} → {}", way.join(" → "), process.won_title));
        let types = types(view);
        document = tabled(document, &types, "type", ["customer type", "who", "when"]);
        rows.extend(types);
    }
    let told: Vec<&Stage> = match stage {
        Some(stage) => vec![stage],
        None => view.stages().collect(),
    };
    for stage in told {
        let of_stage = of_stage(view, stage, history);
        document = document.then(page(&stage.title, &of_stage));
        rows.extend(of_stage);
    }
    let losses: Vec<GuideRow> = process
        .lost_reasons
        .iter()
        .map(|reason| GuideRow {
            name: Some(reason.name.clone()),
            says: Some(reason.title.clone()),
            ..line(LOST, "reason")
        })
        .collect();
    let reasons: Vec<String> = losses
        .iter()
        .filter_map(|row| Some(format!("{} ({})", row.says.as_ref()?, row.name.as_ref()?)))
        .collect();
    document = document
        .heading("When a deal is lost")
        .line(format!("Say why: {}", reasons.join(", ")));
    rows.extend(losses);
    if let Some(history) = history {
        document = document.line(format!(
            "note: what good looks like is told of {}",
            history.of
        ));
    }
    (rows, document)
}

fn line(stage: &str, part: &'static str) -> GuideRow {
    GuideRow {
        stage: Some(stage.to_string()),
        part,
        name: None,
        says: None,
        why: None,
        who: None,
        link: None,
        only: Vec::new(),
        ask_when: None,
        median_days: None,
        advanced_share: None,
        advanced_low: None,
        advanced_high: None,
        n: None,
    }
}

fn types(view: &View<'_>) -> Vec<GuideRow> {
    let types = view.process.customer_types.iter();
    let above: Vec<&str> = types.clone().map(|kind| kind.name.as_str()).collect();
    let told = types.enumerate().map(|(at, kind)| GuideRow {
        stage: None,
        name: Some(kind.name.clone()),
        says: kind.description.clone(),
        why: Some(match &kind.when {
            Some(when) => when.text.clone(),
            None if at == 0 => "always".to_string(),
            None if at == 1 => format!("not {}", above[0]),
            None => format!("neither {}", above[..at].join(" nor ")),
        }),
        ..line("", "type")
    });
    told.filter(|row| view.shows(&Only(row.name.iter().cloned().collect())))
        .collect()
}

/// Everything that is told of a stage.
fn of_stage(view: &View<'_>, stage: &Stage, history: Option<&History>) -> Vec<GuideRow> {
    let of = |part| line(&stage.name, part);
    let mut rows = vec![GuideRow {
        name: Some(stage.title.clone()),
        says: stage.objective.clone(),
        only: view.only(&stage.only),
        ..of("stage")
    }];
    let mut say = |part, says: Option<String>| {
        rows.extend(says.map(|says| GuideRow {
            says: Some(says),
            ..of(part)
        }));
    };
    say("buyer", stage.buyer.clone());
    say("timing", stage.timing());
    if let Some(history) = history {
        let mut stages = history.stages.iter();
        let practice = stages.find(|practice| practice.stage == stage.name);
        rows.extend(good(&stage.name, practice));
    }
    let required = stage.requires.iter();
    let required = required.filter(|required| view.shows(&required.only));
    rows.extend(required.map(|required| question(view, stage, required)));
    let steps = |required| {
        view.steps(stage, required)
            .map(move |step| (required, step))
    };
    rows.extend(steps(true).chain(steps(false)).map(|(required, step)| {
        let part = if required { "step" } else { "advised" };
        GuideRow {
            only: view.only(&step.only),
            ask_when: step.ask_when.as_ref().map(|when| when.text.clone()),
            ..of_step(of(part), step)
        }
    }));
    let exit = stage.exit.iter().filter(|exit| view.shows(&exit.only));
    rows.extend(exit.map(|exit| GuideRow {
        only: view.only(&exit.only),
        ..of_exit(of("leaves"), exit)
    }));
    let tools = stage.tools.iter().filter(|tool| view.shows(&tool.only));
    rows.extend(tools.flat_map(|tool| of_tool(view, &stage.name, tool)));
    let follow_ups = stage
        .follow_ups
        .iter()
        .filter(|rule| view.shows(&rule.only));
    rows.extend(follow_ups.map(|rule| GuideRow {
        name: Some(rule.say.clone()),
        says: Some(stage.when(rule)),
        why: rule.why.clone(),
        only: view.only(&rule.only),
        ..of("follow_up")
    }));
    let ways = [("next", view.onward(stage)), ("back", view.back(stage))];
    for (part, to) in ways {
        rows.extend((!to.is_empty()).then(|| GuideRow {
            says: Some(to.join(", ")),
            ..of(part)
        }));
    }
    rows
}

fn of_step(row: GuideRow, step: &Step) -> GuideRow {
    GuideRow {
        name: Some(step.name.clone()),
        says: Some(step.title.clone()),
        why: step.why.clone(),
        who: step.who.clone(),
        ..row
    }
}

fn of_exit(row: GuideRow, exit: &Criterion) -> GuideRow {
    GuideRow {
        name: Some(exit.when.text.clone()),
        says: Some(exit.say.clone()),
        why: exit.why.clone(),
        ..row
    }
}

/// A tool, and the command that fills its text from a deal.
fn of_tool(view: &View<'_>, stage: &str, tool: &Tool) -> Vec<GuideRow> {
    let told = GuideRow {
        name: Some(tool.name.clone()),
        says: tool.kind.clone(),
        link: tool.link.clone(),
        only: view.only(&tool.only),
        ..line(stage, "tool")
    };
    let filled = tool.text.as_ref().map(|_| GuideRow {
        name: Some(tool.name.clone()),
        says: Some(format!(
            "salesctl process tool {} --deal DEAL",
            quoted(&tool.name)
        )),
        only: view.only(&tool.only),
        ..line(stage, "letter")
    });
    [told].into_iter().chain(filled).collect()
}

/// What to ask for, in the rep's words.
fn question(view: &View<'_>, stage: &Stage, required: &Required) -> GuideRow {
    let (ask, why) = view.process.asked(&required.what);
    let choices = match &required.what {
        Requirement::Field(name) => view.process.field(name).map(|field| &field.choices),
        Requirement::Role(_) => None,
    };
    let choices = choices.filter(|choices| !choices.is_empty());
    let says = match (ask, choices) {
        (Some(ask), Some(choices)) => Some(format!("{ask} ({})", choices.join(", "))),
        (None, Some(choices)) => Some(choices.join(", ")),
        (ask, None) => ask.map(str::to_string),
    };
    GuideRow {
        name: Some(required.what.name().to_string()),
        says,
        why: why.map(str::to_string),
        only: view.only(&required.only),
        ask_when: required.ask_when.as_ref().map(|when| when.text.clone()),
        ..line(&stage.name, "know")
    }
}

/// What good looks like: how long it takes, and how often it goes on.
fn good(stage: &str, practice: Option<&Practice>) -> [GuideRow; 2] {
    let per_cent = |share: f64| (share * 100.0).round();
    let visits = practice.map_or(0, |practice| practice.visits);
    let median = practice.and_then(|practice| practice.median_days);
    let days = GuideRow {
        says: Some(match median {
            Some(days) => format!(
                "half leave it within {} (n = {})",
                counted(days.unsigned_abs() as usize, "day"),
                counted(visits, "visit")
            ),
            None => format!("days: {}", unknown(visits, "visit")),
        }),
        median_days: median,
        n: Some(visits),
        ..line(stage, "days")
    };
    let resolved = practice.map_or(0, |practice| practice.resolved);
    let advanced = practice.and_then(|practice| practice.advanced);
    let share = GuideRow {
        says: Some(match advanced {
            Some((share, low, high)) => format!(
                "{} % go on (95 % interval {}–{} %, n = {})",
                per_cent(share),
                per_cent(low),
                per_cent(high),
                counted(resolved, "deal")
            ),
            None => format!("how many go on: {}", unknown(resolved, "deal")),
        }),
        advanced_share: advanced.map(|(share, ..)| share),
        advanced_low: advanced.map(|(_, low, _)| low),
        advanced_high: advanced.map(|(.., high)| high),
        n: Some(resolved),
        ..line(stage, "share")
    };
    [days, share]
}

fn unknown(n: usize, noun: &str) -> String {
    format!("insufficient history (n = {})", counted(n, noun))
}

fn counted(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}
