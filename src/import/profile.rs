//! What is known of a file beforehand, as it stands in the `[file]` table of a mapping or of what
//! `import probe --save` wrote, and as options spell it.

use std::fmt::Write;

use super::dialect::Dialect;
use super::encoding::Encoding;
use super::row::{Header, Options, Quote};
use crate::text::nearest;

/// A `[file]` table.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    pub options: Options,
    /// The decimal sign of its numbers.
    pub decimal: Option<char>,
    /// strftime's letters.
    pub date_format: Option<String>,
    /// Two letters: the country of phones and postcodes that tell none.
    pub country: Option<String>,
}

/// What is wrong with one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyProblem {
    pub key: String,
    pub message: String,
}

impl Profile {
    pub const KEYS: [&'static str; 7] = [
        "encoding",
        "delimiter",
        "quote",
        "header_line",
        "decimal",
        "date_format",
        "country",
    ];

    /// Reads the table; all problems at once.
    pub fn from_table(table: &toml::Table) -> Result<Self, Vec<KeyProblem>> {
        let mut profile = Self::default();
        let mut problems = Vec::new();
        for (key, value) in table {
            if let Err(message) = profile.set(key, value) {
                problems.push(KeyProblem {
                    key: key.clone(),
                    message,
                });
            }
        }
        if problems.is_empty() {
            Ok(profile)
        } else {
            Err(problems)
        }
    }

    fn set(&mut self, key: &str, value: &toml::Value) -> Result<(), String> {
        let written = match value {
            toml::Value::String(text) => text.clone(),
            toml::Value::Integer(number) if key == "header_line" => number.to_string(),
            _ => return Err(format!("`{key}` is a text in quotes")),
        };
        match key {
            "encoding" if written == "auto" => self.options.encoding = None,
            "encoding" => self.options.encoding = Some(encoding(&written)?),
            "delimiter" => self.options.delimiter = Some(delimiter(&written)?),
            "quote" => self.options.quote = Some(quote(&written)?),
            "header_line" => self.options.header = header_line(&written)?,
            "decimal" => match written.as_str() {
                "." => self.decimal = Some('.'),
                "," => self.decimal = Some(','),
                _ => {
                    return Err(format!(
                        "`{written}` is no decimal sign; expected `.` or `,`"
                    ));
                }
            },
            "date_format" => {
                let bad = chrono::format::StrftimeItems::new(&written)
                    .any(|item| matches!(item, chrono::format::Item::Error));
                if bad || !written.contains('%') {
                    return Err(format!(
                        "`{written}` is not a date format; expected such as `%d.%m.%Y`"
                    ));
                }
                self.date_format = Some(written);
            }
            "country" => {
                if written.len() != 2 || !written.bytes().all(|byte| byte.is_ascii_alphabetic()) {
                    return Err(format!(
                        "`{written}` is no country; expected two letters such as `DE`"
                    ));
                }
                self.country = Some(written.to_uppercase());
            }
            other => {
                let near = nearest(other, Self::KEYS).map_or_else(
                    || format!("there are {}", Self::KEYS.join(", ")),
                    |near| format!("did you mean `{near}`?"),
                );
                return Err(format!("`{other}` is no key of [file]; {near}"));
            }
        }
        Ok(())
    }

    /// The same as a `[file]` table with nothing left to guess.
    pub fn to_toml(&self, dialect: &Dialect) -> String {
        let mut text = String::from("[file]\n");
        let mut line = |key: &str, value: &str| {
            let _ = writeln!(text, "{key} = {}", toml::Value::String(value.to_string()));
        };
        if let Some(label) = dialect.encoding.label() {
            line("encoding", &label);
        }
        line("delimiter", &delimiter_word(dialect.delimiter));
        line(
            "quote",
            &dialect
                .quote
                .map_or("none".to_string(), |quote| char::from(quote).to_string()),
        );
        if dialect.header_line.is_none() {
            line("header_line", "none");
        }
        if let Some(decimal) = self.decimal {
            line("decimal", &decimal.to_string());
        }
        if let Some(format) = &self.date_format {
            line("date_format", format);
        }
        if let Some(country) = &self.country {
            line("country", country);
        }
        if let Some(number) = dialect.header_line {
            let _ = writeln!(text, "header_line = {number}");
        }
        text
    }
}

