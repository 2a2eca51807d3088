//! How the bytes of a file stand for letters: by its mark, by its zeros, or by what makes sense of it.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
    Windows1252,
    /// UTF-8 rows, and rows in another encoding, in one file.
    Mixed(&'static encoding_rs::Encoding),
    Other(&'static encoding_rs::Encoding),
}

impl Encoding {
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le => "UTF-16 LE",
            Self::Utf16Be => "UTF-16 BE",
            Self::Windows1252 => "windows-1252",
            Self::Mixed(other) if other == WINDOWS_1252 => "UTF-8 and windows-1252 mixed",
            Self::Mixed(_) => "UTF-8 and another encoding mixed",
            Self::Other(other) => other.name(),
        }
    }

    /// As profiles and options call it; `None` for a mixture, which has no name.
    pub fn label(self) -> Option<String> {
        match self {
            Self::Mixed(_) => None,
            named => Some(named.name().replace("16 ", "16").to_lowercase()),
        }
    }

    /// By any name the Web knows: `utf-8`, `latin1`, `windows-1251`, `shift_jis`, `macintosh`.
    pub fn from_label(label: &str) -> Option<Self> {
        encoding_rs::Encoding::for_label(label.as_bytes()).map(Self::of)
    }

    fn of(named: &'static encoding_rs::Encoding) -> Self {
        match named {
            named if named == UTF_8 => Self::Utf8,
            named if named == UTF_16LE => Self::Utf16Le,
            named if named == UTF_16BE => Self::Utf16Be,
            named if named == WINDOWS_1252 => Self::Windows1252,
            named => Self::Other(named),
        }
    }

    /// What rows are in that are not UTF-8; `None` where no such row is allowed for.
    pub(super) fn beside_utf8(self) -> Option<&'static encoding_rs::Encoding> {
        match self {
            Self::Utf8 | Self::Windows1252 => Some(WINDOWS_1252),
            Self::Mixed(other) => Some(other),
            Self::Other(other) => Some(other).filter(|other| other.is_single_byte()),
            Self::Utf16Le | Self::Utf16Be => None,
        }
    }

    /// The encodings in which a delimiter's byte may be half of a letter: these are decoded before the
    /// text is split.
    pub(super) fn decoded_whole(self) -> Option<&'static encoding_rs::Encoding> {
        match self {
            Self::Utf16Le => Some(UTF_16LE),
            Self::Utf16Be => Some(UTF_16BE),
            Self::Other(other) if !other.is_single_byte() => Some(other),
            _ => None,
        }
    }

    /// The encoding of a file that begins with `start`, and the length of its byte order mark.
    pub(super) fn of_start(start: &[u8], complete: bool) -> (Self, usize) {
        match start {
            [0xEF, 0xBB, 0xBF, rest @ ..] => (by_bytes(rest, complete), 3),
            [0xFF, 0xFE, ..] => (Self::Utf16Le, 2),
            [0xFE, 0xFF, ..] => (Self::Utf16Be, 2),
            _ => (
                by_zeros(start).unwrap_or_else(|| by_bytes(start, complete)),
                0,
            ),
        }
    }
}

/// UTF-16 without a mark: every other byte of what is not far from English is zero.
fn by_zeros(start: &[u8]) -> Option<Encoding> {
    let zeros = |offset: usize| {
        let bytes = start.iter().skip(offset).step_by(2);
        bytes.filter(|byte| **byte == 0).count()
    };
    let (even, odd, pairs) = (zeros(0), zeros(1), start.len() / 2);
    let many = |count: usize| pairs > 1 && count * 10 > pairs * 3;
    let few = |count: usize| count * 20 <= pairs;
    match (many(even), many(odd)) {
        (false, true) if few(even) => Some(Encoding::Utf16Le),
        (true, false) if few(odd) => Some(Encoding::Utf16Be),
        _ => None,
    }
}

/// From so many letters beyond ASCII the detector is believed in any case; from fewer, only when they make
/// no sense as a western language, since `Núñez` alone could as well be Czech.
const ENOUGH: usize = 64;

