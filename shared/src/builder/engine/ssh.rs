//! A stream through `ssh HOST docker system dial-stdio`, as docker's own client makes it.
//!
//! The child lives as long as the stream. What ssh prints on its stderr is kept, so
//! that a refused key or an unknown host is told in ssh's own words.

use std::io;
use std::pin::Pin;
use std::process::Stdio;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::oneshot;

const WORDS_MAX: u64 = 4096;
const WORDS_LIMIT: Duration = Duration::from_secs(2);

pub struct SshStream {
    stdin: Option<ChildStdin>,
    stdout: ChildStdout,
    /// Killed when dropped.
    _child: Child,
}

/// What the child says on its stderr until it ends.
pub struct Words(oneshot::Receiver<String>);

impl Words {
    /// The last lines; `None` where it said nothing, or goes on living.
    pub async fn collect(self) -> Option<String> {
        let text = tokio::time::timeout(WORDS_LIMIT, self.0).await.ok()?.ok()?;
        let lines: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let last = lines[lines.len().saturating_sub(3)..].join("; ");
        let prefix = if last.starts_with("ssh: ") { "" } else { "ssh: " };
        (!last.is_empty()).then(|| format!("{prefix}{last}"))
    }
}

/// Starts ssh. Nothing is known of the connection before the first byte comes back.
pub fn dial(
    user: Option<&str>,
    host: &str,
    port: Option<u16>,
    socket: Option<&str>,
) -> io::Result<(SshStream, Words)> {
    let mut command = Command::new("ssh");
    command.args(arguments(user, host, port, socket));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.kill_on_drop(true).spawn()?;
    let missing = || io::Error::other("a pipe to it is missing");
    let stdin = child.stdin.take().ok_or_else(missing)?;
    let stdout = child.stdout.take().ok_or_else(missing)?;
    let mut stderr = child.stderr.take().ok_or_else(missing)?;
    let (tell, words) = oneshot::channel();
    tokio::spawn(async move {
        let mut bytes = Vec::new();
        let _ = (&mut stderr).take(WORDS_MAX).read_to_end(&mut bytes).await;
        let _ = tell.send(String::from_utf8_lossy(&bytes).into_owned());
        // ssh must never stand still because nobody reads what it says.
        let _ = tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await;
    });
    Ok((SshStream { stdin: Some(stdin), stdout, _child: child }, Words(words)))
}

fn arguments(
    user: Option<&str>,
    host: &str,
    port: Option<u16>,
    socket: Option<&str>,
) -> Vec<String> {
    let mut words = vec!["-o".to_owned(), "ConnectTimeout=30".to_owned(), "-T".to_owned()];
    if let Some(user) = user {
        words.extend(["-l".to_owned(), user.to_owned()]);
    }
    if let Some(port) = port {
        words.extend(["-p".to_owned(), port.to_string()]);
    }
    words.extend(["--".to_owned(), host.to_owned(), "docker".to_owned()]);
    if let Some(socket) = socket {
        words.push(format!("--host=unix://{socket}"));
    }
    words.extend(["system".to_owned(), "dial-stdio".to_owned()]);
    words
}

impl AsyncRead for SshStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stdout).poll_read(context, buffer)
    }
}

impl AsyncWrite for SshStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.stdin {
            Some(stdin) => Pin::new(stdin).poll_write(context, bytes),
            None => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stdin {
            Some(stdin) => Pin::new(stdin).poll_flush(context),
            None => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Closing the pipe is what ends the other side's input.
        self.stdin = None;
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::arguments;

    #[test]
    fn the_host_is_never_an_option() {
        let words = arguments(Some("me"), "box", Some(2222), Some("/run/d.sock")).join(" ");
        let expected = "-o ConnectTimeout=30 -T -l me -p 2222 -- box \
                        docker --host=unix:///run/d.sock system dial-stdio";
        assert_eq!(words, expected);
        let words = arguments(None, "box", None, None).join(" ");
        assert_eq!(words, "-o ConnectTimeout=30 -T -- box docker system dial-stdio");
    }
}
