//! Any bytes as a list of names, mapped and cleaned: `cargo +nightly fuzz run mapping`. The first byte chooses
//! the map, the second the country, four more how the file is read. A map of somebody's own stands before
//! the file, with a line `---` between.

#![no_main]

use libfuzzer_sys::fuzz_target;
use salesctl::prospect::clean::Country;
use salesctl::prospect::map::built_in_names;

#[path = "../../tests/import/accounted.rs"]
#[allow(dead_code)]
mod accounted;
#[path = "../../tests/import/mapped.rs"]
mod mapped;

use mapped::By;

fuzz_target!(|bytes: &[u8]| {
    let Some(([map, country, reading @ ..], rest)) = bytes.split_first_chunk::<6>() else {
        return;
    };
    let options = accounted::options(*reading);
    let country = match country % 4 {
        0 => Country::find("DE"),
        1 => Country::find("US"),
        2 => Country::find("GB"),
        _ => None,
    };
    let (by, file) = match map % 32 {
        16.. => (By::Guess, rest),
        n => match built_in_names().nth(usize::from(n)) {
            Some(name) => (By::BuiltIn(name), rest),
            None => {
                let Some((own, file)) = own_map(rest) else {
                    return;
                };
                (By::Own(own), file)
            }
        },
    };
    let _ = mapped::check(file, &options, by, country);
});

fn own_map(bytes: &[u8]) -> Option<(&str, &[u8])> {
    const END: &[u8] = b"\n---\n";
    let at = bytes.windows(END.len()).position(|window| window == END)?;
    Some((std::str::from_utf8(&bytes[..at]).ok()?, &bytes[at + END.len()..]))
}
