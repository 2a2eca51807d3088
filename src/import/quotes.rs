//! How fields are set apart and enclosed, and whether the quotes of some text stand where quotes may.

/// What `csv-core` needs to know to split records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Syntax {
    pub(super) delimiter: u8,
    /// `None`: quotes are text.
    pub(super) quote: Option<u8>,
    /// A backslash before a quote makes it text, as databases write it, beside doubled quotes.
    pub(super) backslash: bool,
}

impl Syntax {
    pub(super) fn new(delimiter: u8) -> Self {
        Self {
            delimiter,
            quote: Some(b'"'),
            backslash: false,
        }
    }

    pub(super) fn splitter(self) -> csv_core::Reader {
        let mut builder = csv_core::ReaderBuilder::new();
        builder
            .delimiter(self.delimiter)
            .quoting(self.quote.is_some())
            .quote(self.quote.unwrap_or(b'"'))
            .escape(self.backslash.then_some(b'\\'))
            .build()
    }
}

#[derive(Default)]
pub(super) struct Quotes {
    pub(super) open: bool,
    /// Something other than a delimiter or a line end follows a closing quote.
    pub(super) misplaced: bool,
}

/// Follows the quotes of some text from the start of a field, as `csv-core` does.
pub(super) fn quotes(text: &[u8], syntax: Syntax) -> Quotes {
    let mut quotes = Quotes::default();
    let Some(quote) = syntax.quote else {
        return quotes;
    };
    let ends = |byte: u8| byte == syntax.delimiter || byte == b'\n' || byte == b'\r';
    let mut field_start = true;
    let mut i = 0;
    while i < text.len() {
        let byte = text[i];
        if quotes.open {
            if syntax.backslash && byte == b'\\' {
                i += 1;
            } else if byte == quote {
                let next = text.get(i + 1).copied();
                if next == Some(quote) {
                    i += 1;
                } else {
                    quotes.open = false;
                    quotes.misplaced |= !next.is_none_or(ends);
                }
            }
        } else if byte == quote && field_start {
            quotes.open = true;
        }
        field_start = !quotes.open && ends(byte);
        i += 1;
    }
    quotes
}
