//! Any bytes as a file, read with any options: `cargo +nightly fuzz run reading`, with
//! `tests/import/broken` as a first corpus. The first four bytes choose the options.

#![no_main]

use libfuzzer_sys::fuzz_target;
use salesctl::import::read::Options;

#[path = "../../tests/import/accounted.rs"]
mod accounted;

fuzz_target!(|bytes: &[u8]| {
    let _ = accounted::check(bytes, &Options::default());
    if let Some((chosen, rest)) = bytes.split_first_chunk::<4>() {
        let _ = accounted::check(rest, &accounted::options(*chosen));
    }
});
