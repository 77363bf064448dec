//! The first words of a TLS server: any bytes are an answer, and a longer text never asks for less.
#![no_main]
#![allow(dead_code)]

use libfuzzer_sys::fuzz_target;

#[path = "../../src/transport/tls/answer.rs"]
mod answer;

fuzz_target!(|data: &[u8]| {
    let whole = answer::read(data);
    // What was decided on a part stays decided.
    let part = answer::read(&data[..data.len() / 2]);
    assert!(part == answer::Answer::More || part == whole, "{part:?} {whole:?}");
});
