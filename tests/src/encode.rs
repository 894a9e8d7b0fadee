//! base64, as logins and tokens are written.

/// Standard base64 with padding.
pub(crate) fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letter = |bits: u32, at: u32| char::from(LETTERS[(bits >> at & 63) as usize]);
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        text.push(letter(bits, 18));
        text.push(letter(bits, 12));
        text.push(if chunk.len() > 1 { letter(bits, 6) } else { '=' });
        text.push(if chunk.len() > 2 { letter(bits, 0) } else { '=' });
    }
    text
}
