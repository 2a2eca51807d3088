//! E-mail addresses: one, in lower case, that could be delivered; or a warning.

/// What was made of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Email {
    /// The address is in the buffer.
    Person,
    /// As above, but an office reads it, nobody in particular.
    Role,
    /// Words such as `none` that say there is no address.
    None,
    Bad,
}

const ROLES: [&str; 66] = [
    "abuse",
    "accounting",
    "accounts",
    "admin",
    "administration",
    "administrator",
    "anfrage",
    "backoffice",
    "billing",
    "booking",
    "bookings",
    "buchhaltung",
    "bureau",
    "careers",
    "commercial",
    "compras",
    "contabilidad",
    "contact",
    "contacto",
    "contato",
    "customercare",
    "customerservice",
    "einkauf",
    "enquiries",
    "enquiry",
    "feedback",
    "finance",
    "hello",
    "help",
    "helpdesk",
    "hola",
    "hr",
    "info",
    "infos",
    "inquiries",
    "inquiry",
    "jobs",
    "kontakt",
    "mail",
    "mailbox",
    "marketing",
    "media",
    "news",
    "newsletter",
    "noreply",
    "office",
    "orders",
    "personal",
    "post",
    "postmaster",
    "praxis",
    "press",
    "presse",
    "purchasing",
    "reception",
    "sales",
    "sekretariat",
    "service",
    "support",
    "team",
    "ventas",
    "verkauf",
    "vertrieb",
    "verwaltung",
    "webmaster",
    "zentrale",
];

/// Writes the address in `text` to `out`.
pub(super) fn clean(text: &str, out: &mut String) -> Email {
    out.clear();
    let address = single(text);
    if !address.contains('@') {
        let none =
            address.len() < 12 && !address.contains(|c: char| c.is_ascii_digit() || c == '.');
        let known = [
            "none",
            "no",
            "no email",
            "na",
            "nein",
            "keine",
            "unknown",
            "unbekannt",
            "nil",
            "x",
        ];
        return if none && known.iter().any(|word| address.eq_ignore_ascii_case(word)) {
            Email::None
        } else {
            Email::Bad
        };
    }
    if address.is_ascii() {
        out.push_str(address);
        out.make_ascii_lowercase();
    } else {
        out.extend(address.chars().flat_map(char::to_lowercase));
    }
    match out.rsplit_once('@') {
        Some((local, domain)) if is_local(local) && is_domain(domain) => {
            if is_role(local) {
                Email::Role
            } else {
                Email::Person
            }
        }
        _ => {
            out.clear();
            Email::Bad
        }
    }
}

/// The first address of a cell: without `mailto:`, the name before it and the marks around it.
fn single(text: &str) -> &str {
    // Nothing but an address: nearly all of them.
    let plain = |c: u8| c.is_ascii_alphanumeric() || b"@._+-".contains(&c);
    if text.bytes().all(plain) && !text.ends_with('.') {
        return text;
    }
    let mut text = text;
    if let Some((before, rest)) = text.split_once('<')
        && let Some((inside, _)) = rest.split_once('>')
        && (inside.contains('@') || before.is_empty())
    {
        text = inside;
    }
    let first = text
        .split([';', ',', ' ', '|'])
        .find(|part| !part.is_empty());
    // `anna@gmail,com` is one broken address, not two.
    let one = |part: &&str| {
        part.split_once('@')
            .is_some_and(|(_, host)| host.contains('.'))
    };
    let mut text = match first.filter(one) {
        Some(part) if !part.starts_with('@') => part,
        _ => text.trim(),
    };
    let prefix = text
        .get(..7)
        .is_some_and(|p| p.eq_ignore_ascii_case("mailto:"));
    if prefix {
        text = text[7..].split('?').next().unwrap_or_default();
    }
    text.trim_matches(|c: char| "\"'<>()[]".contains(c) || c.is_whitespace())
        .trim_end_matches(['.', ','])
}

fn is_local(local: &str) -> bool {
    let allowed = |c: char| {
        c.is_ascii_alphanumeric()
            || "!#$%&'*+-/=?^_`{|}~.".contains(c)
            || (!c.is_ascii() && c.is_alphanumeric())
    };
    !local.is_empty()
        && local.len() <= 64
        && local.chars().all(allowed)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
}

