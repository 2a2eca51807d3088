//! What the made-up seller agreed on: the consultative template, with people and products filled in.

use crate::process::template;

/// Where the template leaves off for everybody to fill in.
const FILL_IN: &str = "# --- The people and what they sell: uncomment and edit -------------------------------------------";

const PEOPLE: &str = "\
# --- The people and what they sell ---------------------------------------------------------------

[settings]
user = \"jr\"

[[team]]
name = \"north\"
title = \"North\"
manager = \"Malte Krüger\"

[[team]]
name = \"south\"
title = \"South\"
manager = \"Franziska Bauer\"

[[team]]
name = \"key\"
title = \"Key accounts\"
manager = \"Henrik Vogel\"

[[rep]]
name = \"jr\"
title = \"Jana Roth\"
team = \"north\"
capacity = 14
cost_per_hour = 58

[[rep]]
name = \"mk\"
title = \"Malte Krüger\"
team = \"north\"
capacity = 12
cost_per_hour = 66

[[rep]]
name = \"ao\"
title = \"Aylin Özdemir\"
team = \"north\"
capacity = 14
cost_per_hour = 55

[[rep]]
name = \"fb\"
title = \"Franziska Bauer\"
team = \"south\"
capacity = 12
cost_per_hour = 66

[[rep]]
name = \"lh\"
title = \"Lukas Huber\"
team = \"south\"
capacity = 14
cost_per_hour = 52

[[rep]]
name = \"ss\"
title = \"Sofia Santos\"
team = \"south\"
capacity = 14
cost_per_hour = 50

[[rep]]
name = \"pk\"
title = \"Petra Kühn\"
team = \"south\"
cost_per_hour = 58
active = false                            # left; her deals went to Sofia Santos

[[rep]]
name = \"hv\"
title = \"Henrik Vogel\"
team = \"key\"
capacity = 8
cost_per_hour = 74

[[product]]
name = \"starter\"
title = \"Quoting, one site\"
price = 6500

[[product]]
name = \"team\"
title = \"Quoting and orders\"
price = 14000

[[product]]
name = \"works\"
title = \"Quoting, orders and planning\"
price = 36000

[[product]]
name = \"service\"
title = \"Service contract\"
price = 9000

# --- What is to be reached -----------------------------------------------------------------------

[[target]]
metric = \"revenue\"
at_least = 320000
period = \"quarter\"
why = \"pays for everybody here and for the next product\"

[[target]]
metric = \"revenue\"
at_least = 120000
team = \"north\"
period = \"quarter\"

[[target]]
metric = \"revenue\"
at_least = 90000
team = \"south\"
period = \"quarter\"

[[target]]
metric = \"revenue\"
at_least = 110000
team = \"key\"
period = \"quarter\"

[[target]]
metric = \"win-rate\"
at_least = 0.25
period = \"year\"
why = \"below it the offers we write cost more than they bring\"

[[target]]
metric = \"override-rate\"
at_most = 0.1
period = \"year\"
why = \"a gate that is passed by override is a gate that nobody believes in\"
";

/// The process file of a demo: the template as it is, and its last part filled in.
pub fn text() -> String {
    let template = template::text("consultative").unwrap_or_default();
    let agreed = template.split(FILL_IN).next().unwrap_or(template);
    format!("{agreed}{PEOPLE}")
}
