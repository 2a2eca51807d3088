//! The schema: an ordered list of migrations, newest last, never edited once released.
//!
//! Only what SQLite and PostgreSQL both speak: no date or JSON functions, times as UTC epoch
//! milliseconds, dates as days since 1970-01-01, flags as 0 and 1. Three kinds of tables:
//! the log (`operation`, `event`, `stream`, `private_value`, `process_version`), which is the truth;
//! projections, which can be rebuilt from it; and `store_info`.

/// `slct`, so that `file` and we recognise our own.
pub(super) const APPLICATION_ID: i32 = 0x736c_6374;

/// `MIGRATIONS[n]` takes a store from `user_version` n to n + 1.
pub(super) const MIGRATIONS: &[&str] = &[V1, V2, V3, V4, V5, V6, V7];

pub(super) const NEWEST: i32 = MIGRATIONS.len() as i32;

/// Tables that `doctor` can rebuild from the log, children before parents.
pub(super) const PROJECTIONS: &[&str] = &[
    "snapshot_said",
    "snapshot_forecast",
    "snapshot_stage",
    "snapshot",
    "fact",
    "snooze",
    "followup",
    "activity",
    "participant",
    "visit",
    "imported",
    "deal",
    "contact_activity",
    "sales_role",
    "person",
    "former_name",
    "account",
    "catalog",
    "suppression",
    "suppression_removed",
    "batch",
    "list_use",
    "list_seed",
    "list_undeliverable",
    "list",
    "prospect_state",
    "prospect_distinct",
    "origin",
    "rating",
    "selection",
    "customer_case",
    "cost",
    "absence",
    "target",
    "commitment_deal",
    "commitment",
    "suggestion",
    "process_review",
];

const V1: &str = "
CREATE TABLE store_info (
    name TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE operation (
    id INTEGER PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('command', 'import', 'undo', 'redo', 'setup')),
    typed TEXT NOT NULL,
    actor TEXT NOT NULL,
    ts INTEGER NOT NULL,
    target INTEGER,
    undone_ts INTEGER
) STRICT;
CREATE INDEX operation_actor ON operation (actor, ts);
CREATE INDEX operation_ts ON operation (ts);

