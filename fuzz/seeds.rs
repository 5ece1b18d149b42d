//! Writes the seeds of every fuzz target from the recorded conversations:
//! `cargo run --example seeds` in `fuzz/` fills `fuzz/corpus/`.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let captures = root.join("../protocol/tests/captures");
    let mut count = 0;
    for version in directory(&captures).into_iter().filter(|path| path.is_dir()) {
        for file in directory(&version) {
            let text = fs::read_to_string(&file).expect("readable capture");
            if text.len() < 60_000 {
                count += seeds_of(root, &file, &serde_json::from_str(&text).expect("JSON"));
            }
        }
    }
    println!("{count} seeds");
}

fn directory(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path).expect("readable directory");
    entries.map(|entry| entry.expect("an entry").path()).collect()
}

fn seeds_of(root: &Path, file: &Path, capture: &Value) -> usize {
    let layout = u8::from(capture["dialect"] == "new");
    let version = capture["version"].as_str().expect("version");
    let name = format!("{version}-{}", file.file_stem().expect("a stem").to_string_lossy());
    let messages = capture["messages"].as_array().expect("messages");
    let said_by = |side: &str| -> Vec<Vec<u8>> {
        let messages = messages.iter().filter(|message| message["dir"] == side);
        messages.map(|message| unhex(message["hex"].as_str().expect("hex"))).collect()
    };
    let (client, server) = (said_by("c2s"), said_by("s2c"));
    let mut seeds = vec![
        ("client_message", [&[layout][..], &client.concat()].concat()),
        ("server_message", [&[layout][..], &server.concat()].concat()),
        ("frame_decoder", [&[layout, 7][..], &client.concat()].concat()),
        ("frame_decoder", [&[layout, 63][..], &server.concat()].concat()),
    ];
    // Each server message, then every kind of answer to the stream that it may have opened.
    let mut steps = vec![layout ^ 1];
    for message in &server {
        let length = u16::try_from(message.len()).expect("a frame");
        steps.extend([0, 0]);
        steps.extend(length.to_le_bytes());
        steps.extend(message);
        for answer in [0u8, 2, 3, 1, 4] {
            steps.extend([answer << 1 | 1, 3]);
        }
    }
    seeds.push(("request_machine", steps));
    // What a control client was told.
    let stdout = capture["stdout"].as_str().unwrap_or_default();
    if stdout.starts_with("%begin ") {
        for kind in 0..4 {
            seeds.push(("control_stream", [&[90, kind], stdout.as_bytes()].concat()));
        }
    }
    for (at, (target, seed)) in seeds.iter().enumerate() {
        let directory = root.join("corpus").join(target);
        fs::create_dir_all(&directory).expect("a directory");
        fs::write(directory.join(format!("{name}-{at}")), seed).expect("a seed");
    }
    seeds.len()
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).expect("text"), 16);
    digits.map(|pair| byte(pair).expect("hex digits")).collect()
}
