//! An error as a person should read it: what was found, what was expected, the next command.

use std::fmt;

use crate::text::{nearest, visible};

/// So many names are listed when none of them is near.
const LISTED: usize = 24;

/// Why a command could not do what it was asked, which decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The answer is no: a refusal, findings.
    No,
    /// Wrong usage, or a prompt was needed without a terminal.
    Usage,
    /// An input file can't be used.
    Input,
    /// No such deal, or several match.
    NotFound,
    /// The store: locked, newer, damaged, disk full.
    Store,
}

impl Class {
    pub fn exit_code(self) -> u8 {
        match self {
            Self::No => 1,
            Self::Usage => 2,
            Self::Input => 3,
            Self::NotFound => 4,
            Self::Store => 5,
        }
    }
}

/// A message and the hints that help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub class: Class,
    pub message: String,
    pub hints: Vec<String>,
}

impl Fault {
    pub fn new(class: Class, message: impl Into<String>) -> Self {
        Self {
            class,
            message: message.into(),
            hints: Vec::new(),
        }
    }

    pub fn no(message: impl Into<String>) -> Self {
        Self::new(Class::No, message)
    }

    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Class::Usage, message)
    }

    pub fn input(message: impl Into<String>) -> Self {
        Self::new(Class::Input, message)
    }

    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(Class::NotFound, message)
    }

    pub fn store(message: impl Into<String>) -> Self {
        Self::new(Class::Store, message)
    }

    /// What a sound store never holds.
    pub fn damaged(what: impl fmt::Display) -> Self {
        Self::store(format!("the store is damaged: {what}"))
            .hint("salesctl doctor says more; restore the newest backup")
    }

    /// A name that nothing has: what it is, what was probably meant, what there is.
    pub fn unknown(class: Class, what: &str, typed: &str, names: &[&str]) -> Self {
        let fault = Self::new(class, format!("there is no {what} `{}`", visible(typed)));
        if let Some(near) = nearest(typed, names.iter().copied()) {
            return fault.hint(format!("did you mean `{}`?", visible(near)));
        }
        match names {
            [] => fault.hint(format!("there is no {what} yet")),
            names if names.len() <= LISTED => {
                fault.hint(format!("there are: {}", visible(&names.join(", "))))
            }
            names => fault.hint(format!("there are {} others", names.len())),
        }
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}
