//! What the documents say of the code holds: the layers that `CONTRIBUTING.md` and
//! `tw/src/main.rs` draw, the one file with unsafe code, and the tests that `tests/FAULTS.md` names.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Layer by top-level module, read from the table in a document.
fn layers(document: &Path) -> BTreeMap<String, u32> {
    let text = fs::read_to_string(document).expect("a document");
    let mut layers = BTreeMap::new();
    for line in text.lines() {
        let mut cells =
            line.trim_start_matches("//! ").trim_start_matches('|').split('|').map(str::trim);
        let (Some(Ok(layer)), Some(files)) = (cells.next().map(str::parse::<u32>), cells.next())
        else {
            continue;
        };
        for name in files.split('`').skip(1).step_by(2) {
            layers.insert(name.to_owned(), layer);
        }
    }
    layers
}

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).expect("a readable directory") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => files.extend(rust_files(&path)),
            false if path.extension().is_some_and(|extension| extension == "rs") => {
                files.push(path)
            }
            false => {}
        }
    }
    files
}

/// `a/b.rs` belongs to module `a`, `a.rs` too.
fn module_of(path: &Path, source: &Path) -> String {
    let relative = path.strip_prefix(source).expect("below src");
    let first = relative.components().next().expect("a name").as_os_str();
    Path::new(first).file_stem().expect("a stem").to_string_lossy().into_owned()
}

/// The modules that a file names as `crate::module`, also in `use crate::{a, b}`.
fn uses(text: &str) -> Vec<String> {
    let mut uses = Vec::new();
    for rest in text.split("crate::").skip(1) {
        let names = match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or_default(),
            None => {
                rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default()
            }
        };
        let names = names.split(',').map(|name| name.trim().split("::").next().unwrap_or_default());
        uses.extend(names.filter(|name| !name.is_empty()).map(str::to_owned));
    }
    uses
}

#[test]
fn files_use_only_lower_layers_and_their_own() {
    for (document, source, uses) in
        [("CONTRIBUTING.md", "src", 30), ("tw/src/main.rs", "tw/src", 20)]
    {
        let seen = check_layers(&project().join(document), &project().join(source));
        assert!(seen > uses, "only {seen} uses found in {source}; is the search right?");
    }
}

/// Answers how many uses there are.
fn check_layers(document: &Path, source: &Path) -> usize {
    let layers = layers(document);
    let mut seen = 0;
    for file in rust_files(source) {
        let own = module_of(&file, source);
        if matches!(own.as_str(), "lib" | "bin" | "main") {
            continue;
        }
        let layer = layers.get(&own).unwrap_or_else(|| panic!("{own} is not in the table"));
        for used in uses(&fs::read_to_string(&file).expect("readable")) {
            if used == own || used.starts_with(char::is_uppercase) {
                continue;
            }
            let below = layers.get(&used).unwrap_or_else(|| panic!("{used} has no layer"));
            assert!(
                below < layer,
                "{}: layer {layer} uses {used} of layer {below}",
                file.display()
            );
            seen += 1;
        }
    }
    seen
}

#[test]
fn unsafe_code_is_in_one_file() {
    let root = project();
    let mut with_unsafe = Vec::new();
    for directory in
        ["src", "operations", "protocol", "testkit/src", "tests", "tw", "benches/src", "examples"]
    {
        let directory = root.join(directory);
        let files = if directory.is_dir() { rust_files(&directory) } else { Vec::new() };
        let marks = ["unsafe {", "unsafe fn", "unsafe extern", "unsafe impl", "unsafe("];
        with_unsafe.extend(files.into_iter().filter(|file| {
            let text = fs::read_to_string(file).expect("readable");
            !file.ends_with("house.rs") && marks.iter().any(|mark| text.contains(mark))
        }));
    }
    assert_eq!(with_unsafe, [root.join("src/bin/tmuxwire/main.rs")]);
}

#[test]
fn every_fault_names_a_test_that_is_there() {
    let root = project();
    let mut code = String::new();
    for directory in ["tests", "src", "protocol/tests", "tw/tests"] {
        for file in rust_files(&root.join(directory)) {
            code.push_str(&fs::read_to_string(file).expect("readable"));
        }
    }
    let table = fs::read_to_string(root.join("tests/FAULTS.md")).expect("the table");
    let rows = table.lines().filter(|line| line.starts_with("| ") && line.ends_with("` |"));
    let tests: Vec<&str> = rows.filter_map(|row| row.rsplit('`').nth(1)).collect();
    assert!(tests.len() >= 20, "{tests:?}");
    for test in tests {
        assert!(code.contains(&format!("fn {test}()")), "{test}");
    }
}

/// The lines of doc comment right above a line.
fn documented(lines: &[&str], at: usize) -> String {
    let is_above = |line: &&&str| line.trim().starts_with("///") || line.trim().starts_with("#[");
    lines[..at].iter().rev().take_while(is_above).map(|line| line.trim()).collect()
}

/// A wait says what becomes of it when its future is dropped: each in the tokio driver, and each kind of
/// handle for all that it does.
#[test]
fn what_waits_says_what_dropping_it_does() {
    let source = project().join("src");
    let mut silent = Vec::new();
    let mut files = rust_files(&source.join("server"));
    files.extend(["server.rs", "servers.rs", "repair.rs"].map(|name| source.join(name)));
    let mut looked_at = 0;
    let handles = ["session", "window", "pane", "client", "link", "runner"];
    let objects = handles.map(|name| source.join("objects").join(name).with_extension("rs"));
    for (file, is_object) in
        files.iter().map(|it| (it, false)).chain(objects.iter().map(|it| (it, true)))
    {
        let text = fs::read_to_string(file).expect("readable");
        let lines: Vec<&str> = text.lines().collect();
        if is_object && !text.contains("# Cancellation") {
            silent.push(file.display().to_string());
        }
        for (at, line) in lines.iter().enumerate().filter(|_| !is_object) {
            if line.trim().starts_with("pub async fn ") {
                looked_at += 1;
                if !documented(&lines, at).contains("# Cancellation") {
                    silent.push(format!("{}:{}", file.display(), at + 1));
                }
            }
        }
    }
    assert!(looked_at > 20, "only {looked_at} waits found; is the search right?");
    assert_eq!(silent, Vec::<String>::new());
}
