use serde_json::json;

use super::*;

const SOON: Duration = Duration::from_millis(50);
const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn kept(text: &str) -> (tempfile::TempDir, TokenFile) {
    let folder = tempfile::tempdir().unwrap();
    write_secret(folder.path(), "token", text.as_bytes()).unwrap();
    let keeper = TokenFile::new(&folder.path().join("token"));
    (folder, keeper)
}

fn text(keeper: &TokenFile) -> String {
    read_text(keeper.path(), LARGEST).unwrap()
}

#[tokio::test]
async fn the_next_token_takes_the_place_of_the_one_that_was_used() {
    let (_folder, keeper) = kept("first-token\n");
    let mut taken = keeper.take(SOON).await.unwrap();
    assert_eq!(taken.token().expose_secret(), "first-token");
    taken.spend().unwrap();
    taken.keep(&json!({"access_token": "access", "refresh_token": "second-token"}), NOW).unwrap();
    assert_eq!(text(&keeper), "second-token\n");
    let mut taken = keeper.take(SOON).await.unwrap();
    taken.spend().unwrap();
    // An issuer that does not rotate.
    taken.keep(&json!({"access_token": "access"}), NOW).unwrap();
    assert_eq!(keeper.take(SOON).await.unwrap().token().expose_secret(), "second-token");
}

#[tokio::test]
async fn json_keeps_its_other_members_and_drops_what_is_stale() {
    let (_folder, keeper) = kept(r#"{"access_token":"a1","refresh_token":"r1","expires_in":60,"mine":1}"#);
    let mut taken = keeper.take(SOON).await.unwrap();
    taken.spend().unwrap();
    taken.keep(&json!({"access_token": "a2", "refresh_token": "r2", "expires_in": "90", "scope": "s"}), NOW).unwrap();
    let expected = json!({"refresh_token": "r2", "mine": 1, "access_token": "a2", "expires_in": "90",
        "expires_at": "1970-01-01T00:01:30Z"});
    assert_eq!(serde_json::from_str::<Value>(&text(&keeper)).unwrap(), expected);
    keeper.take(SOON).await.unwrap().keep(&json!({"access_token": "a3"}), NOW).unwrap();
    let expected = json!({"refresh_token": "r2", "mine": 1, "access_token": "a3"});
    assert_eq!(serde_json::from_str::<Value>(&text(&keeper)).unwrap(), expected);
}

#[tokio::test]
async fn a_token_that_was_sent_is_never_sent_again() {
    let (folder, keeper) = kept("first-token");
    let token = SecretString::from("first-token");
    assert_eq!(keeper.check(&token), Ok(()));
    // The process ends before the answer comes.
    keeper.take(SOON).await.unwrap().spend().unwrap();
    let unkept = keeper.take(SOON).await.err().unwrap();
    assert!(unkept.message.en.contains("was sent before"), "{}", unkept.message.en);
    assert_eq!(keeper.check(&token), Err(unkept));
    // A new one, put there by hand, is another matter.
    write_secret(folder.path(), "token", b"another-token").unwrap();
    let mut taken = keeper.take(SOON).await.unwrap();
    taken.spend().unwrap();
    taken.release().unwrap();
    assert!(keeper.take(SOON).await.is_ok());
}

#[tokio::test]
async fn one_at_a_time_and_each_reads_what_the_other_left() {
    let (_folder, keeper) = kept("token-0");
    let refresh = async || {
        let mut taken = keeper.take(LOCK_WAIT).await.unwrap();
        let seen = taken.token().expose_secret().to_owned();
        taken.spend().unwrap();
        tokio::task::yield_now().await;
        let number: u32 = seen.strip_prefix("token-").unwrap().parse().unwrap();
        taken.keep(&json!({"access_token": "a", "refresh_token": format!("token-{}", number + 1)}), NOW).unwrap();
        seen
    };
    let (a, b, c) = tokio::join!(refresh(), refresh(), refresh());
    let mut seen = [a, b, c];
    seen.sort();
    assert_eq!(seen, ["token-0", "token-1", "token-2"]);
}

#[tokio::test]
async fn who_waits_too_long_is_told_for_what() {
    let (_folder, keeper) = kept("first-token");
    let _taken = keeper.take(SOON).await.unwrap();
    // Whoever holds it will have put another one there.
    assert_eq!(keeper.check(&"first-token".into()), Ok(()));
    let unkept = keeper.take(SOON).await.err().unwrap();
    assert!(unkept.message.en.starts_with("another run has been using"), "{}", unkept.message.en);
}

#[tokio::test]
async fn what_holds_no_token_is_said_without_its_content() {
    for content in ["", "{", "{}", r#"{"access_token":"hunter22"}"#, r#"{"refresh_token":""}"#] {
        let (_folder, keeper) = kept(content);
        let unkept = keeper.take(SOON).await.err().unwrap();
        assert!(
            unkept.message.en.contains("no longer holds a refresh token") && !unkept.message.en.contains("hunter22")
        );
    }
    let folder = tempfile::tempdir().unwrap();
    assert!(TokenFile::new(&folder.path().join("gone")).take(SOON).await.is_err());
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_stays_one_and_the_file_is_its_owners_alone() {
    let (folder, keeper) = kept("first-token");
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(keeper.path(), &link).unwrap();
    let taken = TokenFile::new(&link).take(SOON).await.unwrap();
    taken.keep(&json!({"refresh_token": "second-token"}), NOW).unwrap();
    assert!(link.is_symlink());
    assert_eq!(text(&keeper), "second-token\n");
    for path in [keeper.path().to_owned(), lock_path(keeper.path())] {
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(path).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
    }
}
