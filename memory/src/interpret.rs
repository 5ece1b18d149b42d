//! Runs lists of commands as tmux does: parsed as a whole, then one after the other to the first
//! that fails.

use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::{Arc, MutexGuard};

use bstr::{BString, ByteSlice};
use tmuxwire_operations::Release;

use crate::commands::{self, Call, Client, Next};
use crate::failure::{Failure, fail};
use crate::parse::{self, Commands};
use crate::server::{Gone, Shared};
use crate::state::State;
use crate::words::Words;

/// How a list of commands ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Done,
    Failed,
    /// The server was asked to end.
    EndServer,
}

/// What the interpreter asks of a connection.
pub(crate) trait Talk {
    /// A command begins; `number` counts all commands.
    fn begin(&mut self, number: u32) -> Result<(), Gone>;
    /// It has ended.
    fn end(&mut self, out: &[BString], error: Option<&Failure>) -> Result<(), Gone>;
    /// The content of one of the client's files, or why it can't be read.
    fn read(&mut self, stream: i32, path: &[u8]) -> Result<Result<Vec<u8>, i32>, Gone>;
    /// Has the client write a file.
    fn write(
        &mut self,
        stream: i32,
        path: &[u8],
        append: bool,
        data: &[u8],
    ) -> Result<Result<(), i32>, Gone>;
    /// Waits until the other end of a pipe is closed.
    fn wait(&mut self, other: BorrowedFd<'_>) -> Result<(), Gone>;
    /// Whether text may be UTF-8.
    fn is_utf8(&self) -> bool;
}

/// Parses a list; all of it must be known before any of it runs.
pub(crate) fn parsed(commands: &Commands, release: Release) -> Result<Vec<Words>, Failure> {
    commands.iter().map(|command| Words::parse(command, release)).collect()
}

/// Runs a list that is parsed.
pub(crate) fn run(
    shared: &Arc<Shared>,
    client: &Client,
    words: Vec<Words>,
    talk: &mut dyn Talk,
) -> Result<Verdict, Gone> {
    let mut queue: VecDeque<Words> = words.into();
    let mut state = shared.state();
    while let Some(words) = queue.pop_front() {
        if state.ended {
            return Err(Gone::Ended);
        }
        state.next.guard += 1;
        talk.begin(state.next.guard)?;
        let mut out = Vec::new();
        let mut call = Call { state: &mut state, client, words: &words, out: &mut out };
        let next = commands::run(&mut call);
        clean(&mut out, words.name(), state.release, talk.is_utf8());
        let (failure, after) = match next {
            Ok(next) => {
                let (guard, result) = follow(shared, state, next, &mut queue, talk)?;
                state = guard;
                match result {
                    Ok(after) => (None, after),
                    Err(failure) => (Some(failure), Verdict::Failed),
                }
            }
            Err(failure) => (Some(failure), Verdict::Failed),
        };
        talk.end(&out, failure.as_ref())?;
        if after != Verdict::Done {
            return Ok(after);
        }
    }
    Ok(Verdict::Done)
}

type Followed<'a> = (MutexGuard<'a, State>, Result<Verdict, Failure>);

/// Does what remains of a command. Nobody else waits for the server meanwhile.
fn follow<'a>(
    shared: &'a Arc<Shared>,
    state: MutexGuard<'a, State>,
    next: Next,
    queue: &mut VecDeque<Words>,
    talk: &mut dyn Talk,
) -> Result<Followed<'a>, Gone> {
    let mut state = state;
    let stream = state.next.stream;
    let done = Ok(Verdict::Done);
    match next {
        Next::Done => Ok((state, done)),
        Next::EndServer => {
            state.ended = true;
            Ok((state, Ok(Verdict::EndServer)))
        }
        Next::Run(inner) => {
            let result = insert(queue, &inner, state.release);
            Ok((state, result))
        }
        Next::Wait(other) => {
            drop(state);
            talk.wait(other.as_fd())?;
            Ok((shared.state(), done))
        }
        Next::Load { path, name } => {
            state.next.stream += 1;
            drop(state);
            let read = talk.read(stream, &path)?;
            let mut state = shared.state();
            let result = match read {
                Ok(data) => {
                    if !data.is_empty() {
                        let name = name.as_ref().map(|name| name.as_bytes());
                        state.new_buffer(name, data.into());
                    }
                    done
                }
                Err(error) => file_failure(&state, error, &path),
            };
            Ok((state, result))
        }
        Next::Source => {
            state.next.stream += 1;
            drop(state);
            let read = talk.read(stream, b"-")?;
            let state = shared.state();
            let result = match read {
                Ok(text) => {
                    parse::lines(&text).and_then(|inner| insert(queue, &inner, state.release))
                }
                Err(error) => file_failure(&state, error, b"-"),
            };
            Ok((state, result))
        }
        Next::Save { path, append, data } => {
            state.next.stream += 1;
            drop(state);
            let written = talk.write(stream, &path, append, &data)?;
            let state = shared.state();
            let result = match written {
                Ok(()) => done,
                Err(error) => file_failure(&state, error, &path),
            };
            Ok((state, result))
        }
    }
}

fn insert(
    queue: &mut VecDeque<Words>,
    inner: &Commands,
    release: Release,
) -> Result<Verdict, Failure> {
    for words in parsed(inner, release)?.into_iter().rev() {
        queue.push_front(words);
    }
    Ok(Verdict::Done)
}

/// How tmux words an error with a file: from 3.6 the other way round.
fn file_failure(state: &State, error: i32, path: &[u8]) -> Result<Verdict, Failure> {
    let text = std::io::Error::from_raw_os_error(error).to_string();
    let text = text.split(" (os error").next().unwrap_or_default().to_owned();
    match state.release >= Release::new(3, 6) {
        true => fail!(text, ": ", path),
        false => fail!(path, ": ", text),
    }
}

/// What becomes of printed text on its way to a client.
fn clean(out: &mut [BString], command: &str, release: Release, is_utf8: bool) {
    if command == "capture-pane" {
        return;
    }
    let escapes =
        (3, 4) <= (release.major, release.minor) && (release.major, release.minor) < (3, 6);
    for line in out {
        if escapes {
            *line = escaped(line);
        }
        if !is_utf8 {
            let plain = |c: char| if c.is_ascii() && !c.is_ascii_control() { c } else { '_' };
            let text: String = line.chars().map(plain).collect();
            *line = text.into();
        }
    }
}

/// As 3.4 and 3.5 print: control characters but TAB and LF, and what is no UTF-8, as escapes.
fn escaped(line: &[u8]) -> BString {
    let mut out = BString::default();
    for (start, end, c) in line.char_indices() {
        let bytes = &line[start..end];
        let broken = c == '\u{fffd}' && bytes != "\u{fffd}".as_bytes();
        match bytes {
            [b'\t' | b'\n'] => out.extend_from_slice(bytes),
            [byte] if byte.is_ascii_control() => {
                out.extend_from_slice(&crate::quote::visible(&[*byte], false));
            }
            bytes if broken => {
                for byte in bytes {
                    out.extend_from_slice(format!("\\{byte:03o}").as_bytes());
                }
            }
            bytes => out.extend_from_slice(bytes),
        }
    }
    out
}
