//! Names of people: taken apart where one column holds all of it, and not shouted.

/// Which part comes first where one column holds the whole name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NameOrder {
    /// With a comma the last name comes first, without one the first name.
    #[default]
    Detect,
    FirstLast,
    LastFirst,
}

/// The parts of a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    pub salutation: String,
    pub first: String,
    pub middle: String,
    pub last: String,
    /// `Jr.`, `PhD`
    pub suffix: String,
}

const SALUTATIONS: [&str; 42] = [
    "dame",
    "dhr",
    "dipl",
    "dipling",
    "doña",
    "dott",
    "dottssa",
    "dr",
    "dra",
    "drs",
    "dring",
    "fr",
    "frau",
    "fräulein",
    "herr",
    "herrn",
    "hon",
    "ing",
    "ir",
    "lic",
    "madame",
    "mag",
    "mevr",
    "mevrouw",
    "miss",
    "mlle",
    "mme",
    "monsieur",
    "mr",
    "mrs",
    "ms",
    "mx",
    "prof",
    "professor",
    "rev",
    "sig",
    "signor",
    "signora",
    "sir",
    "sr",
    "sra",
    "srta",
];
/// What follows a doctor's title and is a name elsewhere: `Dr. phil. Anna`.
const OF_WHAT: [&str; 9] = [
    "hc", "habil", "ing", "iur", "jur", "med", "nat", "phil", "rer",
];
const SUFFIXES: [&str; 31] = [
    "jr", "sr", "junior", "senior", "ii", "iii", "iv", "phd", "md", "dds", "dvm", "esq", "cpa",
    "cfa", "mba", "msc", "bsc", "llm", "llb", "ma", "pe", "rn", "pmp", "jd", "ba", "bs", "facs",
    "dipling", "meng", "dmd", "cissp",
];
/// What stands before a last name and belongs to it.
const PARTICLES: [&str; 27] = [
    "von", "van", "der", "den", "de", "del", "della", "di", "da", "dos", "das", "do", "la", "le",
    "du", "des", "ten", "ter", "zu", "zur", "zum", "vom", "af", "av", "bin", "ibn", "op",
];

/// Letters of a word in lower case, without the points in it.
fn key(word: &str) -> String {
    let plain = word.chars().filter(|c| c.is_alphanumeric());
    plain.flat_map(char::to_lowercase).collect()
}

fn is_salutation(word: &str) -> bool {
    SALUTATIONS.contains(&key(word).as_str())
}

fn is_suffix(word: &str) -> bool {
    let key = key(word);
    // `Ma` is a family name; `MA` and `M.A.` are not.
    let shouted = word.chars().all(|c| !c.is_lowercase());
    SUFFIXES.contains(&key.as_str())
        && (key.len() > 2 || shouted || matches!(key.as_str(), "jr" | "sr"))
}

fn is_particle(word: &str) -> bool {
    let lower = word.to_lowercase();
    PARTICLES.contains(&lower.as_str())
}

/// Takes a whole name apart.
pub fn split(name: &str, order: NameOrder) -> Parts {
    let mut parts = Parts::default();
    let mut sides: Vec<&str> = name
        .split(',')
        .map(str::trim)
        .filter(|s| !s.is_empty())
        .collect();
    // `Anna Smith, PhD`: what follows the comma is no first name.
    while sides.len() > 1
        && sides
            .last()
            .is_some_and(|side| side.split_whitespace().all(is_suffix))
    {
        if let Some(side) = sides.pop() {
            append_front(&mut parts.suffix, side);
        }
    }
    let mut words: Vec<&str>;
    let last_first = match sides.as_slice() {
        [] => return parts,
        [last, first @ ..] if !first.is_empty() => {
            words = first
                .iter()
                .flat_map(|side| side.split_whitespace())
                .collect();
            let mut family: Vec<&str> = last.split_whitespace().collect();
            take_ends(&mut family, &mut parts);
            parts.last = family.join(" ");
            true
        }
        [whole, ..] => {
            words = whole.split_whitespace().collect();
            false
        }
    };
    take_ends(&mut words, &mut parts);
    if last_first {
        // `Heide, Jürgen von der`
        let first_particle = words
            .iter()
            .skip(1)
            .position(|word| is_particle(word))
            .map(|at| at + 1);
        if let Some(at) = first_particle.filter(|at| words[*at..].iter().all(|w| is_particle(w))) {
            parts.last = format!("{} {}", words[at..].join(" "), parts.last);
            words.truncate(at);
        }
        given(&words, &mut parts);
    } else {
        one_side(&words, order, &mut parts);
    }
    parts
}

