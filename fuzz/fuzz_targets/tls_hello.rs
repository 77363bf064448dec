//! The first words of a TLS server: any bytes are an answer in a few plain words, what was decided on a part stays
//! decided, and what is no TLS is known by its first byte.
#![no_main]
#![allow(dead_code)]

use libfuzzer_sys::fuzz_target;

#[path = "../../src/transport/tls/answer.rs"]
mod answer;

use answer::Answer;

fuzz_target!(|data: &[u8]| {
    // The reader in front of it asks for no more.
    let data = &data[..data.len().min(answer::MOST)];
    let whole = answer::read(data);
    // The first byte says where to cut.
    let at = data.first().map_or(0, |first| usize::from(*first) * data.len() / 256);
    for part in [at, data.len() / 2, data.len().saturating_sub(1)] {
        let part = answer::read(&data[..part]);
        assert!(part == Answer::More || part == whole, "{part:?} {whole:?}");
    }
    match &whole {
        Answer::Hello(words) | Answer::Alert(words) => {
            assert!(words.len() < 60 && words.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' '), "{words:?}");
        }
        Answer::More => assert!(matches!(data.first(), None | Some(0x15 | 0x16))),
        Answer::Unreadable => assert!(!data.is_empty()),
    }
});
