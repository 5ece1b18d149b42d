//! Descriptors leave one for each send, on the first byte of their frame, and are closed on
//! every path.

use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;

use bytes::BytesMut;
use tmuxwire_protocol::{ClientMessage, Descriptor, FrameDecoder, HeaderLayout, Outbox};

use crate::support::{From, captures, feed};

/// The recorded attach of a version, as decoded messages. Each descriptor is one end of a socket
/// pair; the other ends tell when it is closed.
fn attach(version: &str) -> (HeaderLayout, Vec<ClientMessage>, Vec<UnixStream>) {
    let capture = captures()
        .into_iter()
        .find(|capture| capture.version == version && capture.scenario == "attach-detach")
        .expect("the capture");
    let mut decoder = FrameDecoder::new(capture.layout);
    let (mut messages, mut others) = (Vec::new(), Vec::new());
    for message in capture.sent_by(From::Client) {
        match message.fd {
            false => decoder.receive(&message.bytes),
            true => {
                let (ours, other) = UnixStream::pair().expect("a socket pair");
                decoder.receive_with_fd(&message.bytes, ours.into());
                others.push(other);
            }
        }
        while let Some(frame) = decoder.next_frame().expect("valid") {
            messages.push(ClientMessage::decode(frame).expect("valid"));
        }
    }
    (capture.layout, messages, others)
}

fn is_closed(other: &UnixStream) -> bool {
    other.set_nonblocking(true).expect("nonblocking");
    let mut byte = [0];
    matches!(std::io::Read::read(&mut &*other, &mut byte), Ok(0))
}

fn fill(outbox: &mut Outbox, layout: HeaderLayout, messages: Vec<ClientMessage>) {
    for message in messages {
        outbox.push(message, layout).expect("fits");
    }
}

#[test]
fn each_descriptor_leaves_alone_with_the_first_byte_of_its_frame() {
    for (version, sends) in [("3.3a", 3), ("3.8", 3), ("3.1c", 2)] {
        for piece in [usize::MAX, 7, 1] {
            let (layout, messages, others) = attach(version);
            let mut whole = BytesMut::new();
            for message in &messages {
                message.encode(layout, &mut whole).expect("fits");
            }
            let mut outbox = Outbox::default();
            fill(&mut outbox, layout, messages);
            let (mut sent, mut with_fd, mut count) = (Vec::new(), Vec::new(), 0);
            while let Some(transmit) = outbox.transmit() {
                let part = transmit.bytes.len().min(piece);
                if let Some(fd) = transmit.fd {
                    assert!(fd.as_raw_fd() >= 0);
                    with_fd.push(sent.len());
                }
                sent.extend_from_slice(&transmit.bytes[..part]);
                outbox.sent(part);
                count += 1;
                assert_eq!(others.iter().filter(|other| is_closed(other)).count(), with_fd.len());
            }
            assert_eq!(sent, whole);
            assert_eq!(with_fd.len(), others.len(), "{version}");
            if piece == usize::MAX {
                assert_eq!(count, sends, "{version}");
            }
            // A server of this version finds every descriptor, when whole sends arrive whole.
            if piece == usize::MAX || layout == HeaderLayout::Old {
                let mut decoder = FrameDecoder::new(layout);
                let (mut found, mut missing) = (0, 0);
                feed(&mut decoder, &sent, &with_fd, &[], |decoder| {
                    while let Some(frame) = decoder.next_frame().expect("valid") {
                        found += usize::from(matches!(frame.descriptor, Descriptor::Owned(_)));
                        missing += usize::from(matches!(frame.descriptor, Descriptor::Missing));
                    }
                });
                assert_eq!((found, missing), (others.len(), 0), "{version}");
            }
        }
    }
}

#[test]
fn nothing_sent_means_no_descriptor_lost_and_dropping_closes() {
    let (layout, messages, others) = attach("3.8");
    let mut outbox = Outbox::default();
    fill(&mut outbox, layout, messages);
    let first = outbox.transmit().expect("bytes").bytes.len();
    outbox.sent(first);
    outbox.sent(0);
    assert!(outbox.transmit().expect("bytes").fd.is_some());
    assert!(others.iter().all(|other| !is_closed(other)));
    drop(outbox);
    assert!(others.iter().all(is_closed));
}

#[test]
fn a_decoder_closes_what_nobody_claimed() {
    let (ours, other) = UnixStream::pair().expect("a socket pair");
    let mut decoder = FrameDecoder::new(HeaderLayout::New);
    decoder.receive_with_fd(&[0; 3], ours.into());
    assert!(!is_closed(&other));
    // That was no header: length 0. The decoder gives up and closes what it held.
    decoder.receive(&[0; 13]);
    assert!(decoder.next_frame().is_err());
    assert!(is_closed(&other));

    let (ours, other) = UnixStream::pair().expect("a socket pair");
    let mut decoder = FrameDecoder::new(HeaderLayout::Old);
    decoder.receive_with_fd(&[0; 3], ours.into());
    drop(decoder);
    assert!(is_closed(&other));
    let mut pile = Vec::new();
    let mut decoder = FrameDecoder::new(HeaderLayout::Old);
    for _ in 0..100 {
        let (ours, other) = UnixStream::pair().expect("a socket pair");
        decoder.receive_with_fd(b"", ours.into());
        pile.push(other);
    }
    assert_eq!(pile.iter().filter(|other| !is_closed(other)).count(), 16);
}
