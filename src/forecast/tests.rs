//! The whole of it on made-up histories: nothing later than an origin is seen, parts add up, refusals say why.

use proptest::prelude::*;

use super::made::{LAST, Made, SEGMENT, book, made, process};
use super::*;
use crate::deal::book::{Left, State, Told};
use crate::id::Id;

fn horizon(days: i32) -> Horizon {
    Horizon {
        from: Day::new(LAST),
        to: Day::new(LAST + days),
    }
}

fn refusal(made: &[Made]) -> String {
    let process = process();
    let book = book(&process, made);
    match outlook(&process, &book, horizon(28)) {
        Ok(_) => panic!("an outlook"),
        Err(refusal) => refusal.why,
    }
}

#[test]
fn parts_add_up() {
    let process = process();
    let book = book(&process, &made(900, 1));
    let (outlook, backtest) = outlook(&process, &book, horizon(28)).expect("an outlook");
    let deals: f64 = outlook
        .deals
        .iter()
        .map(|deal| deal.chance * deal.worth_minor)
        .sum();
    assert!(deals > 0.0 && (deals - outlook.open_minor).abs() < 1e-6 * deals);
    let all = outlook.open_minor + outlook.new_minor;
    assert!((all - outlook.total_minor).abs() < 1e-6 * all);
    let open = book.deals.state.iter().filter(|state| state.is_open());
    assert_eq!(outlook.deals.len(), open.count());
    let methods: Vec<_> = outlook.said.iter().map(|said| said.method).collect();
    assert_eq!(methods, METHODS);
    for said in &outlook.said {
        let chances = &said.expected.chances;
        let expected = if said.method == "run-rate" {
            0
        } else {
            outlook.deals.len()
        };
        assert_eq!(chances.len(), expected, "{}", said.method);
        assert!(chances.iter().all(|chance| (0.0..=1.0).contains(chance)));
    }
    assert!(
        outlook
            .deals
            .iter()
            .any(|deal| deal.by == WorthBy::ListPrice)
    );
    assert!(outlook.deals.iter().any(|deal| deal.by == WorthBy::Average));
    assert!(backtest.origins.len() > 6 && backtest.every == 1);
    for origin in &backtest.origins {
        assert_eq!(origin.chances.len(), origin.won.len());
        assert!(origin.low_minor < origin.high_minor);
    }
}

/// Nobody told since when it is in its stage: it has the share of the stage, out of what new business would bring.
#[test]
fn a_deal_without_dates_is_not_lost() {
    let process = process();
    let plain = book(&process, &made(900, 1));
    let mut with = plain.clone();
    let deal = with.deals.len() as u32;
    with.deals.id.push(Id(i64::from(deal) + 1));
    with.deals.owner.push(None);
    with.deals.team.push(None);
    with.deals.product.push(Some(0));
    with.deals.source.push(None);
    with.deals.state.push(State::Open);
    with.deals.stage.push(Some(0));
    with.deals.currency.push(0);
    with.deals.opened.push(None);
    with.deals.closed.push(None);
    with.deals.customer_type.push(None);
    let products = with.told.get_mut("product").expect("told");
    let mut more = Told::new(products.labels.clone(), with.deals.len());
    for (deal, day, label) in products.all() {
        more.push(deal, day, label);
    }
    more.push(deal, Day::new(LAST), Some(0));
    *products = more;
    with.visits.deal.push(deal);
    with.visits.stage.push(0);
    with.visits.entered.push(None);
    with.visits.left.push(None);
    with.visits.how.push(Left::Still);
    with.visits.overridden.push(false);
    let (before, _) = outlook(&process, &plain, horizon(28)).expect("an outlook");
    let (after, _) = outlook(&process, &with, horizon(28)).expect("an outlook");
    let last = after.deals.last().expect("a deal");
    assert!(last.deal == deal && !last.dated && last.by == WorthBy::ListPrice);
    assert!(last.chance > 0.0);
    assert_eq!(before.total_minor, after.total_minor);
    let moved = after.open_minor - before.open_minor;
    assert!((moved - last.chance * last.worth_minor).abs() < 1e-6 * moved);
    assert!(after.said.iter().all(|said| {
        said.method == "run-rate" || said.expected.chances.len() == after.deals.len()
    }));
}

