//! Commands as one line of a control stream.

use bytes::{BufMut, Bytes, BytesMut};

use crate::error::EncodeError;

/// One line, LF included, that the server parses back to the very same arguments.
#[derive(Clone, PartialEq, Eq)]
pub struct CommandLine {
    line: Bytes,
    commands: usize,
}

impl CommandLine {
    /// Writes commands, each a list of arguments, with `;` in between. An argument may be any
    /// bytes but NUL; what ends a command or begins a comment elsewhere is plain text here.
    ///
    /// # Errors
    /// [`EncodeError::InteriorNul`], with the position in its argument;
    /// [`EncodeError::EmptyCommand`] for a command without arguments, or none at all: an empty line
    /// would end the client.
    pub fn new<C>(commands: impl IntoIterator<Item = C>) -> Result<Self, EncodeError>
    where
        C: IntoIterator,
        C::Item: AsRef<[u8]>,
    {
        // Most lines are shorter, so that memory is asked for once.
        let mut line = BytesMut::with_capacity(128);
        let mut count = 0usize;
        for command in commands {
            if count > 0 {
                line.put_slice(b" ; ");
            }
            let before = line.len();
            for argument in command {
                if line.len() > before {
                    line.put_u8(b' ');
                }
                put_argument(&mut line, argument.as_ref())?;
            }
            if line.len() == before {
                return Err(EncodeError::EmptyCommand);
            }
            count = count.saturating_add(1);
        }
        if count == 0 {
            return Err(EncodeError::EmptyCommand);
        }
        line.put_u8(b'\n');
        Ok(Self { line: line.freeze(), commands: count })
    }

    /// The line, with its LF.
    pub fn as_bytes(&self) -> &[u8] {
        &self.line
    }

    /// How many commands it has: as many blocks answer it, or fewer if one of them fails.
    pub fn commands(&self) -> usize {
        self.commands
    }

    /// Tells that so many blocks answer it, because a command of it runs others (`if-shell`).
    #[must_use]
    pub fn answered_by(self, commands: usize) -> Self {
        Self { commands, ..self }
    }
}

/// Arguments may be secrets, so only sizes show.
impl std::fmt::Debug for CommandLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CommandLine")
            .field("len", &self.line.len())
            .field("commands", &self.commands)
            .finish()
    }
}

fn put_argument(line: &mut BytesMut, argument: &[u8]) -> Result<(), EncodeError> {
    if let Some(position) = memchr::memchr(0, argument) {
        return Err(EncodeError::InteriorNul { position });
    }
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_./:,@+".contains(byte);
    let quotable = |byte: &u8| *byte != b'\'' && !is_escaped(*byte);
    if !argument.is_empty() && argument.iter().all(plain) {
        line.put_slice(argument);
    } else if argument.iter().all(quotable) {
        line.put_u8(b'\'');
        line.put_slice(argument);
        line.put_u8(b'\'');
    } else {
        put_escaped(line, argument);
    }
    Ok(())
}

/// Control characters, LF above all; and 0xff, which 3.1 takes for the end of the line.
fn is_escaped(byte: u8) -> bool {
    byte.is_ascii_control() || byte == 0xff
}

/// In double quotes, where a backslash takes the meaning from `"`, `$` and itself, and gives one
/// to three octal digits.
fn put_escaped(line: &mut BytesMut, argument: &[u8]) {
    line.put_u8(b'"');
    for byte in argument {
        match byte {
            b'"' | b'\\' | b'$' => line.put_slice(&[b'\\', *byte]),
            // At the beginning tmux expands `~` even in quotes.
            byte if is_escaped(*byte) || *byte == b'~' => {
                let digit = |shift: u32| b'0' | (byte >> shift & 7);
                line.put_slice(&[b'\\', digit(6), digit(3), digit(0)]);
            }
            byte => line.put_u8(*byte),
        }
    }
    line.put_u8(b'"');
}
