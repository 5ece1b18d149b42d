//! tmux's own syntax: command lines of a control stream, of a file, and of commands in arguments.

use bstr::BString;

use crate::failure::{Failure, Result};

/// Commands, each a list of words.
pub(crate) type Commands = Vec<Vec<BString>>;

/// Splits the arguments of a COMMAND message into commands: a `;` at the end of an argument ends one.
pub(crate) fn split(arguments: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Commands {
    let mut commands = Commands::new();
    let mut command = Vec::new();
    for argument in arguments {
        let argument = argument.as_ref();
        if let Some(rest) = argument.strip_suffix(b"\\;") {
            command.push([rest, b";"].concat().into());
        } else if let Some(rest) = argument.strip_suffix(b";") {
            if !rest.is_empty() {
                command.push(rest.into());
            }
            commands.push(std::mem::take(&mut command));
        } else {
            command.push(argument.into());
        }
    }
    commands.push(command);
    commands.retain(|command| !command.is_empty());
    commands
}

/// Reads text in tmux's syntax; each line that isn't empty is a list of commands.
pub(crate) fn lines(text: &[u8]) -> Result<Commands> {
    let mut reader = Reader { text, at: 0 };
    reader.commands(false)
}

#[derive(Debug)]
struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn commands(&mut self, braced: bool) -> Result<Commands> {
        let mut commands = Commands::new();
        let mut command = Vec::new();
        loop {
            match self.peek() {
                Some(b' ' | b'\t') => self.at += 1,
                Some(b'\\') if self.text.get(self.at + 1) == Some(&b'\n') => self.at += 2,
                Some(b'#') => {
                    while !matches!(self.peek(), None | Some(b'\n')) {
                        self.at += 1
                    }
                }
                None if braced => return Err(Failure::new("syntax error")),
                end @ (None | Some(b'\n' | b';' | b'}')) => {
                    self.at += usize::from(end.is_some());
                    if !command.is_empty() {
                        commands.push(std::mem::take(&mut command));
                    }
                    match end {
                        None => return Ok(commands),
                        Some(b'}') if braced => return Ok(commands),
                        Some(b'}') => return Err(Failure::new("syntax error")),
                        _ => {}
                    }
                }
                Some(b'%') if command.is_empty() && self.is_condition() => {
                    return Err(Failure::unmodelled("conditions in command lines"));
                }
                Some(b'{') => {
                    let from = self.at + 1;
                    self.at = from;
                    self.commands(true)?;
                    let inside = &self.text[from..self.at - 1];
                    command.push(inside.into());
                }
                Some(_) => {
                    let word = self.word()?;
                    command.push(word);
                }
            }
        }
    }

    fn is_condition(&self) -> bool {
        let rest = &self.text[self.at..];
        [&b"%if"[..], b"%elif", b"%else", b"%endif", b"%hidden"]
            .iter()
            .any(|word| rest.starts_with(word))
    }

    fn word(&mut self) -> Result<BString> {
        let mut word = BString::default();
        let start = self.at;
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' | b'\n' | b';' => break,
                b'}' if self.at > start => break,
                _ => self.at += 1,
            }
            match byte {
                b'\'' => {
                    while let Some(byte) = self.next() {
                        if byte == b'\'' {
                            break;
                        }
                        word.push(byte);
                    }
                }
                b'"' => self.double(&mut word)?,
                b'\\' => self.escape(&mut word)?,
                b'$' => return Err(Failure::unmodelled("variables in command lines")),
                b'~' if self.at == start + 1 => {
                    return Err(Failure::unmodelled("home directories in command lines"));
                }
                _ => word.push(byte),
            }
        }
        Ok(word)
    }

    fn double(&mut self, word: &mut BString) -> Result<()> {
        while let Some(byte) = self.next() {
            match byte {
                b'"' => break,
                b'\\' => self.escape(word)?,
                b'$' if self
                    .peek()
                    .is_some_and(|next| next.is_ascii_alphabetic() || b"_{".contains(&next)) =>
                {
                    return Err(Failure::unmodelled("variables in command lines"));
                }
                _ => word.push(byte),
            }
        }
        Ok(())
    }

    fn escape(&mut self, word: &mut BString) -> Result<()> {
        let Some(byte) = self.next() else { return Ok(()) };
        let plain = match byte {
            b'0'..=b'7' => {
                let digits = self.text.get(self.at - 1..self.at + 2).unwrap_or_default();
                let is_octal =
                    digits.len() == 3 && digits.iter().all(|d| (b'0'..=b'7').contains(d));
                let value = digits.iter().fold(0, |sum, digit| sum * 8 + u32::from(*digit & 7));
                let value = u8::try_from(value).ok().filter(|_| is_octal);
                self.at += 2;
                value.ok_or_else(|| Failure::new("invalid octal escape"))?
            }
            b'a' => 7,
            b'b' => 8,
            b'e' => 27,
            b'f' => 12,
            b's' => b' ',
            b'v' => 11,
            b'r' => b'\r',
            b'n' => b'\n',
            b't' => b'\t',
            b'u' | b'U' => return Err(Failure::unmodelled("\\u in command lines")),
            b'\n' => return Ok(()),
            other => other,
        };
        word.push(plain);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_split_at_semicolons() {
        let split = |words: &[&str]| format!("{:?}", split(words));
        assert_eq!(split(&["a", "b;", "c\\;", ";", "d;e"]), r#"[["a", "b"], ["c;"], ["d;e"]]"#);
        assert_eq!(split(&[";"]), "[]");
    }

    #[test]
    fn lines_are_read_as_tmux_does() {
        let read = |text: &str| format!("{:?}", lines(text.as_bytes()));
        assert_eq!(
            read("a 'b c' \"d\\\"e\\012\" ; f # g\n\nh { i ; j }"),
            r#"Ok([["a", "b c", "d\"e\n"], ["f"], ["h", " i ; j "]])"#
        );
        assert!(lines(b"a }").is_err() && lines(b"a {").is_err() && lines(b"a $B").is_err());
        assert_eq!(read("  # nothing"), "Ok([])");
    }
}