/// By any name the Web knows.
pub fn encoding(written: &str) -> Result<Encoding, String> {
    Encoding::from_label(written).ok_or_else(|| {
        format!(
            "`{written}` is no encoding; expected such as `utf-8`, `utf-16le`, `windows-1252`, `shift_jis`"
        )
    })
}

/// The sign itself or its name.
pub fn delimiter(written: &str) -> Result<u8, String> {
    match written {
        "tab" | "\\t" => Ok(b'\t'),
        "comma" => Ok(b','),
        "semicolon" => Ok(b';'),
        "pipe" => Ok(b'|'),
        "space" => Ok(b' '),
        sign => match sign.as_bytes() {
            [byte]
                if byte.is_ascii()
                    && !byte.is_ascii_alphanumeric()
                    && !matches!(byte, b'\n' | b'\r' | b'"' | b'\\' | 0) =>
            {
                Ok(*byte)
            }
            _ => Err(format!(
                "`{written}` is no delimiter; expected one sign such as `,` or `;`, or `tab`, `comma`, `semicolon`, `pipe`"
            )),
        },
    }
}

fn delimiter_word(delimiter: u8) -> String {
    match delimiter {
        b'\t' => "tab".to_string(),
        sign => char::from(sign).to_string(),
    }
}

pub fn quote(written: &str) -> Result<Quote, String> {
    match written {
        "\"" | "double" => Ok(Quote::Mark(b'"')),
        "'" | "single" => Ok(Quote::Mark(b'\'')),
        "none" => Ok(Quote::None),
        _ => Err(format!(
            "`{written}` is no quote; expected `\"` (double), `'` (single) or `none`"
        )),
    }
}

pub fn header_line(written: &str) -> Result<Header, String> {
    match written {
        "none" => Ok(Header::None),
        "auto" => Ok(Header::Sniff),
        number => number
            .parse()
            .ok()
            .filter(|line| *line > 0)
            .map(Header::Line)
            .ok_or_else(|| {
                format!("`{written}` is no line; expected a number from 1, `none` or `auto`")
            }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Profile, Vec<KeyProblem>> {
        let file: toml::Table = text.parse().expect("TOML");
        Profile::from_table(file["file"].as_table().expect("a table"))
    }

    #[test]
    fn a_table_comes_back() {
        let text = "[file]\nencoding = \"windows-1252\"\ndelimiter = \"tab\"\nquote = \"'\"\ndecimal = \",\"\ndate_format = \"%d.%m.%Y\"\ncountry = \"DE\"\nheader_line = 4\n";
        let profile = parsed(text).expect("sound");
        assert_eq!(profile.options.header, Header::Line(4));
        let dialect = Dialect {
            encoding: profile.options.encoding.expect("told"),
            delimiter: profile.options.delimiter.expect("told"),
            quote: Some(b'\''),
            header_line: Some(4),
            preamble: 0,
        };
        let again = parsed(&profile.to_toml(&dialect)).expect("sound");
        assert_eq!(again.to_toml(&dialect), profile.to_toml(&dialect));
        assert_eq!(
            (again.decimal, again.country.as_deref()),
            (Some(','), Some("DE"))
        );
    }

    #[test]
    fn every_mistake_is_told() {
        let problems = parsed(
            "[file]\nencodign = \"x\"\nencoding = \"klingon\"\ndelimiter = \"ab\"\nquote = 5\nheader_line = 0\ndecimal = \"x\"\ndate_format = \"day\"\ncountry = \"Germany\"\n",
        )
        .expect_err("problems");
        assert_eq!(problems.len(), 8);
        assert!(
            problems
                .iter()
                .any(|p| p.message.contains("did you mean `encoding`?"))
        );
    }
}