/// Two labels or more, the last one no number; letters of any script.
pub(super) fn is_domain(domain: &str) -> bool {
    let mut labels = 0;
    let mut last = "";
    for label in domain.split('.') {
        let fine = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        if label.is_empty()
            || label.len() > 63
            || label.starts_with('-')
            || label.ends_with('-')
            || !label.chars().all(fine)
        {
            return false;
        }
        labels += 1;
        last = label;
    }
    labels >= 2
        && domain.len() <= 253
        && last.chars().count() >= 2
        && !last.contains(|c: char| c.is_ascii_digit() && !last.starts_with("xn--"))
        && !last.contains('_')
}

/// An address of an office: `info@`, `sales.emea@`, `no-reply@`.
fn is_role(local: &str) -> bool {
    let first = local.split(['.', '+', '_']).next().unwrap_or(local);
    let plain = first.trim_end_matches(|c: char| c.is_ascii_digit());
    ROLES.binary_search(&plain).is_ok()
        || matches!(
            plain,
            "no-reply" | "do-not-reply" | "donotreply" | "customer-service"
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn cleaned(text: &str) -> (Email, String) {
        let mut out = String::from("left");
        (clean(text, &mut out), out)
    }

    #[rstest]
    #[case("anna@acme.de", Email::Person, "anna@acme.de")]
    #[case("Anna.Müller@ACME.de", Email::Person, "anna.müller@acme.de")]
    #[case("o'brien@smith.co.uk", Email::Person, "o'brien@smith.co.uk")]
    #[case("anna+lists@acme.de", Email::Person, "anna+lists@acme.de")]
    #[case("mailto:Anna@acme.de?subject=hi", Email::Person, "anna@acme.de")]
    #[case("Anna Müller <anna@acme.de>", Email::Person, "anna@acme.de")]
    #[case("\"Müller, Anna\" <anna@acme.de>", Email::Person, "anna@acme.de")]
    #[case("anna@acme.de; bob@acme.de", Email::Person, "anna@acme.de")]
    #[case("anna@acme.de, bob@acme.de", Email::Person, "anna@acme.de")]
    #[case("anna@acme.de.", Email::Person, "anna@acme.de")]
    #[case("jürgen@bücher.example", Email::Person, "jürgen@bücher.example")]
    #[case("a@xn--bcher-kva.xn--p1ai", Email::Person, "a@xn--bcher-kva.xn--p1ai")]
    #[case("info@acme.de", Email::Role, "info@acme.de")]
    #[case("Sales.EMEA@acme.com", Email::Role, "sales.emea@acme.com")]
    #[case("no-reply@acme.com", Email::Role, "no-reply@acme.com")]
    #[case("office2@acme.at", Email::Role, "office2@acme.at")]
    #[case("informatik@acme.at", Email::Person, "informatik@acme.at")]
    #[case("anna@gmail,com", Email::Bad, "")]
    #[case("anna@gmail", Email::Bad, "")]
    #[case("anna@@acme.de", Email::Bad, "")]
    #[case("anna.acme.de", Email::Bad, "")]
    #[case("anna@192.168.0.1", Email::Bad, "")]
    #[case("anna..m@acme.de", Email::Bad, "")]
    #[case("@corp", Email::Bad, "")]
    #[case("anna (at) acme.de", Email::Bad, "")]
    #[case("anna m@acme.de", Email::Bad, "")]
    #[case("-2+3", Email::Bad, "")]
    #[case("none", Email::None, "")]
    fn addresses(#[case] text: &str, #[case] what: Email, #[case] expected: &str) {
        assert_eq!(cleaned(text), (what, expected.to_string()));
    }

    #[test]
    fn roles_can_be_searched() {
        let mut sorted = ROLES;
        sorted.sort_unstable();
        assert_eq!(sorted, ROLES);
    }

    proptest! {
        #[test]
        fn twice_is_once(text in "\\PC{0,30}|[a-zA-Z.+ <>,;]{0,8}@[a-zäÖ.,-]{0,10}") {
            let (what, once) = cleaned(&text);
            if matches!(what, Email::Person | Email::Role) {
                prop_assert_eq!(cleaned(&once), (what, once));
            } else {
                prop_assert!(once.is_empty());
            }
        }
    }
}
