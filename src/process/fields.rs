//! The fields and buying roles as written.

use super::keys::Keys;
use super::names::{is_word, unique};
use super::reader::{At, Reader};
use super::shape;
use super::{BuyingRole, Field, FieldKind, FieldOf, REQUIRABLE, RoleRule, is_built_in};

pub(super) fn read_fields(reader: &Reader<'_>, file: &Keys<'_>) -> Vec<At<Field>> {
    let mut fields = Vec::new();
    for (name, value) in file.named("fields") {
        let built_in = REQUIRABLE.iter().find(|(known, _)| *known == name.value);
        let Some(keys) = reader.table(&shape::FIELD, value) else {
            continue;
        };
        let field = if let Some((_, kind)) = built_in {
            for key in ["of", "type", "unit", "choices"] {
                if let Some(value) = keys.get(key) {
                    let label = format!(
                        "every deal has a `{}`; only `why` and `ask` can be given",
                        name.value
                    );
                    reader.error(
                        value.span(),
                        format!("`{key}` of the built-in field `{}`", name.value),
                        label,
                    );
                }
            }
            Field {
                name: name.value.clone(),
                of: FieldOf::BuiltIn,
                kind: *kind,
                why: keys.words("why"),
                ask: keys.words("ask"),
                unit: None,
                choices: Vec::new(),
            }
        } else {
            field_name(reader, &name);
            custom_field(reader, &name.value, &keys)
        };
        fields.push(At {
            value: field,
            span: keys.span,
        });
    }
    fields
}

pub(super) fn read_roles(reader: &Reader<'_>, file: &Keys<'_>) -> Vec<At<RoleRule>> {
    let mut roles = Vec::new();
    for (name, value) in file.named("roles") {
        let Some(role) = BuyingRole::from_name(&name.value) else {
            reader.unknown(
                "buying role",
                &name,
                BuyingRole::ALL.iter().map(|role| role.name()),
            );
            continue;
        };
        if let Some(keys) = reader.table(&shape::ROLE, value) {
            let value = RoleRule {
                role,
                why: keys.words("why"),
                ask: keys.words("ask"),
            };
            roles.push(At {
                value,
                span: keys.span,
            });
        }
    }
    roles
}

fn field_name(reader: &Reader<'_>, name: &At<String>) {
    let at = name.span.clone();
    let shadows = || format!("field `{}` shadows a fact every deal has", name.value);
    if is_built_in(&name.value) {
        reader.error(at, shadows(), "the name is taken by a built-in column");
    } else if is_kept(&name.value) {
        reader.error(
            at,
            shadows(),
            "names beginning with `has_` and `done_` are kept for roles and steps",
        );
    } else if BuyingRole::from_name(&name.value).is_some() {
        let message = format!("field `{}` has the name of a buying role", name.value);
        reader.error(at, message, "`requires` could not tell them apart");
    } else if !is_word(&name.value) {
        reader.error(
            at,
            format!("`{}` cannot name a field", name.value),
            "expected lower-case letters, digits and `_`, beginning with a letter",
        );
    }
}

fn custom_field(reader: &Reader<'_>, name: &str, keys: &Keys<'_>) -> Field {
    let kinds = [
        ("text", FieldKind::Text),
        ("integer", FieldKind::Integer),
        ("number", FieldKind::Number),
        ("money", FieldKind::Money),
        ("date", FieldKind::Date),
        ("bool", FieldKind::Bool),
        ("choice", FieldKind::Choice),
        ("person", FieldKind::Person),
    ];
    if keys.get("type").is_none() {
        let names: Vec<&str> = kinds.iter().map(|(name, _)| *name).collect();
        let label = format!("add `type`, one of {}", names.join(", "));
        reader.absent(
            keys.span.clone(),
            format!("field `{name}` has no `type`"),
            label,
        );
    }
    let kind = keys.one_of("type", "type", &kinds).map(|kind| kind.value);
    let choices = keys.texts("choices").unwrap_or_default();
    if kind == Some(FieldKind::Choice) && choices.is_empty() {
        reader.absent(
            keys.span.clone(),
            format!("field `{name}` has no `choices`"),
            "add `choices = [\"…\", \"…\"]`",
        );
    }
    if let Some(value) = keys
        .get("choices")
        .filter(|_| kind.is_some_and(|kind| kind != FieldKind::Choice))
    {
        reader.error(
            value.span(),
            format!("field `{name}` has choices"),
            "only type `choice` takes choices",
        );
    }
    unique(reader, "choice", &choices);
    let of = keys.one_of(
        "of",
        "kind of record",
        &[("deal", FieldOf::Deal), ("account", FieldOf::Account)],
    );
    Field {
        name: name.to_string(),
        of: of.map_or(FieldOf::Deal, |of| of.value),
        kind: kind.unwrap_or(FieldKind::Text),
        why: keys.words("why"),
        ask: keys.words("ask"),
        unit: keys.words("unit"),
        choices: choices.into_iter().map(|choice| choice.value).collect(),
    }
}

fn is_kept(name: &str) -> bool {
    name.starts_with("has_") || name.starts_with("done_")
}

/// Whether a custom field may have a name, as far as its letters and the built-in columns go.
pub(super) fn can_name_field(name: &str) -> bool {
    is_word(name) && !is_built_in(name) && !is_kept(name)
}
