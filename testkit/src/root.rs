//! Tests that need another user, or a mount of their own: root can have them, and whoever may make
//! a namespace in which he is root.

use std::process::{Command, Stdio};

use nix::unistd::geteuid;

/// The user "nobody" of most systems.
pub const NOBODY: u32 = 65534;

const NEEDS: &str = "it needs root, or namespaces with several users: unshare of util-linux 2.38 or later, \
                     newuidmap (on Debian: apt-get install uidmap), and a range of this user in /etc/subuid";

/// Does what a test does as root: here, or else by running the test in a namespace of its own, where
/// this user is root and there are others. The closure stands in the test's function itself, which is
/// known by its name.
///
/// # Panics
/// If neither can be: such a test fails, and isn't passed over.
pub fn as_root<F: FnOnce()>(test: F) {
    if geteuid().is_root() {
        return test();
    }
    let name = name::<F>();
    let said = Command::new("unshare")
        .args(["--map-root-user", "--map-auto", "--mount"])
        .arg(std::env::current_exe().expect("this program"))
        .args(["--exact", name, "--nocapture"])
        .stdin(Stdio::null())
        .output()
        .expect("unshare, which comes with util-linux");
    let (stdout, stderr) =
        (String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    // A name that is none runs no test, and succeeds.
    let has_passed = said.status.success() && stdout.contains("test result: ok. 1 passed");
    assert!(has_passed, "{name}, in a namespace: {stdout}\n{stderr}\n({NEEDS})");
}

/// The test in whose function a closure stands, as the test program knows it: without the crate.
fn name<F>() -> &'static str {
    let path = std::any::type_name::<F>().trim_end_matches("::{{closure}}");
    path.split_once("::").map_or(path, |(_, name)| name)
}
