//! One client's conversation, from its identity to its exit.

use std::collections::BTreeMap;
use std::os::fd::BorrowedFd;
use std::sync::Arc;

use bstr::{BString, ByteSlice};
use bytes::Bytes;
use tmuxwire_protocol::{
    Arguments, ClientEvent, Exit, Identified, ServerMessage, Stream, WireString,
};

use crate::commands::Client;
use crate::control;
use crate::environment::Environment;
use crate::failure::Failure;
use crate::interpret::{self, Talk, Verdict};
use crate::memory::Fault;
use crate::parse;
use crate::server::{Gone, Shared};
use crate::wire::{Wire, Woken};

const UTF8: u64 = 0x1_0000;
const CONTROL: u64 = 0x2000;

/// Serves a client until it goes.
pub(crate) fn serve(wire: Wire, shared: &Arc<Shared>) {
    let mut wire = wire;
    match converse(&mut wire, shared) {
        Ok(()) | Err(Gone::Client | Gone::NotYet) => {}
        Err(Gone::Ended) => {
            if wire.generation.is_loud() {
                let _ = wire.say(&ServerMessage::Shutdown);
            }
        }
        Err(Gone::Harm(harm)) => shared.seen().harm.push(harm),
    }
}

fn converse(wire: &mut Wire, shared: &Arc<Shared>) -> Result<(), Gone> {
    let (mut identity, mut arguments): (Option<Box<Identified>>, Option<Arguments>) = (None, None);
    loop {
        // A control client may do without a command.
        match (&identity, &arguments) {
            (Some(identity), _) if identity.flags & CONTROL != 0 => break,
            (Some(_), Some(_)) => break,
            _ => {}
        }
        match wire.hear()? {
            ClientEvent::Identified(identified) => identity = Some(identified),
            ClientEvent::Command(command) => arguments = Some(command),
            ClientEvent::WrongVersion(_) => return wire.say(&ServerMessage::Version),
            ClientEvent::Exiting => return wire.say(&ServerMessage::Exited),
            ClientEvent::Shell => return Err(Gone::Client),
            _ => {}
        }
    }
    let Some(identity) = identity else { return Err(Gone::Client) };
    if identity.flags & CONTROL != 0 {
        return control::serve(wire, shared, *identity, arguments);
    }
    let Some(arguments) = arguments else { return Err(Gone::Client) };
    one_shot(wire, shared, &identity, &arguments)
}

/// What the interpreter has to know of a client.
pub(crate) fn client_of(identity: &Identified) -> Client {
    let mut environment = Environment::default();
    identity.environment.iter().for_each(|entry| environment.put(entry.as_bytes()));
    let own_pane = environment.0.get(b"TMUX_PANE".as_bstr());
    let own_pane = own_pane.and_then(|variable| variable.value.as_ref());
    let own_pane = own_pane.and_then(|pane| {
        pane.strip_prefix(b"%").and_then(|digits| digits.to_str().ok()?.parse().ok())
    });
    let directory = identity.cwd.as_ref().map(|cwd| BString::from(cwd.as_bytes()));
    Client {
        environment,
        directory: directory.unwrap_or_default(),
        own_pane,
        is_control: identity.flags & CONTROL != 0,
        has_terminal: identity.stdin.is_some(),
    }
}

fn one_shot(
    wire: &mut Wire,
    shared: &Arc<Shared>,
    identity: &Identified,
    arguments: &Arguments,
) -> Result<(), Gone> {
    let client = client_of(identity);
    let mut talk = OneShot {
        wire,
        out: Vec::new(),
        error: Vec::new(),
        ready: BTreeMap::new(),
        is_utf8: identity.flags & UTF8 != 0,
    };
    let commands = parse::split(arguments.iter());
    let verdict = match shared.asked(&commands) {
        Some(Fault::HangUp) => return Err(Gone::Client),
        Some(Fault::Refuse(text)) => {
            talk.fail(&Failure::new(text));
            Verdict::Failed
        }
        None => {
            let release = shared.state().release;
            let parsed = match commands.is_empty() && arguments.is_empty() {
                true => Err(Failure::unmodelled("a client without a command")),
                false => interpret::parsed(&commands, release),
            };
            match parsed {
                Ok(words) => interpret::run(shared, &client, words, &mut talk)?,
                Err(failure) => {
                    talk.fail(&failure);
                    Verdict::Failed
                }
            }
        }
    };
    let ended = shared.state().ended;
    if ended {
        // Before the answer, so that who has it finds no server.
        talk.wire.generation.end(true);
    }
    talk.finish(verdict)
}

impl Shared {
    /// Takes down what was asked, and tells what was prepared for it.
    pub(crate) fn asked(&self, commands: &parse::Commands) -> Option<Fault> {
        let mut seen = self.seen();
        seen.round_trips += 1;
        seen.commands.extend(commands.iter().cloned());
        match seen.faults.is_empty() {
            true => None,
            false => Some(seen.faults.remove(0)),
        }
    }
}

/// A client with one list of commands.
#[derive(Debug)]
struct OneShot<'a> {
    wire: &'a mut Wire,
    out: Vec<u8>,
    error: Vec<u8>,
    /// What the client has answered to streams that were opened.
    ready: BTreeMap<i32, i32>,
    is_utf8: bool,
}

