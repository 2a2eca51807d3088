//! Logs of moves: a made one with everything in it, and a real one.

use std::collections::BTreeMap;
use std::convert::Infallible;

use salesctl::deal::Deal;
use salesctl::deal::book::State;
use salesctl::deal::event::{Event, Move, Recorded};
use salesctl::id::Id;
use salesctl::import::{
    Context, Create, HistoryPlan, Known, KnownDeal, PlannedHistory, plan_history,
};

use super::{PROCESS, as_kept, day, input, known, mapping, process, shared, text_input};

const LOG: &str = include_str!("history.csv");
const MAP: &str = "[history]\ndeal = \"deal\"\nstage = \"to\"\nat = \"at\"\nby = \"by\"\n[values.stage]\nCreated = \"\"\n";

fn now() -> chrono::DateTime<chrono::Utc> {
    "2026-11-21T12:00:00Z".parse().expect("an instant")
}

fn planned(
    known: &Known,
    create_deals: bool,
    events_of: impl Fn(Id) -> Vec<Recorded>,
) -> HistoryPlan {
    let process = process(PROCESS);
    let mapping = mapping(MAP, &process);
    let context = Context {
        process: &process,
        earlier: &[],
        mapping: &mapping,
        known,
        create: Create::default(),
        today: day("2026-11-21"),
    };
    let plan = plan_history(&context, text_input(LOG), create_deals, now(), |id| {
        Ok::<_, Infallible>(events_of(id))
    });
    let plan = plan.expect("no store").expect("a plan");
    let counts = plan.file.counts;
    let all = counts.new + counts.known + counts.rejected + counts.passed_over;
    assert_eq!(counts.read, all);
    assert_eq!(counts.rejected, plan.file.rejects.len() as u64);
    plan
}

fn recorded(deal: &PlannedHistory) -> Vec<Recorded> {
    deal.events(&[])
        .into_iter()
        .enumerate()
        .map(|(seq, (at, day, event))| Recorded {
            stream: Id(1),
            seq: seq as i64 + 1,
            operation: Id(1),
            recorded: at,
            effective: at,
            day,
            actor: "test".into(),
            version: 1,
            event,
        })
        .collect()
}

#[test]
fn a_log_becomes_visits() {
    let plan = planned(&known(), true, |_| Vec::new());
    let told: Vec<String> = plan
        .deals
        .iter()
        .flat_map(|deal| {
            deal.events(&[])
                .into_iter()
                .map(|event| (deal.external.clone(), event))
        })
        .map(|(deal, (at, _, event))| {
            format!(
                "{deal} {} {}",
                at.to_rfc3339(),
                serde_json::to_string(&event).expect("json")
            )
        })
        .collect();
    as_kept("history.events.txt", &(told.join("\n") + "\n"));
    let rejects: Vec<String> = plan
        .file
        .rejects
        .iter()
        .map(|r| format!("{} {}", r.line, r.reason))
        .collect();
    as_kept("history.rejects.txt", &(rejects.join("\n") + "\n"));
    let deal = Deal::from_events(&recorded(&plan.deals[0])).expect("a deal");
    assert_eq!(deal.state, State::Won);
    assert_eq!(
        deal.visits
            .iter()
            .map(|visit| visit.stage.as_str())
            .collect::<Vec<_>>(),
        ["qualify", "propose"]
    );
}

#[test]
fn a_second_run_changes_nothing_and_own_events_stand() {
    let first = planned(&known(), true, |_| Vec::new());
    let events: BTreeMap<i64, Vec<Recorded>> = first
        .deals
        .iter()
        .enumerate()
        .map(|(i, deal)| (i as i64, recorded(deal)))
        .collect();
    let deals = first.deals.iter().enumerate().map(|(i, deal)| {
        (
            deal.external.clone(),
            KnownDeal {
                id: Id(i as i64),
                state: State::Open,
                account: None,
                opened: None,
                other_names: Vec::new(),
            },
        )
    });
    let known = Known {
        deals: deals.collect(),
        ..known()
    };
    let again = planned(&known, true, |id| events[&id.0].clone());
    assert_eq!(again.deals, []);
    assert_eq!(again.file.counts.rejected, first.file.counts.rejected);
    let moved = planned(&known, true, |id| {
        let mut events = events[&id.0].clone();
        for recorded in &mut events {
            if let Event::StageEntered { how, .. } = &mut recorded.event {
                *how = Move::Advance;
            }
        }
        events
    });
    assert_eq!((moved.deals.len(), moved.file.counts.new), (0, 0));
    assert!(moved.file.rejects.iter().any(|reject| reject.reason
        == "the deal was moved here, by test on 2026-01-05; its own history stands"));
}

#[test]
fn unknown_deals_are_refused_unless_asked_for() {
    let plan = planned(&known(), false, |_| Vec::new());
    assert_eq!((plan.deals.len(), plan.file.counts.new), (0, 0));
    assert!(
        plan.file.rejects[0]
            .reason
            .starts_with("no deal was imported as")
    );
}

