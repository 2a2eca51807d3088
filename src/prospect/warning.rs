//! What a person should know about a row that was taken all the same.

use std::fmt;

/// One thing that is imperfect in a row. The order is that of the bits in [`Warnings`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Warning {
    ZipPadded,
    SciNumber,
    EmailSyntax,
    RoleEmail,
    PhoneShort,
    PhoneSyntax,
    PhoneCountry,
    Formula,
    Mojibake,
    DateAmbiguous,
    DateSyntax,
    CountryUnknown,
    CodeUnknown,
    WindowsRow,
    FieldCut,
    Undecodable,
}

impl Warning {
    pub const ALL: [Self; 16] = [
        Self::ZipPadded,
        Self::SciNumber,
        Self::EmailSyntax,
        Self::RoleEmail,
        Self::PhoneShort,
        Self::PhoneSyntax,
        Self::PhoneCountry,
        Self::Formula,
        Self::Mojibake,
        Self::DateAmbiguous,
        Self::DateSyntax,
        Self::CountryUnknown,
        Self::CodeUnknown,
        Self::WindowsRow,
        Self::FieldCut,
        Self::Undecodable,
    ];

    /// As reports and machine output call it.
    pub fn code(self) -> &'static str {
        match self {
            Self::ZipPadded => "W_ZIP_PADDED",
            Self::SciNumber => "W_SCI_NUMBER",
            Self::EmailSyntax => "W_EMAIL_SYNTAX",
            Self::RoleEmail => "W_ROLE_EMAIL",
            Self::PhoneShort => "W_PHONE_SHORT",
            Self::PhoneSyntax => "W_PHONE_SYNTAX",
            Self::PhoneCountry => "W_PHONE_COUNTRY",
            Self::Formula => "W_FORMULA",
            Self::Mojibake => "W_MOJIBAKE",
            Self::DateAmbiguous => "W_DATE_AMBIGUOUS",
            Self::DateSyntax => "W_DATE_SYNTAX",
            Self::CountryUnknown => "W_COUNTRY_UNKNOWN",
            Self::CodeUnknown => "W_CODE_UNKNOWN",
            Self::WindowsRow => "W_CP1252_ROW",
            Self::FieldCut => "W_FIELD_CUT",
            Self::Undecodable => "W_ENCODING",
        }
    }

    /// What was found and what was done about it.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::ZipPadded => "a postcode had lost its leading zeros; they were put back",
            Self::SciNumber => {
                "a spreadsheet wrote a number as 4.915E+11 and lost its digits; kept as original only"
            }
            Self::EmailSyntax => "not an e-mail address; kept as original only",
            Self::RoleEmail => "an address of an office such as info@, not of a person",
            Self::PhoneShort => "too short for a phone number; kept as original only",
            Self::PhoneSyntax => "not a phone number that can be called; kept as original only",
            Self::PhoneCountry => {
                "the country of a phone number is not known; its digits were kept as they are"
            }
            Self::Formula => "a value begins as a formula does; it is text here and in exports",
            Self::Mojibake => "text was decoded wrongly before it came here; it was repaired",
            Self::DateAmbiguous => {
                "a date can be read in two ways; kept as text until `date_format` says which"
            }
            Self::DateSyntax => "not a date; kept as text",
            Self::CountryUnknown => "no country is called that; kept as text",
            Self::CodeUnknown => "the code sheet does not have this code; kept as text",
            Self::WindowsRow => "the row was in Windows-1252, unlike the file",
            Self::FieldCut => "a value was longer than any value is, and was cut",
            Self::Undecodable => "characters were lost before the file came here",
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The warnings of one row, each once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Warnings(u32);

impl Warnings {
    pub fn add(&mut self, warning: Warning) {
        self.0 |= 1 << warning as u8;
    }

    pub fn has(self, warning: Warning) -> bool {
        self.0 & (1 << warning as u8) != 0
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn iter(self) -> impl Iterator<Item = Warning> {
        Warning::ALL
            .into_iter()
            .filter(move |warning| self.has(*warning))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_place_and_its_code() {
        let mut all = Warnings::default();
        for (n, warning) in Warning::ALL.into_iter().enumerate() {
            assert_eq!(warning as usize, n);
            assert!(warning.code().starts_with("W_"));
            all.add(warning);
            assert_eq!(all.iter().count(), n + 1);
        }
    }
}