CREATE TABLE stream (
    id INTEGER PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    handle TEXT NOT NULL UNIQUE,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;

CREATE TABLE event (
    stream INTEGER NOT NULL REFERENCES stream (id) DEFERRABLE INITIALLY DEFERRED,
    seq INTEGER NOT NULL,
    operation INTEGER NOT NULL REFERENCES operation (id),
    recorded INTEGER NOT NULL,
    effective INTEGER NOT NULL,
    day INTEGER NOT NULL,
    actor TEXT NOT NULL,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (stream, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX event_operation ON event (operation, stream, seq);
CREATE TRIGGER event_is_kept BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER event_is_never_lost BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;

CREATE TABLE private_value (
    stream INTEGER NOT NULL,
    id INTEGER NOT NULL,
    salt BLOB NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (stream, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE process_version (
    version INTEGER PRIMARY KEY NOT NULL,
    operation INTEGER NOT NULL REFERENCES operation (id),
    ts INTEGER NOT NULL,
    day INTEGER NOT NULL,
    actor TEXT NOT NULL,
    why TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    path TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;

CREATE TABLE account (
    id INTEGER PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL
) STRICT;
CREATE INDEX account_name_key ON account (name_key);

CREATE TABLE person (
    id INTEGER PRIMARY KEY NOT NULL,
    account INTEGER REFERENCES account (id) DEFERRABLE INITIALLY DEFERRED,
    name TEXT NOT NULL,
    title TEXT,
    email TEXT,
    phone TEXT
) STRICT;
CREATE INDEX person_account ON person (account);

CREATE TABLE catalog (
    id INTEGER PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    team TEXT,
    manager TEXT,
    login TEXT,
    price_minor INTEGER,
    capacity INTEGER,
    active INTEGER NOT NULL,
    UNIQUE (kind, name)
) STRICT;

CREATE TABLE deal (
    id INTEGER PRIMARY KEY NOT NULL,
    account INTEGER REFERENCES account (id) DEFERRABLE INITIALLY DEFERRED,
    title TEXT,
    owner TEXT,
    product TEXT,
    source TEXT,
    state TEXT NOT NULL CHECK (state IN ('open', 'hold', 'won', 'lost')),
    stage TEXT,
    stage_entered INTEGER,
    value_minor INTEGER,
    currency TEXT,
    opened INTEGER,
    closed INTEGER,
    expected_close INTEGER,
    hold_until INTEGER,
    reason TEXT,
    customer_type TEXT,
    next_due INTEGER,
    touched INTEGER NOT NULL,
    overrides INTEGER NOT NULL
) STRICT;
CREATE INDEX deal_account ON deal (account);
CREATE INDEX deal_open ON deal (owner) WHERE state IN ('open', 'hold');

CREATE TABLE imported (
    external TEXT PRIMARY KEY NOT NULL,
    deal INTEGER NOT NULL REFERENCES deal (id) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;
CREATE INDEX imported_deal ON imported (deal);

CREATE TABLE visit (
    deal INTEGER NOT NULL REFERENCES deal (id) DEFERRABLE INITIALLY DEFERRED,
    n INTEGER NOT NULL,
    stage TEXT NOT NULL,
    entered INTEGER,
    left_day INTEGER,
    how TEXT NOT NULL,
    came TEXT NOT NULL,
    overridden INTEGER NOT NULL,
    PRIMARY KEY (deal, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE fact (
    subject INTEGER NOT NULL,
    name TEXT NOT NULL,
    day INTEGER NOT NULL,
    whole INTEGER,
    number REAL,
    text TEXT,
    PRIMARY KEY (subject, name, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE followup (
    id INTEGER PRIMARY KEY NOT NULL,
    deal INTEGER NOT NULL REFERENCES deal (id) DEFERRABLE INITIALLY DEFERRED,
    due INTEGER NOT NULL,
    text TEXT NOT NULL,
    by_rule INTEGER NOT NULL,
    added INTEGER NOT NULL,
    done INTEGER
) STRICT;
CREATE INDEX followup_deal ON followup (deal);

CREATE TABLE activity (
    deal INTEGER NOT NULL REFERENCES deal (id) DEFERRABLE INITIALLY DEFERRED,
    seq INTEGER NOT NULL,
    day INTEGER NOT NULL,
    kind TEXT NOT NULL,
    minutes INTEGER,
    cost_minor INTEGER,
    person INTEGER,
    PRIMARY KEY (deal, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE participant (
    deal INTEGER NOT NULL REFERENCES deal (id) DEFERRABLE INITIALLY DEFERRED,
    role TEXT NOT NULL,
    person INTEGER NOT NULL REFERENCES person (id) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (deal, role, person)
) STRICT, WITHOUT ROWID;

CREATE TABLE batch (
    id INTEGER PRIMARY KEY NOT NULL,
    what TEXT NOT NULL,
    file TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    read_n INTEGER NOT NULL,
    new_n INTEGER NOT NULL,
    known_n INTEGER NOT NULL,
    rejected_n INTEGER NOT NULL,
    day INTEGER NOT NULL
) STRICT;
";

/// Lists, the names on them, and who must not be contacted.
///
/// A name (`prospect`) is a row of a file that was taken, kept as it came in, cleaned; it is no
/// projection. It counts when its batch does (there is a row in `batch`), or when something happened to
/// it since (`prospect_state`). Rows of one and the same person have the same `entity`: the id of the first of
/// them, of a `person` or of an `account`. The names of a use (`list_use_name`) likewise count when there
/// is a row in `list_use`.
///
/// Who must not be contacted was said one by one (`suppression`, a projection) or by a file
/// (`suppression_row`, base data that counts when its batch does); `suppression_removed`, a projection too,
/// takes entries of both out again.
///
/// An account or person that turned out to be another has that one in `merged`, which is never merged
/// itself. Whatever refers to it stays as it is written and is read through `account_now` and
/// `person_now`: so a merge is one event, its undo another, and no deal is touched by either.
/// `contact_activity` is what was done with a person, account or prospect outside of deals.
const V2: &str = "
CREATE TABLE import_run (
    id INTEGER PRIMARY KEY NOT NULL,
    list INTEGER NOT NULL,
    file TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    setup TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('staging', 'staged', 'complete')),
    first_id INTEGER NOT NULL,
    names INTEGER NOT NULL,
    records INTEGER NOT NULL,
    repeated INTEGER NOT NULL,
    retry_of INTEGER,
    ts INTEGER NOT NULL
) STRICT;

CREATE TABLE prospect (
    id INTEGER PRIMARY KEY NOT NULL,
    batch INTEGER NOT NULL,
    list INTEGER NOT NULL,
    line INTEGER NOT NULL,
    row_hash INTEGER NOT NULL,
    fate INTEGER NOT NULL,
    entity INTEGER NOT NULL,
    probability REAL,
    reason TEXT,
    name TEXT,
    first_name TEXT,
    middle_name TEXT,
    last_name TEXT,
    salutation TEXT,
    title TEXT,
    company TEXT,
    email TEXT,
    phone TEXT,
    mobile TEXT,
    website TEXT,
    domain TEXT,
    address TEXT,
    city TEXT,
    state TEXT,
    zip TEXT,
    country TEXT,
    industry TEXT,
    employees TEXT,
    revenue TEXT,
    linkedin TEXT,
    birth_date TEXT,
    number TEXT,
    record TEXT,
    list_code TEXT,
    source_date TEXT,
    original TEXT,
    attributes TEXT,
    warnings TEXT
) STRICT;
CREATE INDEX prospect_entity ON prospect (entity) WHERE entity <> id;

CREATE TABLE prospect_key (
    prospect INTEGER PRIMARY KEY NOT NULL,
    keys BLOB NOT NULL
) STRICT;

CREATE TABLE prospect_employer (
    prospect INTEGER PRIMARY KEY NOT NULL,
    account INTEGER NOT NULL,
    probability REAL NOT NULL
) STRICT;

CREATE TABLE prospect_pair (
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    batch INTEGER NOT NULL,
    probability REAL NOT NULL,
    PRIMARY KEY (a, b)
) STRICT, WITHOUT ROWID;

CREATE TABLE import_reject (
    batch INTEGER NOT NULL,
    n INTEGER NOT NULL,
    line INTEGER NOT NULL,
    column_name TEXT,
    reason TEXT NOT NULL,
    fields TEXT NOT NULL,
    PRIMARY KEY (batch, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE match_model (
    kind TEXT PRIMARY KEY NOT NULL,
    batch INTEGER NOT NULL,
    model TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE list (
    id INTEGER PRIMARY KEY NOT NULL,
    code TEXT NOT NULL UNIQUE,
    terms TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'retired', 'returned')),
    ended INTEGER,
    reason TEXT,
    notice_given INTEGER
) STRICT;

CREATE TABLE list_use (
    list INTEGER NOT NULL,
    n INTEGER NOT NULL,
    id INTEGER NOT NULL,
    day INTEGER NOT NULL,
    channel TEXT NOT NULL,
    names INTEGER NOT NULL,
    overridden TEXT,
    PRIMARY KEY (list, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE list_use_name (
    list_use INTEGER NOT NULL,
    prospect INTEGER NOT NULL,
    PRIMARY KEY (list_use, prospect)
) STRICT, WITHOUT ROWID;

CREATE TABLE list_undeliverable (
    list INTEGER NOT NULL,
    prospect INTEGER NOT NULL,
    day INTEGER NOT NULL,
    PRIMARY KEY (list, prospect)
) STRICT, WITHOUT ROWID;

CREATE TABLE prospect_state (
    prospect INTEGER PRIMARY KEY NOT NULL,
    responded INTEGER,
    channel TEXT,
    notice_given INTEGER,
    entity INTEGER
) STRICT;
CREATE INDEX prospect_state_entity ON prospect_state (entity) WHERE entity IS NOT NULL;

CREATE TABLE prospect_distinct (
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    PRIMARY KEY (a, b)
) STRICT, WITHOUT ROWID;

CREATE TABLE list_seed (
    list INTEGER NOT NULL,
    n INTEGER NOT NULL,
    ours INTEGER NOT NULL,
    first_name TEXT,
    last_name TEXT,
    company TEXT,
    email TEXT,
    phone TEXT,
    address TEXT,
    city TEXT,
    state TEXT,
    zip TEXT,
    country TEXT,
    PRIMARY KEY (list, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE suppression (
    id INTEGER PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('email', 'phone', 'domain', 'person', 'company')),
    key INTEGER NOT NULL,
    key2 INTEGER,
    shown TEXT NOT NULL,
    purpose TEXT NOT NULL CHECK (purpose IN ('marketing', 'all')),
    reason TEXT NOT NULL,
    day INTEGER NOT NULL
) STRICT;

CREATE TABLE suppression_row (
    id INTEGER PRIMARY KEY NOT NULL,
    batch INTEGER NOT NULL,
    line INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('email', 'phone', 'domain', 'person', 'company')),
    key INTEGER NOT NULL,
    key2 INTEGER,
    shown TEXT NOT NULL,
    purpose TEXT NOT NULL CHECK (purpose IN ('marketing', 'all')),
    reason TEXT NOT NULL,
    day INTEGER NOT NULL
) STRICT;

CREATE TABLE suppression_removed (
    id INTEGER PRIMARY KEY NOT NULL,
    reason TEXT NOT NULL,
    day INTEGER NOT NULL
) STRICT;

ALTER TABLE account ADD COLUMN merged INTEGER REFERENCES account (id) DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX account_merged ON account (merged) WHERE merged IS NOT NULL;

ALTER TABLE person ADD COLUMN mobile TEXT;
ALTER TABLE person ADD COLUMN merged INTEGER REFERENCES person (id) DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX person_merged ON person (merged) WHERE merged IS NOT NULL;

CREATE VIEW account_now AS
SELECT a.id, n.id AS now, n.name FROM account a JOIN account n ON n.id = COALESCE(a.merged, a.id);

CREATE VIEW person_now AS
SELECT p.id, n.id AS now, n.name FROM person p JOIN person n ON n.id = COALESCE(p.merged, p.id);

CREATE TABLE former_name (
    account INTEGER NOT NULL REFERENCES account (id) DEFERRABLE INITIALLY DEFERRED,
    name_key TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (account, name_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX former_name_key ON former_name (name_key);

CREATE TABLE sales_role (
    person INTEGER NOT NULL REFERENCES person (id) DEFERRABLE INITIALLY DEFERRED,
    role TEXT NOT NULL,
    PRIMARY KEY (person, role)
) STRICT, WITHOUT ROWID;

CREATE TABLE contact_activity (
    subject INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    day INTEGER NOT NULL,
    kind TEXT NOT NULL,
    minutes INTEGER,
    cost_minor INTEGER,
    person INTEGER,
    PRIMARY KEY (subject, seq)
) STRICT, WITHOUT ROWID;

ALTER TABLE batch ADD COLUMN list INTEGER;
ALTER TABLE batch ADD COLUMN twice_n INTEGER NOT NULL DEFAULT 0;
ALTER TABLE batch ADD COLUMN suppressed_n INTEGER NOT NULL DEFAULT 0;
ALTER TABLE batch ADD COLUMN seed_n INTEGER NOT NULL DEFAULT 0;
";

/// From names to deals.
///
/// `origin` says which deal came from which row of which list, or from which case; `rating` holds the latest
/// stars of each person on each topic. `worked_on` has the names that count even when their batch does not (some
/// of them twice): something happened to them, or a deal came of them. The names of a selection (`selection_name`) count when `selection` has
/// their run. Without an index, taking a person away would look through all participants of all deals. `cost` is what a source or a list cost beside its terms, `absence` when a rep is away.
const V3: &str = "
CREATE TABLE origin (
    deal INTEGER PRIMARY KEY NOT NULL,
    prospect INTEGER,
    person INTEGER,
    list INTEGER,
    selection INTEGER,
    from_case INTEGER,
    why TEXT
) STRICT;
CREATE INDEX origin_prospect ON origin (prospect) WHERE prospect IS NOT NULL;

CREATE INDEX participant_person ON participant (person);

CREATE TABLE rating (
    subject INTEGER NOT NULL,
    topic TEXT NOT NULL,
    rater TEXT NOT NULL,
    stars INTEGER NOT NULL,
    day INTEGER NOT NULL,
    note TEXT,
    PRIMARY KEY (subject, topic, rater)
) STRICT, WITHOUT ROWID;
CREATE INDEX rating_topic ON rating (topic);

CREATE TABLE selection (
    id INTEGER PRIMARY KEY NOT NULL,
    name TEXT NOT NULL UNIQUE,
    query TEXT NOT NULL,
    run INTEGER NOT NULL,
    names INTEGER NOT NULL,
    day INTEGER NOT NULL,
    actor TEXT NOT NULL
) STRICT;

CREATE TABLE selection_name (
    run INTEGER NOT NULL,
    n INTEGER NOT NULL,
    subject INTEGER NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY (run, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE customer_case (
    id INTEGER PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('referral', 'experience', 'request')),
    about INTEGER NOT NULL,
    deal INTEGER,
    started INTEGER,
    product TEXT,
    told_by TEXT NOT NULL,
    owner TEXT,
    stars INTEGER,
    text TEXT,
    due INTEGER,
    opened INTEGER NOT NULL,
    answer TEXT,
    closed INTEGER
) STRICT;
CREATE INDEX customer_case_about ON customer_case (about);
CREATE INDEX customer_case_open ON customer_case (owner) WHERE closed IS NULL;

CREATE TABLE cost (
    id INTEGER PRIMARY KEY NOT NULL,
    subject INTEGER NOT NULL,
    day INTEGER NOT NULL,
    amount_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;
CREATE INDEX cost_subject ON cost (subject);

CREATE TABLE absence (
    id INTEGER PRIMARY KEY NOT NULL,
    rep INTEGER NOT NULL,
    from_day INTEGER NOT NULL,
    until_day INTEGER NOT NULL,
    note TEXT
) STRICT;
CREATE INDEX absence_rep ON absence (rep);

ALTER TABLE catalog ADD COLUMN margin REAL;

CREATE VIEW worked_on AS
SELECT prospect FROM prospect_state
UNION ALL SELECT prospect FROM origin WHERE prospect IS NOT NULL;
";

/// What reports ask beside what deals are.
///
/// An activity says who logged it, which is whose hour it cost, and what was used. `snooze` has the days on which
/// a follow-up was put off, each with the day it was due before. `target` has what reps and managers offered
/// one another as an objective. `snapshot` is what a night saw.
///
/// `deal_part` has ranges of deals, each up to the first of the next, and `deal_column` what is known of them, column by
/// column, so that reports read little (with a rowid, as finding a row would else read all bytes on the way);
/// `changed_deal` has the deals whose rows are newer than that.
const V4: &str = "
ALTER TABLE activity ADD COLUMN actor TEXT;
ALTER TABLE activity ADD COLUMN tool TEXT;
UPDATE activity SET actor = (SELECT e.actor FROM event e WHERE e.stream = activity.deal AND e.seq = activity.seq);
ALTER TABLE contact_activity ADD COLUMN actor TEXT;
ALTER TABLE contact_activity ADD COLUMN tool TEXT;
UPDATE contact_activity
SET actor = (SELECT e.actor FROM event e WHERE e.stream = contact_activity.subject AND e.seq = contact_activity.seq);

ALTER TABLE catalog ADD COLUMN since INTEGER;

CREATE TABLE snooze (
    followup INTEGER NOT NULL REFERENCES followup (id) DEFERRABLE INITIALLY DEFERRED,
    day INTEGER NOT NULL,
    due_before INTEGER NOT NULL,
    PRIMARY KEY (followup, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE target (
    id INTEGER PRIMARY KEY NOT NULL,
    metric TEXT NOT NULL,
    rep TEXT NOT NULL,
    from_day INTEGER NOT NULL,
    to_day INTEGER NOT NULL,
    at_least INTEGER NOT NULL,
    amount REAL NOT NULL,
    offered_by TEXT NOT NULL CHECK (offered_by IN ('rep', 'manager')),
    why TEXT,
    proposed INTEGER NOT NULL,
    accepted INTEGER,
    withdrawn INTEGER
) STRICT;

CREATE TABLE snapshot (
    day INTEGER PRIMARY KEY NOT NULL,
    head TEXT NOT NULL,
    errors INTEGER NOT NULL,
    warnings INTEGER NOT NULL,
    mailed INTEGER NOT NULL
) STRICT;

CREATE TABLE snapshot_stage (
    day INTEGER NOT NULL REFERENCES snapshot (day) DEFERRABLE INITIALLY DEFERRED,
    n INTEGER NOT NULL,
    stage TEXT NOT NULL,
    deals INTEGER NOT NULL,
    value_minor INTEGER NOT NULL,
    PRIMARY KEY (day, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE deal_part (
    first INTEGER PRIMARY KEY NOT NULL,
    deals INTEGER NOT NULL,
    touched INTEGER NOT NULL
) STRICT;

CREATE TABLE deal_column (
    name TEXT NOT NULL,
    part INTEGER NOT NULL REFERENCES deal_part (first) DEFERRABLE INITIALLY DEFERRED,
    bytes BLOB NOT NULL,
    PRIMARY KEY (name, part)
) STRICT;

CREATE TABLE changed_deal (
    deal INTEGER PRIMARY KEY NOT NULL
) STRICT;
INSERT INTO changed_deal (deal) SELECT id FROM deal;

CREATE INDEX followup_open ON followup (deal) WHERE done IS NULL;
";

/// What was said of the future.
///
/// `commitment` has what reps said they would win in a period and what managers made of it. `snapshot_forecast` is
/// what a night expected of a period by the method whose word counted, with the open deals that it was made of in
/// one text (they are only ever read together), `snapshot_said` what each method expected.
const V5: &str = "
CREATE TABLE commitment (
    id INTEGER PRIMARY KEY NOT NULL,
    said_by TEXT NOT NULL CHECK (said_by IN ('rep', 'manager')),
    scope TEXT NOT NULL CHECK (scope IN ('rep', 'team')),
    name TEXT NOT NULL,
    from_day INTEGER NOT NULL,
    to_day INTEGER NOT NULL,
    amount_minor INTEGER NOT NULL,
    best_case_minor INTEGER,
    why TEXT,
    day INTEGER NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL
) STRICT;

CREATE TABLE commitment_deal (
    commitment INTEGER NOT NULL REFERENCES commitment (id) DEFERRABLE INITIALLY DEFERRED,
    n INTEGER NOT NULL,
    deal INTEGER NOT NULL,
    PRIMARY KEY (commitment, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE snapshot_forecast (
    day INTEGER NOT NULL REFERENCES snapshot (day) DEFERRABLE INITIALLY DEFERRED,
    n INTEGER NOT NULL,
    from_day INTEGER NOT NULL,
    to_day INTEGER NOT NULL,
    won_minor INTEGER NOT NULL,
    chosen TEXT NOT NULL,
    total_minor INTEGER NOT NULL,
    open_minor INTEGER NOT NULL,
    new_minor INTEGER NOT NULL,
    low_minor INTEGER,
    high_minor INTEGER,
    others_minor INTEGER NOT NULL,
    deals TEXT NOT NULL,
    PRIMARY KEY (day, n)
) STRICT;

CREATE TABLE snapshot_said (
    day INTEGER NOT NULL,
    n INTEGER NOT NULL,
    method TEXT NOT NULL,
    total_minor INTEGER NOT NULL,
    open_minor INTEGER,
    new_minor INTEGER,
    PRIMARY KEY (day, n, method),
    FOREIGN KEY (day, n) REFERENCES snapshot_forecast (day, n) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;
";

/// How the process is looked after.
///
/// `suggestion` has what those who work in it propose to change, with the answer, `process_review` when somebody
/// looked at all of it.
const V6: &str = "
CREATE TABLE suggestion (
    id INTEGER PRIMARY KEY NOT NULL,
    text TEXT NOT NULL,
    stage TEXT,
    day INTEGER NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    version INTEGER NOT NULL,
    verdict TEXT CHECK (verdict IN ('accepted', 'declined')),
    answer TEXT,
    answered INTEGER,
    answered_by TEXT
) STRICT;

CREATE TABLE process_review (
    id INTEGER PRIMARY KEY NOT NULL,
    day INTEGER NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    note TEXT
) STRICT;
";

/// Since when a deal passes gates under which version of the process, which was looked up in the events before: a
/// fact wherever the version is another than at the gate before. And of which deals a log told the whole way.
///
/// What a move was is told by the body of its event, in which no text of people can hold these marks: quotes in a
/// text have a backslash before them.
const V7: &str = "
INSERT INTO fact (subject, name, day, whole)
SELECT stream, '.gate_version', day, version
FROM (
    SELECT stream, day, version,
        ROW_NUMBER() OVER (PARTITION BY stream, day ORDER BY effective DESC, seq DESC) AS n
    FROM (
        SELECT e.stream, e.day, e.version, e.effective, e.seq,
            LAG(e.version) OVER (PARTITION BY e.stream ORDER BY e.effective, e.seq) AS before
        FROM event e JOIN operation o ON o.id = e.operation
        WHERE o.undone_ts IS NULL AND (
            (e.kind = 'stage_entered' AND (e.body LIKE '%\"how\":\"start\"%' OR e.body LIKE '%\"how\":\"advance\"%'
                OR e.body LIKE '%\"how\":\"back\"%'))
            OR (e.kind IN ('won', 'lost') AND e.body NOT LIKE '%\"imported\":true%'))
    ) gate
    WHERE before IS NULL OR before <> version
) changed
WHERE n = 1;

INSERT INTO fact (subject, name, day, whole)
SELECT DISTINCT e.stream, '.history_told', e.day, 1
FROM event e JOIN operation o ON o.id = e.operation
WHERE e.kind = 'history_told' AND o.undone_ts IS NULL;
";