/// Twenty weeks; in each, one deal is open on the day of the snapshot and won after it, and one comes after it and is
/// won in time, for 100 more the longer ago it is.
#[test]
fn new_business_worked_out_by_hand() {
    let deal = |opened: i32, days: i32, closing: i64| Made {
        opened,
        qualifying: 0,
        back: false,
        proposing: days,
        won: true,
        value: Some(closing),
        closing,
        owner: 0,
        later_owner: None,
        told: [vec![(opened, 0)], vec![], vec![], vec![]],
        active: vec![],
    };
    let made: Vec<Made> = (1..=20)
        .flat_map(|week| {
            let day = LAST - 7 * week;
            let new = deal(day + 1, 2, 100 * i64::from(week));
            [deal(day - 1, 3, 50_000), new]
        })
        .collect();
    let process = process();
    let book = book(&process, &made);
    let past = Past::new(&process, &book);
    let panel = Panel::new(&past, 7);
    let now = panel.weeks.len() - 1;
    let none = season::Season::NONE;
    let new = new_business::expected(&panel, now, &none).expect("weeks that are over");
    // The last eight weeks that are over: 100 to 800.
    assert_eq!((new.value, new.seasonal, new.deals), (450.0, 450.0, 1.0));
    // With a season, by what the months ahead are against those that it was counted in.
    let season = season::Season {
        by_month: [2.0; 3],
        belief: 1.0,
    };
    let same = new_business::expected(&panel, now, &season).expect("weeks that are over");
    assert_eq!(same.seasonal, 450.0);
    // The run-rate: the last week, a mean of three, a quarter ago.
    let windows = run_rate::windows(&panel, now, &none);
    assert_eq!(windows[0], Some(50_100.0));
    assert_eq!(windows[1], Some(50_200.0));
    assert_eq!(windows[3], Some(50_000.0 + 1_300.0));
    assert_eq!(windows[4], None, "before the first win");
}

#[test]
fn refusals_say_what_was_found() {
    let won: Vec<Made> = made(900, 1)
        .into_iter()
        .map(|deal| Made { won: true, ..deal })
        .collect();
    let why = refusal(&won);
    assert!(why.starts_with("no losses are recorded beside "), "{why}");
    let lost: Vec<Made> = made(900, 1)
        .into_iter()
        .enumerate()
        .map(|(at, deal)| Made {
            won: at == 0,
            opened: LAST - 200,
            ..deal
        })
        .collect();
    assert_eq!(
        refusal(&lost),
        "insufficient history: 1 deal won and 899 lost, 30 of each are needed"
    );
    let late: Vec<Made> = made(900, 1)
        .into_iter()
        .map(|deal| Made {
            opened: LAST - 120 + deal.opened % 100,
            ..deal
        })
        .collect();
    let why = refusal(&late);
    assert!(
        why.starts_with("insufficient history: ") && why.contains("28 days"),
        "{why}"
    );
    assert_eq!(
        refusal(&[]),
        "insufficient history: 0 deals won and 0 lost, 30 of each are needed"
    );
}

/// What logistic says on the last day, by deal.
fn chances(made: &[Made]) -> Vec<(usize, f64)> {
    let process = process();
    let book = book(&process, made);
    let past = Past::new(&process, &book);
    let panel = Panel::new(&past, 28);
    let t = panel.weeks.len() - 1;
    let drawn = rows::PastRows::new(&panel, &[t]);
    let rows = panel.rows(t, &panel.seen_in(&[t]).concat());
    let chances =
        logistic::chances(&panel, &drawn, t, &season::Season::NONE, &rows).expect("chances");
    let deals = rows.iter().map(|row| row.deal as usize);
    deals.zip(chances).collect()
}

/// Mean chance of the open deals that are told of.
fn mean(chances: &[(usize, f64)], of: impl Fn(usize) -> bool) -> f64 {
    let told: Vec<f64> = chances
        .iter()
        .filter(|(deal, _)| of(*deal))
        .map(|told| told.1)
        .collect();
    assert!(told.len() > 10, "{}", told.len());
    told.iter().sum::<f64>() / told.len() as f64
}

/// Deals without a field told and nothing done.
fn plain(count: u32, seed: u64) -> Vec<Made> {
    let mut made = made(count, seed);
    for deal in &mut made {
        deal.told = Default::default();
        deal.active.clear();
    }
    made
}

#[test]
fn a_choice_that_decides_counts() {
    let mut made = plain(1_500, 3);
    let without = chances(&made);
    let mut random = fastrand::Rng::with_seed(3);
    for deal in &mut made {
        // The large ones are won twice as often as the others.
        let segment = random.u32(0..3);
        deal.won = random.f64() < if segment == 1 { 0.7 } else { 0.3 };
        deal.told[SEGMENT].push((deal.opened, segment));
    }
    let with = chances(&made);
    let is_large = |deal: usize| made[deal].told[SEGMENT][0].1 == 1;
    let (large, others) = (mean(&with, is_large), mean(&with, |deal| !is_large(deal)));
    assert!(large > 1.6 * others, "{large} {others}");
    // What is told only once it is over helps nobody, nor does that it is told.
    for deal in &mut made {
        deal.told[SEGMENT][0].0 = deal.closed();
    }
    let late = chances(&made);
    for deal in &mut made {
        deal.told[SEGMENT].clear();
    }
    assert_eq!(late, chances(&made));
    assert_eq!(without.len(), late.len());
}

