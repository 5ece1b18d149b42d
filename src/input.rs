//! How bytes and keys are typed into a pane, so that they arrive as they are.
//!
//! Everything that is typed at once is one message to the server, which types all of it or nothing,
//! and for its pane alone: what `send-keys` types goes to every synchronized pane, so that there all
//! goes by a paste.
//! The server itself looks first whether the pane would take it: a pane in a mode gives keys to the
//! mode, one whose input is off or whose program has ended loses them, and a paste into the latter
//! ends servers up to 3.3.

use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use tmuxwire_operations::{
    AnyOperation, Commands, DeleteBuffer, DisplayMessage, FailureKind, Format, IfShell, Key,
    LoadBuffer, Operation, OperationError, Outcome, PaneId, PaneTarget, PasteBuffer, Release,
    Script, SendKeys, Thing, Unknown,
};

use crate::command::Command;
use crate::error::{Error, ErrorKind, NotTyped, Result};
use crate::output::Output;

/// Most printable characters that go by `send-keys -l`: quoted, each takes up to four bytes of a
/// message's 16,364.
const MOST_TEXT: usize = 3_000;
/// Most bytes that go by `send-keys -H`: servers take time by the square of their number (3,000
/// take 3.3a 70 ms).
const MOST_HEX: usize = 256;
/// Most bytes of keys' names in one message.
const MOST_KEYS: usize = 3_000;
const END_OF_PASTE: &[u8] = b"\x1b[201~";

/// How `paste` of a pane pastes. Unless told otherwise the bytes arrive
/// as they are, as typed ones do.
///
/// ```
/// use tmuxwire::PasteOptions;
/// use tmuxwire::blocking::Server;
/// use tmuxwire::operations::NewSession;
///
/// let directory = tempfile::tempdir()?;
/// let server = Server::at(directory.path().join("socket")).config_file("/dev/null");
/// let session = server.new_session(NewSession::new().command("exec cat"))?;
/// let pane = session.active_pane()?;
///
/// pane.send_line("C-c; is text, and so is Enter")?;
/// pane.paste("two\nlines\n", PasteOptions::new().bracketed())?;
/// # server.kill_server(std::time::Duration::from_secs(10))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[must_use]
pub struct PasteOptions {
    bracketed: bool,
    returns: bool,
}

impl PasteOptions {
    /// The bytes as they are.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says where the paste begins and ends (`\x1b[200~`, `\x1b[201~`), if the pane's program has
    /// asked for that: editors then don't indent, shells don't run the lines. A text that has the
    /// end in it is refused: what follows would be taken for typed.
    pub fn bracketed(mut self) -> Self {
        self.bracketed = true;
        self
    }

    /// A line feed becomes a carriage return, as if Enter was pressed: what programs expect that
    /// read their terminal raw and aren't told where a paste ends.
    pub fn lines_by_return(mut self) -> Self {
        self.returns = true;
        self
    }
}

/// One message that types something, or nothing.
#[derive(Debug)]
pub(crate) struct Typing {
    pub(crate) command: Command,
    /// What must go if the message fails.
    pub(crate) buffer: Option<Buffer>,
}

/// A paste buffer of ours.
#[derive(Debug)]
pub(crate) struct Buffer(String);

/// Whether a text needs a buffer, and with it the server's release.
pub(crate) fn needs_buffer(text: &[u8]) -> bool {
    text.len() > if is_plain(text) { MOST_TEXT } else { MOST_HEX }
}

/// Types a text that needs no buffer, and then presses Enter if it is a line.
pub(crate) fn text(pane: PaneId, text: &[u8], is_line: bool) -> Result<Typing> {
    let enter = if is_line { &[Key::enter()][..] } else { &[] };
    keys(pane, [sent(pane, text), pressed(pane, enter)].into_iter().flatten())
}

/// What Enter types, in every mode of a terminal.
pub(crate) const ENTER: &[u8] = b"\r";

/// Presses keys: as many messages as it takes.
pub(crate) fn keys_in_parts(pane: PaneId, all: &[Key]) -> Result<Vec<Typing>> {
    let mut parts = vec![Vec::new()];
    let mut size = 0;
    for key in all {
        // Quoted, a byte takes up to four.
        size += key.as_bytes().len() + 1;
        if let (true, false) = (size > MOST_KEYS, parts.last().is_none_or(Vec::is_empty)) {
            parts.push(Vec::new());
            size = key.as_bytes().len() + 1;
        }
        if let Some(part) = parts.last_mut() {
            part.push(key.clone());
        }
    }
    parts.iter().map(|part| keys(pane, pressed(pane, part).into_iter())).collect()
}

/// Pastes a text.
pub(crate) fn paste(
    pane: PaneId,
    text: &[u8],
    options: PasteOptions,
    release: Option<Release>,
) -> Result<Typing> {
    let has_end = text.windows(END_OF_PASTE.len()).any(|bytes| bytes == END_OF_PASTE);
    if options.bracketed && has_end {
        return Err(Error::not_sent(ErrorKind::NotTyped(NotTyped::EndsPaste)));
    }
    if text.is_empty() {
        return keys(pane, std::iter::empty());
    }
    through_buffer(pane, text, options, release)
}

/// `send-keys -l` types exactly these, on every release: it loses control characters where a
/// program of 3.5 and later has asked for extended keys, and other bytes that are no characters.
fn is_plain(text: &[u8]) -> bool {
    text.iter().all(|byte| matches!(byte, b' '..=b'~'))
}