impl OneShot<'_> {
    fn fail(&mut self, failure: &Failure) {
        self.error.extend_from_slice(&failure.0);
        self.error.push(b'\n');
    }

    /// Whether the client can take a stream's data, which it says at once or when asked.
    fn wait_ready(&mut self, stream: i32) -> Result<i32, Gone> {
        loop {
            if let Some(error) = self.ready.remove(&stream) {
                return Ok(error);
            }
            match self.wire.hear()? {
                ClientEvent::WriteReady { stream, error } => {
                    self.ready.insert(stream.0, error);
                }
                ClientEvent::Exiting => return Err(Gone::Client),
                _ => {}
            }
        }
    }

    fn print(&mut self, stream: i32, data: &[u8]) -> Result<(), Gone> {
        if data.is_empty() {
            return Ok(());
        }
        let open =
            ServerMessage::WriteOpen { stream: Stream(stream), fd: stream, flags: 0, path: None };
        self.wire.say(&open)?;
        match self.wait_ready(stream)? {
            0 => self.pieces(stream, data),
            _ => Ok(()),
        }
    }

    fn pieces(&mut self, stream: i32, data: &[u8]) -> Result<(), Gone> {
        for piece in data.chunks(tmuxwire_protocol::MAX_PAYLOAD - 4) {
            let data = Bytes::copy_from_slice(piece);
            self.wire.say(&ServerMessage::Write { stream: Stream(stream), data })?;
        }
        Ok(())
    }

    fn finish(&mut self, verdict: Verdict) -> Result<(), Gone> {
        let flushed = self.flush();
        match (flushed, verdict) {
            // Once the server ends, what was printed before is still to arrive.
            (Err(Gone::Ended), _) | (Ok(()), Verdict::EndServer) => Err(Gone::Ended),
            (Err(gone), _) => Err(gone),
            (Ok(()), verdict) => {
                let status = Some(i32::from(verdict == Verdict::Failed));
                self.wire.say(&ServerMessage::Exit(Exit { status, message: None }))?;
                self.wire.see_off()
            }
        }
    }

    fn flush(&mut self) -> Result<(), Gone> {
        let (out, error) = (std::mem::take(&mut self.out), std::mem::take(&mut self.error));
        self.print(1, &out)?;
        self.print(2, &error)
    }
}

fn path_of(path: &[u8]) -> Result<WireString, Gone> {
    WireString::new(Bytes::copy_from_slice(path)).map_err(|_| Gone::Client)
}

impl Talk for OneShot<'_> {
    fn begin(&mut self, _: u32) -> Result<(), Gone> {
        Ok(())
    }

    fn end(&mut self, out: &[BString], error: Option<&Failure>) -> Result<(), Gone> {
        for line in out {
            self.out.extend_from_slice(line);
            self.out.push(b'\n');
        }
        error.into_iter().for_each(|failure| self.fail(failure));
        Ok(())
    }

    fn read(&mut self, stream: i32, path: &[u8]) -> Result<Result<Vec<u8>, i32>, Gone> {
        let fd = if path == b"-" { 0 } else { -1 };
        let open = ServerMessage::ReadOpen { stream: Stream(stream), fd, path: path_of(path)? };
        self.wire.say(&open)?;
        let mut content = Vec::new();
        loop {
            match self.wire.hear()? {
                ClientEvent::Read { stream: from, data } if from.0 == stream => {
                    content.extend_from_slice(&data);
                }
                ClientEvent::ReadDone { stream: from, error } if from.0 == stream => {
                    return Ok(if error == 0 { Ok(content) } else { Err(error) });
                }
                ClientEvent::WriteReady { stream, error } => {
                    self.ready.insert(stream.0, error);
                }
                ClientEvent::Exiting => return Err(Gone::Client),
                _ => {}
            }
        }
    }

    fn write(
        &mut self,
        stream: i32,
        path: &[u8],
        append: bool,
        data: &[u8],
    ) -> Result<Result<(), i32>, Gone> {
        // What was printed before comes before.
        let out = std::mem::take(&mut self.out);
        self.print(1, &out)?;
        let fd = if path == b"-" { 1 } else { -1 };
        let flags = match append {
            true => rustix::fs::OFlags::APPEND,
            false => rustix::fs::OFlags::TRUNC,
        };
        let open = ServerMessage::WriteOpen {
            stream: Stream(stream),
            fd,
            flags: flags.bits().cast_signed(),
            path: Some(path_of(path)?),
        };
        self.wire.say(&open)?;
        match self.wait_ready(stream)? {
            0 => {
                self.pieces(stream, data)?;
                self.wire.say(&ServerMessage::WriteClose(Stream(stream)))?;
                Ok(Ok(()))
            }
            error => Ok(Err(error)),
        }
    }

    fn wait(&mut self, other: BorrowedFd<'_>) -> Result<(), Gone> {
        loop {
            match self.wire.wait(Some(other))? {
                Woken::Other => return Ok(()),
                Woken::Socket => {
                    self.wire.receive()?;
                    while let Some(event) = self.wire.heard()? {
                        if let ClientEvent::WriteReady { stream, error } = event {
                            self.ready.insert(stream.0, error);
                        }
                    }
                }
            }
        }
    }

    fn is_utf8(&self) -> bool {
        self.is_utf8
    }
}
