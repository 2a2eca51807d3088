//! Names of stages over time: a file that would make two stages one, or lose what a stage was called before, is refused.

use crate::fault::Fault;
use crate::process::{Process, Stage};

/// What happened is kept under the names of its day, and `moved_from` says which stage of now these are: a name that
/// another stage had would tell the two as one, and a former name that is left out loses what happened under it.
pub(super) fn unclear_names(before: &Process, after: &Process, label: &str) -> Option<Fault> {
    let mut stages = after.stages.iter();
    stages.find_map(|stage| {
        taken(before, stage, label).or_else(|| left_out(before, after, stage, label))
    })
}

fn taken(before: &Process, stage: &Stage, label: &str) -> Option<Fault> {
    let had = |name: &str| before.stages.iter().any(|known| known.name == name);
    let was = stage.moved_from.iter().find(|was| had(was))?;
    let name = &stage.name;
    had(name).then(|| {
        Fault::input(format!(
            "{label} calls stage `{was}` `{name}` now, and the process in force has another stage `{name}`: what happened \
             in the two would be told as one"
        ))
        .hint(format!(
            "give `{was}` a name that no stage has; its `title` may be the same: name = \"{name}_2\", title = \"{}\"",
            stage.title
        ))
    })
}

fn left_out(before: &Process, after: &Process, stage: &Stage, label: &str) -> Option<Fault> {
    let is_it = |known: &&Stage| known.name == stage.name || stage.moved_from.contains(&known.name);
    let known = before.stages.iter().find(is_it)?;
    let lost = known
        .moved_from
        .iter()
        .find(|former| after.stage_index(former).is_none())?;
    let mut names = stage.moved_from.clone();
    if known.name != stage.name && !names.contains(&known.name) {
        names.push(known.name.clone());
    }
    names.push(lost.clone());
    let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    Some(
        Fault::input(format!(
            "{label} does not say any more that stage `{}` was called `{lost}`: what happened under that name would be lost \
             from view",
            stage.name
        ))
        .hint(format!(
            "write in its [[stage]]: moved_from = [{}]",
            names.join(", ")
        )),
    )
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn process(stages: &str) -> Process {
        let stages = stages.split(' ').map(|stage| match stage.split_once('<') {
            Some((name, before)) => {
                let before: Vec<String> = before
                    .split(',')
                    .map(|name| format!("\"{name}\""))
                    .collect();
                format!(
                    "[[stage]]\nname = \"{name}\"\nmoved_from = [{}]\n",
                    before.join(", ")
                )
            }
            None => format!("[[stage]]\nname = \"{stage}\"\n"),
        });
        let stages: Vec<String> = stages.collect();
        let text = format!(
            "[process]\nname = \"p\"\ncurrency = \"EUR\"\n{}[[end]]\nname = \"won\"\n[[end]]\nname = \"lost\"\nreasons = [\"price\"]\n",
            stages.join("")
        );
        crate::process::check("p", &text)
            .process
            .expect("a process")
    }

    #[rstest]
    #[case::nothing("a b", "a b", None)]
    #[case::a_new_name("a b", "a c<b", None)]
    #[case::again_with_both("a c<b", "a d<c,b", None)]
    #[case::again_with_the_last(
        "a c<b",
        "a d<c",
        Some(
            "f does not say any more that stage `d` was called `b`: what happened under that name would be lost from view | write in its [[stage]]: moved_from = [\"c\", \"b\"]"
        )
    )]
    #[case::forgotten(
        "a c<b",
        "a c",
        Some(
            "f does not say any more that stage `c` was called `b`: what happened under that name would be lost from view | write in its [[stage]]: moved_from = [\"b\"]"
        )
    )]
    #[case::back_to_the_old_name("a c<b", "a b<c", None)]
    #[case::the_stage_is_gone("a c<b", "a", None)]
    #[case::a_name_that_another_had(
        "a b c",
        "a c<b",
        Some(
            "f calls stage `b` `c` now, and the process in force has another stage `c`: what happened in the two would be told as one | give `b` a name that no stage has; its `title` may be the same: name = \"c_2\", title = \"C\""
        )
    )]
    fn names_stay_clear(#[case] before: &str, #[case] after: &str, #[case] expected: Option<&str>) {
        let fault = unclear_names(&process(before), &process(after), "f");
        let told = fault.map(|fault| format!("{fault} | {}", fault.hints.join(" | ")));
        assert_eq!(told.as_deref(), expected);
    }
}
