//! Can the tmux of this environment attach to the servers that run?

use tmuxwire::{FoundServer, HeaderLayout};

use super::facts::{Facts, Program};
use super::finding::Finding;
use crate::printer::shown;

const CHECK: &str = "skew";

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let Ok(program) = &facts.program else { return Vec::new() };
    let Some(version) = &program.version else { return Vec::new() };
    let known = || facts.running().filter(|server| server.layout.is_some());
    let other = known().filter(|server| server.layout != Some(version.layout()));
    let mut findings: Vec<Finding> = other.map(|server| skewed(server, program)).collect();
    if findings.is_empty() && known().next().is_some() {
        findings.push(Finding::fine(CHECK, format!("{} can attach to what runs", program.says)));
    }
    findings
}

fn skewed(server: &FoundServer, program: &Program) -> Finding {
    let version = server.version.as_deref().unwrap_or("of an old version");
    // Up to 3.5a every client marks a message in a way that newer servers hang up on.
    let cannot = match server.layout {
        Some(HeaderLayout::New) => "talk",
        _ => "attach",
    };
    let text = format!(
        "{} can't {cannot} to the server {version} on {}: tmux 3.6 changed the messages",
        program.says,
        shown(&server.socket)
    );
    let (advice, program) = match own_program(server) {
        Some(own) => ("`tmuxwire` works with any; so does the server's own program:", own),
        None => ("tmuxwire talks and attaches to any:", "tmuxwire".to_owned()),
    };
    Finding::problem(CHECK, text, advice)
        .with_command_on(&server.socket, |socket| format!("{program} -S {socket} attach"))
}

/// By the process, which also works when the file has been replaced. A program that runs by way of
/// its loader can't be had so; another user's is nothing to run.
fn own_program(server: &FoundServer) -> Option<String> {
    let process = server.process.as_ref().filter(|process| process.is_ours())?;
    let name = process.executable.as_ref()?.path.file_name()?.to_string_lossy().into_owned();
    name.contains("tmux").then(|| format!("/proc/{}/exe", process.pid))
}
