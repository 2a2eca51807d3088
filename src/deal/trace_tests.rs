//! A deal told event by event: who is named, what has no date.

use super::*;
use crate::deal::event::{Activity, ActivityKind, Override, Private};
use crate::id::Id;

fn told(events: Vec<(u32, &str, Event)>) -> Vec<Recorded> {
    (1..)
        .zip(events)
        .map(|(seq, (day, actor, event))| {
            let day = NaiveDate::from_ymd_opt(2026, 3, day).expect("a day");
            let at = day.and_hms_opt(10, 0, 0).expect("a time").and_utc();
            Recorded {
                stream: Id(1),
                seq,
                operation: Id(seq),
                recorded: at,
                effective: at,
                day,
                actor: actor.into(),
                version: 1,
                event,
            }
        })
        .collect()
}

fn entered(stage: &str, how: Move, dated: bool) -> Event {
    Event::StageEntered {
        stage: stage.into(),
        how,
        entered: dated.then(NaiveDate::default),
        customer_type: None,
        overridden: (how == Move::Advance).then(|| Override {
            reason: Private::new("because"),
            open: Vec::new(),
        }),
    }
}

fn lines(events: &[Recorded], as_of: u32, with: With) -> (Vec<String>, u64) {
    let rep_of = |actor: &str| (actor == "jr" || actor == "ab").then(|| actor.to_string());
    let as_of = NaiveDate::from_ymd_opt(2026, 3, as_of).expect("a day");
    let trace = trace(events, as_of, with, &rep_of);
    let line = |event: &Happened| {
        format!(
            "{} {} {} {}{}",
            event.at.format("%d"),
            event.kind,
            event.activity,
            event.rep.as_deref().unwrap_or("-"),
            if event.overridden { " !" } else { "" }
        )
    };
    (trace.events.iter().map(line).collect(), trace.undated)
}

#[test]
fn a_deal_is_told_without_names_of_persons() {
    let call = Activity {
        what: ActivityKind::Call,
        minutes: None,
        cost_minor: None,
        person: Some(Id(9)),
        tool: None,
        text: Some(Private::new("with Jana")),
    };
    let events = told(vec![
        (1, "jr", entered("qualify", Move::Start, true)),
        (1, "jr", Event::Changed(Change::Owner(Some("ab".into())))),
        (
            2,
            "root",
            Event::StepDone {
                step: "first_call".into(),
            },
        ),
        (3, "jr", Event::Logged(call)),
        (4, "ab", entered("propose", Move::Advance, true)),
        (5, "jr", entered("qualify", Move::Back, true)),
        (
            6,
            "jr",
            Event::Held {
                until: NaiveDate::default(),
                reason: Private::new("wait"),
            },
        ),
        (7, "jr", Event::Resumed),
        (
            8,
            "root",
            Event::Lost {
                reason: None,
                note: None,
                imported: false,
                closed: None,
            },
        ),
        (
            9,
            "jr",
            Event::Reopened {
                reason: None,
                stage: None,
            },
        ),
        (10, "jr", entered("propose", Move::Imported, false)),
        (
            11,
            "jr",
            Event::Won {
                imported: true,
                closed: Some(NaiveDate::default()),
                overridden: None,
            },
        ),
    ]);
    let all = With {
        activities: true,
        holds: true,
    };
    let (whole, undated) = lines(&events, 31, all);
    assert_eq!(
        whole,
        [
            "01 stage qualify jr",
            // Who is no rep is not told: the owner stands for them.
            "02 step done_first_call ab",
            "03 activity call jr",
            "04 stage propose ab !",
            "05 back qualify jr",
            "06 hold hold jr",
            "07 hold resume jr",
            "08 lost lost ab",
            "09 reopened qualify jr",
            // Whoever ran the import did not win it.
            "11 won won ab",
        ]
    );
    assert_eq!(undated, 1);
    let (moves, _) = lines(&events, 4, With::default());
    assert_eq!(
        moves,
        [
            "01 stage qualify jr",
            "02 step done_first_call ab",
            "04 stage propose ab !"
        ]
    );
}
