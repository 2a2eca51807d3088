//! Who is left out whatever the condition says: in a deal already, or spoken to not long ago. Each is one
//! statement for everybody.

use anyhow::Result;
use rusqlite::{Connection, ToSql};
use rustc_hash::{FxHashMap, FxHashSet};

use super::people::People;
use crate::deal::book::Day;
use crate::prospect::TopicRule;
use crate::prospect::likeness::{Names, Sym};

/// Whom a deal is or was with: who it began with, who takes part, and its account.
macro_rules! of_deals {
    ($state:literal) => {
        concat!(
            "SELECT o.prospect FROM origin o JOIN deal d ON d.id = o.deal
                WHERE o.prospect IS NOT NULL AND ",
            $state,
            " UNION ALL SELECT o.person FROM origin o JOIN deal d ON d.id = o.deal
                WHERE o.person IS NOT NULL AND ",
            $state,
            " UNION ALL SELECT x.person FROM participant x JOIN deal d ON d.id = x.deal WHERE ",
            $state,
            " UNION ALL SELECT d.account FROM deal d WHERE d.account IS NOT NULL AND ",
            $state
        )
    };
}

/// In a deal that goes on, at a company that one goes on with, or won on a list before.
const IN_A_DEAL: &str = concat!(
    of_deals!("d.state IN ('open', 'hold')"),
    " UNION ALL SELECT o.prospect FROM origin o JOIN deal d ON d.id = o.deal
        WHERE o.prospect IS NOT NULL AND d.state = 'won'
      UNION ALL SELECT p.id FROM person p JOIN account_now a ON a.id = p.account
        WHERE a.now IN (SELECT n.now FROM deal d JOIN account_now n ON n.id = d.account
            WHERE d.state IN ('open', 'hold'))"
);

/// Everything that reached them since a day. What was done in a deal with nobody in particular reached whoever
/// is in it, also when the deal is lost by then.
const CONTACTED: &str = concat!(
    "WITH spoken AS MATERIALIZED (SELECT DISTINCT deal FROM activity WHERE person IS NULL AND day >= $1)
     SELECT n.prospect FROM list_use u JOIN list_use_name n ON n.list_use = u.id WHERE u.day >= $1
     UNION ALL SELECT subject FROM contact_activity WHERE day >= $1
     UNION ALL SELECT person FROM contact_activity WHERE person IS NOT NULL AND day >= $1
     UNION ALL SELECT person FROM activity WHERE person IS NOT NULL AND day >= $1
     UNION ALL ",
    of_deals!(
        "(d.opened >= $1 OR d.closed >= $1 OR d.id IN (SELECT s.deal FROM spoken s))"
    )
);

pub(in crate::store) fn in_a_deal(
    connection: &Connection,
    people: &People,
) -> Result<FxHashSet<i64>> {
    everybody(connection, people, IN_A_DEAL, &[])
}

pub(in crate::store) fn contacted(
    connection: &Connection,
    people: &People,
    since: Day,
) -> Result<FxHashSet<i64>> {
    everybody(connection, people, CONTACTED, &[&since.number()])
}

/// Persons and accounts of ours, and whoever got a deal.
pub(super) fn known(connection: &Connection, people: &People) -> Result<FxHashSet<i64>> {
    let sql = "SELECT id FROM person UNION ALL SELECT id FROM account
        UNION ALL SELECT prospect FROM origin WHERE prospect IS NOT NULL";
    everybody(connection, people, sql, &[])
}

pub(super) fn everybody(
    connection: &Connection,
    people: &People,
    sql: &str,
    values: &[&dyn ToSql],
) -> Result<FxHashSet<i64>> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query(values)?;
    let mut found = FxHashSet::default();
    while let Some(row) = rows.next()? {
        found.insert(people.of(row.get(0)?));
    }
    Ok(found)
}

/// By entity, all topics with the mean of everybody's latest stars, as what it is compared by.
pub(super) fn topics(
    connection: &Connection,
    people: &People,
    names: &mut Names,
) -> Result<FxHashMap<i64, Sym>> {
    let mut statement = connection.prepare("SELECT DISTINCT topic FROM rating ORDER BY topic")?;
    let topics = statement.query_map([], |row| row.get(0))?;
    let rules: Vec<TopicRule> = topics
        .map(|topic| {
            Ok(TopicRule {
                topic: topic?,
                stars: None,
            })
        })
        .collect::<Result<_>>()?;
    let mut stars: FxHashMap<i64, Vec<(Sym, f32)>> = FxHashMap::default();
    for (rule, by) in rules.iter().zip(ratings(connection, people, &rules)?) {
        let Some(topic) = names.topic(&rule.topic) else {
            continue;
        };
        for (entity, said) in by {
            stars
                .entry(entity)
                .or_default()
                .push((topic, said.mean as f32));
        }
    }
    let sets = stars.into_iter();
    Ok(sets
        .filter_map(|(entity, stars)| Some((entity, names.topics(&stars)?)))
        .collect())
}

/// What people think of somebody by a topic: the mean of everybody's latest stars, and how many they are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Stars {
    pub mean: f64,
    pub raters: usize,
}

/// By topic and entity, whatever row of theirs the stars were given to.
pub(super) type Ratings = Vec<FxHashMap<i64, Stars>>;

/// The day, whether it was said of the survivor's own id, and the id.
type Newness = (i32, bool, i64);

pub(super) fn ratings(
    connection: &Connection,
    people: &People,
    rules: &[TopicRule],
) -> Result<Ratings> {
    let mut statement =
        connection.prepare("SELECT subject, rater, stars, day FROM rating WHERE topic = $1")?;
    let mut found = Vec::new();
    for rule in rules {
        // As `combined` has it: on one day what was said of the survivor's own id counts.
        let mut latest: FxHashMap<(i64, String), (Newness, i64)> = FxHashMap::default();
        let mut rows = statement.query([&rule.topic])?;
        while let Some(row) = rows.next()? {
            let subject = row.get(0)?;
            let entity = people.of(subject);
            let said = ((row.get(3)?, subject == entity, subject), row.get(2)?);
            let kept = latest.entry((entity, row.get(1)?)).or_insert(said);
            *kept = said.max(*kept);
        }
        let mut sums: FxHashMap<i64, (i64, usize)> = FxHashMap::default();
        for ((entity, _), (_, stars)) in latest {
            let sum = sums.entry(entity).or_default();
            *sum = (sum.0 + stars, sum.1 + 1);
        }
        let means = sums.into_iter().map(|(entity, (sum, raters))| {
            let mean = sum as f64 / raters as f64;
            (entity, Stars { mean, raters })
        });
        found.push(means.collect());
    }
    Ok(found)
}
