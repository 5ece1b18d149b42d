//! Which capabilities tmux's servers ask for (PROTOCOL appendix A, and what 3.8's client was seen
//! to send), and how they are said.

use terminfo_lean::parse::Terminfo as Parsed;
use tmuxwire_protocol::MAX_PAYLOAD;

// Names in one text each: a table of them would have to be relocated at every start of the program.
/// Standard ones, of which clients say also that the terminal lacks them.
const STANDARD_FLAGS: &str = "am bce";
const FLAGS: &str = "AX RGB Sxl Tc XT";
const NUMBERS: &str = "U8 colors";
const STRINGS: &str = "\
    Bidi Clmg Cmg Cr Cs Dsbp Dseks Dsesc Dsfcs Dsmg E3 Enbp Eneks Enesc Enfcs Enmg Hls Ms Nobr \
    Rect Se Setulc Setulc1 Smol Smulx Spb Ss Swd Sync acsc bel blink bold civis clear cnorm csr \
    cub cub1 cud cud1 cuf cuf1 cup cuu cuu1 cvvis dch dch1 dim dl dl1 ech ed el el1 enacs fsl \
    home hpa ich ich1 il il1 ind indn invis kcbt kcub1 kcud1 kcuf1 kcuu1 kdch1 kend khome kich1 \
    kind kmous knp kpp kri ol op rev ri rin rmacs rmcup rmkx setab setaf setal setrgbb setrgbf \
    sgr0 sitm smacs smcup smkx smso smul smxx tsl vpa \
    kDC kDC3 kDC4 kDC5 kDC6 kDC7 \
    kDN kDN3 kDN4 kDN5 kDN6 kDN7 \
    kEND kEND3 kEND4 kEND5 kEND6 kEND7 \
    kHOM kHOM3 kHOM4 kHOM5 kHOM6 kHOM7 \
    kIC kIC3 kIC4 kIC5 kIC6 kIC7 \
    kLFT kLFT3 kLFT4 kLFT5 kLFT6 kLFT7 \
    kNXT kNXT3 kNXT4 kNXT5 kNXT6 kNXT7 \
    kPRV kPRV3 kPRV4 kPRV5 kPRV6 kPRV7 \
    kRIT kRIT3 kRIT4 kRIT5 kRIT6 kRIT7 \
    kUP kUP3 kUP4 kUP5 kUP6 kUP7 \
    kf1 kf2 kf3 kf4 kf5 kf6 kf7 kf8 kf9 kf10 kf11 kf12 kf13 kf14 kf15 kf16 kf17 kf18 kf19 kf20 \
    kf21 kf22 kf23 kf24 kf25 kf26 kf27 kf28 kf29 kf30 kf31 kf32 kf33 kf34 kf35 kf36 kf37 kf38 \
    kf39 kf40 kf41 kf42 kf43 kf44 kf45 kf46 kf47 kf48 kf49 kf50 kf51 kf52 kf53 kf54 kf55 kf56 \
    kf57 kf58 kf59 kf60 kf61 kf62 kf63";

/// `name=value` of everything that servers ask for and the terminal has.
pub(super) fn entries(parsed: &Parsed<'_>) -> Vec<Vec<u8>> {
    let is_set = |name: &str| parsed.booleans.contains(name);
    let standard = STANDARD_FLAGS.split(' ').map(|name| match is_set(name) {
        true => said(name, b"1"),
        false => said(name, b"0"),
    });
    let flags = FLAGS.split(' ').filter(|name| is_set(name)).map(|name| said(name, b"1"));
    let numbers = NUMBERS.split(' ').filter_map(|name| {
        parsed.numbers.get(name).map(|number| said(name, number.to_string().as_bytes()))
    });
    let strings = STRINGS
        .split(' ')
        .filter_map(|name| parsed.strings.get(name).map(|value| said(name, value)));
    let entries = standard.chain(flags).chain(numbers).chain(strings);
    // The NUL that ends it must fit, too.
    entries.filter(|entry| entry.len() < MAX_PAYLOAD).collect()
}

fn said(name: &str, value: &[u8]) -> Vec<u8> {
    [name.as_bytes(), b"=", value].concat()
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
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    [STANDARD_FLAGS, FLAGS, NUMBERS, STRINGS].into_iter().flat_map(|names| names.split(' '))
}