fn one_side(words: &[&str], order: NameOrder, parts: &mut Parts) {
    match words {
        [] => {}
        [only] => parts.last = (*only).to_string(),
        words if order == NameOrder::LastFirst => {
            // Particles and the name they belong to, then the given names.
            let family = words.iter().take_while(|word| is_particle(word)).count() + 1;
            let family = family.min(words.len() - 1);
            parts.last = words[..family].join(" ");
            given(&words[family..], parts);
        }
        words => {
            let from = words
                .iter()
                .skip(1)
                .position(|word| is_particle(word))
                .map_or(words.len() - 1, |at| at + 1)
                .min(words.len() - 1);
            parts.last = words[from..].join(" ");
            given(&words[..from], parts);
        }
    }
}

fn given(words: &[&str], parts: &mut Parts) {
    if let [first, middle @ ..] = words {
        parts.first = (*first).to_string();
        parts.middle = middle.join(" ");
    }
}

/// Takes `Dr.` off the front and `Jr.` off the end.
fn take_ends(words: &mut Vec<&str>, parts: &mut Parts) {
    let mut salutations = 0;
    while salutations + 1 < words.len()
        && (is_salutation(words[salutations])
            || (salutations > 0 && OF_WHAT.contains(&key(words[salutations]).as_str())))
    {
        salutations += 1;
    }
    for word in words.drain(..salutations) {
        append(&mut parts.salutation, word);
    }
    while words.len() > 1 && words.last().is_some_and(|word| is_suffix(word)) {
        if let Some(word) = words.pop() {
            append_front(&mut parts.suffix, word);
        }
    }
}

fn append(to: &mut String, word: &str) {
    if !to.is_empty() {
        to.push(' ');
    }
    to.push_str(word);
}

fn append_front(to: &mut String, word: &str) {
    if !to.is_empty() {
        to.insert(0, ' ');
    }
    to.insert_str(0, word);
}

/// Takes a salutation and a suffix off a name that is in a column of its own; the rest is both `first` and
/// `last`.
pub fn ends(name: &str) -> Parts {
    let mut parts = Parts::default();
    let mut words: Vec<&str> = name
        .split([' ', ','])
        .filter(|word| !word.is_empty())
        .collect();
    take_ends(&mut words, &mut parts);
    parts.first = words.join(" ");
    parts.last.clone_from(&parts.first);
    parts
}

/// Whether a name column may hold more than a name: a salutation before it or a suffix behind it.
pub fn has_ends(name: &str) -> bool {
    let mut words = name.split_whitespace();
    match (words.next(), words.next_back()) {
        (Some(first), Some(last)) => is_salutation(first) || is_suffix(last.trim_end_matches(',')),
        _ => false,
    }
}

/// Whether a name is in capitals only: `MÜLLER`, not `JP` or `Müller`.
pub fn is_shouted(name: &str) -> bool {
    let mut letters = 0;
    let mut vowel = false;
    for c in name.chars() {
        if c.is_lowercase() {
            return false;
        }
        if c.is_uppercase() {
            letters += 1;
            vowel |= !c.is_ascii() || "AEIOUY".contains(c);
        }
    }
    letters > 1 && vowel
}

/// Writes a name in capitals as names are written: `MCDONALD-O'BRIEN` → `McDonald-O'Brien`, `VON DER HEIDE` →
/// `von der Heide`.
pub fn write_title(name: &str, out: &mut String) {
    out.clear();
    for (n, word) in name.split(' ').enumerate() {
        if n > 0 {
            out.push(' ');
        }
        let more = n + 1 < name.split(' ').count();
        let lower = word.to_lowercase();
        if more && is_particle(word) {
            out.push_str(&lower);
        } else if matches!(lower.as_str(), "ii" | "iii" | "iv") {
            out.push_str(&lower.to_uppercase());
        } else {
            title_word(&lower, out);
        }
    }
}

fn title_word(lower: &str, out: &mut String) {
    let mut begins = true;
    let mut written = 0;
    for (at, c) in lower.char_indices() {
        if begins && c.is_alphabetic() {
            out.extend(c.to_uppercase());
            begins = false;
        } else {
            out.push(c);
        }
        written += usize::from(c.is_alphabetic());
        let so_far = &lower[..at + c.len_utf8()];
        begins |= match c {
            '-' | '.' | '’' | '\'' => c == '-' || c == '.' || so_far.chars().count() <= 2,
            'c' => so_far.ends_with("mc") && written == 2 && lower.chars().count() > 4,
            _ => false,
        };
    }
}

#[cfg(test)]
mod tests;
