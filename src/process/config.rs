//! The user's own config: which workspace is meant outside of one.

/// The `workspace` of a config file; what is wrong with it, in one line, when it can't be used.
pub fn workspace_of_config(text: &str) -> Result<Option<String>, String> {
    let table: toml::Table = text
        .parse()
        .map_err(|error: toml::de::Error| error.message().to_string())?;
    if let Some(unknown) = table.keys().find(|key| *key != "workspace") {
        return Err(format!("unknown key `{unknown}`; expected `workspace`"));
    }
    match table.get("workspace") {
        None => Ok(None),
        Some(toml::Value::String(folder)) => Ok(Some(folder.clone())),
        Some(_) => Err("`workspace` is not a text".to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::workspace_of_config;

    #[test]
    fn a_config_is_used_or_said_to_be_wrong() {
        assert_eq!(
            workspace_of_config("workspace = \"/srv/sales\""),
            Ok(Some("/srv/sales".to_string()))
        );
        assert_eq!(workspace_of_config(""), Ok(None));
        assert!(workspace_of_config("workspace = 1").is_err());
        assert!(workspace_of_config("workspac = \"x\"").is_err());
        assert!(workspace_of_config("workspace =").is_err());
    }
}
