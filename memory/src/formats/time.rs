//! Times, in UTC.

use bstr::ByteSlice;

const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A value that is a time.
pub(super) fn epoch(value: &[u8]) -> Option<u64> {
    value.to_str().ok()?.parse().ok().filter(|time| *time > 0)
}

/// Year, month from 1 and day of a day since 1970.
pub(crate) fn civil(days: u64) -> (u64, u64, u64) {
    // Years begin in March, so that leap days end them; eras have 400 years.
    let shifted = days + 719_468;
    let (era, day) = (shifted / 146_097, shifted % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let in_year = day - (365 * year + year / 4 - year / 100);
    let from_march = (5 * in_year + 2) / 153;
    let day = in_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (era * 400 + year + u64::from(month <= 2), month, day)
}

/// A time as C's `ctime` writes it, without its newline.
pub(super) fn ctime(time: u64) -> String {
    let days = time / 86_400;
    let (year, month, day) = civil(days);
    let name = |names: &[&'static str], index: u64| {
        usize::try_from(index).ok().and_then(|index| names.get(index).copied()).unwrap_or("")
    };
    let (weekday, month) = (name(&DAYS, (days + 4) % 7), name(&MONTHS, month - 1));
    let (hour, minute, second) = (time / 3600 % 24, time / 60 % 60, time % 60);
    format!("{weekday} {month} {day:2} {hour:02}:{minute:02}:{second:02} {year}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_c_does() {
        assert_eq!(ctime(0), "Thu Jan  1 00:00:00 1970");
        assert_eq!(ctime(951_782_400), "Tue Feb 29 00:00:00 2000");
        assert_eq!(ctime(1_795_204_115), "Fri Nov 20 19:48:35 2026");
    }
}
