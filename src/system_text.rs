//! What the system's own library says of its errors, as other programs repeat it.

use std::io;

/// The text of a system error, such as the one of [`ErrorKind::Connect`](crate::ErrorKind::Connect):
/// the C library's (`strerror`).
pub fn system_text(errno: i32) -> String {
    let text = io::Error::from_raw_os_error(errno).to_string();
    let number = format!(" (os error {errno})");
    text.strip_suffix(&number).unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_those_of_the_c_library() {
        assert_eq!(system_text(nix::libc::ENOENT), "No such file or directory");
        // Other lists of texts say otherwise here.
        let told = io::Error::from_raw_os_error(nix::libc::ENOTTY).to_string();
        let number = format!(" (os error {})", nix::libc::ENOTTY);
        assert_eq!(system_text(nix::libc::ENOTTY) + &number, told);
    }
}
