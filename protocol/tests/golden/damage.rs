//! Truncated, bit-flipped and spliced conversations never panic, hang or pile up memory.

use bytes::BytesMut;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tmuxwire_protocol::{
    AllowedFiles, Arguments, ClientMessage, DecodeError, Event, FrameDecoder, HeaderLayout,
    Identity, MAX_FRAME, Request, ServerMessage,
};

use crate::support::{From, captures};

/// All streams of one direction, with their layouts.
fn streams(from: From) -> Vec<(HeaderLayout, Vec<u8>)> {
    captures()
        .iter()
        .map(|capture| (capture.layout, capture.stream(from).0))
        .filter(|(_, stream)| !stream.is_empty() && stream.len() < 1 << 17)
        .collect()
}

/// Reads damaged bytes to the end. Every step uses up input, so this ends; what stays buffered
/// after each read is less than one frame.
fn digest(from: From, layout: HeaderLayout, bytes: &[u8]) -> Result<usize, DecodeError> {
    let mut decoder = FrameDecoder::new(layout);
    let mut frames = 0;
    for chunk in bytes.chunks(4000) {
        decoder.receive(chunk);
        while let Some(frame) = decoder.next_frame()? {
            frames += 1;
            let mut again = BytesMut::new();
            match from {
                From::Client => {
                    if let Ok(message) = ClientMessage::decode(frame) {
                        message.encode(layout, &mut again).expect("fits again");
                    }
                }
                From::Server => {
                    if let Ok(message) = ServerMessage::decode(frame) {
                        message.encode(layout, &mut again).expect("fits again");
                    }
                }
            }
            assert!(again.len() <= MAX_FRAME);
        }
        assert!(decoder.buffered() < MAX_FRAME, "holds {}", decoder.buffered());
    }
    Ok(frames)
}

/// Lets a request live through damaged server bytes, answering everything at once.
fn live_through(bytes: &[u8]) {
    let identity = Identity::builder().build();
    let arguments = Arguments::new(["list-keys"]).expect("arguments");
    let mut request =
        Request::new(&identity, &arguments).files(AllowedFiles::Any).old_stdio_size(Some(8192));
    let most = bytes.len() * 4 + (1 << 16);
    for chunk in bytes.chunks(1000) {
        request.handle_data(chunk);
        loop {
            let sent = request.poll_transmit().map_or(0, |transmit| transmit.bytes.len());
            request.handle_sent(sent);
            assert!(sent <= most);
            match request.poll_event() {
                Ok(Some(Event::OpenWrite { stream, .. })) => request.write_opened(stream, Ok(())),
                Ok(Some(Event::CloseWrite { stream })) => request.write_closed(stream, Ok(())),
                Ok(Some(Event::OpenRead { stream, .. })) => {
                    request.read_data(stream, b"input");
                    request.read_done(stream, Ok(()));
                }
                Ok(Some(_)) => {}
                Ok(None) | Err(_) => break,
            }
        }
    }
    request.handle_eof();
    let _ = request.poll_event();
    let last = request.poll_event();
    assert!(request.is_ended() || last.is_err(), "neither ended nor failed: {last:?}");
}

#[test]
fn truncated_streams_ask_for_more() {
    for from in [From::Client, From::Server] {
        for (layout, stream) in streams(from) {
            for cut in (0..stream.len()).rev().take(40).chain([0, 1, 15, 16, 17]) {
                let cut = cut.min(stream.len());
                digest(from, layout, &stream[..cut]).expect("a cut stream is not malformed");
                if from == From::Server {
                    live_through(&stream[..cut]);
                }
            }
        }
    }
}

#[test]
fn flipped_and_spliced_streams_end_or_fail() {
    let all = [From::Client, From::Server].map(|from| (from, streams(from)));
    let damage = (any::<prop::sample::Index>(), any::<prop::sample::Index>());
    let flips = prop::collection::vec((any::<prop::sample::Index>(), 0u8..8), 0..12);
    let splice = (any::<prop::sample::Index>(), any::<prop::sample::Index>());
    let mut runner = TestRunner::new(Config { cases: 2000, ..Config::default() });
    runner
        .run(&(any::<bool>(), damage, flips, splice), |(server, pick, flips, splice)| {
            let (from, streams) = &all[usize::from(server)];
            let (layout, first) = pick.0.get(streams);
            let (_, second) = pick.1.get(streams);
            let mut bytes = first[..splice.0.index(first.len())].to_vec();
            bytes.extend_from_slice(&second[splice.1.index(second.len())..]);
            if !bytes.is_empty() {
                for (at, bit) in flips {
                    let at = at.index(bytes.len().min(600));
                    bytes[at] ^= 1 << bit;
                }
            }
            let _ = digest(*from, *layout, &bytes);
            live_through(&bytes);
            Ok(())
        })
        .expect("no damage is fatal");
}
