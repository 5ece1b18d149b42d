//! Control clients without a session: lines on descriptors of the client's.

use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;

use bstr::{BString, ByteSlice};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use tmuxwire_protocol::{Arguments, ClientEvent, Exit, Identified, ServerMessage};

use crate::client::client_of;
use crate::commands::Client;
use crate::failure::Failure;
use crate::interpret::{self, Talk, Verdict};
use crate::memory::Fault;
use crate::parse::{self, Commands};
use crate::server::{Gone, Shared};
use crate::wire::{Wire, Woken};

/// Said by control clients that stay without a session.
const STAYS: u64 = 0x80;
const UTF8: u64 = 0x1_0000;
/// Longest line; a real server takes what memory there is.
const LONGEST_LINE: usize = 64 << 20;

/// Serves a control client until it goes.
pub(crate) fn serve(
    wire: &mut Wire,
    shared: &Arc<Shared>,
    identity: Identified,
    first: Option<Arguments>,
) -> Result<(), Gone> {
    let client = client_of(&identity);
    let (stays, is_utf8) = (identity.flags & STAYS != 0, identity.flags & UTF8 != 0);
    let (Some(stdin), Some(stdout)) = (identity.stdin, identity.stdout) else {
        return Err(Gone::Client);
    };
    for end in [&stdin, &stdout] {
        let flags = fcntl_getfl(end).map_err(|_| Gone::Client)?;
        fcntl_setfl(end, flags | OFlags::NONBLOCK).map_err(|_| Gone::Client)?;
    }
    let (stdin, stdout) = (File::from(stdin), File::from(stdout));
    let mut lines = Lines { wire, stdout, flags: 0, open: None, is_utf8 };
    if let Some(first) = first {
        let verdict = lines.run(shared, &client, &parse::split(first.iter()))?;
        if !stays {
            return lines.exit(i32::from(verdict == Verdict::Failed));
        }
    }
    lines.flags = 1;
    lines.follow(shared, &client, &stdin)
}

/// A control client's stream.
#[derive(Debug)]
struct Lines<'a> {
    wire: &'a mut Wire,
    stdout: File,
    /// 1 for commands that came as lines.
    flags: u8,
    /// The fields of the block that is open.
    open: Option<String>,
    is_utf8: bool,
}

impl Lines<'_> {
    fn follow(&mut self, shared: &Arc<Shared>, client: &Client, stdin: &File) -> Result<(), Gone> {
        let mut unread = BString::default();
        let mut buffer = vec![0; 65536];
        loop {
            while let Some(at) = unread.find_byte(b'\n') {
                let line: Vec<u8> = unread.drain(..=at).collect();
                let line = &line[..at];
                if line.is_empty() {
                    return self.exit(0);
                }
                self.line(shared, client, line)?;
            }
            if unread.len() > LONGEST_LINE {
                return Err(Gone::Client);
            }
            match self.wire.wait(Some(stdin.as_fd()))? {
                Woken::Socket => self.listen()?,
                Woken::Other => match self.wire.read(stdin, &mut buffer) {
                    Ok(0) => return self.exit(0),
                    Ok(count) => unread.extend_from_slice(&buffer[..count]),
                    Err(Gone::NotYet) => {}
                    Err(gone) => return Err(gone),
                },
            }
        }
    }

    fn line(&mut self, shared: &Arc<Shared>, client: &Client, line: &[u8]) -> Result<(), Gone> {
        match parse::lines(line) {
            Ok(commands) => {
                self.run(shared, client, &commands)?;
                if shared.state().ended {
                    self.wire.generation.end(true);
                    return Err(Gone::Ended);
                }
                Ok(())
            }
            Err(failure) => self.refuse(shared, &failure),
        }
    }

    fn run(
        &mut self,
        shared: &Arc<Shared>,
        client: &Client,
        commands: &Commands,
    ) -> Result<Verdict, Gone> {
        match shared.asked(commands) {
            Some(Fault::HangUp) => return Err(Gone::Client),
            Some(Fault::Refuse(text)) => {
                let number = shared.number();
                self.begin(number)?;
                self.end(&[], Some(&Failure::new(text)))?;
                return Ok(Verdict::Failed);
            }
            None => {}
        }
        let release = shared.state().release;
        match interpret::parsed(commands, release) {
            Ok(words) => interpret::run(shared, client, words, self),
            Err(failure) => {
                self.refuse(shared, &failure)?;
                Ok(Verdict::Failed)
            }
        }
    }

    /// A line that is no command.
    fn refuse(&mut self, shared: &Arc<Shared>, failure: &Failure) -> Result<(), Gone> {
        let number = shared.number();
        self.begin(number)?;
        let text = [b"parse error: ", failure.0.as_slice()].concat();
        self.end(&[], Some(&Failure::new(text)))
    }

    /// What comes on the socket: the client's leave.
    fn listen(&mut self) -> Result<(), Gone> {
        self.wire.receive()?;
        while let Some(event) = self.wire.heard()? {
            if matches!(event, ClientEvent::Exiting) {
                self.wire.say(&ServerMessage::Exited)?;
                return Err(Gone::Client);
            }
        }
        Ok(())
    }

    fn exit(&mut self, status: i32) -> Result<(), Gone> {
        let exit = Exit { status: Some(status), message: None };
        self.wire.say(&ServerMessage::Exit(exit))?;
        // Its stream stays open until it has seen that.
        self.wire.see_off()
    }
}

impl Shared {
    fn number(&self) -> u32 {
        let mut state = self.state();
        state.next.guard += 1;
        state.next.guard
    }
}

impl Talk for Lines<'_> {
    fn begin(&mut self, number: u32) -> Result<(), Gone> {
        self.open = Some(format!("{} {number} {}", crate::state::now(), self.flags));
        Ok(())
    }

    fn end(&mut self, out: &[BString], error: Option<&Failure>) -> Result<(), Gone> {
        let fields = self.open.take().unwrap_or_default();
        let mut text = format!("%begin {fields}\n").into_bytes();
        for line in out.iter().chain(error.map(|failure| &failure.0)) {
            text.extend_from_slice(line);
            text.push(b'\n');
        }
        let end = if error.is_some() { "error" } else { "end" };
        text.extend_from_slice(format!("%{end} {fields}\n").as_bytes());
        self.wire.write_all(&self.stdout, &text)
    }

    fn read(&mut self, _: i32, _: &[u8]) -> Result<Result<Vec<u8>, i32>, Gone> {
        Err(Gone::Client)
    }

    fn write(&mut self, _: i32, _: &[u8], _: bool, _: &[u8]) -> Result<Result<(), i32>, Gone> {
        Err(Gone::Client)
    }

    fn wait(&mut self, other: BorrowedFd<'_>) -> Result<(), Gone> {
        loop {
            match self.wire.wait(Some(other))? {
                Woken::Other => return Ok(()),
                Woken::Socket => self.listen()?,
            }
        }
    }

    fn is_utf8(&self) -> bool {
        self.is_utf8
    }
}
