//! Which capabilities tmux's servers ask for (PROTOCOL appendix A, and what 3.8's client was seen
//! to send), and how they are said.

use std::collections::BTreeMap;

use terminfo_lean::parse::Terminfo as Parsed;
use tmuxwire_protocol::MAX_PAYLOAD;

/// Standard ones, of which clients say also that the terminal lacks them.
const STANDARD_FLAGS: [&str; 2] = ["am", "bce"];
const FLAGS: [&str; 5] = ["AX", "RGB", "Sxl", "Tc", "XT"];
const NUMBERS: [&str; 2] = ["U8", "colors"];
/// Sorted. The function keys and the keys with modifiers are not among them.
const STRINGS: [&str; 104] = [
    "Bidi", "Clmg", "Cmg", "Cr", "Cs", "Dsbp", "Dseks", "Dsesc", "Dsfcs", "Dsmg", "E3", "Enbp",
    "Eneks", "Enesc", "Enfcs", "Enmg", "Hls", "Ms", "Nobr", "Rect", "Se", "Setulc", "Setulc1",
    "Smol", "Smulx", "Spb", "Ss", "Swd", "Sync", "acsc", "bel", "blink", "bold", "civis", "clear",
    "cnorm", "csr", "cub", "cub1", "cud", "cud1", "cuf", "cuf1", "cup", "cuu", "cuu1", "cvvis",
    "dch", "dch1", "dim", "dl", "dl1", "ech", "ed", "el", "el1", "enacs", "fsl", "home", "hpa",
    "ich", "ich1", "il", "il1", "ind", "indn", "invis", "kcbt", "kcub1", "kcud1", "kcuf1", "kcuu1",
    "kdch1", "kend", "khome", "kich1", "kind", "kmous", "knp", "kpp", "kri", "ol", "op", "rev",
    "ri", "rin", "rmacs", "rmcup", "rmkx", "setab", "setaf", "setal", "setrgbb", "setrgbf", "sgr0",
    "sitm", "smacs", "smcup", "smkx", "smso", "smul", "smxx", "tsl", "vpa",
];
/// Keys that have forms with shift (no suffix) and other modifiers (3 to 7).
const MODIFIED: [&str; 10] =
    ["kDC", "kDN", "kEND", "kHOM", "kIC", "kLFT", "kNXT", "kPRV", "kRIT", "kUP"];

/// `name=value` of everything that servers ask for and the terminal has.
pub(super) fn entries(parsed: &Parsed<'_>) -> Vec<Vec<u8>> {
    let standard = STANDARD_FLAGS.iter().map(|name| match parsed.booleans.contains(name) {
        true => said(name, b"1"),
        false => said(name, b"0"),
    });
    let flags = FLAGS.iter().filter(|name| parsed.booleans.contains(**name));
    let numbers = of(&parsed.numbers, &NUMBERS);
    let strings = parsed.strings.iter().filter(|(name, _)| is_asked(name));
    standard
        .chain(flags.map(|name| said(name, b"1")))
        .chain(numbers.map(|(name, number)| said(name, number.to_string().as_bytes())))
        .chain(strings.map(|(name, value)| said(name, value)))
        // The NUL that ends it must fit, too.
        .filter(|entry| entry.len() < MAX_PAYLOAD)
        .collect()
}

fn of<'a, T>(
    found: &'a BTreeMap<&str, T>,
    names: &'a [&'static str],
) -> impl Iterator<Item = (&'static str, &'a T)> {
    names.iter().filter_map(|name| found.get(name).map(|value| (*name, value)))
}

fn said(name: &str, value: &[u8]) -> Vec<u8> {
    [name.as_bytes(), b"=", value].concat()
}

fn is_asked(name: &str) -> bool {
    if let Some(number) = name.strip_prefix("kf") {
        return number.parse().is_ok_and(|number: u8| (1..=63).contains(&number));
    }
    let key = name.trim_end_matches(['3', '4', '5', '6', '7']);
    STRINGS.binary_search(&name).is_ok() || (MODIFIED.contains(&key) && name.len() <= key.len() + 1)
}

/// Padding is `$<`, a number, perhaps with a decimal place, marks `*` and `/`, and `>`. Anything
/// else between such brackets is text.
pub(super) fn without_padding(value: &[u8]) -> Vec<u8> {
    let mut rest = value;
    let mut text = Vec::with_capacity(value.len());
    while let Some((&byte, after)) = rest.split_first() {
        match padding(rest) {
            Some(length) => rest = rest.get(length..).unwrap_or_default(),
            None => {
                text.push(byte);
                rest = after;
            }
        }
    }
    text
}

/// How long the padding is that the text begins with.
fn padding(text: &[u8]) -> Option<usize> {
    let inner = text.strip_prefix(b"$<")?;
    let end = inner.iter().position(|byte| *byte == b'>')?;
    let delay = inner.get(..end)?;
    let starts = delay.first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'.');
    let is_delay = delay.iter().all(|byte| byte.is_ascii_digit() || b".*/".contains(byte));
    (starts && is_delay).then_some(end + 3)
}

/// All names that some server asks for.
#[cfg(test)]
pub(super) fn names() -> impl Iterator<Item = String> {
    let modified = MODIFIED
        .iter()
        .flat_map(|key| ["", "3", "4", "5", "6", "7"].map(|modifier| format!("{key}{modifier}")));
    let function_keys = (1..=63).map(|number| format!("kf{number}"));
    let single = STANDARD_FLAGS.iter().chain(&FLAGS).chain(&NUMBERS).chain(&STRINGS);
    single.map(|name| (*name).to_owned()).chain(modified).chain(function_keys)
}
