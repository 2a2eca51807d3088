//! What other reports say that belongs on the agenda: what is asked of reps and read by nobody, and how far deals follow
//! the process.

use super::super::burden::{Burden, BurdenRow};
use super::super::conformance::Followed;
use super::{ReviewRow, SHOWN, Section, footer, share, so_many};
use crate::document::Document;

/// What nobody reads; `again` is the period, to go behind a command.
pub fn burden_section(burden: &Burden, again: &str) -> Section {
    const NAME: &str = "burden";
    let rows = &burden.report.answer.rows;
    let command = format!("salesctl process burden{again}");
    let unread: Vec<&BurdenRow> = rows.iter().filter(|row| row.read_by.is_empty()).collect();
    let line = |row: &BurdenRow| {
        let filled = match row.asked {
            0 => "not asked".to_string(),
            asked => so_many(row.filled, asked, "times filled"),
        };
        format!("{} {}: nobody reads it; {filled}", row.kind, row.name)
    };
    let mut document = Document::default().heading(format!(
        "Burden: {} of {} things required are read by nobody",
        unread.len(),
        rows.len()
    ));
    if let Some(words) = burden.typing.in_words() {
        document = document.line(words);
    }
    for row in unread.iter().take(SHOWN) {
        document = document.line(line(row));
    }
    let told = unread.iter().map(|row| {
        let what = format!("{} {}", row.kind, row.name);
        ReviewRow::new(NAME, what, line(row), &command).counted(row.filled, row.asked)
    });
    Section {
        name: NAME,
        rows: told.collect(),
        document: footer(document, unread.len().saturating_sub(SHOWN), &command),
    }
}