fn by_bytes(start: &[u8], complete: bool) -> Encoding {
    if start.is_ascii() && !start.contains(&0x1B) {
        return Encoding::Utf8;
    }
    let (mut utf8, mut others) = (0_usize, Vec::new());
    let mut lines = start
        .split_inclusive(|byte| matches!(byte, b'\n' | b'\r'))
        .peekable();
    while let Some(line) = lines.next() {
        // The sample ends anywhere, also within a letter.
        if !complete && lines.peek().is_none() {
            break;
        }
        match std::str::from_utf8(line) {
            Ok(text) => utf8 += usize::from(!text.is_ascii()),
            Err(_) => others.push(line),
        }
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    if others.is_empty() {
        // Japanese mail is ASCII to the eye, with escapes.
        detector.feed(start, true);
        let guess = detector.guess(None, Utf8Detection::Allow);
        let japanese = utf8 == 0 && guess == encoding_rs::ISO_2022_JP;
        return if japanese {
            Encoding::Other(guess)
        } else {
            Encoding::Utf8
        };
    }
    // A line in an old encoding can look like UTF-8 by chance; one in twenty is none.
    let is_mixed = utf8 * 20 > others.len();
    if is_mixed {
        for line in &others {
            detector.feed(line, false);
        }
        detector.feed(b"", true);
    } else {
        detector.feed(start, true);
    }
    let guess = detector.guess(None, Utf8Detection::Deny);
    let beyond: usize = others
        .iter()
        .flat_map(|line| *line)
        .filter(|byte| !byte.is_ascii())
        .count();
    let believed = (beyond >= ENOUGH || others.iter().any(|line| !is_western(line)))
        && (guess.is_single_byte()
            || others.iter().all(|line| {
                guess
                    .decode_without_bom_handling_and_without_replacement(line)
                    .is_some()
            }));
    match (believed, is_mixed) {
        (true, true) if guess.is_single_byte() => Encoding::Mixed(guess),
        (_, true) => Encoding::Mixed(WINDOWS_1252),
        (true, false) => Encoding::of(guess),
        (false, false) => Encoding::Windows1252,
    }
}

/// Whether a line makes sense as windows-1252: letters beyond ASCII stand alone among others, and no sign
/// stands within a word.
fn is_western(line: &[u8]) -> bool {
    let text = WINDOWS_1252.decode_without_bom_handling(line).0;
    let mut run = 0;
    let (mut last, mut before) = (' ', ' ');
    text.chars().all(|c| {
        run = if c.is_ascii() { 0 } else { run + 1 };
        let joins = matches!(
            last,
            '’' | '‘' | '´' | '`' | '·' | '–' | '\u{ad}' | '\u{a0}' | '…'
        );
        let is_sign = !last.is_ascii() && !last.is_alphabetic() && !joins;
        let within = is_sign && before.is_alphabetic() && c.is_alphabetic();
        (before, last) = (last, c);
        run < 3 && !within && !matches!(c, '\u{80}'..='\u{9f}')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn guessed(bytes: &[u8]) -> Encoding {
        Encoding::of_start(bytes, true).0
    }

    #[test]
    fn utf16_is_seen_without_a_mark() {
        let text = "id,name\n1,x\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(guessed(&little), Encoding::Utf16Le);
        assert_eq!(guessed(&big), Encoding::Utf16Be);
        assert_eq!(guessed(text.as_bytes()), Encoding::Utf8);
        assert_eq!(guessed(b""), Encoding::Utf8);
        assert_eq!(guessed(b"a\0\0\0\0,b\0\0\0\0\n"), Encoding::Utf8);
    }

    #[rstest]
    #[case("windows-1252", "Name,City\nMüller,Köln\nJosé Núñez,Málaga\n")]
    #[case("windows-1252", "Name\nMüller\n")]
    #[case("windows-1252", "Name,Revenue\nZoë O’Brien,100 €\nAcme® “Best”,5 £\n")]
    #[case("windows-1250", "Name,City\nWałęsa,Gdańsk\n")]
    #[case(
        "windows-1250",
        "Name,City\nWałęsa,Gdańsk\nKovářová,Plzeň\nDąbrowski,Łódź\nŽižka,České Budějovice\n"
    )]
    #[case("windows-1251", "Имя,Город\nИванов,Москва\nПетрова,Санкт-Петербург\n")]
    #[case("shift_jis", "名前,会社\n田中太郎,株式会社テスト\n鈴木花子,東京商事\n")]
    #[case("windows-1253", "Όνομα,Πόλη\nΓεώργιος,Αθήνα\nΜαρία,Θεσσαλονίκη\n")]
    #[case("gbk", "姓名,公司\n王小明,北京科技有限公司\n李娜,上海贸易\n")]
    fn encodings(#[case] label: &str, #[case] text: &str) {
        let named = Encoding::from_label(label).expect("known");
        let real = encoding_rs::Encoding::for_label(label.as_bytes()).expect("known");
        assert_eq!(guessed(&real.encode(text).0), named);
        assert_eq!(guessed(text.as_bytes()), Encoding::Utf8);
    }

    #[test]
    fn mixed_lines_are_seen() {
        let bytes = ["José,Ñandú\n".as_bytes(), b"M\xfcller,K\xf6ln\n"].concat();
        assert_eq!(guessed(&bytes), Encoding::Mixed(WINDOWS_1252));
    }

    #[test]
    fn names_come_back() {
        for label in [
            "utf-8",
            "utf-16le",
            "utf-16be",
            "windows-1252",
            "windows-1251",
            "shift_jis",
        ] {
            let encoding = Encoding::from_label(label).expect("known");
            assert_eq!(encoding.label().as_deref(), Some(label));
        }
        assert_eq!(Encoding::from_label("klingon"), None);
    }
}
