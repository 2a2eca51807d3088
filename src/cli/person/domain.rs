//! Whose employee an e-mail address tells of.

use crate::prospect::clean::is_free_mail;

/// The domain of an address at work, in lower case.
pub(crate) fn at_work(email: &str) -> Option<String> {
    let (_, domain) = email.trim().rsplit_once('@')?;
    let domain = domain.to_lowercase();
    (!domain.is_empty() && !is_free_mail(&domain)).then_some(domain)
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