/// How many deals followed the process, and what those did that did not.
pub fn conformance_section(followed: &Followed, again: &str) -> Section {
    const NAME: &str = "conformance";
    let command = format!("salesctl report conformance{again}");
    let classes = [
        ("skipped a stage", followed.skipped_stage_deals),
        ("an illegal move", followed.illegal_move_deals),
        (
            "moved back where that is not allowed",
            followed.moved_back_deals,
        ),
        ("a stage too often", followed.repeated_stage_deals),
        (
            "a required step missing",
            followed.missing_step_deals.unwrap_or(0),
        ),
        ("passed by override", followed.override_deals.unwrap_or(0)),
        ("too long in a stage", followed.too_long_deals),
    ];
    let of = followed.n;
    let mut document = Document::default().heading(format!(
        "Conformance: {}",
        so_many(followed.conforming, of, "deals follow the process")
    ));
    if share(followed.conforming, of).is_none() {
        document = document.line("insufficient history for a share");
    }
    let told: Vec<ReviewRow> = classes
        .into_iter()
        .filter(|(_, deals)| *deals > 0)
        .map(|(what, deals)| {
            let text = so_many(deals, of, "deals");
            ReviewRow::new(NAME, what, text, &command).counted(deals, of)
        })
        .collect();
    for row in &told {
        document = document.line(format!("{}: {}", row.what, row.text));
    }
    Section {
        name: NAME,
        rows: told,
        document: document.line(command),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::told_nothing;
    use super::*;
    use crate::deal::book::{Left, State};
    use crate::report::burden::Typing;
    use crate::report::sample::{DEMONSTRATE, QUALIFY, Told, book};
    use crate::report::{Ask, Judging, Report, answer, conformance, lines_of};

    const AGAIN: &str = " --period 2026-07-01..2026-09-30";

    fn required(
        (kind, name): (&'static str, &str),
        (filled, asked): (usize, usize),
        read_by: &[&str],
        typed_per_won: Option<f64>,
    ) -> BurdenRow {
        BurdenRow {
            kind,
            name: name.to_string(),
            stages: Vec::new(),
            asked,
            left_alone: 0,
            filled,
            filled_share: None,
            overridden: 0,
            overridden_share: None,
            read_by: read_by.iter().map(ToString::to_string).collect(),
            with_n: 0,
            with_share: None,
            with_low: None,
            with_high: None,
            without_n: 0,
            without_share: None,
            without_low: None,
            without_high: None,
            difference_share: None,
            difference_low: None,
            difference_high: None,
            typed_per_won,
        }
    }

    /// What a section counts: what, how often, of how many, the share.
    fn counts(section: &Section) -> Vec<(&str, Option<usize>, Option<usize>, Option<f64>)> {
        let rows = section.rows.iter();
        rows.map(|row| (row.what.as_str(), row.n, row.of, row.share))
            .collect()
    }

    fn burden(rows: Vec<BurdenRow>, typing: Typing) -> Burden {
        let book = book(&[]);
        let process = crate::report::sample::process();
        let told = (rows.len(), rows, Vec::new());
        let answer = answer("", &process, &book, &Ask::default(), told);
        let document = Document::default();
        Burden {
            report: Report { answer, document },
            typing,
        }
    }

    /// 6 of 12 is a half. Of the 7 values typed for 10 won deals, 6 are of what is required.
    #[test]
    fn what_nobody_reads_is_on_the_agenda() {
        let rows = [
            required(("field", "plan"), (6, 12), &[], Some(0.4)),
            required(
                ("role", "decider"),
                (3, 1_000),
                &["gate qualify"],
                Some(0.2),
            ),
            required(("step", "tour"), (900, 1_200), &[], Some(0.0)),
            required(("step", "offer"), (0, 0), &[], Some(0.0)),
            required(("step", "paper"), (1, 4), &[], Some(0.0)),
        ];
        let typing = Typing { won: 10, values: 7 };
        let section = burden_section(&burden(rows.to_vec(), typing), AGAIN);
        assert_eq!(
            lines_of(&section.document),
            [
                "Burden: 4 of 5 things required are read by nobody",
                "typed by hand for a won deal: 0.7 values (n = 10)",
                "field plan: nobody reads it; 6 of 12 times filled (50 %)",
                "step tour: nobody reads it; 900 of 1,200 times filled (75 %)",
                "step offer: nobody reads it; not asked",
                "step paper: nobody reads it; 1 of 4 times filled",
                "salesctl process burden --period 2026-07-01..2026-09-30",
            ]
        );
        assert_eq!(
            counts(&section),
            [
                ("field plan", Some(6), Some(12), Some(0.5)),
                ("step tour", Some(900), Some(1_200), Some(0.75)),
                ("step offer", Some(0), Some(0), None),
                ("step paper", Some(1), Some(4), None),
            ]
        );
    }

    #[test]
    fn more_than_are_shown_are_counted_and_told_to_programs() {
        let rows: Vec<BurdenRow> = (0..SHOWN + 2)
            .map(|n| required(("field", &format!("f{n}")), (0, 0), &[], None))
            .collect();
        let section = burden_section(&burden(rows, Typing::default()), "");
        let lines = lines_of(&section.document);
        // Nothing was won, so that nothing is told of typing.
        assert_eq!(lines.len(), 1 + SHOWN + 1);
        assert_eq!(lines[1], "field f0: nobody reads it; not asked");
        assert_eq!(lines[1 + SHOWN], "and 2 more: salesctl process burden");
        assert_eq!(section.rows.len(), SHOWN + 2);
    }

    fn deal(state: State, closed: Option<i32>, visits: &[(u16, i32, Option<i32>, Left)]) -> Told {
        let visits = visits.iter();
        Told {
            owner: None,
            product: None,
            state,
            value: None,
            opened: Some(0),
            closed,
            expected_close: None,
            hold_until: None,
            next_due: None,
            visits: visits
                .map(|(stage, entered, left, how)| (*stage, Some(*entered), *left, *how))
                .collect(),
        }
    }

    /// The section of the first so many of five deals: two went the whole way and one has begun it, two were won from the
    /// first stage.
    fn followed(deals: usize) -> Section {
        let text = "[process]\nname = \"P\"\ncurrency = \"EUR\"\n[[stage]]\nname = \"qualify\"\n\
                    [[stage]]\nname = \"demonstrate\"\n[[end]]\nname = \"lost\"\nreasons = [\"price\"]\n";
        let process = crate::process::check("process.toml", text);
        let process = process.process.expect("a process");
        let whole = [
            (QUALIFY, 0, Some(5), Left::Advanced),
            (DEMONSTRATE, 5, Some(9), Left::Won),
        ];
        let early = [(QUALIFY, 0, Some(5), Left::Won)];
        let told = [
            deal(State::Won, Some(9), &whole),
            deal(State::Won, Some(5), &early),
            deal(State::Open, None, &[(QUALIFY, 100, None, Left::Still)]),
            deal(State::Won, Some(9), &whole),
            deal(State::Won, Some(5), &early),
        ];
        let judging = Judging {
            process: &process,
            earlier: &[],
        };
        let book = told_nothing(&book(&told[..deals]), judging);
        let report = conformance(judging, &book, &Ask::default(), false).expect("a report");
        conformance_section(&report.answer.rows[0].followed, AGAIN)
    }

    /// 3 of 5 are 60 %, 2 of 5 are 40 %; what nobody did is not said.
    #[test]
    fn deviations_are_on_the_agenda() {
        let section = followed(5);
        assert_eq!(
            lines_of(&section.document),
            [
                "Conformance: 3 of 5 deals follow the process (60 %)",
                "skipped a stage: 2 of 5 deals (40 %)",
                "salesctl report conformance --period 2026-07-01..2026-09-30",
            ]
        );
        assert_eq!(
            counts(&section),
            [("skipped a stage", Some(2), Some(5), Some(0.4))]
        );
    }

    #[test]
    fn of_few_deals_no_share_is_told() {
        let section = followed(4);
        assert_eq!(
            lines_of(&section.document),
            [
                "Conformance: 3 of 4 deals follow the process",
                "insufficient history for a share",
                "skipped a stage: 1 of 4 deals",
                "salesctl report conformance --period 2026-07-01..2026-09-30",
            ]
        );
        assert_eq!(
            counts(&section),
            [("skipped a stage", Some(1), Some(4), None)]
        );
    }
}
