//! What those who resemble a customer bought that it has not: the next thing to talk about.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

/// So many of the most alike are asked.
pub const ALIKE: usize = 10;
/// What one of them bought may be chance.
const LEAST: usize = 2;
/// Who is less alike does not resemble it: the same country and nothing else known is less, the same
/// industry, size or city is more.
pub const LIKE_ENOUGH: f64 = 0.25;

/// A product that a customer has not bought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lack {
    pub product: String,
    /// How many of those alike bought it.
    pub n: usize,
    /// How many are alike.
    pub of: usize,
}

/// What at least two of those alike have and the customer has not, what most of them have first.
pub fn lacks<'p>(
    own: &BTreeSet<String>,
    alike: impl IntoIterator<Item = &'p BTreeSet<String>>,
) -> Vec<Lack> {
    let mut bought: BTreeMap<&str, usize> = BTreeMap::new();
    let mut of = 0;
    for products in alike {
        of += 1;
        for product in products.difference(own) {
            *bought.entry(product).or_default() += 1;
        }
    }
    let mut lacks: Vec<Lack> = bought
        .into_iter()
        .filter(|(_, n)| *n >= LEAST)
        .map(|(product, n)| Lack {
            product: product.to_string(),
            n,
            of,
        })
        .collect();
    lacks.sort_by(|a, b| b.n.cmp(&a.n).then_with(|| a.product.cmp(&b.product)));
    lacks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn products(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_string()).collect()
    }

    #[test]
    fn what_several_have_and_it_has_not_comes_by_how_many() {
        let own = products(&["crm"]);
        let alike = [
            products(&["crm", "tax"]),
            products(&["tax", "analytics"]),
            products(&["analytics", "tax", "crm"]),
            products(&["support"]),
            products(&["audit", "analytics"]),
            products(&["audit"]),
            products(&[]),
        ];
        let found: Vec<(String, usize, usize)> = lacks(&own, &alike)
            .into_iter()
            .map(|lack| (lack.product, lack.n, lack.of))
            .collect();
        let expected = [("analytics", 3, 7), ("tax", 3, 7), ("audit", 2, 7)];
        assert_eq!(
            found,
            expected.map(|(product, n, of)| (product.to_string(), n, of))
        );
        assert_eq!(lacks(&own, &alike[..1]), []);
        assert_eq!(lacks(&own, []), []);
    }
}
