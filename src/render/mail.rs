//! As a mail: an RFC 5322 message with the documents as text and as HTML. Who writes to whom, when, and
//! under which id are values: nothing here knows a clock or a host.

use std::fmt;
use std::io;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address as Mailbox;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::date::Date;
use mail_builder::mime::{BodyPart, MimePart};
use xxhash_rust::xxh3::xxh3_128;

use super::html::mail_body;
use super::{Section, Style, table};
use crate::text::{is_plain, visible};

/// Mail programs show text in lines of about this many characters.
const WIDTH: u16 = 78;

/// `team@example.com` or `Sales <team@example.com>`, checked: it can't end a header line or begin another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    name: Option<String>,
    mailbox: String,
}

impl FromStr for Address {
    type Err = String;

    fn from_str(typed: &str) -> Result<Self, String> {
        let no = |why: &str| {
            Err(format!(
                "`{}` is not a mail address: {why}; write team@example.com or \"Sales <team@example.com>\"",
                visible(typed)
            ))
        };
        let trimmed = typed.trim();
        let (name, mailbox) = match trimmed.strip_suffix('>').map(|rest| rest.rsplit_once('<')) {
            Some(Some((name, mailbox))) => (name.trim().trim_matches('"').trim(), mailbox),
            Some(None) => return no("it ends with `>`"),
            None => ("", trimmed),
        };
        if !typed.chars().all(is_plain) {
            return no("it holds control characters");
        }
        let Some((local, domain)) = mailbox.rsplit_once('@') else {
            return no("it has no `@`");
        };
        let is_atom = |part: &str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
        };
        if local.len() > 64 || !local.split('.').all(is_atom) {
            return no("what stands before the `@` is no plain name");
        }
        let is_label = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        if domain.len() > 253 || !domain.split('.').all(is_label) {
            return no("what stands after the `@` is no domain in letters, digits and hyphens");
        }
        Ok(Self {
            name: (!name.is_empty()).then(|| name.to_string()),
            mailbox: mailbox.to_string(),
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} <{}>", self.mailbox),
            None => f.write_str(&self.mailbox),
        }
    }
}

impl Address {
    /// `team@example.com`, as a program that sends mail takes it.
    pub fn mailbox(&self) -> &str {
        &self.mailbox
    }

    fn header(&self) -> Mailbox<'_> {
        Mailbox::new_address(self.name.as_deref(), self.mailbox.as_str())
    }
}

/// What stands above a mail's text.
#[derive(Clone, Debug)]
pub struct Letterhead<'a> {
    pub from: &'a Address,
    pub to: &'a [Address],
    pub subject: &'a str,
    pub date: DateTime<Utc>,
    /// Unique to this mail, the part before the `@`: letters, digits, dots and hyphens; the rest is the
    /// sender's domain.
    pub id: &'a str,
}

/// The message, with the line ends of the standard (CRLF).
pub fn message(head: &Letterhead<'_>, sections: &[Section]) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    let style = Style {
        width: Some(WIDTH),
        ..Style::default()
    };
    for (i, section) in sections.iter().enumerate() {
        if i > 0 {
            text.extend_from_slice(b"\n\n");
        }
        table::write(&mut text, &section.document, style)?;
    }
    let text = String::from_utf8(text).map_err(io::Error::other)?;
    let html = mail_body(head.subject, sections);

    let id: String = head
        .id
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
        .collect();
    let domain = head.from.mailbox.rsplit('@').next().unwrap_or("localhost");
    // The same mail is the same bytes; and neither part holds the hash of both.
    let boundary = format!(
        "=_{:032x}",
        xxh3_128(format!("{id}\n{text}\n{html}").as_bytes())
    );
    let parts = vec![
        MimePart::new("text/plain", BodyPart::Text(text.into())),
        MimePart::new("text/html", BodyPart::Text(html.into())),
    ];
    let to: Vec<Mailbox<'_>> = head.to.iter().map(Address::header).collect();
    MessageBuilder::new()
        .from(head.from.header())
        .to(Mailbox::new_list(to))
        .subject(visible(head.subject))
        .date(Date::new(head.date.timestamp()))
        .message_id(format!("{id}@{domain}"))
        // Other programs don't answer it with a notice of absence.
        .header(
            "Auto-Submitted",
            mail_builder::headers::raw::Raw::new("auto-generated"),
        )
        .body(MimePart::new(
            ContentType::new("multipart/alternative").attribute("boundary", boundary),
            BodyPart::Multipart(parts),
        ))
        .write_to_vec()
}

#[cfg(test)]
mod tests;
