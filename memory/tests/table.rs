//! Every command of tmux's and each of its flags is modelled or refused, in so many words.

use tmuxwire::ErrorKind;
use tmuxwire::blocking::Server;
use tmuxwire_memory::MemoryTmux;
use tmuxwire_operations::{Release, Takes, commands};

fn answer(server: &Server, words: &[&str]) -> (i32, String) {
    match server.run(tmuxwire::Command::new(words)) {
        Ok(output) => (output.status, output.stderr_text().into_owned()),
        // kill-server is modelled.
        Err(error) => {
            assert!(matches!(error.kind(), ErrorKind::ServerShutdown), "{words:?}: {error:?}");
            (0, String::new())
        }
    }
}

#[test]
fn every_command_is_modelled_or_refused() {
    let (mut modelled, mut refused) = (Vec::new(), Vec::new());
    for spec in commands() {
        let memory = MemoryTmux::start().expect("a server");
        let server = Server::at(memory.socket()).never_start();
        answer(&server, &["new-session", "-d"]);
        let mut words = vec![spec.name];
        let required = spec.arguments.iter().filter(|argument| argument.is_required());
        words.extend(required.map(|_| "1"));
        if spec.name == "wait-for" {
            words.insert(1, "-S");
        }
        let (status, error) = answer(&server, &words);
        let expected = format!("tmuxwire-memory doesn't model {}\n", spec.name);
        match error == expected {
            true => refused.push(spec.name),
            false => modelled.push(spec.name),
        }
        assert!(error != expected || status == 1, "{words:?}");
        assert_eq!(memory.harm(), [], "{words:?}");
    }
    assert!(modelled.len() >= 50, "{modelled:?}");
    assert!(refused.contains(&"run-shell") && refused.contains(&"pipe-pane"), "{refused:?}");
}

#[test]
fn every_flag_is_modelled_or_refused() {
    // Each server is another one: what comes before may have ended it.
    let newest = Release::new(3, 8);
    let mut refused = 0;
    for spec in commands().iter().filter(|spec| spec.is_in(newest)) {
        let memory = MemoryTmux::start().expect("a server");
        let server = Server::at(memory.socket()).never_start();
        answer(&server, &["new-session", "-d", ";", "set-option", "-s", "exit-empty", "off"]);
        for flag in spec.flags.iter().filter(|flag| flag.is_in(newest)) {
            let letter = format!("-{}", flag.letter);
            let mut words = vec![spec.name, &letter];
            if matches!(flag.takes, Takes::One(_) | Takes::Many(_)) {
                words.push("1");
            }
            let required = spec.arguments.iter().filter(|argument| argument.is_required());
            words.extend(required.map(|_| "1"));
            if spec.name == "wait-for" && !["-S", "-U"].contains(&letter.as_str()) {
                continue;
            }
            let (_, error) = answer(&server, &words);
            assert!(!error.contains("unknown flag"), "{words:?}: {error}");
            assert!(
                !error.contains(&format!("unknown command: {}", spec.name)),
                "{words:?}: {error}"
            );
            refused += usize::from(error.contains("doesn't model"));
        }
    }
    assert!(refused > 100, "only {refused} refused");
}

#[test]
fn what_is_not_modelled_is_named() {
    let memory = MemoryTmux::start().expect("a server");
    let server = Server::at(memory.socket()).never_start();
    answer(&server, &["new-session", "-d"]);
    for (words, what) in [
        (&["display-message", "-p", "#{client_pid}"][..], "#{client_pid}"),
        (&["display-message", "-p", "#{nope}"], "#{nope}"),
        (&["display-message", "-p", "#(date)"], "#(..), which runs programs"),
        (&["display-message", "-p", "#{s/a/b/:session_name}"], "the format modifier s"),
        (&["display-message", "-p", "#{e|+:1,2}"], "the format modifier e"),
        (&["display-message", "-p", "#{?nope,a,b}"], "#{nope}"),
        (&["display-message", "-p", "%A"], "the time %A"),
        (&["resize-pane", "-Z"], "flag -Z of resize-pane"),
        (&["send-keys", "-X", "cancel"], "flag -X of send-keys"),
        (&["send-keys", "C-F5"], "the key C-F5"),
        (&["select-pane", "-L"], "flag -L of select-pane"),
        (&["set-option", "-g", "prefix", "C-a"], "setting the option prefix"),
        (&["set-option", "-g", "status-style", "bg=#{x}"], "this value of status-style"),
        (&["select-layout", "c3f0,80x24,0,0,0"], "a layout that has no name of tmux's"),
        (&["list-commands"], "list-commands without -F"),
        (&["if-shell", "true", "x"], "if-shell without -F, which runs programs"),
        (&["set-hook", "-g", "after-new-window", "x"], "set-hook"),
        (&["new-session", "-d", "-t", "0"], "flag -t of new-session"),
        (&["list-panes", "-F", "#{line}"], "#{line}"),
        (&["kill-pane", "-t", "{up-of}"], "the target {up-of}"),
    ] {
        let expected = (1, format!("tmuxwire-memory doesn't model {what}\n"));
        assert_eq!(answer(&server, words), expected, "{words:?}");
    }
}
