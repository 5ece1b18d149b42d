//! Standard output: each thing is there for the reader as soon as it is printed.

use std::io;
use std::os::fd::AsFd;
use std::path::Path;

use tokio::io::{AsyncWriteExt, Interest, Stdout, stdout};
use tokio::net::unix::pipe::Sender;

/// Where results go.
#[derive(Debug)]
pub(crate) struct Printer {
    stdout: Stdout,
    colours: bool,
}

/// How something stands out on a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Dim,
    Name,
    Warning,
}

impl Printer {
    pub(crate) fn new(colours: bool) -> Self {
        Self { stdout: stdout(), colours }
    }

    /// Prints bytes, and waits until they are written. A slow reader holds up nothing else.
    pub(crate) async fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stdout.write_all(bytes).await?;
        self.stdout.flush().await
    }

    /// Prints a line.
    pub(crate) async fn line(&mut self, line: &str) -> io::Result<()> {
        self.bytes(format!("{line}\n").as_bytes()).await
    }

    /// How many columns there are, if it is a terminal.
    pub(crate) fn width(&self) -> Option<usize> {
        let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
        Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
    }

    /// A text in colour, if there are colours.
    pub(crate) fn paint(&self, style: Style, text: &str) -> String {
        let code = match style {
            Style::Dim => "2",
            Style::Name => "1;36",
            Style::Warning => "1;33",
        };
        match self.colours {
            true => format!("\x1b[{code}m{text}\x1b[0m"),
            false => text.to_owned(),
        }
    }
}

/// Returns when nobody can read standard output any more, where the system tells (pipes): a
/// listener to whom nothing happens would never find out by writing.
pub(crate) async fn reader_gone() {
    let watch = || Sender::from_owned_fd_unchecked(io::stdout().as_fd().try_clone_to_owned()?);
    match watch() {
        Ok(pipe) => drop(pipe.ready(Interest::ERROR).await),
        // A file always takes more.
        Err(_) => std::future::pending().await,
    }
}

/// A text that can't do anything to a terminal: what controls one is shown as `\u{1b}`, what is
/// no text as `\xff`.
pub(crate) fn harmless(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character.is_control() {
                true => text.extend(character.escape_default()),
                false => text.push(character),
            }
        }
        text.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    text
}

/// A path for people.
pub(crate) fn shown(path: &Path) -> String {
    harmless(path.as_os_str().as_encoded_bytes())
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_reaches_the_terminal_that_controls_it() {
        assert_eq!(super::harmless("é \x1b[31m\n".as_bytes()), "é \\u{1b}[31m\\n");
        assert_eq!(super::harmless(b"a\xff\xfeb"), "a\\xff\\xfeb");
    }
}
