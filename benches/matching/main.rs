//! Matches a file with its house file and writes the links, to be scored against the truth:
//!
//! `cargo bench --bench matching -- FILE [--house FILE] [--links OUT] [--fixed | --with MODEL]
//! [--save MODEL] [--company] [--lookup] [--explain ROW ROW]`
//!
//! `--lookup` does what a small import does: only those names of the house file are matched that share
//! a key with the file.

use std::collections::HashMap;
use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write, stderr, stdout};
use std::time::{Duration, Instant};

use salesctl::prospect::matching::{
    Features, Keyer, Kind, Known, Lookup, Model, Names, Pairs, Thresholds, explain, find,
};

/// Headings of business lists and of the Febrl sets, by field.
const FIELDS: [(&str, &[&str]); 16] = [
    ("id", &["record_id", "rec_id"]),
    ("first", &["first_name", "given_name"]),
    ("last", &["last_name", "surname"]),
    ("title", &["title"]),
    ("company", &["company"]),
    ("email", &["email"]),
    ("phone", &["phone"]),
    ("website", &["website"]),
    ("house", &["street_number"]),
    ("address", &["address1", "address_1"]),
    ("city", &["city", "suburb"]),
    ("state", &["state"]),
    ("zip", &["zip", "postcode"]),
    ("country", &["country"]),
    ("birth", &["date_of_birth"]),
    ("number", &["soc_sec_id"]),
];

const FREE_MAIL: &[&str] = &[
    "aol.com",
    "comcast.net",
    "gmail.com",
    "hotmail.com",
    "outlook.com",
    "yahoo.com",
];

fn domain<'a>(website: &'a str, email: &'a str) -> &'a str {
    let host = website.split_once("://").map_or(website, |(_, host)| host);
    let host = host.split('/').next().unwrap_or_default();
    let host = host.strip_prefix("www.").unwrap_or(host);
    let of_mail = email.rsplit_once('@').map_or("", |(_, host)| host);
    match (host.is_empty(), FREE_MAIL.contains(&of_mail)) {
        (false, _) => host,
        (true, true) => "",
        (true, false) => of_mail,
    }
}

/// Calls `name` with the id and the features of each row.
fn read(path: &str, mut name: impl FnMut(&str, &Features<'_>)) -> Result<(), Box<dyn Error>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(path)?;
    let headings: HashMap<String, usize> = reader
        .headers()?
        .iter()
        .enumerate()
        .map(|(n, heading)| (heading.trim().to_string(), n))
        .collect();
    let columns: HashMap<&str, usize> = FIELDS
        .iter()
        .filter_map(|(field, names)| {
            Some((*field, *names.iter().find_map(|name| headings.get(*name))?))
        })
        .collect();
    let columns = FIELDS.map(|(field, _)| columns.get(field).copied().unwrap_or(usize::MAX));
    let mut record = csv::StringRecord::new();
    let mut address = String::new();
    while reader.read_record(&mut record)? {
        let [
            id,
            first,
            last,
            title,
            company,
            email,
            phone,
            website,
            house,
            street,
            rest @ ..,
        ] = columns.map(|column| record.get(column).unwrap_or_default().trim());
        let [city, state, zip, country, birth_date, number] = rest;
        address.clear();
        address.extend([house, " ", street]);
        let features = Features {
            first,
            middle: "",
            last,
            title,
            company,
            email,
            domain: domain(website, email),
            phone,
            address: &address,
            city,
            state,
            zip,
            country,
            birth_date,
            number,
        };
        name(id, &features);
    }
    Ok(())
}

struct Asked {
    kind: Kind,
    file: String,
    house: Option<String>,
    links: Option<String>,
    with: Option<String>,
    save: Option<String>,
    fixed: bool,
    lookup: bool,
    explain: Option<(String, String)>,
}

fn asked() -> Asked {
    let mut asked = Asked {
        kind: Kind::Person,
        file: String::new(),
        house: None,
        links: None,
        with: None,
        save: None,
        fixed: false,
        lookup: false,
        explain: None,
    };
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--house" => asked.house = args.next(),
            "--links" => asked.links = args.next(),
            "--with" => asked.with = args.next(),
            "--save" => asked.save = args.next(),
            "--explain" => asked.explain = args.next().zip(args.next()),
            "--fixed" => asked.fixed = true,
            "--lookup" => asked.lookup = true,
            "--company" => asked.kind = Kind::Company,
            "--bench" => {}
            _ => asked.file = arg,
        }
    }
    asked
}

