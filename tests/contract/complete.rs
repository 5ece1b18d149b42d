//! No method is forgotten.

use std::fs;
use std::path::Path;

/// What a suite on a server of its own can't ask, and where it is tested.
const ELSEWHERE: &[(&str, &str)] = &[
    ("current_pane", "contract/inside.rs"),
    ("from_env", "contract/inside.rs"),
    ("send_text", "input.rs"),
    ("send_line", "input.rs"),
    ("send_keys", "input.rs"),
    ("paste", "input.rs"),
    ("through_channel", "contract/route.rs"),
    ("run", "counts.rs"),
    ("run_all", "plans.rs"),
];

/// Clients' methods need a client with a terminal.
const OF_CLIENTS: &str = "contract/suite/clients.rs";

fn text(path: impl AsRef<Path>) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(root.join(path)).expect("a file")
}

/// The names of methods that ask something.
fn methods(file: &str) -> Vec<String> {
    let text = text(file);
    let parts = text.split("pub async fn ").skip(1);
    parts.map(|part| part.split(['(', '<']).next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn every_method_has_its_cost_told_and_counted() {
    let costs = text("tests/contract/suite/costs.rs");
    let clients = text(Path::new("tests").join(OF_CLIENTS));
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/objects");
    let mut seen = 0;
    for file in fs::read_dir(directory).expect("the directory") {
        let name = file.expect("a file").file_name().into_string().expect("a name");
        if name.starts_with("runner") {
            // It does what takes time and waits, and has tests of its own.
            continue;
        }
        let file = format!("src/objects/{name}");
        let counted = if name == "client.rs" { &clients } else { &costs };
        for method in methods(&file) {
            seen += 1;
            let is_elsewhere = ELSEWHERE.iter().any(|(known, _)| *known == method);
            let is_plan = method.starts_with("run_plan") && costs.contains("run_plan(&plan)");
            assert!(
                counted.contains(&format!(".{method}(")) || is_elsewhere || is_plan,
                "{file}: {method}"
            );
        }
    }
    assert!(seen > 100, "only {seen} methods found; is the search right?");
}
