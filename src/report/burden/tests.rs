//! Twelve deals by hand: six gates with a plan, six passed over without one.

use super::super::sample::{Told, book, day, process};
use super::super::{Ask, lines_of};
use super::*;
use crate::deal::asked::{Passed, Typed};
use crate::document::{Block, Cell};
use crate::id::Id;

fn told(state: State) -> Told {
    Told {
        owner: None,
        product: None,
        state,
        value: None,
        opened: Some(0),
        closed: Some(20),
        expected_close: None,
        hold_until: None,
        next_due: None,
        visits: Vec::new(),
    }
}

/// Deals 1 to 4 and 7 are won, the others lost; 1 to 6 had a plan at their gate on day 10.
fn report(ask: &Ask) -> Report<BurdenRow> {
    let is_won = |deal: i64| deal <= 4 || deal == 7;
    let told: Vec<Told> = (1..=12)
        .map(|deal| {
            told(if is_won(deal) {
                State::Won
            } else {
                State::Lost
            })
        })
        .collect();
    let gate = |deal: i64, won: bool| Passed {
        deal: Id(deal),
        day: day(if won { 20 } else { 10 }),
        version: 1,
        from: "qualify".to_string(),
        won,
        customer_type: None,
        open: Vec::new(),
    };
    let gates = (1..=12).map(|deal| gate(deal, false));
    let wins = (1..=12)
        .filter(|deal| is_won(*deal))
        .map(|deal| gate(deal, true));
    let typed = [(1, "plan"), (1, "account"), (2, "plan"), (5, "plan")];
    let work = Work {
        passed: gates.chain(wins).collect(),
        typed: typed
            .map(|(deal, name)| Typed {
                deal: Id(deal),
                name: name.to_string(),
            })
            .to_vec(),
    };
    let items = vec![
        (Asks::Field, "plan".to_string()),
        (Asks::Step, "offer".to_string()),
    ];
    let mut asked: Vec<Asked> = (0..12)
        .map(|at| Asked {
            at,
            item: 0,
            held: true,
            filled: at < 6,
            overridden: at >= 6,
        })
        .collect();
    // The offer is asked for as deals are won, of all but the last.
    asked.extend((12..17).map(|at| Asked {
        at,
        item: 1,
        held: at < 16,
        filled: at < 15,
        overridden: at == 15,
    }));
    let seen = Seen {
        work: &work,
        items: &items,
        asked: &asked,
        unread: 0,
    };
    burden(&process(), &book(&told), ask, &seen, false).report
}

/// 4 of 6 won with a plan (Wilson 0.300 to 0.903), 1 of 6 without (0.030 to 0.564): by Newcombe −0.0403 to 0.7732. Two
/// of five won deals had their plan typed, and three values were typed for the five.
#[test]
fn what_is_counted_is_what_happened() {
    let report = report(&Ask::default());
    let rows = &report.answer.rows;
    assert_eq!(report.answer.n, 17);
    let plan = &rows[0];
    assert_eq!((plan.asked, plan.left_alone), (12, 0));
    assert_eq!((plan.filled, plan.overridden), (6, 6));
    assert_eq!((plan.with_n, plan.without_n), (6, 6));
    assert!((plan.difference_share.expect("enough") - 0.5).abs() < 1e-12);
    assert!((plan.difference_low.expect("enough") + 0.040_303_878_4).abs() < 1e-9);
    assert!((plan.difference_high.expect("enough") - 0.773_175_284_3).abs() < 1e-9);
    assert_eq!(plan.typed_per_won, Some(0.4));
    let offer = &rows[1];
    assert_eq!((offer.asked, offer.left_alone), (4, 1));
    assert_eq!((offer.filled, offer.overridden), (3, 1));
    // Who is asked as a deal is won has won.
    assert_eq!((offer.with_n, offer.without_n), (0, 0));
    assert_eq!(offer.difference_share, None);
    let lines = lines_of(&report.document);
    let expected = [
        "plan (field): nobody reads it: drop it or use it",
        "offer (step): nobody reads it: drop it or use it",
        "typed by hand for a won deal: 0.6 values (n = 5)",
    ];
    assert_eq!(&lines[1..4], expected);
    let tables = report.document.blocks.iter();
    let mut tables = tables.filter_map(|block| match block {
        Block::Table(table) => Some(table),
        _ => None,
    });
    let cells = &tables.next().expect("a table").rows[0];
    // What is between two shares is told in points: 4 / 6 less 1 / 6.
    assert_eq!(cells[6], Cell::Text("+50 points (−4 to +77)".to_string()));
    assert_eq!(cells[7], Cell::Text("6 + 6".to_string()));
}

#[test]
fn counts_in_sentences_have_separators() {
    let told = |unread| notes(&[], 1, unread);
    let left_out = "left out: the version of the process that asked can't be read any more";
    assert_eq!(told(0), Vec::<String>::new());
    assert_eq!(told(1), [format!("1 gate is {left_out}")]);
    assert_eq!(told(3_765), [format!("3,765 gates are {left_out}")]);
}

/// Up to day 15: the gates on day 10, and no deal that closed.
#[test]
fn a_period_keeps_its_gates_and_its_closings() {
    let period = crate::document::Period {
        from: day(0).date(),
        to: day(15).date(),
    };
    let report = report(&Ask {
        period: Some(period),
        ..Ask::default()
    });
    let rows = &report.answer.rows;
    assert_eq!(report.answer.n, 12);
    assert_eq!(
        (rows[0].asked, rows[0].with_n, rows[0].without_n),
        (12, 0, 0)
    );
    assert_eq!((rows[1].asked, rows[1].typed_per_won), (0, None));
    let notes = &report.answer.notes;
    assert!(notes[0].starts_with("insufficient history for 2 of 2"));
}

#[test]
fn only_deals_that_are_asked_about_count() {
    let only = (0..12).map(|deal| deal == 0 || deal == 7).collect();
    let report = report(&Ask {
        only: Some(only),
        ..Ask::default()
    });
    let plan = &report.answer.rows[0];
    assert_eq!((plan.asked, plan.filled, plan.overridden), (2, 1, 1));
    assert_eq!((plan.with_n, plan.with_share), (1, Some(1.0)));
    assert_eq!((plan.without_n, plan.without_share), (1, Some(0.0)));
    assert_eq!(plan.typed_per_won, Some(1.0));
}

/// Whoever adds a fact to what a report always loads says so to those who ask whether to drop it.
#[test]
fn what_reports_load_unasked_has_a_reader() {
    let text = "[process]\nname = \"P\"\ncurrency = \"EUR\"\n\
                [fields.plan]\ntype = \"bool\"\nwhy = \"w\"\n\
                [[stage]]\nname = \"qualify\"\n[[end]]\nname = \"lost\"\nreasons = [\"price\"]\n";
    let process = crate::process::check("process.toml", text);
    let process = process.process.expect("a process");
    let needs =
        crate::report::meeting::meeting_needs().and(crate::forecast::evidence_needs(&process));
    assert_eq!(needs.attributes, ["has_decider", "plan"]);
    for name in &needs.attributes {
        assert_ne!(readers(&process, name), [], "{name}");
    }
}