/// By a mapping a log of any system tells steps, overrides and what is known of the deals.
#[test]
fn a_mapped_log_tells_steps_overrides_and_the_deal() {
    let steps = "steps = [\"Call\", \"Visit\"]\n[[stage]]\nname = \"propose\"";
    let process = process(&PROCESS.replace("[[stage]]\nname = \"propose\"", steps));
    let mapping = mapping(
        "[history]\ndeal = \"id\"\nstage = \"what\"\nat = \"at\"\noverridden = \"forced\"\n\
         override_reason = \"because\"\nvalue = \"worth\"\ncurrency = \"cur\"\nreason = \"why\"\nopened = \"since\"\n\
         [values.stage]\nPhoned = \"done_call\"\n[values.reason]\ntoo_dear = \"price\"\n",
        &process,
    );
    let known = Known::default();
    let context = Context {
        process: &process,
        earlier: &[],
        mapping: &mapping,
        known: &known,
        create: Create::default(),
        today: day("2026-11-21"),
    };
    let log = "id,what,at,forced,because,worth,cur,why,since\n\
               A,qualify,2026-01-05 10:00,,,,,,2026-01-02\n\
               A,Phoned,2026-01-06 10:00,,,,,,\n\
               A,propose,2026-01-07 10:00,yes,the boss said so,,,,\n\
               A,done_visit,2026-01-08 10:00,,,,,,\n\
               A,done_dinner,2026-01-08 11:00,,,,,,\n\
               A,lost,2026-01-09 10:00,no,,1200.50,USD,too_dear,\n\
               B,qualify,2026-01-05 10:00,perhaps,,,,,\n";
    let plan = plan_history(&context, text_input(log), true, now(), |_| {
        Ok::<_, Infallible>(Vec::new())
    });
    let plan = plan.expect("no store").expect("a plan");
    let counts = plan.file.counts;
    assert_eq!(
        (
            counts.new,
            counts.known,
            counts.rejected,
            counts.passed_over
        ),
        (5, 0, 1, 1)
    );
    assert_eq!(
        plan.notes[0],
        "1 event of `done_dinner`, a step the process does not have: passed over"
    );
    assert_eq!(
        plan.file.rejects[0].reason,
        "overridden: `perhaps` is neither yes nor no"
    );
    let events = recorded(&plan.deals[0]);
    let deal = Deal::from_events(&events).expect("a deal");
    assert_eq!(deal.opened, Some(day("2026-01-02")));
    assert_eq!(
        deal.steps.into_iter().collect::<Vec<_>>(),
        [
            ("call".into(), day("2026-01-06")),
            ("visit".into(), day("2026-01-08"))
        ]
    );
    assert_eq!((deal.overrides, deal.visits[0].overridden), (1, true));
    let value = deal.value.expect("a value");
    assert_eq!((value.minor, value.currency.code()), (120_050, "USD"));
    assert_eq!(
        (deal.state, deal.reason.as_deref()),
        (State::Lost, Some("price"))
    );
    let told = events.iter().find_map(|recorded| match &recorded.event {
        Event::StageEntered { overridden, .. } => overridden.clone(),
        _ => None,
    });
    assert_eq!(told.expect("an override").reason.text, "the boss said so");
    // The store knows that steps and overrides were told, so that none of them is none.
    let facts: Vec<&str> = deal.facts.iter().map(|fact| fact.name.as_str()).collect();
    assert!(facts.contains(&".steps_told") && facts.contains(&".overrides_told"));
}

#[test]
fn a_real_event_log() {
    let Some(data) = shared("helpdesk") else {
        return;
    };
    let stages = "[[stage]]\nname = \"s1\"\nobjective = \"x\"\n[[stage]]\nname = \"s8\"\nobjective = \"x\"\n[[stage]]\nname = \"s9\"\nobjective = \"x\"\n";
    let text = format!(
        "{}{stages}[[end]]\nname = \"won\"\n[[end]]\nname = \"lost\"\nreasons = [\"price\"]\n",
        &PROCESS[..PROCESS.find("[fields").expect("fields")]
    );
    let process = process(&text);
    let mapping = mapping(
        "[history]\ndeal = \"CaseID\"\nstage = \"ActivityID\"\nat = \"CompleteTimestamp\"\ntimezone = \"Europe/Rome\"\n\
         [values.stage]\n1 = \"s1\"\n8 = \"s8\"\n9 = \"s9\"\n6 = \"won\"\n2 = \"\"\n3 = \"\"\n4 = \"\"\n5 = \"\"\n7 = \"\"\n",
        &process,
    );
    let known = Known::default();
    let context = Context {
        process: &process,
        earlier: &[],
        mapping: &mapping,
        known: &known,
        create: Create::default(),
        today: day("2026-11-21"),
    };
    let plan = plan_history(
        &context,
        input(&data.join("helpdesk.csv")),
        true,
        now(),
        |_| Ok::<_, Infallible>(Vec::new()),
    );
    let plan = plan.expect("no store").expect("a plan");
    let counts = plan.file.counts;
    assert_eq!(
        (counts.read, counts.rejected, counts.passed_over),
        (13_710, 0, 176)
    );
    assert_eq!(plan.deals.len(), 3_804);
    let won = plan.deals.iter().filter(|deal| {
        Deal::from_events(&recorded(deal)).is_some_and(|deal| deal.state == State::Won)
    });
    assert_eq!(won.count(), 3_804);
}
