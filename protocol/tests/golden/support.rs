//! Loads recorded conversations.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tmuxwire_protocol::{ClientEvent, Descriptor, FrameDecoder, HeaderLayout, Request, ServerSide};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum From {
    Client,
    Server,
}

pub(crate) struct Message {
    pub(crate) from: From,
    pub(crate) bytes: Vec<u8>,
    pub(crate) fd: bool,
}

pub(crate) struct Capture {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) scenario: String,
    pub(crate) layout: HeaderLayout,
    pub(crate) exit_status: i64,
    pub(crate) argv: Vec<String>,
    pub(crate) messages: Vec<Message>,
}

impl Capture {
    pub(crate) fn sent_by(&self, from: From) -> impl Iterator<Item = &Message> {
        self.messages.iter().filter(move |message| message.from == from)
    }

    /// One side's whole stream, and the offsets of the messages that carry a descriptor.
    pub(crate) fn stream(&self, from: From) -> (Vec<u8>, Vec<usize>) {
        let (mut bytes, mut fds) = (Vec::new(), Vec::new());
        for message in self.sent_by(from) {
            if message.fd {
                fds.push(bytes.len());
            }
            bytes.extend_from_slice(&message.bytes);
        }
        (bytes, fds)
    }

    fn load(path: &Path) -> Self {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).expect("readable capture");
        let json: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
        let text = |key: &str| json[key].as_str().expect(key).to_owned();
        let messages = json["messages"].as_array().expect("messages").iter().map(|message| {
            let from = match message["dir"].as_str().expect("dir") {
                "c2s" => From::Client,
                "s2c" => From::Server,
                other => panic!("{name}: direction {other}"),
            };
            let bytes = unhex(message["hex"].as_str().expect("hex"));
            Message { from, bytes, fd: message["fd"].as_bool().expect("fd") }
        });
        Self {
            version: text("version"),
            scenario: text("scenario"),
            layout: match json["dialect"].as_str() {
                Some("old") => HeaderLayout::Old,
                Some("new") => HeaderLayout::New,
                other => panic!("{name}: dialect {other:?}"),
            },
            exit_status: json["exit_status"].as_i64().expect("exit_status"),
            argv: json["argv"]
                .as_array()
                .expect("argv")
                .iter()
                .map(|argument| argument.as_str().expect("argument").to_owned())
                .collect(),
            messages: messages.collect(),
            name,
        }
    }
}

fn unhex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2));
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hex digits"))
        .collect()
}

/// Every capture in the repository and in `TMUXWIRE_CAPTURES`.
pub(crate) fn captures() -> Vec<Capture> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/captures");
    let mut roots = vec![own];
    if let Some(more) = std::env::var_os("TMUXWIRE_CAPTURES") {
        roots.extend(std::env::split_paths(&more).filter(|path| !path.as_os_str().is_empty()));
    }
    let mut files: Vec<PathBuf> = Vec::new();
    for root in roots {
        let before = files.len();
        let versions = std::fs::read_dir(&root)
            .unwrap_or_else(|e| panic!("captures in {}: {e}", root.display()));
        for version in versions {
            let version = version.expect("directory entry").path();
            if version.is_dir() {
                let entries = std::fs::read_dir(&version).expect("readable directory");
                files.extend(entries.map(|entry| entry.expect("directory entry").path()));
            }
        }
        assert!(files.len() > before, "no capture below {}", root.display());
    }
    files.sort();
    files
        .iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| Capture::load(path))
        .collect()
}

/// Some descriptor to pass along.
pub(crate) fn some_fd() -> OwnedFd {
    File::open("/dev/null").expect("/dev/null").into()
}

/// What a machine has to say, as a server reads it: each send is a read; and how
/// many sends those are.
pub(crate) fn hear(request: &mut Request, server: &mut ServerSide) -> (Vec<ClientEvent>, usize) {
    let (mut heard, mut sends) = (Vec::new(), 0);
    while let Some(transmit) = request.poll_transmit() {
        match transmit.fd {
            Some(fd) => {
                let fd = fd.try_clone_to_owned().expect("a descriptor");
                server.handle_data_with_fd(transmit.bytes, fd);
            }
            None => server.handle_data(transmit.bytes),
        }
        let count = transmit.bytes.len();
        request.handle_sent(count);
        sends += 1;
        while let Some(event) = server.poll_event().expect("nothing harmful") {
            heard.push(event);
        }
    }
    (heard, sends)
}

/// Feeds a stream in the given pieces, each descriptor with the piece that starts its message.
pub(crate) fn feed(
    decoder: &mut FrameDecoder,
    stream: &[u8],
    fds: &[usize],
    cuts: &[usize],
    mut each: impl FnMut(&mut FrameDecoder),
) {
    let mut cuts: Vec<usize> = cuts.iter().chain(fds).copied().collect();
    cuts.push(stream.len());
    cuts.sort_unstable();
    cuts.dedup();
    let mut start = 0;
    for end in cuts {
        match fds.contains(&start) && end > start {
            true => decoder.receive_with_fd(&stream[start..end], some_fd()),
            false => decoder.receive(&stream[start..end]),
        }
        each(decoder);
        start = end;
    }
}

pub(crate) fn has_fd(descriptor: &Descriptor) -> bool {
    matches!(descriptor, Descriptor::Owned(_))
}
