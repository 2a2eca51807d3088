//! What serves a stage, as written: scripts, documents, and texts that are filled from a deal.

use super::keys::Keys;
use super::letter::letter;
use super::names::unique;
use super::reader::{At, Reader};
use super::shape;
use super::stages::only;
use super::{Only, Tool};
use crate::condition::Engine;

pub(super) struct ToolWritten {
    tool: Tool,
    /// The text that is filled, which is read when it is known what a deal has.
    text: Option<At<String>>,
}

impl ToolWritten {
    pub(super) fn checked(self, reader: &Reader<'_>, engine: &Engine) -> Tool {
        Tool {
            text: self.text.and_then(|text| letter(reader, engine, &text)),
            ..self.tool
        }
    }
}

pub(super) fn tools(reader: &Reader<'_>, keys: &Keys<'_>) -> Vec<ToolWritten> {
    let mut names = Vec::new();
    let mut tools = Vec::new();
    for item in keys.items("tools").unwrap_or_default() {
        if item.get_ref().is_str() {
            let Some(text) = reader.text_of("tools", item) else {
                continue;
            };
            let tool = Tool {
                name: text.value.clone(),
                kind: None,
                link: None,
                text: None,
                only: Only::default(),
            };
            tools.push(ToolWritten { tool, text: None });
            names.push(text);
            continue;
        }
        let Some(keys) = reader.table(&shape::TOOL, item) else {
            continue;
        };
        let Some(name) = keys.needed("a tool", "name") else {
            continue;
        };
        let tool = Tool {
            name: name.value.clone(),
            kind: keys.words("kind"),
            link: keys.words("link"),
            text: None,
            only: only(reader, &keys),
        };
        let text = keys.text("text");
        tools.push(ToolWritten { tool, text });
        names.push(name);
    }
    unique(reader, "tool", &names);
    tools
}
