//! The fit: ridge logistic regression over one-hot columns, by Newton's method with step halving.
//!
//! Maximises Σ log-likelihood − λ/2 · Σ β², the intercept unpenalised: S. le Cessie and J. C. van
//! Houwelingen, Ridge estimators in logistic regression, Applied Statistics 41 (1992), 191–201; the
//! Newton step is iteratively reweighted least squares as in D. W. Hosmer and S. Lemeshow, Applied
//! Logistic Regression, 2nd ed. (2000), §1.2 and §2.2.
//!
//! Every column is 0 or 1 and a row has few of them, so a row is the list of its columns, and rows that
//! are alike are one row with a count: the work grows with what differs, not with the number of deals.

use rustc_hash::FxHashMap;

/// Enough for any penalised fit; Newton needs five or six.
const ROUNDS: usize = 50;
/// Largest change of a coefficient that counts as having arrived: Newton doubles the digits with every
/// step, so the next change would be in the tenth.
const ARRIVED: f64 = 1e-5;

/// Rows that are alike: the columns that are 1, how many rows, how many of them won.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pattern {
    pub(super) columns: Vec<usize>,
    pub(super) n: f64,
    pub(super) won: f64,
}

/// The intercept first, then one coefficient per column, in log odds.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Model(pub(super) Vec<f64>);

impl Model {
    /// The log odds of a row that has these columns.
    fn score(&self, columns: &[usize]) -> f64 {
        self.0[0] + columns.iter().map(|c| self.0[c + 1]).sum::<f64>()
    }

    /// How likely such a row is to win.
    pub(super) fn probability(&self, columns: &[usize]) -> f64 {
        logistic(self.score(columns))
    }
}

fn logistic(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + (-x).exp())
    } else {
        let e = x.exp();
        e / (1.0 + e)
    }
}

/// Puts rows that are alike together, in the order of their first appearance.
pub(super) fn patterns<'a>(rows: impl Iterator<Item = (&'a [usize], bool)>) -> Vec<Pattern> {
    let mut places: FxHashMap<&[usize], usize> = FxHashMap::default();
    let mut patterns: Vec<Pattern> = Vec::new();
    for (columns, won) in rows {
        let place = *places.entry(columns).or_insert_with(|| {
            patterns.push(Pattern {
                columns: columns.to_vec(),
                n: 0.0,
                won: 0.0,
            });
            patterns.len() - 1
        });
        patterns[place].n += 1.0;
        patterns[place].won += f64::from(u8::from(won));
    }
    patterns
}

/// The coefficients for one ridge strength. `start` shortens the way from a fit of a near strength.
pub(super) fn fit(
    patterns: &[Pattern],
    width: usize,
    strength: f64,
    start: Option<&Model>,
) -> Model {
    let size = width + 1;
    let n: f64 = patterns.iter().map(|row| row.n).sum();
    let won: f64 = patterns.iter().map(|row| row.won).sum();
    let mut model = start.cloned().unwrap_or_else(|| {
        let mut flat = vec![0.0; size];
        // Half a deal on each side keeps a history of only wins finite.
        flat[0] = ((won + 0.5) / (n - won + 0.5)).ln();
        Model(flat)
    });
    let mut height = objective(patterns, &model, strength);
    let mut hessian = vec![0.0; size * size];
    let mut gradient = vec![0.0; size];
    for _ in 0..ROUNDS {
        slope(patterns, &model, strength, &mut gradient, &mut hessian);
        solve(&mut hessian, &mut gradient);
        let mut share = 1.0;
        let (next, reached) = loop {
            let moved = model.0.iter().zip(&gradient);
            let next = Model(moved.map(|(at, step)| at + share * step).collect());
            let reached = objective(patterns, &next, strength);
            // The objective is concave: a step that overshoots is shortened until it climbs.
            if reached >= height || share < 1e-4 {
                break (next, reached);
            }
            share /= 2.0;
        };
        let change = gradient.iter().map(|step| (share * step).abs());
        let change = change.fold(0.0, f64::max);
        model = next;
        height = reached;
        if change < ARRIVED {
            break;
        }
    }
    model
}

fn objective(patterns: &[Pattern], model: &Model, strength: f64) -> f64 {
    let penalty: f64 = model.0[1..].iter().map(|beta| beta * beta).sum();
    log_likelihood(patterns, model) - strength / 2.0 * penalty
}

/// How well a model explains these rows; also what strengths are compared by.
pub(super) fn log_likelihood(patterns: &[Pattern], model: &Model) -> f64 {
    let of = |row: &Pattern| {
        let x = model.score(&row.columns);
        // ln(1 + e^x) without overflow.
        row.won * x - row.n * (x.max(0.0) + (-x.abs()).exp().ln_1p())
    };
    patterns.iter().map(of).sum()
}

/// The gradient, and the negative Hessian (its lower half).
fn slope(
    patterns: &[Pattern],
    model: &Model,
    strength: f64,
    gradient: &mut [f64],
    hessian: &mut [f64],
) {
    let size = gradient.len();
    hessian.fill(0.0);
    gradient.fill(0.0);
    for (at, beta) in model.0.iter().enumerate().skip(1) {
        gradient[at] = -strength * beta;
        hessian[at * size + at] = strength;
    }
    for row in patterns {
        let p = model.probability(&row.columns);
        let residual = row.won - row.n * p;
        let weight = row.n * p * (1.0 - p);
        gradient[0] += residual;
        hessian[0] += weight;
        for (i, column) in row.columns.iter().enumerate() {
            let at = column + 1;
            gradient[at] += residual;
            hessian[at * size] += weight;
            for other in &row.columns[..=i] {
                let (low, high) = (at.min(other + 1), at.max(other + 1));
                hessian[high * size + low] += weight;
            }
        }
    }
}

/// Solves `matrix · x = right` in place by Cholesky's decomposition; the lower half of `matrix` is read.
fn solve(matrix: &mut [f64], right: &mut [f64]) {
    let size = right.len();
    for row in 0..size {
        let (above, below) = matrix.split_at_mut(row * size);
        let this = &mut below[..=row];
        for column in 0..row {
            let other = &above[column * size..=column * size + column];
            this[column] = (this[column] - dot(this, other, column)) / other[column];
        }
        // The ridge keeps it positive; only rounding in a saturated fit can touch zero.
        this[row] = (this[row] - dot(this, this, row)).max(1e-12).sqrt();
        right[row] = (right[row] - dot(this, right, row)) / this[row];
    }
    for row in (0..size).rev() {
        right[row] /= matrix[row * size + row];
        for before in 0..row {
            right[before] -= matrix[row * size + before] * right[row];
        }
    }
}

/// The sum of the first `n` products.
fn dot(a: &[f64], b: &[f64], n: usize) -> f64 {
    let mut sum = 0.0;
    for at in 0..n {
        sum += a[at] * b[at];
    }
    sum
}
