//! Every recorded message decodes, and encodes again to the same bytes.

use std::collections::BTreeMap;

use bytes::BytesMut;
use tmuxwire_protocol::{
    ClientMessage, Descriptor, Frame, FrameDecoder, HeaderLayout, ServerMessage,
};

use crate::support::{Capture, From, captures, feed, has_fd};

fn encode_again(capture: &Capture, from: From, frame: Frame) -> BytesMut {
    let mut again = BytesMut::new();
    match from {
        From::Client => {
            let message = ClientMessage::decode(frame).expect(&capture.name);
            assert!(!matches!(message, ClientMessage::Unknown { .. }), "{message:?}");
            message.encode(capture.layout, &mut again).expect("fits");
        }
        From::Server => {
            let message = ServerMessage::decode(frame).expect(&capture.name);
            assert!(!matches!(message, ServerMessage::Unknown { .. }), "{message:?}");
            message.encode(capture.layout, &mut again).expect("fits");
        }
    }
    again
}

#[test]
fn every_recorded_message_decodes_and_encodes_to_the_same_bytes() {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for capture in captures() {
        for from in [From::Client, From::Server] {
            let mut decoder = FrameDecoder::new(capture.layout);
            for message in capture.sent_by(from) {
                let mut frames = Vec::new();
                let fds: &[usize] = if message.fd { &[0] } else { &[] };
                feed(&mut decoder, &message.bytes, fds, &[], |decoder| {
                    while let Some(frame) = decoder.next_frame().expect(&capture.name) {
                        frames.push(frame);
                    }
                });
                let [frame] = <[Frame; 1]>::try_from(frames).expect("one frame a message");
                assert_eq!(has_fd(&frame.descriptor), message.fd, "{}", capture.name);
                let mut as_frame = BytesMut::new();
                frame.encode(capture.layout, &mut as_frame).expect("fits");
                assert_eq!(as_frame, message.bytes, "{}", capture.name);
                assert_eq!(encode_again(&capture, from, frame), message.bytes, "{}", capture.name);
            }
            assert_eq!(decoder.buffered(), 0);
        }
        *seen.entry(capture.version.clone()).or_default() += 1;
    }
    for version in ["3.0a", "3.1c", "3.3a", "3.5a", "3.7c", "3.8"] {
        assert!(seen.get(version).is_some_and(|count| *count >= 20), "{version}: {seen:?}");
    }
}

/// The frames of a stream as comparable values.
fn frames(layout: HeaderLayout, stream: &[u8], fds: &[usize], cuts: &[usize]) -> Vec<Summary> {
    let mut decoder = FrameDecoder::new(layout);
    let mut frames = Vec::new();
    feed(&mut decoder, stream, fds, cuts, |decoder| {
        while let Some(frame) = decoder.next_frame().expect("a recorded stream") {
            frames.push((frame.message_type.0, frame.payload.to_vec(), has_fd(&frame.descriptor)));
        }
    });
    assert_eq!(decoder.buffered(), 0);
    frames
}

type Summary = (u32, Vec<u8>, bool);

#[test]
fn every_split_of_a_stream_decodes_the_same() {
    for capture in captures() {
        for from in [From::Client, From::Server] {
            let (stream, fds) = capture.stream(from);
            let whole = frames(capture.layout, &stream, &fds, &[]);
            // Every single cut of a short stream; of a long one those around message borders.
            let borders = message_borders(&capture, from);
            for cut in (0..stream.len()).filter(|cut| stream.len() <= 4096 || near(*cut, &borders))
            {
                if capture.layout == HeaderLayout::New && splits_marked_header(cut, &fds) {
                    continue;
                }
                assert_eq!(frames(capture.layout, &stream, &fds, &[cut]), whole, "{cut}");
            }
            if capture.layout == HeaderLayout::Old || fds.is_empty() {
                let bytewise: Vec<usize> = (0..stream.len()).collect();
                let short = &stream[..stream.len().min(1 << 16)];
                if short.len() == stream.len() {
                    assert_eq!(frames(capture.layout, &stream, &fds, &bytewise), whole);
                }
            }
        }
    }
}

/// A new server closes a descriptor that comes with a header's first part only; so do we.
fn splits_marked_header(cut: usize, fds: &[usize]) -> bool {
    fds.iter().any(|start| (start + 1..start + 16).contains(&cut))
}

#[test]
fn new_layout_drops_a_descriptor_that_comes_before_its_header_is_whole() {
    let capture = captures()
        .into_iter()
        .find(|capture| capture.version == "3.8" && capture.scenario == "attach-detach")
        .expect("the capture");
    let (stream, fds) = capture.stream(From::Client);
    let mut decoder = FrameDecoder::new(HeaderLayout::New);
    let mut missing = 0;
    feed(&mut decoder, &stream, &fds, &[fds[0] + 8], |decoder| {
        while let Some(frame) = decoder.next_frame().expect("frame") {
            missing += usize::from(matches!(frame.descriptor, Descriptor::Missing));
        }
    });
    assert_eq!(missing, 1);
}

fn message_borders(capture: &Capture, from: From) -> Vec<usize> {
    let mut at = 0;
    let mut borders = vec![0];
    for message in capture.sent_by(from) {
        at += message.bytes.len();
        borders.push(at);
    }
    // A few are enough: thousands of equal data messages teach nothing new.
    borders.truncate(24);
    borders
}

fn near(cut: usize, borders: &[usize]) -> bool {
    borders.iter().any(|border| cut.abs_diff(*border) <= 20)
}
