//! Doing what is safe. The library looks again, right before, whether it is.

use std::time::Duration;

use tmuxwire::{NotRepaired, make_private, recreate_socket, remove_stale_socket};

use super::{Finding, Verdict};
use crate::doctor::finding::Fix;

/// How long a server may take to make its socket again.
const LIMIT: Duration = Duration::from_secs(5);

/// Fixes what a finding tells, if that is safe.
pub(super) async fn apply(finding: &mut Finding) {
    let Verdict::Problem { fix: Some(fix), .. } = &finding.verdict else { return };
    let fix = fix.clone();
    let done = match fix {
        Fix::Recreate(_) => "it has made the socket again",
        Fix::RemoveStale(_) => "removed the socket",
        Fix::MakePrivate(_) => "took them from all others (700)",
    };
    match tokio::task::spawn_blocking(move || repair(&fix)).await {
        Ok(Ok(())) => finding.fixed(done),
        Ok(Err(why)) => finding.not_fixed(&why.to_string()),
        Err(why) => finding.not_fixed(&why.to_string()),
    }
}

fn repair(fix: &Fix) -> Result<(), NotRepaired> {
    match fix {
        Fix::Recreate(process) => recreate_socket(process, LIMIT),
        Fix::RemoveStale(path) => remove_stale_socket(path),
        Fix::MakePrivate(path) => make_private(path),
    }
}
