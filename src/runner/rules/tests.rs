use super::*;

/// K24.
#[test]
fn k24_names() {
    for name in ["a", "Dev", "a-b_c9", &"a".repeat(64)] {
        assert_eq!(check_name(name), Ok(()), "{name}");
    }
    let too_long = Invalid::TooLong { part: Part::Name, length: 65, most: 64 };
    assert_eq!(check_name(""), Err(Invalid::Empty(Part::Name)));
    assert_eq!(check_name(&"a".repeat(65)), Err(too_long));
    for (name, character, position) in [
        ("1a", '1', 0),
        ("-a", '-', 0),
        ("a b", ' ', 1),
        ("a:b", ':', 1),
        ("äb", 'ä', 0),
        ("a\n", '\n', 1),
    ] {
        let wrong = Invalid::Character { part: Part::Name, character, position };
        assert_eq!(check_name(name), Err(wrong), "{name}");
    }
    let text = check_name("a.b").unwrap_err().to_string();
    assert_eq!(text, "the session's name has '.' at 1; it may have letters, digits, `_` and `-`");
}

/// K2.
#[test]
fn k2_names_of_sockets() {
    for name in ["default", "a b", "..", "é"] {
        assert_eq!(check_socket_name(name), Ok(()));
    }
    for name in ["", "a/b", "a\\b", "a\0"] {
        assert!(check_socket_name(name).is_err(), "{name:?}");
    }
}

/// K25, K26: what they look for, and what they let through.
#[test]
fn k26_what_a_shell_acts_on() {
    let found = [
        "a;b",
        "a && b",
        "a || b",
        "a | b",
        "$(id)",
        "`id`",
        "ls > /tmp/x",
        "ls >x",
        "cat < y",
        "EVAL x",
        "source x",
        "exec\tx",
    ];
    for text in found {
        assert!(matches!(check_text(text.as_bytes()), Err(Invalid::Shell { .. })), "{text}");
        assert!(matches!(check_command(text.as_bytes()), Err(Invalid::Shell { .. })), "{text}");
    }
    let passes = ["ls -l", "a & b", "medieval", "executable", "a > ", "$HOME", "$( ", "`", "x <= "];
    for text in passes {
        assert_eq!(check_text(text.as_bytes()), Ok(()), "{text}");
    }
    assert_eq!(check_text(b"a\0"), Err(Invalid::Nul(Part::Text)));
}

/// K25, K27: sizes.
#[test]
fn k25_k27_sizes() {
    assert_eq!(check_text(b""), Err(Invalid::Empty(Part::Text)));
    assert_eq!(check_command(b""), Ok(()));
    assert_eq!(check_text(&[b'x'; 4_096]), Ok(()));
    assert_eq!(check_command(&[b'x'; 4_096]), Ok(()));
    assert!(matches!(check_text(&[b'x'; 4_097]), Err(Invalid::TooLong { most: 4_096, .. })));
    assert!(matches!(check_command(&[b'x'; 4_097]), Err(Invalid::TooLong { .. })));
}

/// K28.
#[test]
fn k28_variables() {
    let check = |name: &str, value: &[u8]| check_variables([(name, value)].into_iter());
    assert_eq!(check("_A9", &[b'v'; 32_768]), Ok(()));
    assert!(check("_A9", &[b'v'; 32_769]).is_err());
    assert!(check(&"A".repeat(129), b"").is_err());
    for name in ["", "1A", "A-B", "A=B", "A B", "É"] {
        assert!(check(name, b"").is_err(), "{name}");
    }
    for name in BLOCKED {
        assert_eq!(check(name, b"x"), Err(Invalid::BlockedVariable(name.to_owned())));
    }
    let many: Vec<String> = (0..101).map(|number| format!("A{number}")).collect();
    let values = || many.iter().map(|name| (name.as_str(), b"".as_slice()));
    assert!(check_variables(values()).is_err());
    assert_eq!(
        check_variables(many[..100].iter().map(|name| (name.as_str(), b"".as_slice()))),
        Ok(())
    );
}
