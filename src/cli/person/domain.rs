//! Whose employee an e-mail address tells of.

/// Where everybody can have an address, so that it tells nothing about an employer.
const FREE_MAIL: &[&str] = &[
    "aol.com",
    "freenet.de",
    "gmail.com",
    "gmx.at",
    "gmx.ch",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hotmail.com",
    "icloud.com",
    "live.com",
    "mail.com",
    "mail.ru",
    "me.com",
    "msn.com",
    "orange.fr",
    "outlook.com",
    "outlook.de",
    "posteo.de",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "t-online.de",
    "web.de",
    "yahoo.com",
    "yahoo.de",
    "yandex.ru",
    "zoho.com",
];

/// The domain of an address at work, in lower case.
pub(super) fn at_work(email: &str) -> Option<String> {
    let (_, domain) = email.trim().rsplit_once('@')?;
    let domain = domain.to_lowercase();
    (!domain.is_empty() && !FREE_MAIL.contains(&domain.as_str())).then_some(domain)
}

#[cfg(test)]
mod tests {
    use super::at_work;

    #[test]
    fn free_mail_tells_no_employer() {
        assert_eq!(
            at_work("Jana@ACME.example").as_deref(),
            Some("acme.example")
        );
        assert_eq!(at_work("jana@GMail.com"), None);
        assert_eq!(at_work("jana"), None);
    }
}