/// Rows of the house file that share a key with the file, and how many rows it has in all.
fn candidates(asked: &Asked, house: &str) -> Result<(Vec<bool>, u64), Box<dyn Error>> {
    let mut keyer = Keyer::new(asked.kind);
    let mut stored = Vec::new();
    read(house, |_, features| {
        stored.push(keyer.of(features));
    })?;
    let mut new = Vec::new();
    read(&asked.file, |_, features| {
        new.push(keyer.of(features));
    })?;
    let begin = Instant::now();
    let mut lookup = Lookup::new(new);
    for (id, keys) in stored.iter().enumerate() {
        lookup.offer(id as i64, *keys);
    }
    let mut wanted = vec![false; stored.len()];
    let found = lookup.finish();
    for id in &found {
        wanted[*id as usize] = true;
    }
    writeln!(
        stderr(),
        "lookup {} of {} in {:.2?}",
        found.len(),
        stored.len(),
        begin.elapsed()
    )?;
    Ok((wanted, stored.len() as u64))
}

fn main() -> Result<(), Box<dyn Error>> {
    let asked = asked();
    if asked.file.is_empty() {
        return Ok(()); // `cargo bench` without a file has nothing to do
    }
    let mut names = Names::new(asked.kind);
    let mut ids = Vec::new();
    let mut population = 0;
    let mut begin = Instant::now();
    if let Some(house) = &asked.house {
        let wanted = if asked.lookup {
            let (wanted, all) = candidates(&asked, house)?;
            population = all;
            wanted
        } else {
            Vec::new()
        };
        begin = Instant::now();
        let mut row = 0;
        read(house, |id, features| {
            if wanted.get(row) != Some(&false) {
                names.push(features);
                ids.push(id.to_string());
            }
            row += 1;
        })?;
    }
    let entities: Vec<u32> = (0..names.len() as u32).collect();
    read(&asked.file, |id, features| {
        names.push(features);
        ids.push(id.to_string());
    })?;
    let mut times: Vec<(&str, Duration)> = vec![("read", begin.elapsed())];
    let pairs = Pairs::new(&names, entities.len(), &mut |_, _| {});
    times.push(("pairs", begin.elapsed()));
    let model = match &asked.with {
        Some(path) => serde_json::from_str(&fs::read_to_string(path)?)?,
        None if asked.fixed => Model::fixed(asked.kind),
        None => Model::learn(&names, &pairs),
    };
    times.push(("learn", begin.elapsed()));
    let mut known = Known::all(&entities);
    known.population = known.population.max(population);
    let matches = find(&names, &pairs, known, &model, Thresholds::default());
    times.push(("find", begin.elapsed()));
    writeln!(
        stderr(),
        "rows {} pairs {} links {} unsure {}, done after {times:.2?}",
        names.len(),
        pairs.len(),
        matches.links.len(),
        matches.unsure.len(),
    )?;
    if let Some(path) = &asked.save {
        fs::write(path, serde_json::to_string(&model)?)?;
    }
    if let Some((a, b)) = &asked.explain {
        let row = |id: &String| ids.iter().position(|other| other == id);
        if let (Some(a), Some(b)) = (row(a), row(b)) {
            let evidence = explain(&names, known, &model, &matches, a as u32, b as u32);
            writeln!(stdout(), "{evidence:#?}")?;
        }
    }
    if let Some(path) = &asked.links {
        let mut out = BufWriter::new(File::create(path)?);
        writeln!(out, "row,matched,probability")?;
        for link in &matches.links {
            let (row, to) = (&ids[link.row as usize], &ids[link.to as usize]);
            writeln!(out, "{row},{to},{:.6}", link.probability)?;
        }
    }
    Ok(())
}
