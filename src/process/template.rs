//! The processes a workspace can start from; each is a file one can read and edit.

const TEMPLATES: &[(&str, &str)] = &[
    ("consultative", include_str!("templates/consultative.toml")),
    (
        "transactional",
        include_str!("templates/transactional.toml"),
    ),
    ("enterprise", include_str!("templates/enterprise.toml")),
];

/// The names of the templates, the default first.
pub fn names() -> &'static [&'static str] {
    &["consultative", "transactional", "enterprise"]
}

/// The process file of a template.
pub fn text(name: &str) -> Option<&'static str> {
    TEMPLATES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, text)| *text)
}
