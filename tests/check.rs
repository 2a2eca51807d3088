//! Every finding of `check` ends with a command that shows it: here they are run.

use crate::sandbox::Sandbox;

const GOALS: &str = r#"
[[target]]
metric = "revenue"
at_least = 90000
period = "year"

[[target]]
metric = "new-deals"
at_least = 40
period = "year"

[[check]]
name = "big"
when = "value > 5000"
at_most = 0
by = "rep"

[[check]]
name = "won"
metric = "revenue"
where = "value > 0"
at_least = 1000000
"#;

#[test]
fn what_a_finding_ends_with_can_be_typed() {
    let mut sandbox = Sandbox::workspace();
    for command in [
        "salesctl deal add 'Acme GmbH' --value 4200 --on 2026-10-20",
        "salesctl deal add Globex --value 38k --on 2026-03-01",
        "salesctl request add acme 'an export'",
    ] {
        let (printed, code) = sandbox.line(command);
        assert_eq!(code, 0, "{printed}");
    }
    let file = sandbox.path("process.toml");
    let text = std::fs::read_to_string(&file).expect("the process");
    std::fs::write(&file, format!("{text}{GOALS}")).expect("written");
    let mut seen = Vec::new();
    // Edited and not applied; applied; broken.
    for step in [
        "true",
        "salesctl process apply --why goals",
        "echo x >> process.toml",
    ] {
        let (printed, code) = sandbox.line(step);
        assert_eq!(code, 0, "{printed}");
        let (printed, _) = sandbox.line("salesctl check --today 2027-01-31 --json 2>/dev/null");
        let (later, _) = sandbox.line("salesctl check --today 2026-12-31 --json 2>/dev/null");
        for text in [printed, later] {
            let answer: serde_json::Value = serde_json::from_str(&text).expect(&text);
            for finding in answer["rows"].as_array().expect("rows") {
                let command = finding["command"].as_str().expect("a command").to_string();
                let check = finding["check"].as_str().expect("a name").to_string();
                let (printed, code) = sandbox.line(&command);
                // What shows a broken process file says that it is broken.
                let allowed: &[i32] = if check == "process-broken" {
                    &[3]
                } else {
                    &[0]
                };
                assert!(allowed.contains(&code), "`{command}` of {check}: {printed}");
                seen.push(check);
            }
        }
    }
    for check in [
        "process-edited",
        "process-broken",
        "target",
        "big",
        "won",
        "no_next_step",
        "no_close_date",
        "rotting",
        "case-old",
    ] {
        assert!(seen.iter().any(|one| one == check), "{check} in {seen:?}");
    }
}
