//! XES 1.0 (IEEE 1849-2016): the event log that process-mining tools read, written as it comes.
//!
//! Attributes are written in the order they are given. XML 1.0 has no place for most control characters,
//! not even escaped: they become the pictures that stand for them.

use std::io::{self, Write};

use chrono::{DateTime, SecondsFormat, Utc};

/// A value of an attribute, by the type that XES has for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum XesValue<'a> {
    Text(&'a str),
    Date(DateTime<Utc>),
    Float(f64),
    Flag(bool),
}

const HEAD: &str = "\
<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<log xes.version=\"1.0\" xes.features=\"\" xmlns=\"http://www.xes-standard.org/\">
\t<extension name=\"Concept\" prefix=\"concept\" uri=\"http://www.xes-standard.org/concept.xesext\"/>
\t<extension name=\"Time\" prefix=\"time\" uri=\"http://www.xes-standard.org/time.xesext\"/>
\t<extension name=\"Organizational\" prefix=\"org\" uri=\"http://www.xes-standard.org/org.xesext\"/>
\t<extension name=\"Lifecycle\" prefix=\"lifecycle\" uri=\"http://www.xes-standard.org/lifecycle.xesext\"/>
\t<global scope=\"trace\">
\t\t<string key=\"concept:name\" value=\"\"/>
\t</global>
\t<global scope=\"event\">
\t\t<string key=\"concept:name\" value=\"\"/>
\t\t<date key=\"time:timestamp\" value=\"1970-01-01T00:00:00.000+00:00\"/>
\t\t<string key=\"lifecycle:transition\" value=\"complete\"/>
\t</global>
\t<classifier name=\"Activity\" keys=\"concept:name\"/>
";

/// A log that is being written: traces one after the other, in each its attributes, then its events.
pub struct XesLog<W: Write> {
    out: W,
}

impl<W: Write> XesLog<W> {
    /// Begins a log under a name.
    pub fn new(mut out: W, name: &str) -> io::Result<Self> {
        out.write_all(HEAD.as_bytes())?;
        let mut log = Self { out };
        log.attribute(1, "concept:name", XesValue::Text(name))?;
        Ok(log)
    }

    pub fn trace<'a>(
        &mut self,
        attributes: impl IntoIterator<Item = (&'a str, XesValue<'a>)>,
    ) -> io::Result<()> {
        self.out.write_all(b"\t<trace>\n")?;
        for (key, value) in attributes {
            self.attribute(2, key, value)?;
        }
        Ok(())
    }

    pub fn event<'a>(
        &mut self,
        attributes: impl IntoIterator<Item = (&'a str, XesValue<'a>)>,
    ) -> io::Result<()> {
        self.out.write_all(b"\t\t<event>\n")?;
        for (key, value) in attributes {
            self.attribute(3, key, value)?;
        }
        self.out.write_all(b"\t\t</event>\n")
    }

    pub fn end_trace(&mut self) -> io::Result<()> {
        self.out.write_all(b"\t</trace>\n")
    }

    pub fn finish(mut self) -> io::Result<()> {
        self.out.write_all(b"</log>\n")?;
        self.out.flush()
    }

    fn attribute(&mut self, depth: usize, key: &str, value: XesValue<'_>) -> io::Result<()> {
        let kind = match value {
            XesValue::Text(_) => "string",
            XesValue::Date(_) => "date",
            XesValue::Float(_) => "float",
            XesValue::Flag(_) => "boolean",
        };
        let out = &mut self.out;
        out.write_all(&b"\t\t\t"[..depth])?;
        write!(out, "<{kind} key=\"")?;
        escaped(out, key)?;
        out.write_all(b"\" value=\"")?;
        match value {
            XesValue::Text(text) => escaped(out, text)?,
            XesValue::Date(at) => write!(out, "{}", instant(at))?,
            XesValue::Float(number) => write!(out, "{number}")?,
            XesValue::Flag(flag) => write!(out, "{flag}")?,
        }
        out.write_all(b"\"/>\n")
    }
}

/// An instant as logs write it: milliseconds, and always the same offset.
pub fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, false)
}

/// Text inside quotes. Line ends are escaped, since XML makes blanks of them there.
fn escaped(out: &mut impl Write, text: &str) -> io::Result<()> {
    let mut from = 0;
    for (at, c) in text.char_indices() {
        let written: &str = match c {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' => "&quot;",
            '\t' => "&#9;",
            '\n' => "&#10;",
            '\r' => "&#13;",
            '\u{0}'..='\u{1f}' => {
                out.write_all(&text.as_bytes()[from..at])?;
                from = at + c.len_utf8();
                let picture = char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}');
                write!(out, "{picture}")?;
                continue;
            }
            '\u{fffe}' | '\u{ffff}' => "\u{fffd}",
            _ => continue,
        };
        out.write_all(&text.as_bytes()[from..at])?;
        out.write_all(written.as_bytes())?;
        from = at + c.len_utf8();
    }
    out.write_all(&text.as_bytes()[from..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_written_as_the_standard_has_it() {
        let mut out = Vec::new();
        let mut log = XesLog::new(&mut out, "deals").expect("written");
        log.trace([
            ("concept:name", XesValue::Text("d1")),
            ("value", XesValue::Float(12.5)),
        ])
        .expect("written");
        let at = "2026-03-01T10:00:00.5Z".parse().expect("an instant");
        log.event([
            (
                "concept:name",
                XesValue::Text("a<b> & \"c\"\n\u{1b}\u{0}\u{ffff}d"),
            ),
            ("time:timestamp", XesValue::Date(at)),
            ("overridden", XesValue::Flag(true)),
        ])
        .expect("written");
        log.end_trace().expect("written");
        log.finish().expect("written");
        let text = String::from_utf8(out).expect("UTF-8");
        let body = text.strip_prefix(HEAD).expect("the head");
        assert_eq!(
            body,
            "\t<string key=\"concept:name\" value=\"deals\"/>\n\t<trace>\n\
             \t\t<string key=\"concept:name\" value=\"d1\"/>\n\t\t<float key=\"value\" value=\"12.5\"/>\n\
             \t\t<event>\n\
             \t\t\t<string key=\"concept:name\" value=\"a&lt;b&gt; &amp; &quot;c&quot;&#10;␛␀\u{fffd}d\"/>\n\
             \t\t\t<date key=\"time:timestamp\" value=\"2026-03-01T10:00:00.500+00:00\"/>\n\
             \t\t\t<boolean key=\"overridden\" value=\"true\"/>\n\
             \t\t</event>\n\t</trace>\n</log>\n"
        );
    }
}
