//! What is told of a name that rows refer to and the store does not have.

/// A name that nothing in the store has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// `account`, `rep`, `product`, `source`.
    pub what: &'static str,
    /// As the file has it.
    pub name: String,
    /// All rows that refer to it.
    pub rows: u64,
    /// A name that is like it.
    pub nearest: Option<Near>,
    pub fate: MissingFate,
}

/// A name like a missing one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Near {
    pub name: String,
    /// The store does not have it either: this import creates it.
    pub is_new: bool,
}

/// What became of a missing name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingFate {
    Created,
    /// It might have been created, but all of its rows were rejected for something else.
    NotTaken,
    /// It may not be created, so its rows were rejected.
    Rejected,
}
