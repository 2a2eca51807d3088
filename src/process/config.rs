//! The user's own config: which workspace is meant outside of one.

/// The `workspace` of a config file; `None` when it has none or can't be read.
pub fn workspace_of_config(text: &str) -> Option<String> {
    let table: toml::Table = text.parse().ok()?;
    table.get("workspace")?.as_str().map(str::to_string)
}