fn sent(pane: PaneId, text: &[u8]) -> Option<SendKeys> {
    let send = match is_plain(text) {
        true => SendKeys::text(text),
        false => SendKeys::bytes(text),
    };
    (!text.is_empty()).then(|| send.target(pane))
}

fn pressed(pane: PaneId, keys: &[Key]) -> Option<SendKeys> {
    (!keys.is_empty()).then(|| SendKeys::keys(keys.iter().cloned()).target(pane))
}

fn keys(pane: PaneId, commands: impl Iterator<Item = SendKeys>) -> Result<Typing> {
    let commands: Vec<SendKeys> = commands.collect();
    let state = if commands.is_empty() { State::OfPane } else { State::WithOthers };
    let command =
        rendered(&guarded(pane, state, Commands::from_iter(commands), None).into(), None)?;
    Ok(Typing { command: Command::new(command).no_file(), buffer: None })
}

/// `load-buffer` and `paste-buffer` of a buffer of its own, in one message.
fn through_buffer(
    pane: PaneId,
    text: &[u8],
    options: PasteOptions,
    release: Option<Release>,
) -> Result<Typing> {
    let buffer = Buffer::unique();
    let mut paste = PasteBuffer::new().delete().name(&buffer.0).target(pane);
    // From 3.7 on control characters would be shown instead of typed. Who doesn't say its release
    // is newer.
    if release.is_none_or(|release| release >= Release::new(3, 7)) {
        paste = paste.unchanged();
    }
    if options.bracketed {
        paste = paste.bracketed();
    }
    if !options.returns {
        paste = paste.keep_newlines();
    }
    let typing: [AnyOperation; 3] = [
        // Without the pane a 3.1 fails here already, and no buffer is made.
        IfShell::new(Script::format("0"), Commands::from_iter([] as [AnyOperation; 0]))
            .format()
            .target(pane)
            .into(),
        LoadBuffer::new("-").name(&buffer.0).into(),
        guarded(pane, State::OfPane, paste, Some(&buffer)).into(),
    ];
    let mut arguments = Vec::new();
    for operation in &typing {
        if !arguments.is_empty() {
            arguments.push(b";".to_vec());
        }
        arguments.extend(rendered(operation, release)?);
    }
    let command = Command::new(arguments).stdin(text.to_vec()).no_file();
    Ok(Typing { command, buffer: Some(buffer) })
}

/// What the server looks at before it types.
#[derive(Clone, Copy)]
enum State {
    /// Whether the pane takes input.
    OfPane,
    /// And whether no other pane takes it as well.
    WithOthers,
}

/// Commands for a pane that takes input; for any other its state is printed instead, and the buffer
/// removed.
fn guarded(
    pane: PaneId,
    state: State,
    commands: impl Into<Commands>,
    buffer: Option<&Buffer>,
) -> IfShell {
    const OF_PANE: &str = "#{pane_id} #{pane_dead}#{pane_in_mode}#{pane_input_off}";
    const SYNCHRONIZED: &str = "#{?#{==:#{window_panes},1},0,#{pane_synchronized}}";
    let (state, good) = match state {
        State::OfPane => (OF_PANE.to_owned(), "000"),
        State::WithOthers => (format!("{OF_PANE}{SYNCHRONIZED}"), "0000"),
    };
    let takes_input = format!("#{{==:{state},{pane} {good}}}");
    let state = DisplayMessage::new().print().target(pane).message(Format::from(state.as_str()));
    let otherwise = match buffer {
        Some(buffer) => DeleteBuffer::only(&buffer.0).then(state),
        None => state.into(),
    };
    let target = PaneTarget::Id(pane);
    IfShell::new(Script::format(takes_input), commands).format().target(target).otherwise(otherwise)
}

fn rendered(operation: &AnyOperation, release: Option<Release>) -> Result<Vec<Vec<u8>>> {
    let failed = |error: OperationError| Error::not_sent(ErrorKind::Operation).with_source(error);
    operation.render(release, Unknown::Refuse).map_err(failed)
}

/// What the server answered: nothing if it typed.
pub(crate) fn check(pane: PaneId, output: Output) -> Result<()> {
    let outcome = Outcome::new(IfShell::SPEC, output.status, output.stdout, output.stderr);
    let gone = || Error::not_found(Thing::Pane, &pane);
    match outcome.failure() {
        // A 3.1 without sessions.
        Some(failure) if failure.kind == FailureKind::NoTarget => return Err(gone()),
        Some(failure) => return Err(failure.into()),
        None => {}
    }
    // Hooks may print as well.
    let id = format!("{pane} ");
    let state = |line: &[u8]| match line {
        b" " => Some(Vec::new()),
        line => line.strip_prefix(id.as_bytes()).map(<[u8]>::to_vec),
    };
    let why = match outcome.lines().find_map(state).as_deref() {
        None => return Ok(()),
        Some([b'1', ..]) => NotTyped::Dead,
        // Modes may be on top of each other.
        Some([b'0', b'1'..=b'9', ..]) => NotTyped::InMode,
        Some([b'0', b'0', b'0', ..]) => NotTyped::Synchronized,
        Some([b'0', b'0', ..]) => NotTyped::InputOff,
        Some(_) => return Err(gone()),
    };
    Err(Error::not_sent(ErrorKind::NotTyped(why)))
}

impl Buffer {
    /// A name that nobody else uses.
    fn unique() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_nanos());
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        Self(format!("tmuxwire-{}-{now}-{count}", process::id()))
    }

    /// Removes it if it is there.
    pub(crate) fn cleanup(&self) -> IfShell {
        IfShell::new(Script::format("1"), DeleteBuffer::only(&self.0)).format()
    }
}
