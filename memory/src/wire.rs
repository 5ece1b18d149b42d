//! One connection's bytes: the only system calls on its socket.

use std::io::{ErrorKind, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};
use tmuxwire_protocol::{ClientEvent, HeaderLayout, ServerMessage, ServerSide};

use crate::server::{Generation, Gone};

/// A client's connection.
#[derive(Debug)]
pub(crate) struct Wire {
    socket: UnixStream,
    side: ServerSide,
    pub(crate) generation: Arc<Generation>,
}

/// What happened first.
#[derive(Debug)]
pub(crate) enum Woken {
    Socket,
    Other,
}

impl Wire {
    pub(crate) fn new(
        socket: UnixStream,
        layout: HeaderLayout,
        generation: Arc<Generation>,
    ) -> std::io::Result<Self> {
        socket.set_nonblocking(true)?;
        Ok(Self { socket, side: ServerSide::new(layout), generation })
    }

    /// The next thing that the client says.
    pub(crate) fn hear(&mut self) -> Result<ClientEvent, Gone> {
        loop {
            if let Some(event) = self.heard()? {
                return Ok(event);
            }
            self.wait(None)?;
            self.receive()?;
        }
    }

    /// What the client has said already.
    pub(crate) fn heard(&mut self) -> Result<Option<ClientEvent>, Gone> {
        self.side.poll_event().map_err(Gone::Harm)
    }

    /// Waits until the client says something, or something else can be read.
    pub(crate) fn wait(&self, other: Option<BorrowedFd<'_>>) -> Result<Woken, Gone> {
        let ended = self.generation.ended();
        let mut fds =
            vec![PollFd::new(&ended, PollFlags::IN), PollFd::new(&self.socket, PollFlags::IN)];
        fds.extend(other.map(|other| PollFd::from_borrowed_fd(other, PollFlags::IN)));
        wait_for(&mut fds)?;
        let ready: Vec<bool> = fds.iter().map(|fd| !fd.revents().is_empty()).collect();
        match ready.as_slice() {
            [true, ..] => Err(Gone::Ended),
            [_, true, ..] => Ok(Woken::Socket),
            _ => Ok(Woken::Other),
        }
    }

    /// Takes what has arrived.
    pub(crate) fn receive(&mut self) -> Result<(), Gone> {
        let mut buffer = [0; 65535];
        let mut room = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(4))];
        let mut control = RecvAncillaryBuffer::new(&mut room);
        let mut pieces = [IoSliceMut::new(&mut buffer)];
        let flags = RecvFlags::CMSG_CLOEXEC | RecvFlags::DONTWAIT;
        let count = match recvmsg(&self.socket, &mut pieces, &mut control, flags) {
            Ok(message) => message.bytes,
            Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) => return Ok(()),
            Err(_) => return Err(Gone::Client),
        };
        let mut passed: Option<OwnedFd> = None;
        for message in control.drain() {
            if let RecvAncillaryMessage::ScmRights(descriptors) = message {
                // The first counts, as for tmux.
                for descriptor in descriptors {
                    passed.get_or_insert(descriptor);
                }
            }
        }
        match (count, passed) {
            (0, _) => return Err(Gone::Client),
            (count, Some(descriptor)) => {
                self.side.handle_data_with_fd(&buffer[..count], descriptor);
            }
            (count, None) => self.side.handle_data(&buffer[..count]),
        }
        Ok(())
    }

    /// Says something, and waits until it is sent.
    pub(crate) fn say(&mut self, message: &ServerMessage) -> Result<(), Gone> {
        self.side.say(message).map_err(|_| Gone::Client)?;
        while let Some(transmit) = self.side.poll_transmit() {
            match self.socket.write(transmit.bytes) {
                Ok(count) => self.side.handle_sent(count),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    let ended = self.generation.ended();
                    // Who reads nothing may still be there when the server ends.
                    let mut fds = vec![
                        PollFd::new(&self.socket, PollFlags::OUT),
                        PollFd::new(&ended, PollFlags::IN),
                    ];
                    wait_for(&mut fds)?;
                    if fds.first().is_some_and(|fd| fd.revents().is_empty()) {
                        return Err(Gone::Client);
                    }
                }
                Err(_) => return Err(Gone::Client),
            }
        }
        Ok(())
    }

    /// Waits until a client that was told to go has gone: tmux's own drops what it still has to write
    /// if the connection is closed first.
    pub(crate) fn see_off(&mut self) -> Result<(), Gone> {
        loop {
            self.wait(None)?;
            self.receive()?;
            while let Some(event) = self.heard()? {
                if matches!(event, ClientEvent::Exiting) {
                    self.say(&ServerMessage::Exited)?;
                }
            }
        }
    }

    /// Writes to a control client's descriptor, as long as it is there.
    pub(crate) fn write_all(&self, to: &std::fs::File, bytes: &[u8]) -> Result<(), Gone> {
        let mut rest = bytes;
        while !rest.is_empty() {
            match (&*to).write(rest) {
                Ok(count) => rest = &rest[count..],
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    let ended = self.generation.ended();
                    let mut fds = vec![
                        PollFd::from_borrowed_fd(to.as_fd(), PollFlags::OUT),
                        PollFd::new(&ended, PollFlags::IN),
                        PollFd::new(&self.socket, PollFlags::RDHUP),
                    ];
                    wait_for(&mut fds)?;
                    if fds.iter().skip(1).any(|fd| !fd.revents().is_empty()) {
                        return Err(Gone::Client);
                    }
                }
                Err(_) => return Err(Gone::Client),
            }
        }
        Ok(())
    }

    /// Reads from a control client's descriptor; 0 is the end.
    pub(crate) fn read(&self, from: &std::fs::File, buffer: &mut [u8]) -> Result<usize, Gone> {
        match (&*from).read(buffer) {
            Ok(count) => Ok(count),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Err(Gone::NotYet),
            Err(error) if error.kind() == ErrorKind::Interrupted => Err(Gone::NotYet),
            Err(_) => Ok(0),
        }
    }
}

fn wait_for(fds: &mut [PollFd<'_>]) -> Result<(), Gone> {
    loop {
        match poll(fds, None) {
            Ok(_) => return Ok(()),
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return Err(Gone::Client),
        }
    }
}
