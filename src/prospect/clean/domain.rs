//! The domain a company is known by: of its website, else of an e-mail address at work.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

use super::email;

/// Where anybody has an address.
static FREE_MAIL: LazyLock<FxHashSet<&'static str>> =
    LazyLock::new(|| words(include_str!("words/freemail.txt")));
/// Where companies have pages that are not theirs.
static SHARED: LazyLock<FxHashSet<&'static str>> =
    LazyLock::new(|| words(include_str!("words/shared_hosts.txt")));

fn words(text: &'static str) -> FxHashSet<&'static str> {
    text.split_whitespace().collect()
}

/// Whether anybody may have an address at a domain, so that it tells no employer.
pub fn is_free_mail(domain: &str) -> bool {
    FREE_MAIL.contains(domain)
}

/// Writes the registrable domain of a website to `out`; false when it has none of its own.
pub(super) fn of_website(website: &str, out: &mut String) -> bool {
    registrable(host(website), out) && !SHARED.contains(out.as_str()) && !is_free_mail(out)
}

/// Writes the registrable domain of a clean e-mail address to `out`; false for free mail.
pub(super) fn of_email(address: &str, out: &mut String) -> bool {
    let Some((_, host)) = address.rsplit_once('@') else {
        return false;
    };
    !is_free_mail(host) && registrable(host, out) && !is_free_mail(out)
}

/// `https://anna@www.acme.co.uk:8080/x?y` → `www.acme.co.uk`
fn host(website: &str) -> &str {
    let rest = website.split_once("://").map_or(website, |(_, rest)| rest);
    let rest = rest.trim_start_matches('/');
    let end = rest
        .find(|c: char| "/?#\\,;|".contains(c) || c.is_whitespace())
        .unwrap_or(rest.len());
    let rest = &rest[..end];
    let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let host = rest.split(':').next().unwrap_or_default();
    host.trim_end_matches('.')
}

fn registrable(host: &str, out: &mut String) -> bool {
    out.clear();
    if host.is_ascii() {
        out.push_str(host);
        out.make_ascii_lowercase();
    } else {
        out.extend(host.chars().flat_map(char::to_lowercase));
    }
    if !email::is_domain(out) {
        out.clear();
        return false;
    }
    let from = psl::domain_str(out).map(|domain| out.len() - domain.len());
    if let Some(from) = from {
        out.drain(..from);
        true
    } else {
        out.clear();
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("https://www.summitfurniture.com/", Some("summitfurniture.com"))]
    #[case("WWW.Acme.DE", Some("acme.de"))]
    #[case("acme.co.uk/about?x=1", Some("acme.co.uk"))]
    #[case("http://shop.acme.com.au:8080", Some("acme.com.au"))]
    #[case("//acme.de", Some("acme.de"))]
    #[case("acme.de.", Some("acme.de"))]
    #[case("acme.wixsite.com/site", Some("acme.wixsite.com"))]
    #[case("anna@acme.de", Some("acme.de"))]
    #[case("acme.de, acme.com", Some("acme.de"))]
    #[case("bücher.example", Some("bücher.example"))]
    #[case("https://www.linkedin.com/company/acme", None)]
    #[case("facebook.com/acme", None)]
    #[case("gmail.com", None)]
    #[case("co.uk", None)]
    #[case("acme", None)]
    #[case("192.168.0.1", None)]
    #[case("none", None)]
    #[case("", None)]
    fn websites(#[case] website: &str, #[case] expected: Option<&str>) {
        let mut out = String::from("left");
        let found = of_website(website, &mut out);
        assert_eq!(found.then_some(out.as_str()), expected);
    }

    #[rstest]
    #[case("anna@acme.de", Some("acme.de"))]
    #[case("anna@mail.acme.co.uk", Some("acme.co.uk"))]
    #[case("anna@gmail.com", None)]
    #[case("anna@t-online.de", None)]
    #[case("anna@btinternet.com", None)]
    #[case("anna@acme", None)]
    fn addresses(#[case] address: &str, #[case] expected: Option<&str>) {
        let mut out = String::new();
        let found = of_email(address, &mut out);
        assert_eq!(found.then_some(out.as_str()), expected);
    }

    proptest! {
        #[test]
        fn twice_is_once(text in "\\PC{0,30}|[a-zA-Z]{1,8}\\.[a-z.]{1,9}") {
            let mut once = String::new();
            if of_website(&text, &mut once) {
                let mut again = String::new();
                prop_assert!(of_website(&once, &mut again));
                prop_assert_eq!(again, once);
            }
        }
    }
}