/// Won deals are told to be of a segment three days before they are won, whichever it is.
#[test]
fn that_a_choice_is_told_does_not_help() {
    let mut made = plain(1_500, 4);
    let without = chances(&made);
    let mut random = fastrand::Rng::with_seed(4);
    for deal in made.iter_mut().filter(|deal| deal.won) {
        deal.told[SEGMENT].push((deal.closed() - 3, random.u32(0..3)));
    }
    assert_eq!(without, chances(&made));
}

#[test]
fn a_choice_that_differs_by_luck_adds_nothing() {
    let luck = (0..10).filter(|seed| {
        let mut made = plain(600, 10 + seed);
        let without = chances(&made);
        let mut random = fastrand::Rng::with_seed(*seed);
        for deal in &mut made {
            deal.told[SEGMENT].push((deal.opened, random.u32(0..3)));
        }
        without != chances(&made)
    });
    // One in twenty is to be expected.
    assert!(luck.count() <= 1);
}

#[test]
fn silent_deals_are_lost() {
    let mut made = plain(1_500, 5);
    let mut random = fastrand::Rng::with_seed(5);
    for deal in &mut made {
        // Something is done every week, of those that are lost only at first.
        let until = if deal.won {
            deal.closed()
        } else {
            deal.opened + 10
        };
        let mut day = deal.opened;
        while day < until.min(deal.closed()) {
            deal.active.push(day);
            day += random.i32(2..9);
        }
    }
    let chances = chances(&made);
    let silent = |deal: usize| {
        let last = made[deal].active.iter().filter(|day| **day <= LAST).max();
        last.is_none_or(|day| LAST - day >= 14)
    };
    let (quiet, busy) = (mean(&chances, silent), mean(&chances, |deal| !silent(deal)));
    assert!(busy > 3.0 * quiet, "{busy} {quiet}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]
    /// What happens after an origin (ends, values, owners, stages, new deals, what their fields are told to be, what is
    /// done for them) changes nothing that was said on it.
    #[test]
    fn nothing_later_is_seen(seed in 0_u64..1_000, back in 5_usize..12) {
        let process = process();
        let mut plain = made(500, seed);
        let origin = LAST - 7 * back as i32;
        let mut random = fastrand::Rng::with_seed(seed + 1);
        for deal in &mut plain {
            // Every field tells something, so that it would be missed.
            let telling = deal.told.iter().map(|told| [0.2, 0.0, -0.1][told[0].1 as usize]);
            deal.won = random.f64() < 0.3 + telling.sum::<f64>();
            let until = if deal.won { deal.closed() } else { deal.opened + 5 };
            deal.active = (deal.opened..until).step_by(5).collect();
        }
        let mut scrambled = plain.clone();
        for deal in &mut scrambled {
            for told in &mut deal.told {
                told.retain(|(day, _)| *day <= origin);
                if random.bool() {
                    told.push((origin + 1 + random.i32(0..30), random.u32(0..3)));
                }
            }
            deal.active.retain(|day| *day <= origin);
            deal.active.extend((0..random.i32(0..3)).map(|_| origin + 1 + random.i32(0..30)));
            let proposed = deal.opened + deal.qualifying;
            if deal.opened > origin {
                deal.opened = origin + 1 + random.i32(0..50);
                deal.qualifying = random.i32(0..90);
                deal.owner = random.u32(0..4);
                deal.back = random.bool();
            } else if proposed > origin {
                deal.qualifying = origin + 1 + random.i32(0..50) - deal.opened;
                deal.back = random.bool();
            } else if proposed + deal.proposing > origin && !deal.back {
                deal.proposing = origin + 1 + random.i32(0..50) - proposed;
            } else {
                deal.later_owner = Some((origin + 1, random.u32(0..4)));
                continue;
            }
            if !(deal.back && proposed <= origin) {
                deal.won = random.bool();
                deal.closing = random.i64(0..90_000_000);
            }
            deal.later_owner = Some((origin + 1 + random.i32(0..20), random.u32(0..4)));
        }
        let say = |made: &[Made]| {
            let book = book(&process, made);
            let past = Past::new(&process, &book);
            let panel = Panel::new(&past, 28);
            let mut all = backtest(&panel, How { origins: 60, every: 1 }).origins;
            all.retain(|told| told.day <= Day::new(origin));
            all
        };
        let (found, expected) = (say(&scrambled), say(&plain));
        prop_assert!(!expected.is_empty());
        prop_assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(&expected) {
            prop_assert_eq!(&found.said.iter().map(|said| (said.method, said.expected.total_minor)).collect::<Vec<_>>(),
                &expected.said.iter().map(|said| (said.method, said.expected.total_minor)).collect::<Vec<_>>());
            // Chances of deals that came after the origin are of none.
            prop_assert_eq!(&found.chances, &expected.chances);
            prop_assert_eq!((found.low_minor, found.high_minor), (expected.low_minor, expected.high_minor));
            prop_assert_eq!((found.chosen, found.open_minor), (expected.chosen, expected.open_minor));
        }
    }
}
