//! What no amount of other agreement may outvote: two rows that tell of two people. Colleagues of one family
//! name share everything but their first name and their own address; whoever merges them unseen loses one
//! of two customers. Such a pair is never sure; a person decides.

use super::compare::{BIRTH, EMAIL, FIRST, LAST, LEVELS, Levels, NUMBER, SAME};
use super::names::Names;

/// `first name short for the other` and `first name close`.
const NEAR: [usize; 2] = [2, 3];

/// Why two rows that agree in much are two people all the same; none when nothing says so.
pub(super) fn conflict(names: &Names, levels: Levels, a: u32, b: u32) -> Option<&'static str> {
    // What is a person's own and the same outweighs a name that changed or was mistyped.
    let same = |comparison| levels.get(comparison) == usize::from(SAME);
    if same(EMAIL) || same(NUMBER) || same(BIRTH) {
        return None;
    }
    // Nor are a number or a birth date nearly the same by chance.
    let differs = |comparison: usize| levels.get(comparison) == LEVELS[comparison].len();
    let near = |comparison: usize| levels.get(comparison) != 0 && !differs(comparison);
    if near(NUMBER) || near(BIRTH) {
        return None;
    }
    if differs(FIRST) {
        return Some("the first names are two");
    }
    if differs(LAST) {
        return Some("the last names are two");
    }
    let (a, b) = (&names.rows[a as usize], &names.rows[b as usize]);
    let own = a.address_of_name() && b.address_of_name() && a.local != b.local;
    (own && NEAR.contains(&levels.get(FIRST)))
        .then_some("each has an address made of a first name of its own")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::super::compare::Comparer;
    use super::super::names::{Features, Kind};
    use super::*;

    fn person<'a>(first: &'a str, last: &'a str, email: &'a str) -> Features<'a> {
        Features {
            first,
            last,
            email,
            company: "Zeta AG",
            domain: "zeta.example",
            city: "Köln",
            ..Features::default()
        }
    }

    #[rstest]
    #[case(("Karin", "Wolf", "karin.wolf@zeta.example"), ("Klaus", "Wolf", "klaus.wolf@zeta.example"), true)]
    #[case(("Karin", "Wolf", ""), ("Klaus", "Wolf", ""), true)]
    #[case(("Jana", "Roth", "jana.roth@zeta.example"), ("Jan", "Roth", "jan.roth@zeta.example"), true)]
    #[case(("Jana", "Roth", "jana.roth@zeta.example"), ("Jana", "Berg", ""), true)]
    #[case(("Jana", "Roth", "jana.roth@zeta.example"), ("Jana", "Berg", "jana.roth@zeta.example"), false)]
    #[case(("Jana", "Roth", "jana.roth@zeta.example"), ("J.", "Roth", "jroth@zeta.example"), false)]
    #[case(("Jana", "Roth", "jana.roth@zeta.example"), ("Jnaa", "Roth", "jana.roth@zeta.example"), false)]
    #[case(("William", "Roth", "william.roth@zeta.example"), ("Bill", "Roth", "w.roth@zeta.example"), false)]
    #[case(("Jana", "Roth", ""), ("", "Roth", "jroth@zeta.example"), false)]
    #[case(("Roth", "Jana", ""), ("Jana", "Roth", ""), false)]
    fn two_people(
        #[case] one: (&str, &str, &str),
        #[case] other: (&str, &str, &str),
        #[case] two: bool,
    ) {
        let mut names = Names::new(Kind::Person);
        let a = names.push(&person(one.0, one.1, one.2));
        let b = names.push(&person(other.0, other.1, other.2));
        let levels = Comparer::new(&names).levels(a, b);
        assert_eq!(conflict(&names, levels, a, b).is_some(), two, "{levels:?}");
        assert_eq!(conflict(&names, levels, b, a).is_some(), two);
    }
}
