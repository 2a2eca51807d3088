//! How somebody is reached: phone and e-mail.

/// Addresses of a function, which several people read: they identify no person.
#[rustfmt::skip]
const ROLES: &[&str] = &[
    "abuse", "accounting", "accounts", "admin", "administrator", "ap", "billing", "bookings",
    "buchhaltung", "careers", "comercial", "compras", "contact", "contacto", "customerservice",
    "einkauf", "enquiries", "enquiry", "facturacion", "finance", "frontdesk", "hello", "help",
    "helpdesk", "hr", "info", "information", "inquiries", "inquiry", "invoices", "it", "jobs",
    "kontakt", "mail", "marketing", "media", "news", "newsletter", "noreply", "office", "operations",
    "orders", "personal", "post", "postmaster", "press", "purchasing", "reception", "sales",
    "secretary", "service", "services", "shop", "support", "team", "ventas", "vertrieb", "web",
    "webmaster", "welcome",
];

/// Digits alone.
pub fn digits(text: &str, out: &mut String) {
    out.clear();
    out.extend(text.chars().filter(char::is_ascii_digit));
}

/// Letters and digits of a number such as a social-security or D-U-N-S one.
pub fn number(text: &str, out: &mut String) {
    out.clear();
    out.extend(
        text.chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_lowercase()),
    );
}

/// Digits of a phone number without what is dialled before it: `+1 629 302 5439`, `(629) 302-5439` and
/// `629.302.5439 ext. 12` are the same. Too short to be one: empty.
pub fn phone(text: &str, out: &mut String) {
    let whole = text.find(['x', 'X', ';']).map_or(text, |at| &text[..at]);
    digits(
        whole.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '.'),
        out,
    );
    if out.starts_with("00") {
        out.drain(..2);
    }
    if out.len() == 11 && out.starts_with('1') {
        out.drain(..1);
    }
    let zeros = out.len() - out.trim_start_matches('0').len();
    out.drain(..zeros);
    if out.len() < 6 {
        out.clear();
    }
}

/// Local part (without a `+tag`) and host of an address; none when it is no address.
pub fn local_and_host(email: &str) -> Option<(&str, &str)> {
    let (local, host) = email.trim().rsplit_once('@')?;
    let local = local.split_once('+').map_or(local, |(local, _)| local);
    (!local.is_empty() && !host.is_empty()).then_some((local, host))
}

/// Whether an address belongs to a function and not to a person.
pub fn is_role(local: &str) -> bool {
    ROLES.binary_search(&local).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("+1 629 302 5439", "6293025439")]
    #[case("(629) 302-5439", "6293025439")]
    #[case("629.302.5439 ext. 12", "6293025439")]
    #[case("629 302 5439x12", "6293025439")]
    #[case("0049 30 1234567", "49301234567")]
    #[case("12345", "")]
    fn phones(#[case] text: &str, #[case] number: &str) {
        let mut out = String::new();
        phone(text, &mut out);
        assert_eq!(out, number);
    }

    #[test]
    fn addresses_come_apart() {
        assert_eq!(local_and_host("a.b+c@x.com"), Some(("a.b", "x.com")));
        assert_eq!(local_and_host("x.com"), None);
        assert_eq!(local_and_host("@x.com"), None);
        assert!(ROLES.is_sorted());
        assert!(is_role("info") && !is_role("jana"));
    }
}
